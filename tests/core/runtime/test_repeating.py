"""Is a request of another process carried out once, wherever a crash cuts off its answer?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pytest

from core.domain.commands import AddStatement, Cancel, Command, Pause
from core.domain.events import Event, SessionCancelled, SessionOpened, SessionPaused, SessionResumed, SpendRefused
from core.domain.ids import SessionId
from core.domain.session import Status
from core.flows.debate_events import StatementAdded
from core.orchestrator import Orchestrator
from core.ports.inbox import InboxAnswer
from core.rules.rule import rule_to_plain
from core.rules.standard import STANDARD_RULES
from core.rules.writing import write_rules
from core.runtime.driver_notes import NOTES_SETTING
from core.runtime.refining_requests import RefinementRequest, refinement_as_body
from tests.memory import Crashed, MemoryCatalogue, MemoryInbox, MemoryIndex, MemoryLog
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

FIRST, SECOND = (str(rule.id) for rule in STANDARD_RULES[:2])
WRITES: Mapping[type, tuple[str, ...]] = {
    MemoryLog: ("append", "delete"),
    MemoryCatalogue: ("save_rule_book", "save_setting", "save_label", "save_template", "remove_template"),
    MemoryInbox: ("answer",),
    MemoryIndex: ("forget", "advance"),
}
"""Each of these is a transaction: a process may die before it or behind it."""

WRITES_MAX = 30
"""No request takes more: beyond this many a test hangs rather than that it tries boundaries."""

ASKED = (SessionOpened, SessionPaused, SessionResumed, SessionCancelled, StatementAdded, SpendRefused)
"""What requests bring about; a call that a crash cuts off is asked for again, as it should be."""

Prepare = Callable[[Stage, Orchestrator], Awaitable[Mapping[str, object]]]


@dataclass
class Death:
    """The process dies at the write of that number, before it or behind it; 0 lets it live."""

    at: int = 0
    is_behind: bool = False
    writes: int = 0
    is_dead: bool = False

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        for port, names in WRITES.items():
            for name in names:
                patch.setattr(port, name, self._dying(getattr(port, name)))

    def _dying(self, write: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def dying(port: object, *args: object, **fields: object) -> object:
            if self.is_dead:
                raise Crashed
            self.writes += 1
            self.is_dead = self.writes == self.at
            if self.is_dead and not self.is_behind:
                raise Crashed
            done = await write(port, *args, **fields)
            if self.is_dead:
                raise Crashed
            return done

        return dying


@dataclass(frozen=True)
class Came:
    """What a request came to: its answer, the versions of the rules, the kinds of events, the labels and settings."""

    answer: InboxAnswer | None
    versions: tuple[tuple[str, str], ...]
    events: Mapping[SessionId, tuple[type[Event], ...]]
    labels: Mapping[SessionId, object]
    settings: Mapping[str, str]
    formats: Mapping[str, tuple[str, ...]]


async def paused(stage: Stage, moot: Orchestrator) -> SessionId:
    session = await start(moot)
    await moot.command(session, Pause())
    await until(moot, session, Status.PAUSED)
    await asyncio.sleep(60)  # what was being said is on record
    return session


async def of_rules(stage: Stage, moot: Orchestrator, *, undone: bool = False, **body: object) -> Mapping[str, object]:
    await moot.rulebook.switch([FIRST], False)
    await moot.rulebook.set_priority([SECOND], 7)
    await moot.rulebook.define("calm")
    if undone:
        await moot.rulebook.undo()
    return body


async def of_command(command: Command, stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    session = await paused(stage, moot)
    return {"session": session, "command": dict(stage.ports.wire.command_to_plain(command))}


async def of_a_label(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    return {"session": await paused(stage, moot), "title": "Rota", "tags": ["care"]}


async def of_the_dead(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    session = await paused(stage, moot)
    await moot.set_label(session, title="Gone")
    await moot.command(session, Cancel())
    return {"session": session}


async def of_all_paused(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    await start(moot, "One?")
    await start(moot, "Two?")
    return {}


async def of_all_to_resume(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    await of_all_paused(stage, moot)
    await moot.pause_all()
    await asyncio.sleep(60)
    return {}


async def of_stopped_spending(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    await moot.stop_spending()
    return {}


async def of_a_debate(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    return {
        "session": f"{77:032x}",
        "question": "Shorten the rota?",
        "template_id": "simple_debate",
        "casting": {"": "scripted"},
    }


async def of_a_refinement(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    request = RefinementRequest(brief="A notice about the rota.", casting={"": "scripted"})
    return refinement_as_body(request, session=SessionId(f"{79:032x}"))


async def of_a_fork(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    return {"session": f"{78:032x}", "origin": await paused(stage, moot)}


async def of_a_format(stage: Stage, moot: Orchestrator, **body: object) -> Mapping[str, object]:
    await moot.formats.clone("simple_debate", "mine")
    return body


async def of_a_resumed(stage: Stage, moot: Orchestrator) -> Mapping[str, object]:
    return {"session": await paused(stage, moot)}


async def of_telling(stage: Stage, moot: Orchestrator, **body: object) -> Mapping[str, object]:
    return {"session": await paused(stage, moot), "seat": "proposer", "text": "Be brief.", **body}


MINE = write_rules([replace(STANDARD_RULES[0], id="mine", rule_set="own")], facts={})  # type: ignore[arg-type]
PLAIN = [dict(rule_to_plain(rule)) for rule in STANDARD_RULES]

REQUESTS: Mapping[str, Prepare] = {
    "start_debate": of_a_debate,
    "start_refinement": of_a_refinement,
    "fork": of_a_fork,
    "command": partial(of_command, AddStatement(text="Mind the night shift.")),
    "tell": of_telling,
    "resume": of_a_resumed,
    "label": of_a_label,
    "delete": of_the_dead,
    "pause_all": of_all_paused,
    "resume_all": of_all_to_resume,
    "stop_spending": of_all_paused,
    "allow_spending": of_stopped_spending,
    "switch_rules": partial(of_rules, rules=[SECOND], enabled=False),
    "save_rules": partial(of_rules, rules=PLAIN, change="as shipped"),
    "create_rules": partial(of_rules, text=MINE),
    "edit_rule": partial(of_rules, rule=FIRST, text=write_rules(STANDARD_RULES[:1], facts={})),
    "load_rules": partial(of_rules, text=MINE),
    "clone_rule": partial(of_rules, rule=FIRST, id="twin"),
    "delete_rules": partial(of_rules, rules=[SECOND]),
    "move_rule": partial(of_rules, rule=SECOND, beside=FIRST, is_before=True),
    "set_priority": partial(of_rules, rules=[FIRST], priority=3),
    "define_rule_set": partial(of_rules, name="brisk"),
    "undefine_rule_set": partial(of_rules, name="calm"),
    "undo_rules": of_rules,
    "redo_rules": partial(of_rules, undone=True),
    "restore_rules": partial(of_rules, version=1),
    "read_rules_folder": of_rules,
    "clone_template": partial(of_a_format, id="simple_debate", new="yours"),
    "delete_template": partial(of_a_format, id="mine"),
}
"""Verbs that change something durable, and what they need to have something to change."""

ALIKE = ("create_template", "edit_template", "restore_template", "import_template")
"""They save a format as cloning one does."""

HARMLESS = ("reset_route", "import_bundle", "speak", "take_seat", "leave_seat")
"""A bundle is known by its digest; the others concern what a process knows that is gone after a crash."""


@pytest.mark.parametrize("verb", REQUESTS)
def test_a_request_is_carried_out_once_wherever_its_driver_dies(verb: str) -> None:
    undisturbed, writes = in_virtual_time(lambda: asked(verb, Death()))
    assert 0 < writes <= WRITES_MAX
    assert undisturbed.answer is not None
    assert undisturbed.answer.is_done, undisturbed.answer.text

    for at in range(1, writes + 1):
        for is_behind in (False, True):
            came, _ = in_virtual_time(partial(asked, verb, Death(at=at, is_behind=is_behind)))
            assert came == undisturbed, f"{verb} {'behind' if is_behind else 'before'} write {at} of {writes}"


def test_every_verb_is_tried_that_changes_more_than_memory() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        assert moot._driver is not None
        assert set(moot._driver.office.verbs) == {*REQUESTS, *ALIKE, *HARMLESS}
        await moot.stop()

    in_virtual_time(work)


async def asked(verb: str, death: Death) -> tuple[Came, int]:
    """What comes of a request whose driver dies, and is followed by another; with the writes up to its answer."""
    stage = Stage()
    moot = await stage.drive()
    body = await REQUESTS[verb](stage, moot)
    await moot.stop()
    id = await stage.inbox.put(verb=verb, body=body, actor="ada", at_ms=stage.clock.now_ms())
    with pytest.MonkeyPatch.context() as patch:
        death.watch(patch)
        try:
            await stage.orchestrator().start(must_drive=True, recover=False)
        except Crashed:
            pass
        else:
            assert not death.at, "it has to die"
        writes = death.writes
        death.is_dead = True  # nothing more comes from this one
        await stage.crash()
    successor = await stage.drive(recover=False)
    await asyncio.sleep(1)
    came = Came(
        answer=await stage.inbox.answer_to(id),
        versions=tuple((each.actor, each.change) for each in await stage.catalogue.rules_history()),
        events={
            session: tuple(type(event) for event in stage.events(session) if isinstance(event, ASKED))
            for session in stage.disk.lengths
        },
        labels=dict(stage.catalogue.kept_labels),
        settings={name: each for name, each in stage.catalogue.kept_settings.items() if name != NOTES_SETTING},
        formats={id: tuple(each.change for each in made) for id, made in stage.catalogue.template_changes.items()},
    )
    await successor.stop()
    return came, writes
