"""How do tests of the storage make events, appends and logs?"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.commands import COMMANDS, Envelope, Pause, RecordAnswer
from core.domain.events import ENGINE_EVENTS, AttemptSucceeded, SessionPaused
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.event_log import Append
from storage.codec import Codec

STEP = StepId("r1.opening.proposer")
AT_MS = 1_700_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsSpoken:
    """An event such as a flow adds: it holds the text that the command brought."""

    step: StepId
    seat: SeatId
    round: int
    text: str


KINDS = (*ENGINE_EVENTS, *COMMANDS, WordsSpoken)


def codec(*unknown: type) -> Codec:
    """What these tests record; without the kinds that a former release didn't know."""
    return Codec([kind for kind in KINDS if kind not in unknown])


def session(number: int = 1) -> SessionId:
    return SessionId(f"{number:032x}")


def answer(text: str) -> RecordAnswer:
    return RecordAnswer(
        step=STEP,
        attempt=1,
        text=text,
        tokens_input=812,
        tokens_output=301,
        cost_microusd=400,
        latency_ms=22,
        model="scripted:calm",
        stop_reason="stop",
    )


def turn(of: SessionId, text: str = "Cycling is quick.", *, after: int = 0) -> Append:
    """Two events of an answered call: the second holds what was said, and so does the command."""
    command = answer(text)
    return Append(
        session=of,
        envelope=Envelope(command=command, actor="runtime", at_ms=AT_MS + after, correlation=f"c{after}"),
        events=(
            AttemptSucceeded(
                step=STEP,
                attempt=1,
                tokens_input=812,
                tokens_output=301,
                cost_microusd=400,
                latency_ms=22,
                model=command.model,
                stop_reason="stop",
            ),
            WordsSpoken(step=STEP, seat=SeatId("proposer"), round=1, text=command.text),
        ),
        expected_seq=after,
    )


def pause(of: SessionId, *, after: int = 0, reason: str = "asked") -> Append:
    """One small event."""
    return Append(
        session=of,
        envelope=Envelope(command=Pause(reason=reason), actor="operator", at_ms=AT_MS + after, correlation=f"p{after}"),
        events=(SessionPaused(reason=reason, by="operator"),),
        expected_seq=after,
    )


def row(of: SessionId, **changes: object) -> SessionSummary:
    """A session as lists show it."""
    values: dict[str, object] = {
        "session": of,
        "seq": 1,
        "position": 1,
        "flow": "debate",
        "title": "Bicycles",
        "motion": "This house would cycle",
        "template": "simple_debate",
        "status": Status.RUNNING,
        "opened_at_ms": AT_MS,
        "changed_at_ms": AT_MS,
    }
    return SessionSummary(**(values | changes))  # type: ignore[arg-type]
