"""What goes into a session's bundle, and may one that came from elsewhere be taken in?

Everything is looked at before anything is written: the file by the port, and here whether its log can be read, names
nothing that isn't with it, and would be decided again as it was. What is taken in is a record: nobody goes on with it
unasked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from core.domain.chain import Head, Stored, first_break
from core.domain.errors import MootError, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.events import Event, Recorded, RulesChanged, SessionForked, SessionOpened, Unreadable
from core.domain.ids import NO_DIGEST, Digest, SessionId
from core.domain.session import DocumentRef
from core.domain.summary import SessionSummary
from core.engine.summarise import summarise
from core.ports.bundles import Bundle, Bundles, Content, ContentKind
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.runtime.ports import EngineOver, Ports
from core.runtime.replaying import SLICE_EVENTS, Outcome, Replaying, Verified
from core.runtime.rulebook import Ask


class Standing(StrEnum):
    """What is here already of a session that comes from elsewhere."""

    NEW = "new"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What taking in a bundle would add. `digest` is that of the file; `contents` are those that aren't here yet.

    `verified` says whether its decisions were taken again here, and came out the same.
    """

    session: SessionId
    head: Head
    digest: Digest
    row: SessionSummary
    standing: Standing
    contents: tuple[Content, ...]
    verified: Verified


class Bundling:
    """Packs sessions, and looks at what comes from elsewhere before it is taken in."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    @property
    def _bundles(self) -> Bundles:
        if self._ports.bundles is None:
            raise WrongUse("this moot was opened without bundles.")
        return self._ports.bundles

    @property
    def _decider(self) -> EngineOver:
        if self._ports.engine_over is None:
            raise WrongUse("this moot was opened without bundles.")
        return self._ports.engine_over

    async def packed(self, session: SessionId) -> bytes:
        """The bundle of a session, the same bytes wherever the same session is packed.

        Raises WrongUse for an unknown session, and where the catalogue has lost what its log names; StorageFailed where
        its chain is broken; NotVerifiableHere where it holds events that this release can't read.
        """
        events: list[Stored] = []
        while page := await self._ports.log.stored(session, after_seq=len(events)):
            events += page
        if not events:
            raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` shows those there are.")
        broken = first_break(session, events)
        if broken is not None:  # nobody would take it in
            what, now = f"its record was changed: {broken.what}.", "Restore a back-up; `moot doctor` says more."
            raise StorageFailed(what, where=f"session {session[:8]}", now=now)
        records = await _all(self._ports.log, session, until_seq=len(events))
        contents = [await self._bundles.content(*each) for each in sorted(_named(_events(records)))]
        return await self._bundles.pack(Bundle(session=session, events=tuple(events), contents=tuple(contents)))

    async def look(self, path: Path, *, head: Digest = NO_DIGEST, is_unverified: bool = False) -> Incoming:
        """What taking in the bundle at `path` would add. Writes nothing.

        Raises WrongUse for a file that is no bundle or was changed, for one whose log's head isn't `head`, where given,
        for a session that is here with another content, and, unless it may be `is_unverified`, for one whose decisions
        come out otherwise; NotVerifiableHere for one that this release can't read.
        """
        _, incoming = await self._looked_at(path, head=head, is_unverified=is_unverified)
        return incoming

    async def take(self, path: Path, *, digest: Digest, is_unverified: bool = False) -> tuple[Incoming, int]:
        """Take in the bundle at `path`, which `look` found to have that `digest`; the position of its last event, 0
        where it was here already. Raises as `look` does, and WrongUse where the file isn't the one that was looked at.
        """
        bundle, incoming = await self._looked_at(path, head=NO_DIGEST, is_unverified=is_unverified)
        if bundle.digest != digest:
            raise WrongUse("the file was changed meanwhile.", where=str(path), now="Look at it again.")
        if incoming.standing is Standing.SAME:
            return incoming, 0
        await self._bundles.keep(incoming.contents)
        return incoming, await self._ports.log.take(bundle.session, bundle.events)

    async def _looked_at(self, path: Path, *, head: Digest, is_unverified: bool) -> tuple[Bundle, Incoming]:
        bundle = await self._bundles.read(path)
        where = f"{path}, session {bundle.session[:8]}"
        if head and head != bundle.head.digest:
            raise WrongUse(
                f"its head is {bundle.head.digest[:12]}, and not {head[:12]}.",
                where=where,
                now="It is another record than the one that you were told of. Nothing was written.",
            )
        standing = await self._standing(bundle, where)
        row, refs, verified = await self._decided(bundle, where)
        if verified.outcome is Outcome.DIVERGES and not is_unverified:
            raise WrongUse(
                f"its event {verified.seq} would not come about: on record is {verified.recorded[:200]}, and decided "
                f"would be {verified.decided[:200]}.",
                where=where,
                now="Nothing was written. With --unverified it is taken in all the same.",
            )
        contents = [_with_name(each, refs) for each in bundle.contents]
        fresh = [each for each in contents if not await self._is_here(each)]
        return bundle, Incoming(
            session=bundle.session,
            head=bundle.head,
            digest=bundle.digest,
            row=row,
            standing=standing,
            contents=tuple(fresh),
            verified=verified,
        )

    async def _standing(self, bundle: Bundle, where: str) -> Standing:
        here = await self._ports.log.head(bundle.session)
        if here is None:
            return Standing.NEW
        if here == bundle.head:
            return Standing.SAME
        seq = 0
        while page := await self._ports.log.stored(bundle.session, after_seq=seq):
            for event, other in zip(page, bundle.events[seq:], strict=False):
                if event != other:
                    what = f"event {event.seq} is another here"
                    break
            else:
                seq = page[-1].seq
                continue
            break
        else:
            what = f"it has {bundle.head.seq} event{'' if bundle.head.seq == 1 else 's'}, and {here.seq} here"
        raise WrongUse(
            f"the session is on record here already, and {what}.",
            where=where,
            now="Nothing was written. To have both, import it into another database: --database FILE.",
        )

    async def _decided(self, bundle: Bundle, where: str) -> tuple[SessionSummary, tuple[DocumentRef, ...], Verified]:
        """The row that a list would have of it, the evidence that it names, and whether it would come about again."""
        async with self._bundles.opened(bundle) as (log, catalogue):
            records = await _all(log, bundle.session, until_seq=bundle.head.seq)
            named = _named(_events(records))
            held = {(each.kind, each.digest) for each in bundle.contents}
            for kind, digest in sorted(named ^ held):
                missing = (kind, digest) in named
                what = "the log names it and it isn't there" if missing else "the log doesn't name it"
                raise WrongUse(
                    f"the bundle is not what was made: {what}.",
                    where=f"{where}, {kind}/{digest[:12]}",
                    now="Nothing was written. Ask for it again where it was made.",
                )
            library, engine = self._decider(catalogue)
            ports = replace(self._ports, log=log, catalogue=catalogue, library=library, engine=engine)
            try:
                row: SessionSummary | None = None
                for at, record in enumerate(records):
                    row = summarise(row, record, engine.flows)
                    if at % SLICE_EVENTS == 0:
                        await asyncio.sleep(0)
                await library.prepare(record.event for record in records)
                verified = await Replaying(ports).verify(bundle.session)
            except MootError:
                raise
            except Exception as error:
                # The chain holds, so that somebody made it so: no log that moot wrote leads here.
                raise WrongUse(
                    f"its events don't follow on one another ({type(error).__name__}).",
                    where=where,
                    now="Nothing was written.",
                ) from error
        assert row is not None  # a bundle has events
        opening = next((each.event.opening for each in records if isinstance(each.event, SessionOpened)), None)
        return row, opening.documents if opening is not None else (), verified

    async def _is_here(self, content: Content) -> bool:
        try:
            return (await self._bundles.content(content.kind, content.digest)).body == content.body
        except WrongUse:
            return False


class BundleDoor(Bundling):
    """The same for whoever stands outside: what is taken in is taken in by the driver."""

    def __init__(self, ports: Ports, ask: Ask) -> None:
        super().__init__(ports)
        self._ask = ask

    async def import_(self, incoming: Incoming, path: Path, *, is_unverified: bool = False) -> bool:
        """Take in what `look` found at `path`, which is absolute; False where it was here already. Raises as `take`."""
        body = {"path": str(path), "digest": incoming.digest, "is_unverified": is_unverified}
        return bool((await self._ask("import_bundle", body)).body["is_new"])


async def _all(log: EventLog, session: SessionId, *, until_seq: int) -> list[Recorded]:
    """A log's events. Raises NotVerifiableHere at one that this release can't read."""
    records: list[Recorded] = []
    while len(records) < until_seq:
        page = await log.read(session, after_seq=len(records), limit=min(READ_EVENTS_MAX, until_seq - len(records)))
        if not page:
            break
        for record in page:
            if isinstance(record.event, Unreadable):
                where = f"session {session[:8]}, event {record.seq}"
                raise NotVerifiableHere(record.event.why, where=where, now=record.event.now)
        records += page
    return records


def _events(records: Iterable[Recorded]) -> Iterable[Event]:
    return (record.event for record in records)


def _named(events: Iterable[Event]) -> set[tuple[ContentKind, Digest]]:
    """What a log names by digest: what `core.runtime.library` has at hand before it is decided."""
    found: set[tuple[ContentKind, Digest]] = set()
    for event in events:
        match event:
            case SessionOpened():
                opening = event.opening
                found.add((ContentKind.RULES, opening.rules_digest))
                templates = (opening.template_digest, *opening.templates.values())
                found.update((ContentKind.TEMPLATE, digest) for digest in templates if digest)
                found.update((ContentKind.DOCUMENT, each.digest) for each in opening.documents)
            case SessionForked():  # rules of its origin have spoken: what they said is all that is needed
                carried = (each.event for each in event.prefix.events)
                found |= _named(each for each in carried if not isinstance(each, RulesChanged))
            case RulesChanged():
                found.add((ContentKind.RULES, event.digest))
                found.update((ContentKind.TEMPLATE, digest) for digest in event.templates.values())
            case _:
                digest = getattr(event, "digest", NO_DIGEST)
                if digest:
                    found.add((ContentKind.TEMPLATE, digest))
    return found


def _with_name(content: Content, refs: Iterable[DocumentRef]) -> Content:
    """An evidence text under the name that the session cites it by."""
    name = next((each.name for each in refs if each.digest == content.digest), content.name)
    return replace(content, name=name) if content.kind is ContentKind.DOCUMENT else content
