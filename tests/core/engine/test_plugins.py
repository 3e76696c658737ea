"""Does a plugin's word count in a session as moot's own does, and say a replay where it can't be judged?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain.commands import AmendMotion, ApplyTemplate, BeginAttempt, Command, Pause
from core.domain.errors import NotVerifiableHere
from core.domain.events import ActionOverruled, RuleErred, RuleFired
from core.domain.facts import FactValue
from core.domain.ids import Digest, RuleId, SeatId, StepId, TemplateId
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.debate_events import MotionAmended, StatementAdded
from core.rules.extending import NO_PLUGINS, Plugins, SessionView, Vocabulary
from core.rules.reading import read_rules
from core.rules.rule import Rule
from tests.builders import FACTS, SESSION, Played, a_turn, opened
from tests.plugins import ORIGIN, installed, with_commands, with_value

REMINDING = "{remind: {text: Be brief.}}"


def ruled(then: str = REMINDING, *, when: str = "{field: longest_argument_words, greater_than: 3}") -> Rule:
    text = f"- {{id: short_please, name: Short, priority: 40, when: {when}, then: [{then}]}}"
    return read_rules(text, origin="mine.yaml", facts=Vocabulary(FACTS.values(), installed()), templates=())[0]


def played(*rules: Rule, plugins: Plugins | None = None, text: str = "It is so, and it was.") -> Played:
    session = Played(plugins=plugins if plugins is not None else installed())
    for move in (*opened(*rules), a_turn(text)):
        move(session) if callable(move) else session.do(move)
    return session


def test_a_fact_is_made_from_what_was_said_and_a_rule_sees_it() -> None:
    session = played(ruled())

    (fired,) = session.of(RuleFired)
    assert fired.seen == {"longest_argument_words": 6}
    assert fired.actions == ("remind",)


def test_an_action_is_obeyed_in_the_name_of_its_rule_and_knows_the_facts() -> None:
    (said,) = played(ruled()).of(StatementAdded)

    assert (said.by, said.text) == ("rule:short_please", "Be brief. (1 arguments so far)")


def test_a_rule_that_does_not_hold_asks_for_nothing() -> None:
    assert played(ruled(), text="It is so.").of(StatementAdded) == []


def test_an_action_that_decides_may_end_the_debate_and_is_all_or_nothing() -> None:
    session = played(ruled("{wrap_up: {}}"))

    assert session.state.life.completing == "wrapped_up"
    assert [said.text for said in session.of(StatementAdded)] == ["Time is up."]


def test_of_two_that_decide_the_first_wins_whoever_brought_it() -> None:
    first = replace(ruled("{pause_debate: {reason: rest}}"), id=RuleId("first"), priority=50)
    session = played(first, ruled("{wrap_up: {}}"))

    assert session.status is Status.PAUSED
    assert [(each.action, each.reason) for each in session.of(ActionOverruled)] == [
        ("wrap_up", "first has decided already")
    ]
    assert session.of(StatementAdded) == []


BEGIN = BeginAttempt(
    step=StepId("r1.reply.opponent"), attempt=1, seat=SeatId("opponent"), route="x", cost_microusd_max=0,
    prompt_digest=Digest("0"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        (lambda fields, facts: [Pause()], "asks for Pause, which remind may not."),
        (lambda fields, facts: [BEGIN], "asks for BeginAttempt, which remind may not."),
        (lambda fields, facts: [ApplyTemplate(template=TemplateId("reviewed"))], "asks for ApplyTemplate, which"),
        (lambda fields, facts: ["be brief"], "asks for str, which remind may not."),
        (lambda fields, facts: [AmendMotion(motion="x")] * 9, "asks for 9 commands; at most 8 do."),
        (lambda fields, facts: facts["nothing"], "failed with KeyError."),
        (lambda fields, facts: None, "failed with TypeError."),
    ],
)
def test_what_no_plugin_may_ask_for_is_overruled_and_harms_nothing(
    commands: Callable[..., list[Command]], reason: str
) -> None:
    session = played(ruled(), plugins=with_commands(commands))

    (overruled,) = session.of(ActionOverruled)
    assert reason in overruled.reason
    assert session.status is Status.RUNNING


def test_commands_of_which_one_is_refused_are_obeyed_none() -> None:
    session = played(
        ruled(), plugins=with_commands(lambda fields, facts: [AmendMotion(motion="Better."), AmendMotion(motion=" ")])
    )

    assert session.of(MotionAmended) == []
    assert len(session.of(ActionOverruled)) == 1


@pytest.mark.parametrize(
    "value",
    [lambda view: view.nothing, lambda view: "many", lambda view: True, lambda view: 1.5, lambda view: 2**63],
    ids=["raises", "text", "flag", "float", "huge"],
)
def test_a_fact_that_can_not_be_told_is_an_error_of_the_rules_about_it_alone(
    value: Callable[[SessionView], FactValue],
) -> None:
    other = replace(ruled(when="{field: argument_count, count_threshold: 1}"), id=RuleId("other"))
    session = played(ruled(), other, plugins=with_value(value))

    assert {(each.rule, each.message) for each in session.of(RuleErred)} == {
        ("short_please", "the session has no fact 'longest_argument_words'.")
    }
    assert [each.rule for each in session.of(RuleFired)] == ["other"]


def test_a_fact_sees_moots_own_facts_and_changes_none() -> None:
    seen: list[SessionView] = []

    def spying(view: SessionView) -> FactValue:
        seen.append(view)
        return None

    played(ruled(), plugins=with_value(spying))

    assert seen[-1].facts["argument_count"] == 1
    with pytest.raises(TypeError):
        seen[-1].facts["argument_count"] = 9  # type: ignore[index]


def in_other_place(session: Played, plugins: Plugins) -> Played:
    """The same rules and log where other plugins are installed."""
    elsewhere = Played(plugins=plugins)
    elsewhere.known(session.in_force.rules)
    assert elsewhere.rule_sets.keys() >= {session.in_force.digest}
    return elsewhere


def test_a_log_is_verified_where_the_same_plugin_is_installed() -> None:
    session = played(ruled())
    session.play_on()

    assert verify(in_other_place(session, installed()).engine, SESSION, session.log) is None


@pytest.mark.parametrize(
    ("plugins", "told"),
    [
        (NO_PLUGINS, "and it isn't installed here."),
        (installed(origin="moot-words@1.0.1"), "and moot-words@1.0.1 is installed here."),
    ],
    ids=["none", "another version"],
)
def test_a_log_is_not_verifiable_where_it_is_not(plugins: Plugins, told: str) -> None:
    session = played(ruled())

    with pytest.raises(NotVerifiableHere) as refused:
        verify(in_other_place(session, plugins).engine, SESSION, session.log)

    assert f"its rule short_please: it needs the plugin {ORIGIN}, {told}" in str(refused.value)


def test_a_log_that_was_decided_without_the_plugin_is_not_verifiable_with_it() -> None:
    session = played(ruled(), plugins=NO_PLUGINS)

    assert {each.message for each in session.of(RuleErred)} == {
        f"it needs the plugin {ORIGIN}, and it isn't installed here."
    }
    with pytest.raises(NotVerifiableHere, match="for want of the plugin"):
        verify(in_other_place(session, installed()).engine, SESSION, session.log)


def test_a_rule_that_is_switched_off_needs_no_plugin() -> None:
    session = played(replace(ruled(), enabled=False))

    assert verify(in_other_place(session, NO_PLUGINS).engine, SESSION, session.log) is None
