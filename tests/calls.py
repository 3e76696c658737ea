"""What can become of the calls of some sessions, and how are they on record?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st

from core.domain.commands import Envelope, Pause
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    Event,
    Recorded,
    SessionPaused,
)
from core.domain.ids import NO_DIGEST, SeatId, SessionId, StepId
from core.domain.provider_errors import NOT_SENT
from core.ports.event_log import Append

BEGAN_MS = 1_790_000_000_000
ROUTES = ("cloud:large", "cloud:small", "shed:local")
PAUSED = SessionPaused(reason="asked", by="operator")


class Fate(StrEnum):
    ANSWERED = "answered"
    RECALLED = "recalled"
    FAILED = "failed"
    FAILED_AND_BILLED = "failed_and_billed"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"
    SETTLED = "settled"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call: whose, by which route, what it cost, and the minutes that passed before its end."""

    session: SessionId
    route: str
    fate: Fate
    cost_microusd: int = 0
    minutes: int = 1


def session(number: int) -> SessionId:
    return SessionId(f"{number:032x}")


CALLS = st.lists(
    st.builds(
        Made,
        session=st.integers(1, 3).map(session),
        route=st.sampled_from(ROUTES),
        fate=st.sampled_from(Fate),
        cost_microusd=st.integers(0, 5_000),
        minutes=st.integers(0, 400),
    ),
    max_size=25,
)


def records_of(calls: Iterable[Made]) -> list[Recorded]:
    """The calls one after another as a log has them. What is settled is settled last of all."""
    records: list[Recorded] = []
    lengths: Counter[SessionId] = Counter()
    late: list[tuple[SessionId, Event]] = []
    at_ms = BEGAN_MS
    for number, call in enumerate(calls, start=1):
        begun, *ends = events_of(call, number)
        _record(records, lengths, call.session, begun, at_ms)
        at_ms += call.minutes * 60_000
        for end in ends:
            if isinstance(end, AttemptSettled):
                late.append((call.session, end))
            else:
                _record(records, lengths, call.session, end, at_ms)
    for whose, end in late:
        at_ms += 60_000
        _record(records, lengths, whose, end, at_ms)
    return records


def _record(records: list[Recorded], lengths: Counter[SessionId], whose: SessionId, event: Event, at_ms: int) -> None:
    lengths[whose] += 1
    records.append(Recorded(session=whose, seq=lengths[whose], position=len(records) + 1, at_ms=at_ms, event=event))


def appends_of(records: Iterable[Recorded]) -> list[Append]:
    """An append for each record: a log that takes them in order holds these records."""
    return [
        Append(
            session=record.session,
            envelope=Envelope(command=Pause(), actor="test", at_ms=record.at_ms, correlation=""),
            events=(record.event,),
            expected_seq=record.seq - 1,
        )
        for record in records
    ]


def events_of(call: Made, number: int) -> tuple[Event, ...]:
    """How it began and what became of it."""
    step, cost = StepId(f"r1.claim_{number}"), call.cost_microusd
    begun = AttemptStarted(
        step=step,
        attempt=1,
        seat=SeatId("proposer"),
        route=call.route,
        cost_microusd_max=2 * cost,
        prompt_digest=NO_DIGEST,
    )
    doubted = AttemptInDoubt(step=step, attempt=1, route=call.route, cost_microusd_max=2 * cost, why="stopped")
    match call.fate:
        case Fate.ANSWERED:
            return begun, _answered(step, cost_microusd=cost, tokens_cached=7)
        case Fate.RECALLED:
            return begun, _answered(step, is_cached=True, saved_microusd=cost)
        case Fate.FAILED | Fate.FAILED_AND_BILLED | Fate.NOT_SENT:
            is_billed = call.fate is Fate.FAILED_AND_BILLED
            error = NOT_SENT if call.fate is Fate.NOT_SENT else "incomplete"
            return begun, AttemptFailed(
                step=step, attempt=1, error=error, message="", cost_microusd=cost * is_billed, route=call.route
            )
        case Fate.IN_DOUBT:
            return begun, doubted
        case Fate.SETTLED:
            return (
                begun,
                doubted,
                AttemptSettled(step=step, attempt=1, cost_microusd=cost, difference_microusd=cost, by="operator"),
            )
        case Fate.UNDER_WAY:
            return begun, PAUSED


def _answered(
    step: StepId,
    *,
    cost_microusd: int = 0,
    tokens_cached: int = 0,
    is_cached: bool = False,
    saved_microusd: int = 0,
) -> AttemptSucceeded:
    return AttemptSucceeded(
        step=step,
        attempt=1,
        tokens_input=0 if is_cached else 100,
        tokens_output=0 if is_cached else 10,
        cost_microusd=cost_microusd,
        latency_ms=5,
        model="large-2026",
        stop_reason="stop",
        is_cached=is_cached,
        tokens_cached=tokens_cached,
        saved_microusd=saved_microusd,
    )
