"""How do the events of a debate read in a document?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.exported_blocks import Aside, Block, Heading, Reading, Said, Told
from console.presenters.agreement import advice_in_words
from console.presenters.answered import answered_by, noted, outcome_shown
from console.presenters.figures import counted, money, percent
from console.presenters.judged import ballot_heading, counted_in_words, speakers_key
from console.presenters.reasons import in_words, who_concluded
from core.domain.events import Event, SessionOpened
from core.flows.debate_events import (
    ArgumentPresented,
    BallotGiven,
    BallotsCounted,
    ConsensusReached,
    ConsensusUpdated,
    DebateCompleted,
    RoundCompleted,
    RoundStarted,
    VerdictReached,
)


@dataclass(slots=True)
class DebateDocument:
    """Remembers the reading that a round's end gives the reason of, and how ballots were counted."""

    title = "Consensus"
    consensus: ConsensusUpdated | None = None
    counted: str = ""
    turns: int = 0
    level_ppm: int = 0

    def opening(self, event: SessionOpened) -> Iterator[Block]:
        """Its heading."""
        yield Heading(1, event.opening.motion)
        if answered_by(event.opening.answer):
            yield Aside(f"{answered_by(event.opening.answer)}.")

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        return event.opening.template

    def reading(self, event: Event) -> Reading | None:
        """How far the seats agree, after which turn; None where an event says nothing of it."""
        match event:
            case ArgumentPresented():
                self.turns += 1
            case ConsensusReached(level_ppm=level):
                self.level_ppm = level
            case ConsensusUpdated(round=number, ppm=ppm, is_advice=False):
                return Reading(f"round {number}, turn {self.turns}", ppm, percent(ppm))
            case _:
                pass
        return None

    def blocks(self, event: Event) -> Iterator[Block]:
        """What the document says of an event of a debate; nothing of any other."""
        match event:
            case ConsensusUpdated():
                self.consensus = event
            case RoundStarted(round=number):
                yield Heading(2, f"Round {number}")
            case ArgumentPresented(seat=seat, model=model, text=text):
                yield from (Heading(3, f"{seat.replace('_', ' ').capitalize()} ({model})"), Said(text))
            case RoundCompleted() if self.consensus is not None and self.consensus.is_advice:
                yield Aside(advice_in_words(self.consensus))
            case RoundCompleted(consensus_ppm=int(ppm)) if self.consensus is not None:
                reading = self.consensus
                yield Aside(f"Consensus {percent(ppm)} by {reading.measure}: {reading.reason}")
            case BallotGiven(seat=seat, model=model, text=text):
                told = f"{seat.replace('_', ' ').capitalize()} ({model}), {ballot_heading(event)}"
                yield from (Heading(3, told), Aside(speakers_key(event)), Said(text))
            case BallotsCounted():
                self.counted = counted_in_words(event)
            case VerdictReached(outcome=outcome, text=text):
                yield Heading(2, f"Verdict: {outcome_shown(outcome)}")
                yield from (Told(f"{who_concluded(event)}:"), Said(self.counted or text))
            case DebateCompleted(reason=reason, arguments=arguments, cost_microusd=cost):
                yield Told(f"Completed ({in_words(reason)}): {counted(arguments, 'argument')}, {money(cost)}.")
            case _:
                said = noted(event)
                if said is not None:
                    yield Aside(f"{said[0][2:]}: {said[1]}")
