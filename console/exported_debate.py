"""How do the events of a debate read in a Markdown document?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.marked_down import aside, escaped, quoted
from console.presenters.agreement import advice_in_words
from console.presenters.answered import answered_by, noted, outcome_shown
from console.presenters.figures import money, percent
from console.presenters.judged import ballot_heading, counted_in_words, speakers_key
from console.presenters.reasons import in_words, who_concluded
from core.domain.events import Event, SessionOpened
from core.flows.debate_events import (
    ArgumentPresented,
    BallotGiven,
    BallotsCounted,
    ConsensusUpdated,
    DebateCompleted,
    RoundCompleted,
    RoundStarted,
    VerdictReached,
)


@dataclass(slots=True)
class DebateDocument:
    """Remembers the reading that a round's end gives the reason of, and how ballots were counted."""

    consensus: ConsensusUpdated | None = None
    counted: str = ""

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """Its heading."""
        yield f"# {escaped(event.opening.motion)}"
        if answered_by(event.opening.answer):
            yield from aside(f"{answered_by(event.opening.answer)}.")

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        return event.opening.template

    def lines(self, event: Event) -> Iterator[str]:
        """What the document says of an event of a debate; nothing of any other."""
        match event:
            case ConsensusUpdated():
                self.consensus = event
            case RoundStarted(round=number):
                yield from ("", f"## Round {number}")
            case ArgumentPresented(seat=seat, model=model, text=text):
                yield from ("", f"### {seat.replace('_', ' ').capitalize()} ({escaped(model)})", "", *quoted(text))
            case RoundCompleted() if self.consensus is not None and self.consensus.is_advice:
                yield from aside(advice_in_words(self.consensus))
            case RoundCompleted(consensus_ppm=int(ppm)) if self.consensus is not None:
                reading = self.consensus
                yield from aside(f"Consensus {percent(ppm)} by {reading.measure}: {reading.reason}")
            case BallotGiven(seat=seat, model=model, text=text):
                told = f"{seat.replace('_', ' ').capitalize()} ({escaped(model)}), {escaped(ballot_heading(event))}"
                yield from ("", f"### {told}", *aside(speakers_key(event)), "", *quoted(text))
            case BallotsCounted():
                self.counted = counted_in_words(event)
            case VerdictReached(outcome=outcome, text=text):
                yield from ("", f"## Verdict: {escaped(outcome_shown(outcome))}")
                yield from ("", f"{escaped(who_concluded(event))}:", "", *quoted(self.counted or text))
            case DebateCompleted(reason=reason, arguments=arguments, cost_microusd=cost):
                yield from ("", f"Completed ({in_words(reason)}): {arguments} arguments, {money(cost)}.")
            case _:
                said = noted(event)
                if said is not None:
                    yield from aside(f"{said[0][2:]}: {said[1]}")
