"""Does a record verify, and does it say where and why where it doesn't?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import BeginAttempt
from core.domain.errors import WrongUse
from core.domain.events import AttemptStarted, AttemptSucceeded, Recorded, SessionForked
from core.domain.ids import Digest, SessionId
from core.flows.debate_events import ArgumentPresented
from core.runtime.replaying import Outcome
from core.runtime.requests import ForkRequest
from tests.memory import MemoryLog
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time


def altered(stage: Stage, session: SessionId, kind: type, **fields: object) -> int:
    """Change the first event of a kind on the disk, as somebody may have; its place."""
    for at, record in enumerate(stage.disk.records):
        if record.session == session and isinstance(record.event, kind):
            event = replace(record.event, **fields)  # type: ignore[type-var]
            stage.disk.records[at] = replace(record, event=event)
            return record.seq
    raise AssertionError(f"no {kind.__name__} is on record")


def asked_otherwise(stage: Stage, session: SessionId, **fields: object) -> int:
    """Change what the first call was begun with, in the command and in the event."""
    for at, record in enumerate(stage.disk.records):
        if record.session == session and isinstance(record.event, AttemptStarted):
            command = replace(record.envelope.command, **fields)
            assert isinstance(command, BeginAttempt)
            event = replace(record.event, **fields)
            stage.disk.records[at] = replace(record, event=event, envelope=replace(record.envelope, command=command))
            return record.seq
    raise AssertionError("no call is on record")


def test_a_session_is_the_same_when_everything_is_decided_again() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)

        whole = await moot.verify(session)
        part = await moot.verify(session, at_seq=10)

        assert (whole.outcome, whole.events) == (Outcome.SAME, len(stage.records(session)))
        assert whole.digest == await moot.digest(session)
        assert (part.outcome, part.events) == (Outcome.SAME, 10)
        assert part.digest == await moot.digest(session, at_seq=10) != whole.digest
        await moot.stop()

    in_virtual_time(work)


def test_a_text_that_was_changed_is_found_with_its_place() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        seq = altered(stage, session, ArgumentPresented, text="I never said that.")

        found = await moot.verify(session)
        before = await moot.verify(session, at_seq=seq - 2)

        assert (found.outcome, found.seq) == (Outcome.DIVERGES, seq)
        assert "I never said that." in found.recorded
        assert "The rota is short." in found.decided
        assert before.outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_a_call_begun_with_another_prompt_or_a_cost_that_no_pinned_price_makes_is_found() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)

        seq = asked_otherwise(stage, session, prompt_digest=Digest("0" * 64))
        prompt = await moot.verify(session)
        assert (prompt.outcome, prompt.seq) == (Outcome.DIVERGES, seq)
        assert "asked with the prompt 0000" in prompt.recorded

        other = await start(moot)
        await until(moot, other)
        seq = asked_otherwise(stage, other, cost_microusd_max=1_000_000)
        bound = await moot.verify(other)
        assert (bound.outcome, bound.seq) == (Outcome.DIVERGES, seq)
        assert bound.decided.endswith("can cost 0 at most")

        third = await start(moot)
        await until(moot, third)
        _bill(stage, third, cost_microusd=7)
        cost = await moot.verify(third)
        assert cost.outcome is Outcome.DIVERGES
        assert cost.recorded.endswith("cost 7 micro-dollars")
        assert cost.decided.endswith("cost 0 by the prices pinned")
        await moot.stop()

    in_virtual_time(work)


def _bill(stage: Stage, session: SessionId, *, cost_microusd: int) -> None:
    for at, record in enumerate(stage.disk.records):
        if record.session == session and isinstance(record.event, AttemptSucceeded):
            command = replace(record.envelope.command, cost_microusd=cost_microusd)
            stage.disk.records[at] = replace(record, envelope=replace(record.envelope, command=command))
            return


def test_what_the_catalogue_has_lost_is_named_and_nothing_is_said_against_the_record() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        await moot.stop()
        digest = stage.records(session)[0].event.opening.template_digest  # type: ignore[attr-defined]
        elsewhere = stage.orchestrator()
        await elsewhere.start(drive=False)
        del stage.catalogue.kept_templates[digest]

        found = await elsewhere.verify(session)

        assert found.outcome is Outcome.NOT_VERIFIABLE
        assert digest[:12] in found.why
        await elsewhere.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ({"flow": "debate@9"}, "no flow 'debate@9' is installed here"),
        ({"measure": "vectors@3"}, "no measure 'vectors@3' is installed here"),
    ],
)
def test_a_flow_or_measure_of_another_release_is_named(pin: dict[str, object], said: str) -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        _reopen(stage, session, **pin)

        found = await moot.verify(session)

        assert found.outcome is Outcome.NOT_VERIFIABLE
        assert said in found.why
        await moot.stop()

    in_virtual_time(work)


def _reopen(stage: Stage, session: SessionId, **fields: object) -> None:
    first = next(at for at, record in enumerate(stage.disk.records) if record.session == session)
    record: Recorded = stage.disk.records[first]
    opening = replace(record.event.opening, **fields)  # type: ignore[attr-defined]
    command = replace(record.envelope.command, opening=opening)
    stage.disk.records[first] = replace(
        record, event=replace(record.event, opening=opening), envelope=replace(record.envelope, command=command)
    )


def test_every_session_is_verified_and_one_that_is_unknown_is_refused() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        sessions = [await start(moot) for _ in range(3)]
        for session in sessions:
            await until(moot, session)

        found = [each async for each in moot.verify_all()]

        assert [each.session for each in found] == sorted(sessions)
        assert {each.outcome for each in found} == {Outcome.SAME}
        with pytest.raises(WrongUse, match="there is no session 'ffff'"):
            await moot.verify(SessionId("ffff"))
        with pytest.raises(WrongUse, match="it has no event 900"):
            await moot.verify(sessions[0], at_seq=900)
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("port", ["stored", "read"])
def test_nothing_is_said_against_a_session_that_is_deleted_while_it_is_verified(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        look = getattr(MemoryLog, port)

        async def just_deleted(log: MemoryLog, of: SessionId, **fields: object) -> object:
            stage.disk.lengths.pop(session, None)
            stage.disk.records[:] = [each for each in stage.disk.records if each.session != session]
            return await look(log, of, **fields)

        with monkeypatch.context() as patch:
            patch.setattr(MemoryLog, port, just_deleted)
            assert [each async for each in moot.verify_all()] == []
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_is_held_against_its_origin_where_that_is_on_record() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        fork = await moot.fork(ForkRequest(session=session, at_seq=14))
        await until(moot, fork)
        assert (await moot.verify(fork)).outcome is Outcome.SAME

        altered(stage, session, ArgumentPresented, text="I never said that.")
        found = await moot.verify(fork)

        assert (found.outcome, found.seq, found.recorded) == (Outcome.DIVERGES, 2, "SessionForked")
        assert "its origin's log has the digest" in found.decided
        await moot.delete(session)
        alone = await moot.verify(fork)
        assert alone.outcome is Outcome.SAME
        assert "is not on record here" in alone.notes[0]
        assert len(stage.events(fork, SessionForked)) == 1
        await moot.stop()

    in_virtual_time(work)
