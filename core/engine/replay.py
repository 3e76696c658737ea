"""What does a recorded log say, and would the same decisions be taken again?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.domain.commands import Envelope
from core.domain.errors import CommandRefused, NotVerifiableHere
from core.domain.events import Recorded, RuleErred, SessionOpened, Unreadable
from core.domain.ids import SessionId
from core.domain.session import SessionState
from core.engine.engine import Engine
from core.engine.evolve import evolve, unopened
from core.engine.settle import settle
from core.rules.pinning import lacking, needing


def fold(engine: Engine, records: Iterable[Recorded], *, state: SessionState) -> SessionState:
    """The state after `records`, which follow on `state` without a gap. Rules are not asked, only remembered.

    Raises NotVerifiableHere at an event that can't be read here: what is true after it is not known.
    """
    for record in records:
        event = record.event
        if isinstance(event, Unreadable):
            raise unreadable(record, event)
        flow = engine.flow_of(event.opening) if isinstance(event, SessionOpened) else engine.flow(state)
        state = evolve(state, event, at_ms=record.at_ms, flow=flow)
    return state


def fold_session(engine: Engine, session: SessionId, records: Iterable[Recorded]) -> SessionState:
    """The state that a session's whole log leaves."""
    return fold(engine, records, state=unopened(session))


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first event that would be decided otherwise today: what is on record, what would be."""

    seq: int
    recorded: str
    decided: str


def verify(engine: Engine, session: SessionId, records: Sequence[Recorded]) -> Divergence | None:
    """Ask every decision of a log again; None where each event comes out the same.

    Raises NotVerifiableHere where the log pins something that isn't at hand, or holds what can't be read here.
    """
    state = unopened(session)
    for append in _appends(records):
        first = append[0]
        for record in append:
            if isinstance(record.event, Unreadable):
                raise unreadable(record, record.event)
        if not isinstance(first.envelope, Envelope):
            return Divergence(seq=first.seq, recorded=repr(first.event), decided="nothing: no command is on record")
        try:
            settlement = settle(engine, state, first.envelope.command, now_ms=first.envelope.at_ms)
        except CommandRefused as refusal:
            return Divergence(seq=first.seq, recorded=repr(first.event), decided=f"nothing: {refusal}")
        _require_plugins(engine, settlement.state, append)
        for index, record in enumerate(append):
            decided = settlement.events[index] if index < len(settlement.events) else None
            if decided != record.event:
                return Divergence(seq=record.seq, recorded=repr(record.event), decided=repr(decided))
        if len(settlement.events) > len(append):
            surplus = settlement.events[len(append)]
            return Divergence(seq=append[-1].seq + 1, recorded="nothing", decided=repr(surplus))
        state = settlement.state
    return None


def _require_plugins(engine: Engine, state: SessionState, append: Sequence[Recorded]) -> None:
    """Raise NotVerifiableHere where rules in force need a plugin that isn't here, or were heard without one that is."""
    installed = frozenset(engine.plugins.origins)
    where, now = f"session {state.session[:8]}", "Verify it where the same plugins are installed."
    rules = engine.rules(state)
    for rule in rules.enabled:
        for origin in rule.plugins:
            if origin not in installed:
                raise NotVerifiableHere(f"its rule {rule.id}: {lacking(origin, installed)}", where=where, now=now)
    for event in (record.event for record in append):
        if isinstance(event, RuleErred) and event.rule in rules.by_id:
            for origin in rules.by_id[event.rule].plugins:
                if event.message.startswith(needing(origin)):
                    why = (
                        f"its rule {event.rule} wasn't heard for want of the plugin {origin}, which is installed here."
                    )
                    raise NotVerifiableHere(why, where=where, now=now)


def unreadable(record: Recorded, event: Unreadable) -> NotVerifiableHere:
    return NotVerifiableHere(event.why, where=f"session {record.session[:8]}, event {record.seq}", now=event.now)


def _appends(records: Sequence[Recorded]) -> Iterable[list[Recorded]]:
    append: list[Recorded] = []
    for record in records:
        if record.envelope is not None and append:
            yield append
            append = []
        append.append(record)
    if append:
        yield append
