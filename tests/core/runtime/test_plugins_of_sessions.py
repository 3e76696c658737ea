"""Do sessions follow the plugins that are installed where they are driven, and does each log say which?"""

from __future__ import annotations

from core.domain.commands import Pause
from core.domain.events import RuleErred, RulesChanged, SessionOpened
from core.domain.ids import SessionId
from core.domain.session import Status
from core.flows.debate_events import StatementAdded
from core.rules.extending import NO_PLUGINS
from core.rules.versions import VersionKind
from tests.plugins import ORIGIN, installed
from tests.stage import Stage, obey, script, start, until, until_event
from tests.virtual_time import in_virtual_time

MINE = """
- id: short_please
  name: Short, please
  priority: 99
  repeat: round
  when: {field: longest_argument_words, greater_than: 3}
  then: [{remind: {text: Be brief.}}]
"""
NEWER = "moot-words@1.1.0"
"""The plugin after an update."""


def a_paused_debate() -> tuple[Stage, SessionId]:
    """A debate under a rule that needs the plugin, paused after the rule has fired; its driver has gone."""
    stage = Stage(script=script("The rota is short and it is fair."), plugins=installed())
    sessions: list[SessionId] = []

    async def work() -> None:
        moot = await stage.drive()
        await moot.rulebook.load(MINE, origin="mine.yaml")
        session = await start(moot, rounds=3)
        await until_event(moot, session, StatementAdded)
        await obey(moot, session, Pause())
        await until(moot, session, Status.PAUSED)
        await moot.stop()
        sessions.append(session)

    in_virtual_time(work)
    return stage, sessions[0]


def gone_on(stage: Stage, session: SessionId) -> None:
    async def work() -> None:
        moot = await stage.drive()
        await moot.resume(session)
        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_an_opening_names_the_plugins_that_its_rules_need() -> None:
    stage, session = a_paused_debate()

    (opened,) = stage.events(session, SessionOpened)
    assert opened.opening.plugins == {"moot-words": "1.0.0"}  # type: ignore[attr-defined]


def test_an_updated_plugin_makes_a_version_of_the_rules_that_sessions_change_over_to() -> None:
    stage, session = a_paused_debate()
    before = len(stage.events(session, StatementAdded))
    stage.plugins = installed(origin=NEWER)

    gone_on(stage, session)

    newest, _ = stage.catalogue.versions[-1]
    assert (newest.kind, newest.change) == (VersionKind.PLUGINS, f"rules follow the plugins installed: {NEWER}")
    (changed,) = stage.events(session, RulesChanged)
    assert {rule.plugins for rule in stage.ports.library.rule_sets[changed.digest].rules} == {(), (NEWER,)}  # type: ignore[attr-defined]
    assert len(stage.events(session, StatementAdded)) > before
    assert stage.events(session, RuleErred) == []


def test_a_driver_without_the_plugin_keeps_the_rule_and_says_that_it_is_not_heard() -> None:
    stage, session = a_paused_debate()
    versions = len(stage.catalogue.versions)
    stage.plugins = NO_PLUGINS

    gone_on(stage, session)

    assert len(stage.catalogue.versions) == versions
    assert {event.message for event in stage.events(session, RuleErred)} == {  # type: ignore[attr-defined]
        f"it needs the plugin {ORIGIN}, and it isn't installed here."
    }


def test_undoing_brings_no_old_version_of_a_plugin_back() -> None:
    stage, _ = a_paused_debate()
    stage.plugins = installed(origin=NEWER)

    async def work() -> None:
        moot = await stage.drive()
        await moot.rulebook.switch(["short_please"], False)
        await moot.rulebook.undo()
        rule = (await moot.rulebook.find("short_please")).rule
        assert (rule.enabled, rule.plugins) == (True, (NEWER,))
        await moot.stop()

    in_virtual_time(work)
