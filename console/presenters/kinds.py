"""What is each kind of session called, and what are its parts called?

Here alone a flow has words of its own; what stands on a screen for any session takes them from here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from console.presenters.figures import percent, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.domain.summary import SessionSummary


class Kind(NamedTuple):
    """`about` is what such a session is about, `lap` what it goes through again and again, `reading` how far it is, and
    `outcome` what it ends with. `glyph` stands before its title in a list, "" for what most sessions are, and
    `lap_short` above a narrow column."""

    word: str
    about: str
    lap: str
    reading: str
    outcome: str
    glyph: str = ""
    lap_short: str = ""
    is_scored: bool = False

    def shown(self, reading_ppm: int) -> str:
        """`62 %` of agreement, `0.62` for a score."""
        return score(reading_ppm) if self.is_scored else percent(reading_ppm)


DEBATE = Kind(word="debate", about="motion", lap="round", reading="consensus", outcome="a verdict")
REFINEMENT = Kind(
    word="refinement",
    about="brief",
    lap="iteration",
    lap_short="iter.",
    reading="score",
    outcome="the best draft",
    glyph="✎",
    is_scored=True,
)
SESSION = Kind(word="session", about="session", lap="stage", reading="reading", outcome="an end")
"""What holds of any kind, for a list of several, and for a flow that nothing is known of here."""

KINDS: Mapping[str, Kind] = MappingProxyType({"debate": DEBATE, "refinement": REFINEMENT})


def kind_of(summary: SessionSummary) -> Kind:
    """The kind of session that a row tells of."""
    return KINDS.get(flow_name(summary), SESSION)


def flow_name(summary: SessionSummary) -> str:
    """`refinement` of `refinement@1`."""
    return summary.flow.partition("@")[0]


def kind_of_all(summaries: Iterable[SessionSummary]) -> Kind:
    """The one kind that all of them are; of several, the words that fit each. Where there are none, debates."""
    found = {kind.word: kind for kind in map(kind_of, summaries)}
    return SESSION if len(found) > 1 else next(iter(found.values()), DEBATE)


def reading_of(summary: SessionSummary) -> int | None:
    """How far a session is: the newest consensus of a debate, the best score of a refinement; None before the first."""
    if not kind_of(summary).is_scored:
        return summary.consensus_ppm
    return summary.score_ppm


def reading_text(summary: SessionSummary) -> str:
    """The same in its own unit; "" before the first."""
    reading = reading_of(summary)
    return "" if reading is None else kind_of(summary).shown(reading)


def is_refinement(summary: SessionSummary) -> bool:
    return kind_of(summary) is REFINEMENT
