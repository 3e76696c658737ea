"""Would every decision of a recorded session be taken again, and is its record the one that was made?

A session is read once: its chain is made anew from the bytes that are kept, each decision is asked again, and of a fork
it is looked up whether its origin's record says the same. Nothing is written and no model is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.chain import ROOT, first_break
from core.domain.errors import NotVerifiableHere, WrongUse
from core.domain.events import Event, Recorded, SessionForked
from core.domain.ids import NO_DIGEST, Digest, SessionId
from core.engine.forking import differs_from, inherited
from core.engine.reckoning import otherwise_reckoned
from core.engine.replay import Verification
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.ports import Ports

SLICE_EVENTS = 50
"""Decided again between two looks of the event loop at everything else: a few milliseconds of work."""

HEX = "0123456789abcdef"


class Outcome(StrEnum):
    """What came of verifying a session. Where something it pins isn't here, nothing is said against its record."""

    SAME = "same"
    DIVERGES = "diverges"
    NOT_VERIFIABLE = "not_verifiable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of it. `digest` names the record up to event `events`; it is the same wherever the record is read.

    Where it diverges, `seq` is the first event that does, `recorded` what stands there and `decided` what would today.
    `why` says what isn't at hand where it can't be verified; `notes` what could not be looked up besides.
    """

    session: SessionId
    outcome: Outcome
    events: int = 0
    digest: Digest = NO_DIGEST
    seq: int = 0
    recorded: str = ""
    decided: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()


async def log_digest(ports: Ports, session: SessionId, *, at_seq: int | None = None) -> tuple[int, Digest]:
    """How many events a log has, up to `at_seq` where given, and the digest that speaks for all of them.

    Raises WrongUse for an unknown session and for an event that it doesn't have.
    """
    head = await ports.log.head(session, at_seq=at_seq)
    if head is not None:
        return head.seq, head.digest
    last = await ports.log.head(session)
    if last is None:
        raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` names those that there are.")
    raise WrongUse(
        f"it has no event {at_seq}.", where=f"session {session[:8]}", now=f"They are numbered from 1 to {last.seq}."
    )


class Replaying:
    """Verifies sessions, one after the other or all there are."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def verify(self, session: SessionId, *, at_seq: int | None = None) -> Verified:
        """One session, up to event `at_seq` where given. Raises WrongUse where there is no such session or event."""
        events, digest = await log_digest(self._ports, session, at_seq=at_seq)
        broken = await self._broken(session, until_seq=events)
        if broken is not None:
            return Verified(
                session=session,
                outcome=Outcome.DIVERGES,
                events=events,
                digest=digest,
                seq=broken[0],
                recorded=broken[1],
                decided="an event that its link was made of",
            )
        try:
            return await self._decided_again(session, events, digest)
        except NotVerifiableHere as lacking:
            why = str(lacking)
        except WrongUse as gone:  # the catalogue has lost what the log names, or somebody has deleted the session
            await log_digest(self._ports, session, at_seq=events)
            why = f"{gone.where}: {gone.what}" if gone.where else gone.what
        return Verified(session=session, outcome=Outcome.NOT_VERIFIABLE, events=events, digest=digest, why=why)

    async def verify_all(self) -> AsyncIterator[Verified]:
        """Every session on record, in the order of their ids."""
        for session in sorted(await self._ids("")):
            try:
                yield await self.verify(session)
            except WrongUse:  # deleted meanwhile
                continue

    async def _ids(self, prefix: str) -> list[SessionId]:
        found = list(await self._ports.log.session_ids(prefix, limit=READ_EVENTS_MAX))
        if len(found) < READ_EVENTS_MAX:
            return found
        return [each for digit in HEX for each in await self._ids(prefix + digit)]

    async def _broken(self, session: SessionId, *, until_seq: int) -> tuple[int, str] | None:
        seq, link = 0, ROOT
        while seq < until_seq:
            page = await self._ports.log.stored(session, after_seq=seq, limit=min(READ_EVENTS_MAX, until_seq - seq))
            if not page:
                await log_digest(self._ports, session, at_seq=until_seq)  # refused where it was deleted meanwhile
                return seq + 1, "nothing"
            broken = first_break(session, page, after_seq=seq, after=link)
            if broken is not None:
                return broken.seq, broken.what
            seq, link = page[-1].seq, page[-1].link
            await asyncio.sleep(0)
        return None

    async def _decided_again(self, session: SessionId, events: int, digest: Digest) -> Verified:
        verification = Verification(self._ports.engine, session, form=self._form(), reckon=otherwise_reckoned)
        forked: SessionForked | None = None
        async for records in self._appends(session, until_seq=events):
            await self._ports.library.prepare(record.event for record in records)
            forked = forked or next((each.event for each in records if isinstance(each.event, SessionForked)), None)
            for start in range(0, len(records), SLICE_EVENTS):
                verification.read(records[start : start + SLICE_EVENTS])
                await asyncio.sleep(0)
            if verification.divergence is not None:
                break
        found = verification.finish()
        if found is None and verification.seq < events:
            raise WrongUse("it was deleted meanwhile.", where=f"session {session[:8]}")
        if found is not None and found.seq <= events:
            return Verified(
                session=session,
                outcome=Outcome.DIVERGES,
                events=events,
                digest=digest,
                seq=found.seq,
                recorded=found.recorded,
                decided=found.decided,
            )
        same = Verified(session=session, outcome=Outcome.SAME, events=events, digest=digest)
        return same if forked is None else await self._of_its_origin(same, forked)

    async def _appends(self, session: SessionId, *, until_seq: int) -> AsyncIterator[list[Recorded]]:
        """The log in pages, up to the end of the append that event `until_seq` belongs to."""
        seq = 0
        while page := list(await self._ports.log.read(session, after_seq=seq, limit=READ_EVENTS_MAX)):
            seq = page[-1].seq
            end = next((each.seq for each in page if each.seq > until_seq and each.envelope is not None), None)
            yield page if end is None else page[: len(page) - (seq - end + 1)]
            if end is not None or len(page) < READ_EVENTS_MAX:
                return

    async def _of_its_origin(self, same: Verified, forked: SessionForked) -> Verified:
        """Whether what a fork says that it took along is what its origin's record says, where that is here."""
        prefix = forked.prefix
        head = await self._ports.log.head(prefix.session, at_seq=prefix.seq)
        if head is None:
            return _on_its_own_word(same, forked)
        records: list[Recorded] = []
        while len(records) < prefix.seq:
            left = min(READ_EVENTS_MAX, prefix.seq - len(records))
            page = await self._ports.log.read(prefix.session, after_seq=len(records), limit=left)
            if not page:
                return _on_its_own_word(same, forked)  # the origin was deleted meanwhile
            records += page
        why = differs_from(forked, head.digest, inherited(records))
        if not why:
            return same
        return Verified(
            session=same.session,
            outcome=Outcome.DIVERGES,
            events=same.events,
            digest=same.digest,
            seq=2,
            recorded="SessionForked",
            decided=why,
        )

    def _form(self) -> Callable[[Event], str]:
        """How two events are compared: byte for byte, as the canonical JSON of each."""
        return self._ports.wire.event_as_text


def _on_its_own_word(same: Verified, forked: SessionForked) -> Verified:
    origin = forked.prefix.session[:8]
    note = f"its origin, session {origin}, is not on record here: what it took along is its own word"
    return replace(same, notes=(note,))
