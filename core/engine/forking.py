"""What of a log does a fork go on from, and at which of its events can one begin?

A fork begins where a session could have stood still: behind everything that followed from one command, or right behind
the command's own events, before the rules were heard. Anywhere else half of a decision would be taken and half not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.domain.commands import Envelope
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import Inherited, Recorded, SessionForked, SessionOpened
from core.domain.ids import Digest, RuleId, SessionId
from core.domain.session import Opening, SessionState
from core.engine.draft import Draft
from core.engine.engine import Engine
from core.engine.evolve import unopened
from core.engine.replay import appends_of, fold
from core.rules.compiled import CompiledRules

FORK_EVENTS_MAX = 50_000
"""A fork holds what it goes on from; one of a longer prefix would be read and written for seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A log up to event `seq`: its opening, the other events, and what they leave."""

    seq: int
    opening: Opening
    events: tuple[Inherited, ...]
    state: SessionState


def cut(engine: Engine, session: SessionId, records: Sequence[Recorded], *, at_seq: int | None = None) -> Cut:
    """What a fork at event `at_seq` goes on from; without one, at the last event at which it wasn't over.

    `records` are the log from its first event on, as far as the append that holds `at_seq` at least. Raises WrongUse
    where there is no such event, where none can begin there, and where it is over there; NotVerifiableHere as a fold.
    """
    where = f"session {session[:8]}"
    state, taken, best = unopened(session), 0, 0
    best_state = state
    for append in appends_of(records):
        first, last = append[0].seq, append[-1].seq
        if at_seq is not None and last > at_seq:
            if first <= at_seq:
                _require_whole(engine, state, append, at_seq)
                state = fold(engine, append[: at_seq - first + 1], state=state)
                taken = at_seq
            break
        state, taken = fold(engine, append, state=state), last
        if not _end_of(engine, state):
            best, best_state = taken, state
    if at_seq is None:
        state, taken = best_state, best
    elif taken != at_seq:
        raise WrongUse(f"it has no event {at_seq}.", where=where, now=f"Its events are numbered from 1 to {taken}.")
    end = _end_of(engine, state)
    if end:
        now = f"Fork it at {best}, the last event before that." if best else ""
        raise WrongUse(f"at event {taken} it {end}: nothing goes on from there.", where=where, now=now)
    events = inherited(records[:taken])
    if len(events) > FORK_EVENTS_MAX:
        raise WrongUse(
            f"{len(events):,} events are more than a fork takes along.",
            where=where,
            now=f"Fork it at an earlier event; {FORK_EVENTS_MAX:,} are taken.",
        )
    assert state.opening is not None  # a log begins with its opening, or folding it would have failed
    return Cut(seq=taken, opening=state.opening, events=events, state=state)


def _end_of(engine: Engine, state: SessionState) -> str:
    """Why nothing goes on from here, "" where something does."""
    if state.life.status.is_over:
        return f"is {state.life.status}"
    is_decided = state.opening is not None and engine.flow(state).is_decided(state)
    return "has its verdict" if is_decided else ""


def inherited(records: Iterable[Recorded]) -> tuple[Inherited, ...]:
    """The events that a fork takes along: all but the opening, and of a fork what it took along itself."""
    taken: list[Inherited] = []
    for record in records:
        event = record.event
        if isinstance(event, SessionForked):
            taken += event.prefix.events
        elif not isinstance(event, SessionOpened):
            taken.append(Inherited(at_ms=record.at_ms, kind=type(event).__name__, event=event))
    return tuple(taken)


def kept_rules(
    state: SessionState, before: CompiledRules, after: CompiledRules
) -> tuple[tuple[RuleId, ...], tuple[RuleId, ...]]:
    """Of the rules `after`, those that have fired and not been armed again, and those not heard any more: because they
    stood so under the rules `before`, and are the same rules."""
    same = {rule.id for rule in after.rules if before.by_id.get(rule.id) == rule}
    return tuple(sorted(state.ruling.spent & same)), tuple(sorted(state.ruling.switched_off & same))


def differs_from(prefix: SessionForked, digest: Digest, events: Sequence[Inherited]) -> str:
    """Why what a fork says of its origin is not what is on record there, "" where it is."""
    taken = prefix.prefix
    if taken.digest != digest:
        return f"its origin's log has the digest {digest[:12]} at event {taken.seq}, not {taken.digest[:12]}"
    if taken.events != tuple(events):
        return f"the events that it took along are not those of its origin up to event {taken.seq}"
    return ""


def _require_whole(engine: Engine, state: SessionState, append: Sequence[Recorded], at_seq: int) -> None:
    first, last = append[0].seq, append[-1].seq
    own = first - 1 + _own_events(engine, state, append)
    if at_seq == own:
        return
    before = f"at {own}, before the rules were heard," if own < last else f"at {first - 1}, before it,"
    raise WrongUse(
        f"event {at_seq} lies in the midst of what followed from one command.",
        where=f"session {state.session[:8]}",
        now=f"Fork it {before} or at {last}, behind it." if own > 1 else f"Fork it at {last}, behind it.",
    )


def _own_events(engine: Engine, state: SessionState, append: Sequence[Recorded]) -> int:
    """How many of an append's events the command itself brought about; all of them where that can't be told here."""
    envelope = append[0].envelope
    if not isinstance(envelope, Envelope):
        return len(append)
    draft = Draft(engine, state, now_ms=max(envelope.at_ms, state.at_ms))
    try:
        draft.obey(envelope.command)
    except CommandRefused:
        return len(append)
    own = tuple(draft.events)
    return len(own) if own == tuple(record.event for record in append[: len(own)]) else len(append)
