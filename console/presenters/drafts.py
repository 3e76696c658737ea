"""Which drafts has a refinement, who says what of each, and why did it go on or end?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.presenters.figures import score
from core.domain.steered import MotionAmended, RoundsLimitChanged
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

if TYPE_CHECKING:
    from core.domain.events import Event

WRITER = "writer"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft with all that was said of it."""

    draft: DraftPresented
    reviews: tuple[ReviewGiven, ...] = ()
    comparisons: tuple[DraftsCompared, ...] = ()
    checks: tuple[DraftChecked, ...] = ()
    debate: ReviewDebateStarted | None = None
    debated: ReviewDebateEnded | None = None
    scored: DraftScored | None = None
    decided: DraftDecided | None = None
    accepted: DraftAccepted | None = None

    @property
    def number(self) -> int:
        return self.draft.number

    @property
    def score_ppm(self) -> int | None:
        return self.scored.score_ppm if self.scored is not None else None

    @property
    def spread_ppm(self) -> int | None:
        return self.scored.spread_ppm if self.scored is not None else None

    @property
    def checks_failed(self) -> tuple[DraftChecked, ...]:
        return tuple(check for check in self.checks if not check.has_passed)


@dataclass(slots=True)
class DraftsFold:
    """What the log says of a refinement. Of a session of another kind it stays empty."""

    brief: str = ""
    strategy: str = ""
    threshold_ppm: int = 0
    iterations_limit: int = 0
    iteration: int = 0
    patience: int = 0
    views: dict[int, DraftView] = field(default_factory=dict)
    best: int = 0
    completed: RefinementCompleted | None = None

    def take(self, event: Event) -> None:
        """Fold one event."""
        match event:
            case RefinementStarted():
                self.brief, self.strategy = event.brief, str(event.strategy)
                self.threshold_ppm, self.patience = event.threshold_ppm, event.patience
                self.iterations_limit = event.iterations_max
            case MotionAmended(motion=brief):
                self.brief = brief
            case RoundsLimitChanged(rounds_limit=limit):
                self.iterations_limit = limit
            case IterationStarted(iteration=iteration):
                self.iteration = iteration
            case DraftPresented(number=number):
                self.views[number] = DraftView(draft=event)
            case RefinementCompleted():
                self.completed = event
            case DraftDecided():
                self._decided(event)
            case _:
                self._said(event)

    def copied(self) -> DraftsFold:
        """Another one that goes on from here; the views themselves never change."""
        return replace(self, views=dict(self.views))

    @property
    def newest(self) -> DraftView | None:
        return self.views[max(self.views)] if self.views else None

    @property
    def kept(self) -> DraftView | None:
        """The draft that would be kept if it ended now, or was."""
        number = self.completed.draft if self.completed is not None else self.best
        return self.views.get(number)

    @property
    def scores(self) -> tuple[int, ...]:
        """The scores there are, in the order of the drafts."""
        scores = (self.views[number].score_ppm for number in sorted(self.views))
        return tuple(each for each in scores if each is not None)

    def before(self, number: int) -> int:
        """The draft before this one; 0 where it is the first."""
        return max((each for each in self.views if each < number), default=0)

    def upcoming(self, speaking: frozenset[str]) -> str:
        """What comes next, where `speaking` are the seats that are being listened to."""
        newest = self.newest
        if self.completed is not None:
            return ""
        if WRITER in speaking:
            return "review"
        if newest is None:
            return "draft 1"
        if newest.scored is None:
            return "decision" if speaking else "review"
        return f"draft {newest.number + 1}"

    def _decided(self, event: DraftDecided) -> None:
        self.best = event.best
        decided = max((n for n, view in self.views.items() if view.draft.iteration == event.iteration), default=0)
        if decided:
            self.views[decided] = replace(self.views[decided], decided=event)

    def _said(self, event: Event) -> None:
        about = max(event.first, event.second) if isinstance(event, DraftsCompared) else getattr(event, "draft", 0)
        view = self.views.get(about)
        if view is not None:
            self.views[about] = _told(view, event)
        if isinstance(event, DraftScored) and event.is_best:
            self.best = event.draft


def _told(view: DraftView, event: Event) -> DraftView:
    match event:
        case ReviewGiven():
            return replace(view, reviews=(*view.reviews, event))
        case DraftsCompared():
            return replace(view, comparisons=(*view.comparisons, event))
        case DraftChecked(check=check):
            others = (each for each in view.checks if each.check != check)
            return replace(view, checks=(*others, event))
        case ReviewDebateStarted():
            return replace(view, debate=event)
        case ReviewDebateEnded():
            return replace(view, debated=event)
        case DraftScored():
            return replace(view, scored=event)
        case DraftAccepted():
            return replace(view, accepted=event)
        case _:
            return view


def score_text(view: DraftView) -> str:
    """`0.71 ±0.05`, `0.71`, `no score` or, where it was not reviewed yet, `–`."""
    if view.scored is None:
        return "–"
    if view.score_ppm is None:
        return "no score"
    spread = view.spread_ppm
    return score(view.score_ppm) + (f" ±{score(spread)}" if spread else "")
