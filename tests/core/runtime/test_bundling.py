"""Is what a bundle brings the same session here as there, and does nobody go on with it unasked?"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import demo_request, open_orchestrator
from console.settings import Settings
from core.domain.chain import ROOT, Stored, link_of
from core.domain.commands import Escalate, Pause
from core.domain.errors import CommandRefused, StorageFailed, WrongUse
from core.domain.events import AttemptSucceeded, Recorded
from core.domain.ids import Digest, SessionId
from core.domain.session import Status
from core.orchestrator import Orchestrator
from core.ports.bundles import Bundle
from core.ports.outbox import Wanted
from core.runtime.bundling import Incoming, Standing
from core.runtime.records import is_record
from core.runtime.repeating import recorded_for
from core.runtime.replaying import Outcome
from core.runtime.requests import Asker, ForkRequest
from storage.bundle_parts import packed, unpacked

SAID = [{"text": f"Point {number}: the rota is short, and nobody is left for it."} for number in range(20)]
PAID = {"input_microusd": 3_000_000, "output_microusd": 15_000_000}


def settings_of(folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(
        database=folder / "moot.db", metrics_export_path=folder / "metrics", rehearsal_pace=0, in_doubt_policy="retry"
    )


@asynccontextmanager
async def driven(folder: Path) -> AsyncIterator[Orchestrator]:
    moot = open_orchestrator(settings_of(folder))
    await moot.start(must_drive=True)
    try:
        yield moot
    finally:
        await moot.stop(drain=False)


async def debated(moot: Orchestrator) -> SessionId:
    session = await moot.start_debate(request=demo_request())
    async for _ in moot.watch(session):
        if (await moot.summary(session)).status.is_over:
            return session
    raise AssertionError("it never ended")


async def stopped_midway(moot: Orchestrator, folder: Path) -> SessionId:
    """A debate that costs something, of which somebody speaks for ever: its last call is under way."""
    slow = {"answers": {"default": [*SAID[:2], {"text": "…", "delay_ms": 10_000_000}]}, "price": PAID}
    (folder / "slow.yaml").write_text(json.dumps(slow), encoding="utf-8")
    session = await moot.start_debate(
        "Motion?", template_id="standard_debate", casting={"": f"scripted:{folder / 'slow.yaml'}"}, seed=1
    )
    spoken = 0
    async for record in moot.watch(session):
        spoken += isinstance(record.event, AttemptSucceeded)
        state = await moot.state(session)
        if spoken == 2 and state.work.open:
            return session
    raise AssertionError("it never came so far")


async def exported(moot: Orchestrator, session: SessionId, path: Path) -> Path:
    content = await moot.bundles.packed(session)
    await asyncio.to_thread(path.write_bytes, content)
    return path


async def taken(moot: Orchestrator, path: Path) -> Incoming:
    incoming = await moot.bundles.look(path)
    await moot.bundles.import_(incoming, path)
    return incoming


async def events_of(moot: Orchestrator, session: SessionId) -> list[Recorded]:
    return list(await moot.events(session))


def rewritten(bundle: Bundle, old: bytes, new: bytes) -> bytes:
    """What somebody makes of a bundle who makes its whole chain anew."""
    link, made = ROOT, list[Stored]()
    for event in bundle.events:
        envelope = None if event.envelope is None else event.envelope.replace(old, new)
        event = replace(event, body=event.body.replace(old, new), envelope=envelope)
        link = link_of(link, bundle.session, event)
        made.append(replace(event, link=link))
    return packed(replace(bundle, events=tuple(made)))


async def test_a_session_is_the_same_elsewhere_and_is_packed_there_to_the_same_bytes(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        path = await exported(here, session, tmp_path / "a.zip")

        found = await there.bundles.look(path)
        assert await there.summaries() == []
        assert (found.standing, found.verified.outcome) == (Standing.NEW, Outcome.SAME)
        assert len(found.contents) == 3, "the evidence; rules and formats that come with moot are here"
        await taken(there, path)

        assert await there.digest(session) == await here.digest(session) == found.head.digest
        assert (await there.verify(session)).outcome is Outcome.SAME
        read = await events_of(there, session)
        assert [replace(each, position=0) for each in read] == [
            replace(each, position=0) for each in await events_of(here, session)
        ]
        ours, theirs = await here.summary(session), await there.summary(session)
        assert replace(theirs, position=0) == replace(ours, position=0)
        assert await there.bundles.packed(session) == path.read_bytes()

        again = await there.bundles.look(path)
        assert (again.standing, again.contents) == (Standing.SAME, ())
        assert await there.bundles.import_(again, path) is False


async def test_who_has_joined_has_the_driver_take_it_in(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        path = await exported(here, session, tmp_path / "a.zip")
        joined = open_orchestrator(settings_of(tmp_path / "there"))
        await joined.start()
        try:
            assert not joined.is_driver
            await taken(joined, path)
            assert await joined.digest(session) == await there.digest(session)
            assert [row.session for row in await there.summaries()] == [session]
            path.write_bytes(b"")
            with pytest.raises(WrongUse, match="not what was made"):
                await joined.bundles.look(path)
        finally:
            await joined.stop()


async def test_a_record_can_be_forked_and_its_fork_is_driven_here(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        await taken(there, await exported(here, session, tmp_path / "a.zip"))

        fork = await there.fork(ForkRequest(session=session))
        async for _ in there.watch(fork):
            if (await there.summary(fork)).status.is_over:
                break
        path = await exported(there, fork, tmp_path / "fork.zip")
        assert (await there.summary(fork)).status is Status.COMPLETED
        assert (await there.verify(fork)).outcome is Outcome.SAME
        found = await taken(here, path)
        assert found.verified.outcome is Outcome.SAME
        assert await here.digest(fork) == await there.digest(fork)


async def test_what_stood_midway_is_not_gone_on_with_and_costs_nothing_here(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        session = await stopped_midway(here, tmp_path)
        path = await exported(here, session, tmp_path / "a.zip")
        assert (await here.summary(session)).status is Status.RUNNING
        assert [each.cost_microusd > 0 for each in (await here.session_costs(session)).values()] == [True]
    async with driven(tmp_path / "there") as there:
        await taken(there, path)
        length = len(await events_of(there, session))
        head = await there.digest(session)
        assert await there.session_costs(session) == {}
        assert await there.doubts() == ()
        assert await there.pause_all() == 0
        row = await there.summary(session)
        assert (row.status, row.reason, row.attempts_open) == (Status.PAUSED, "recorded_elsewhere", 0)
        assert [await there.search("rota"), await there.summaries()] == [[row], [row]]
        assert (await there.system_status()).running == 0
        with pytest.raises(CommandRefused, match="a record of another place"):
            await there.command(session, Pause())
        for seat in ("proposer", "opponent"):
            with pytest.raises(CommandRefused, match="a record of another place"):
                await there.take_seat(session, seat)
    async with driven(tmp_path / "there") as there:  # another process begins to drive
        assert there.recovered == ()
        assert len(await events_of(there, session)) == length
        assert await there.digest(session) == head
        assert await is_record(there._ports.log, session)
        await there.delete(session)
        assert await there.summaries() == []
        await taken(there, path)
        assert await there.digest(session) == head


async def test_what_a_record_of_another_place_asks_nobody_is_asked_or_told_here(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        session = await stopped_midway(here, tmp_path)
        await here.command(session, Escalate(question="Is this what you meant?"))
        assert [case.question for case in await here.cases.open()] == ["Is this what you meant?"]
        path = await exported(here, session, tmp_path / "a.zip")
    async with driven(tmp_path / "there") as there:
        await taken(there, path)
        assert [row.session for row in await there.summaries()] == [session]
        assert await there.cases.open() == await there.cases.of(session) == ()
        with pytest.raises(WrongUse, match="it asks nothing"):
            await there.cases.file(session)
        ours = await debated(there)  # what is told of it is kept behind what the record would have told
    async with driven(tmp_path / "there") as there:
        told = await there.notifications.find(Wanted())
        assert {each.notification.session for each in told} == {ours}


async def test_what_another_inbox_asked_for_is_not_taken_for_what_is_asked_here(tmp_path: Path) -> None:
    asker = Asker(actor="operator", message=1, has_waited=True)
    async with driven(tmp_path / "here") as here:
        session = await stopped_midway(here, tmp_path)
        joined = open_orchestrator(settings_of(tmp_path / "here"))
        await joined.start()
        try:
            await joined.command(session, Pause())
        finally:
            await joined.stop()
        assert await recorded_for(here._ports.log, session, asker), "it was asked for by message 1 of that inbox"
        path = await exported(here, session, tmp_path / "a.zip")
    async with driven(tmp_path / "there") as there:
        await taken(there, path)
        assert await recorded_for(there._ports.log, session, asker) == ()


async def test_a_record_that_somebody_goes_on_with_is_a_session_like_any_other(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        session = await stopped_midway(here, tmp_path)
        path = await exported(here, session, tmp_path / "a.zip")
    quick = {"answers": {"default": SAID, "judge": {"text": "It stands.\nVERDICT: for"}}, "price": PAID}
    (tmp_path / "slow.yaml").write_text(json.dumps(quick), encoding="utf-8")
    async with driven(tmp_path / "there") as there:
        found = await taken(there, path)
        await there.resume(session)
        state = await there.state(session)
        assert state.work.doubtful, "the call that was under way there may have been paid for"
        assert not await is_record(there._ports.log, session)
        assert len(await events_of(there, session)) > found.head.seq
        with pytest.raises(WrongUse, match="on record here already, and it has"):
            await there.bundles.look(path)


async def test_another_content_under_an_id_that_is_here_is_refused_with_the_first_event_that_differs(
    tmp_path: Path,
) -> None:
    async with driven(tmp_path / "here") as here:
        session = await debated(here)
        path = await exported(here, session, tmp_path / "a.zip")
        bundle = unpacked(path.read_bytes(), where="it")
        changed = next(each for each in bundle.events if each.kind == "ArgumentPresented")
        word = json.loads(changed.body)["text"].split()[0].encode()
        path.write_bytes(rewritten(bundle, b'"text":"' + word, b'"text":"Never: ' + word))

        with pytest.raises(WrongUse, match=f"event {changed.seq} is another here|event {changed.seq - 1} is another"):
            await here.bundles.look(path)


async def test_a_record_made_anew_whole_is_found_out_by_its_decisions_or_by_a_head_kept_elsewhere(
    tmp_path: Path,
) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        head = await here.digest(session)
        path = await exported(here, session, tmp_path / "a.zip")
        bundle = unpacked(path.read_bytes(), where="it")
        ballot = next(each for each in bundle.events if each.kind == "BallotGiven")
        outcome = json.loads(ballot.body)["outcome"]
        other = "against" if outcome != "against" else "for"
        path.write_bytes(rewritten(bundle, f'"outcome":"{outcome}"'.encode(), f'"outcome":"{other}"'.encode()))

        with pytest.raises(WrongUse, match=f"its event {ballot.seq} would not come about"):
            await there.bundles.look(path)
        with pytest.raises(WrongUse, match="its head is"):
            await there.bundles.look(path, head=head, is_unverified=True)
        assert await there.summaries() == []

        incoming = await there.bundles.look(path, is_unverified=True)
        assert incoming.verified.outcome is Outcome.DIVERGES
        assert await there.bundles.import_(incoming, path, is_unverified=True)


async def test_what_the_log_names_must_be_there_and_nothing_else(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        path = await exported(here, session, tmp_path / "a.zip")
        bundle = unpacked(path.read_bytes(), where="it")
        for at in range(len(bundle.contents)):
            path.write_bytes(packed(replace(bundle, contents=bundle.contents[:at] + bundle.contents[at + 1 :])))
            with pytest.raises(WrongUse, match="names it and it isn't there"):
                await there.bundles.look(path)
        stray = replace(
            bundle.contents[0],
            digest=Digest("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"),
            body=b"0",
        )
        path.write_bytes(packed(replace(bundle, contents=(*bundle.contents, stray))))
        with pytest.raises(WrongUse, match="doesn't name it"):
            await there.bundles.look(path)
        assert await there.summaries() == []


async def test_a_chain_of_events_that_no_log_of_ours_could_be_is_refused(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        session = await debated(here)
        path = await exported(here, session, tmp_path / "a.zip")
        bundle = unpacked(path.read_bytes(), where="it")
        link, made = ROOT, list[Stored]()
        for seq, event in enumerate((*bundle.events[3:], *bundle.events[:3]), start=1):
            event = replace(event, seq=seq)
            link = link_of(link, session, event)
            made.append(replace(event, link=link))
        path.write_bytes(packed(replace(bundle, events=tuple(made))))

        with pytest.raises(WrongUse, match="Nothing was written"):
            await there.bundles.look(path, is_unverified=True)
        assert await there.summaries() == []


async def test_a_file_that_changed_between_the_look_and_the_import_is_refused(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here, driven(tmp_path / "there") as there:
        first, second = await debated(here), await debated(here)
        path = await exported(here, first, tmp_path / "a.zip")
        incoming = await there.bundles.look(path)
        await exported(here, second, path)

        with pytest.raises(WrongUse, match="changed meanwhile"):
            await there.bundles.import_(incoming, path)
        assert await there.summaries() == []


async def test_a_session_whose_record_was_changed_is_not_packed(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        session = await debated(here)
        with closing(sqlite3.connect(tmp_path / "here" / "moot.db")) as database:
            database.execute("UPDATE events SET body = replace(body, 'a', 'b') WHERE seq = 7")
            database.commit()
        with pytest.raises(StorageFailed, match="its record was changed: event 7"):
            await here.bundles.packed(session)


async def test_an_unknown_session_has_no_bundle(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        with pytest.raises(WrongUse, match="there is no session"):
            await here.bundles.packed(SessionId("0" * 32))
