"""How do the events of a refinement read in a document?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from console.exported_blocks import Aside, Block, Heading, Item, Reading, Said, Told, capitalised
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
from console.presenters.figures import score
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

    title = "Scores of the drafts"
    drafts: dict[int, str] = field(default_factory=dict)
    debates_microusd: int = 0
    level_ppm: int = 0

    def opening(self, event: SessionOpened) -> Iterator[Block]:
        """Its heading, and the brief, which may be as long as a page."""
        yield from (Heading(1, event.opening.title), Said(event.opening.motion))

    def agreed(self, event: SessionOpened) -> str:
        """That it is a refinement; its terms follow when it starts."""
        return "refinement"

    def reading(self, event: Event) -> Reading | None:
        """The score of a draft; None where an event says none."""
        match event:
            case RefinementStarted(threshold_ppm=threshold):
                self.level_ppm = threshold
            case DraftScored(draft=draft, score_ppm=int(ppm)):
                return Reading(f"draft {draft}", ppm, score(ppm))
            case _:
                pass
        return None

    def blocks(self, event: Event) -> Iterator[Block]:
        """What the document says of an event of a refinement; nothing of any other."""
        match event:
            case RefinementStarted():
                yield Aside(f"{terms_in_words(event)}.")
            case IterationStarted(iteration=number):
                yield Heading(2, f"Iteration {number}")
            case DraftPresented(number=number, text=text):
                self.drafts[number] = text
                yield from (Heading(3, f"Draft {number} ({written_by(event)})"), Said(text))
            case ReviewGiven(seat=seat):
                yield Heading(3, f"{seat.replace('_', ' ').capitalize()}: {review_in_words(event)}")
                yield Said(event.feedback)
                yield from (Item(" ".join(suggestion_in_words(each).split())) for each in event.suggestions)
            case DraftsCompared():
                yield Aside(f"{compared_in_words(event)}.")
            case DraftChecked():
                yield Aside(f"{checked_in_words(event)}.")
            case ChildEnded(cost_microusd=cost):
                self.debates_microusd += cost
            case ReviewDebateStarted():
                yield Aside(f"{debated_in_words(event)}.")
            case ReviewDebateEnded(text=text):
                yield from (Aside(f"{debate_came_to(event)}."), Said(text))
            case DraftScored():
                yield Aside(f"{scored_in_words(event)}.")
            case DraftDecided():
                yield Aside(f"{decided_in_words(event)}.")
            case DraftAccepted():
                yield Aside(f"{accepted_in_words(event)}.")
            case RefinementCompleted(draft=draft):
                if draft in self.drafts:
                    yield from (Heading(2, f"Kept: draft {draft}"), Said(self.drafts[draft]))
                kept = kept_in_words(event, debates_microusd=self.debates_microusd)
                yield Told(f"{capitalised(kept)}.")
            case _:
                return
