"""Does every line say whose it is, from the command to what a provider's SDK writes, as grave as it should be?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from core.domain.commands import Pause
from core.domain.events import ENGINE_EVENTS, SessionCompleted
from core.domain.levels import LEVELS, Level, level_of
from core.domain.session import Status
from core.domain.steps import ModelRequest
from core.flows.debate_events import DEBATE_EVENTS
from core.flows.refinement_events import REFINEMENT_EVENTS
from core.ports.model_provider import Closing, Piece
from core.providers.scripted import ScriptedProvider
from core.providers.threaded import FromThread
from core.runtime.correlating import FIELDS, about, fields, note, noting
from core.runtime.logged_events import TOLD
from tests.builders import complete_at
from tests.stage import Stage, script, start, until
from tests.virtual_time import in_virtual_time

SDK = logging.getLogger("an.sdk")


class Line(NamedTuple):
    level: int
    logger: str
    message: str
    said: Mapping[str, object]


class Lines(logging.Handler):
    """What would be written, with what it is about."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = {**about(), **getattr(record, FIELDS, {})}
        self.lines.append(Line(record.levelno, record.name, record.getMessage(), said))

    def of(self, message: str) -> list[Line]:
        return [line for line in self.lines if line.message == message]


@contextmanager
def heard(level: int) -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(lines)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(before)


class Chatty(ScriptedProvider):
    """An SDK that logs what it does."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        SDK.info("HTTP Request")
        async for said in super().stream(request):
            yield said


def test_each_line_of_a_call_says_whose_it_is_and_what_led_to_it() -> None:
    stage = Stage(rules=[complete_at(rounds=1)])
    stage.provider = Chatty(clock=stage.clock, script=stage.script)

    async def work() -> None:
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        await moot.stop()

        calls = lines.of("HTTP Request")
        assert {line.said["session"] for line in calls} == {session}
        correlations = [str(line.said["correlation"]) for line in calls]
        assert len(set(correlations)) == len(correlations) > 2
        assert correlations == [f"{line.said['step']}#{line.said['attempt']}" for line in calls]
        # Each leads back to one before; two that judge at once to the same.
        causes = [str(line.said["cause"]) for line in calls]
        assert all(cause in correlations[:at] for at, cause in enumerate(causes) if at)
        assert causes[1] == correlations[0]
        recorded = {record.envelope.correlation for record in stage.records(session) if record.envelope is not None}
        assert {*correlations, calls[0].said["cause"]} - {""} <= recorded
        for name in ("sent", "answered"):
            told = sorted(str(line.said["correlation"]) for line in lines.of(name))
            assert told == sorted(correlations)  # of two that judge at once either may come first

    with heard(logging.DEBUG) as lines:
        in_virtual_time(work)


def test_at_info_a_session_s_life_is_told_and_none_of_its_turns() -> None:
    stage = Stage(script=script("The rota is short."))

    async def work() -> None:
        moot = await stage.drive()
        session = await start(moot)
        await moot.command(session, Pause())
        await until(moot, session, Status.PAUSED)
        await moot.resume(session)
        await until(moot, session)
        await moot.stop()

        told = [line.message for line in lines.lines if line.logger == "core.runtime.logged_events"]
        for kind in ("SessionOpened", "SessionAdmitted", "SessionPaused", "SessionResumed", "SessionCompleted"):
            assert kind in told
        assert not {"AttemptStarted", "ArgumentPresented", "ConsensusUpdated", "RuleFired"} & set(told)
        assert all(line.said["session"] == session for line in lines.of(SessionCompleted.__name__))
        assert lines.of("this process drives")
        assert lines.of("this process drives no more")

    with heard(logging.INFO) as lines:
        in_virtual_time(work)


def test_no_text_of_a_turn_comes_into_the_log_file() -> None:
    stage = Stage(script=script("The rota is short, said nobody else."))

    async def work() -> None:
        moot = await stage.drive()
        await until(moot, await start(moot))
        await moot.stop()

    with heard(logging.DEBUG) as lines:
        in_virtual_time(work)

    assert lines.of("ArgumentPresented")
    assert not any("said nobody else" in f"{line.message} {dict(line.said)}" for line in lines.lines)


def test_a_refusal_is_told_with_who_asked_for_what() -> None:
    stage = Stage()

    async def work() -> None:
        moot = await stage.drive()
        with pytest.raises(Exception, match="no session"):
            await moot.resume("f" * 32)  # type: ignore[arg-type]
        await moot.stop()

        (line,) = lines.of("refused")
        assert (line.level, line.said["verb"], line.said["actor"]) == (logging.WARNING, "resume", "operator")

    with heard(logging.INFO) as lines:
        in_virtual_time(work)


async def test_what_an_sdk_logs_in_a_thread_of_its_own_says_whose_call_it_is() -> None:
    def source() -> Iterator[str]:
        SDK.info("in a thread")
        yield "said"

    with heard(logging.INFO) as lines, noting(session="ab12"):
        assert [each async for each in FromThread(source, hang_up=lambda: None).items()] == ["said"]

    assert lines.of("in a thread")[0].said == {"session": "ab12"}


async def test_what_one_task_is_about_another_is_not() -> None:
    async def begun(session: str) -> str:
        note(session=session)
        await asyncio.sleep(0)
        return str(about()["session"])

    with noting(verb="command"):
        assert await asyncio.gather(begun("one"), begun("two")) == ["one", "two"]
        assert about() == {"verb": "command"}
    assert about() == {}
    assert fields(a=1) == {FIELDS: {"a": 1}}


def test_every_kind_that_is_graver_or_lighter_than_others_is_a_kind_there_is() -> None:
    kinds = {kind.__name__ for kind in (*ENGINE_EVENTS, *DEBATE_EVENTS, *REFINEMENT_EVENTS)}

    assert set(LEVELS) - kinds == {"Unreadable"}
    assert level_of("SessionFailed") is Level.ERROR
    assert level_of("SomethingOfANewerRelease") is Level.INFO
    assert "text" not in TOLD
