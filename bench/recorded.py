"""What does a long debate look like on record, as the engine settles it?"""

from __future__ import annotations

from bench.engine_turn import Driven
from core.domain.commands import COMMANDS, Command, Envelope
from core.domain.events import ENGINE_EVENTS
from core.domain.ids import SessionId
from core.engine.settle import settle
from core.flows.debate_events import DEBATE_EVENTS
from core.ports.event_log import Append
from storage.codec import Codec


class Recording(Driven):
    """A debate whose appends are kept: an outcome and the intent that follows it in one, as the runtime does it."""

    def __init__(self) -> None:
        self.appends: list[Append] = []
        super().__init__()

    def obey(self, command: Command) -> None:
        before = self.state.seq
        settlement = settle(self.engine, self.state, command, now_ms=self.now_ms)
        self.state = settlement.state
        envelope = Envelope(command=command, actor="runtime", at_ms=self.now_ms, correlation=f"c{before}")
        self.appends.append(
            Append(session=self.state.session, envelope=envelope, events=settlement.events, expected_seq=before)
        )


def a_codec() -> Codec:
    """What the log of a debate is written with."""
    return Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS))


def turns_of(turns: int) -> list[Append]:
    """The appends of a debate of so many turns, of the session `0…0`."""
    recording = Recording()
    recording.speak_until(turns)
    return recording.appends


def settle_of(appends: list[Append]) -> Append:
    """A finished turn with the next intent, as one append of the usual length: what one settle commits."""
    outcome, intent = appends[-1], appends[-2]
    return Append(
        session=outcome.session,
        envelope=outcome.envelope,
        events=(*outcome.events, *intent.events),
        expected_seq=0,
    )


def of_session(append: Append, session: SessionId, *, expected_seq: int) -> Append:
    """The same in another session."""
    return Append(session=session, envelope=append.envelope, events=append.events, expected_seq=expected_seq)
