"""How do the events of a debate read, as text on a page?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.cli.page import Page, titled
from console.presenters.agreement import advice_in_words
from console.presenters.answered import answered_by, asked_as, noted, outcome_shown
from console.presenters.figures import counted, money, percent
from console.presenters.judged import ballot_heading, counted_in_words, speakers_key
from console.presenters.reasons import called, in_words, who_concluded
from core.domain.events import Event, SessionOpened
from core.domain.steered import RoundsLimitChanged
from core.flows.debate_events import (
    ArgumentPresented,
    BallotGiven,
    BallotsCounted,
    ConsensusReached,
    ConsensusUpdated,
    DebateCompleted,
    RoundCompleted,
    RoundStarted,
    TemplateApplied,
    VerdictReached,
)


@dataclass(slots=True)
class SpokenDebate:
    """Remembers what a round's end has to sum up, and how ballots were counted."""

    page: Page
    rounds_limit: int = 0
    consensus: ConsensusUpdated | None = None
    counted: str = ""

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """What is debated."""
        opening = event.opening
        self.rounds_limit = opening.rounds_limit
        yield from self.page.plain(f"{asked_as(opening.answer)}: {opening.motion}")
        if answered_by(opening.answer):
            yield from self.page.indented(answered_by(opening.answer))

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        rounds = event.opening.rounds_limit
        return f"{event.opening.template} · " + ("1 round" if rounds == 1 else f"{rounds} rounds")

    def lines(self, event: Event) -> Iterator[str]:
        """What to print for an event of a debate; nothing for any other."""
        match event:
            case RoundStarted(round=number):
                yield ""
                yield self.page.heading(f"Round {number} of {max(number, self.rounds_limit)}")
            case ArgumentPresented():
                yield from self._argument(event)
            case ConsensusUpdated():
                self.consensus = event
            case RoundCompleted():
                yield from self._round_end(event)
            case BallotGiven():
                yield from self._ballot(event)
            case BallotsCounted():
                self.counted = counted_in_words(event)
            case VerdictReached():
                yield from self._verdict(event)
            case DebateCompleted():
                yield from self._sums(event)
            case ConsensusReached(ppm=ppm, level_ppm=level):
                yield from self.page.noted("◆", f"consensus reached: {percent(ppm)}, asked for {percent(level)}")
            case RoundsLimitChanged(rounds_limit=limit):
                self.rounds_limit = limit
            case TemplateApplied(template=template, rounds_limit=limit, by=by):
                self.rounds_limit = limit
                yield from self.page.noted("◇", f"{called(by)} applied the template {template} from the next round on")
            case _:
                said = noted(event)
                if said is not None:
                    yield from self.page.noted(said[0][0], f"{said[0][2:]}: {said[1]}")

    def _argument(self, event: ArgumentPresented) -> Iterator[str]:
        price = f", {money(event.cost_microusd)}" if event.cost_microusd else ""
        yield ""
        yield f"{titled(event.seat)} ({event.model}{price})"
        yield from self.page.indented(event.text)

    def _ballot(self, event: BallotGiven) -> Iterator[str]:
        price = f", {money(event.cost_microusd)}" if event.cost_microusd else ""
        yield ""
        yield from self.page.plain(f"{titled(event.seat)} ({event.model}{price}), {ballot_heading(event)}")
        yield from self.page.indented(f"{speakers_key(event)}\n\n{event.text}".strip())

    def _round_end(self, event: RoundCompleted) -> Iterator[str]:
        yield ""
        cut_short = ", cut short" if event.is_cut_short else ""
        if self.consensus is not None and self.consensus.is_advice:
            yield from self.page.noted("=", advice_in_words(self.consensus))
            return
        if event.consensus_ppm is None or self.consensus is None:
            yield from self.page.noted("=", f"consensus after round {event.round}{cut_short}: not measured yet")
            return
        reading = self.consensus
        said = f"consensus after round {event.round}{cut_short}: {percent(event.consensus_ppm)} by {reading.measure}"
        yield from self.page.noted("=", f"{said}: {reading.reason}")

    def _verdict(self, event: VerdictReached) -> Iterator[str]:
        yield ""
        yield self.page.heading(f"Verdict: {outcome_shown(event.outcome)}" if event.outcome else "Verdict")
        yield who_concluded(event) + (f", {money(event.cost_microusd)}" if event.cost_microusd else "")
        yield from self.page.indented(self.counted or event.text)  # what was counted stands above it, whole

    def _sums(self, event: DebateCompleted) -> Iterator[str]:
        rounds = "1 round" if event.rounds == 1 else f"{event.rounds} rounds"
        consensus = "not measured" if event.consensus_ppm is None else percent(event.consensus_ppm)
        yield ""
        yield from self.page.noted(
            "✓",
            f"completed ({in_words(event.reason)}): {outcome_shown(event.outcome) or 'no outcome'} after {rounds} and "
            f"{counted(event.arguments, 'argument')}, consensus {consensus}, {money(event.cost_microusd)}",
        )
