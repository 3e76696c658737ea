"""How do the events of a refinement read, as text on a page?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.cli.page import Page, titled
from console.presenters.drafts_in_words import (
    accepted_in_words,
    checked_in_words,
    compared_in_words,
    debate_came_to,
    debated_in_words,
    decided_in_words,
    kept_in_words,
    review_in_words,
    scored_in_words,
    suggestion_in_words,
    terms_in_words,
    written_by,
)
from console.presenters.figures import money
from console.presenters.reasons import called
from core.domain.events import ChildEnded, Event, SessionOpened
from core.domain.steered import RoundsLimitChanged
from core.flows.refinement_events import (
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    IterationAsked,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
    ReviewDebateEnded,
    ReviewDebateStarted,
    ReviewGiven,
)
from core.flows.refinement_terms import Strategy


@dataclass(slots=True)
class SpokenRefinement:
    """Without `shows_drafts` of a draft only its number is told: whoever reads has it from elsewhere."""

    page: Page
    shows_drafts: bool = True
    iterations_limit: int = 0
    debates_microusd: int = 0

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """What is asked for."""
        self.iterations_limit = event.opening.rounds_limit
        yield from self.page.plain(f"Brief: {event.opening.motion}")

    def agreed(self, event: SessionOpened) -> str:
        """That it is a refinement; its terms follow when it starts."""
        return "refinement"

    def lines(self, event: Event) -> Iterator[str]:
        """What to print for an event of a refinement; nothing for any other."""
        noted = self.page.noted
        match event:
            case RefinementStarted():
                # Whoever reviews has to read it.
                self.shows_drafts = self.shows_drafts or event.strategy is Strategy.HUMAN
                yield from self.page.indented(terms_in_words(event))
            case IterationStarted(iteration=number):
                yield ""
                yield self.page.heading(f"Iteration {number} of {max(number, self.iterations_limit)}")
            case DraftPresented():
                yield from self._draft(event)
            case ReviewGiven():
                yield from self._review(event)
            case DraftsCompared():
                yield from noted("◇", compared_in_words(event))
            case DraftChecked(has_passed=has_passed):
                yield from noted("✓" if has_passed else "✗", checked_in_words(event))
            case ChildEnded(cost_microusd=cost):
                self.debates_microusd += cost
            case ReviewDebateStarted():
                yield from noted("◇", debated_in_words(event))
            case ReviewDebateEnded(text=text):
                yield from noted("◇", debate_came_to(event))
                if text:
                    yield from self.page.indented(text)
            case DraftScored():
                yield ""
                yield from noted("=", scored_in_words(event))
            case DraftDecided():
                yield from noted("◆", decided_in_words(event))
            case IterationAsked(by=by):
                yield from noted("◆", f"{called(by)} asked for one more draft")
            case DraftAccepted():
                yield from noted("◆", accepted_in_words(event))
            case RoundsLimitChanged(rounds_limit=limit):
                self.iterations_limit = limit
            case RefinementCompleted():
                yield ""
                yield from noted("✓", kept_in_words(event, debates_microusd=self.debates_microusd))
            case _:
                return

    def _draft(self, event: DraftPresented) -> Iterator[str]:
        price = f", {money(event.cost_microusd)}" if event.cost_microusd else ""
        yield ""
        yield f"Draft {event.number} ({written_by(event)}{price})"
        if self.shows_drafts:
            yield from self.page.indented(event.text)

    def _review(self, event: ReviewGiven) -> Iterator[str]:
        yield ""
        yield f"{titled(event.seat)} on draft {event.draft}: {review_in_words(event)}"
        yield from self.page.indented(event.feedback)
        for suggestion in event.suggestions:
            yield from self.page.indented(f"- {suggestion_in_words(suggestion)}")
