"""What makes a log one chain, so that its last link speaks for every event before it?

Each event's link is a SHA-256 over the link before it, the event's place, time, kind and bytes, and the envelope where
it has one. Whoever knows the last link knows whether the log is the one that it was taken of: `docs/decisions/` says
what that proves. The form is for ever, because links of it are kept elsewhere; another one begins with another `ROOT`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from core.domain.ids import Digest, SessionId

ROOT = sha256(b"moot chain 1\n").digest()
"""What stands for the link before the first event."""

LINK_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An event as its bytes lie in a log. The first of each append has the `envelope`; `at_ms` is Unix time."""

    seq: int
    at_ms: int
    kind: str
    version: int
    body: bytes
    envelope: bytes | None
    link: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The link of event number `seq`, in hexadecimal digits: the digest of the log up to there."""

    seq: int
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first place at which a log is not the chain that it says it is."""

    seq: int
    what: str


def linked(
    before: bytes,
    session: SessionId,
    *,
    seq: int,
    at_ms: int,
    kind: str,
    version: int,
    body: bytes,
    envelope: bytes | None,
) -> bytes:
    """The link of one event; `before` is that of the one before it, `ROOT` for the first.

    A kind is a class's name, so that it holds no line feed, and lengths are written down: no two events share a text.
    """
    if envelope is None:
        head = f"{session}\n{kind}\n{version} {seq} {at_ms} - {len(body)}\n".encode()
        return sha256(before + head + body).digest()
    head = f"{session}\n{kind}\n{version} {seq} {at_ms} {len(envelope)} {len(body)}\n".encode()
    return sha256(before + head + envelope + body).digest()


def link_of(before: bytes, session: SessionId, event: Stored) -> bytes:
    """The link that `event` must have behind `before`."""
    return linked(
        before,
        session,
        seq=event.seq,
        at_ms=event.at_ms,
        kind=event.kind,
        version=event.version,
        body=event.body,
        envelope=event.envelope,
    )


def head_of(last: Stored) -> Head:
    """What the link of a log's last event says."""
    return Head(seq=last.seq, digest=Digest(last.link.hex()))


def first_break(
    session: SessionId, events: Iterable[Stored], *, after_seq: int = 0, after: bytes = ROOT
) -> Break | None:
    """Where `events`, which follow event number `after_seq` with the link `after`, stop being one chain; None where
    they are one.

    An event that was changed together with its own link shows at the one behind it, and a tail that was made anew from
    there only by its last link.
    """
    for event in events:
        if event.seq != after_seq + 1:
            return Break(seq=after_seq + 1, what=f"event {after_seq + 1} is missing: event {event.seq} stands there")
        if not event.kind.isidentifier():
            return Break(seq=event.seq, what=f"event {event.seq} has no kind that a log can hold")
        link = link_of(after, session, event)
        if link != event.link:
            what = f"event {event.seq}, {event.kind}, is not what its link was made of"
            return Break(seq=event.seq, what=f"{what}: {link.hex()[:12]}, not {event.link.hex()[:12] or 'any'}")
        after_seq, after = event.seq, link
    return None
