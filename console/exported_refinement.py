"""How do the events of a refinement read in a Markdown document?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from console.marked_down import aside, capitalised, escaped, quoted
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
from core.domain.events import ChildEnded, Event, SessionOpened
from core.flows.refinement_events import (
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
    ReviewDebateEnded,
    ReviewDebateStarted,
    ReviewGiven,
)


@dataclass(slots=True)
class RefinementDocument:
    """Remembers the drafts, as the one that is kept stands at the end, and what debates about them cost."""

    drafts: dict[int, str] = field(default_factory=dict)
    debates_microusd: int = 0

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """Its heading, and the brief, which may be as long as a page."""
        yield from (f"# {escaped(event.opening.title)}", "", *quoted(event.opening.motion))

    def agreed(self, event: SessionOpened) -> str:
        """That it is a refinement; its terms follow when it starts."""
        return "refinement"

    def lines(self, event: Event) -> Iterator[str]:
        """What the document says of an event of a refinement; nothing of any other."""
        match event:
            case RefinementStarted():
                yield from aside(f"{terms_in_words(event)}.")
            case IterationStarted(iteration=number):
                yield from ("", f"## Iteration {number}")
            case DraftPresented(number=number, text=text):
                self.drafts[number] = text
                yield from ("", f"### Draft {number} ({escaped(written_by(event))})", "", *quoted(text))
            case ReviewGiven(seat=seat):
                yield from ("", f"### {seat.replace('_', ' ').capitalize()}: {escaped(review_in_words(event))}")
                yield from ("", *quoted(event.feedback))
                if event.suggestions:
                    yield ""
                yield from (f"- {escaped(' '.join(suggestion_in_words(each).split()))}" for each in event.suggestions)
            case DraftsCompared():
                yield from aside(f"{compared_in_words(event)}.")
            case DraftChecked():
                yield from aside(f"{checked_in_words(event)}.")
            case ChildEnded(cost_microusd=cost):
                self.debates_microusd += cost
            case ReviewDebateStarted():
                yield from aside(f"{debated_in_words(event)}.")
            case ReviewDebateEnded(text=text):
                yield from (*aside(f"{debate_came_to(event)}."), "", *quoted(text))
            case DraftScored():
                yield from aside(f"{scored_in_words(event)}.")
            case DraftDecided():
                yield from aside(f"{decided_in_words(event)}.")
            case DraftAccepted():
                yield from aside(f"{accepted_in_words(event)}.")
            case RefinementCompleted(draft=draft):
                if draft in self.drafts:
                    yield from ("", f"## Kept: draft {draft}", "", *quoted(self.drafts[draft]))
                kept = kept_in_words(event, debates_microusd=self.debates_microusd)
                yield from ("", f"{escaped(capitalised(kept))}.")
            case _:
                return
