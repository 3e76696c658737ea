"""How is a change of mind told, and what all of them come to?

In words and with a sign, never by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.answered import outcome_shown
from console.presenters.figures import counted, percent
from core.analytics.flips import (
    NO_MINDS,
    Bearing,
    Flip,
    FlipCounts,
    FlipLedger,
    Minds,
    Rightness,
    all_seen,
    counts_of,
    fold_minds,
    so_far,
)
from core.domain.events import SessionForked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.analytics.flips import FlipSums, Formats
    from core.domain.events import Event

PPM = 1_000_000
SIGN = "⇄"
CHANGED = f"{SIGN} changed"
"""What a turn is marked with in which a seat changed its mind."""

BEARINGS = {
    Bearing.TOWARDS: "towards the verdict",
    Bearing.AWAY: "away from the verdict",
    Bearing.NEITHER: "neither is the verdict",
    Bearing.OPEN: "",
}
RIGHTNESS = {
    Rightness.TO_RIGHT: "✓ from wrong to right",
    Rightness.TO_WRONG: "✗ from right to wrong",
    Rightness.STILL_WRONG: "wrong before and after",
    Rightness.UNKNOWN: "",
}
NOBODY = "nobody whom it sees"
SUMS_HEADINGS = ("", "debates", "again", "changed", "share", "towards", "away", "✓ right", "✗ wrong")


def hear(minds: Minds, event: Event, formats: Formats = all_seen) -> tuple[Minds, Flip | None]:
    """The minds behind `event`, and the change that it tells of. What a fork took along comes event by event."""
    if isinstance(event, SessionForked):
        return minds, None
    after = fold_minds(minds, event, formats)
    return after, after.flips[-1] if after.flips is not minds.flips and after.flips else None


@dataclass(slots=True)
class Listener:
    """Tells the changes of mind of one session as its events come."""

    formats: Formats = all_seen
    minds: Minds = NO_MINDS

    def hear(self, event: Event) -> Flip | None:
        """The change that `event` tells of."""
        self.minds, flip = hear(self.minds, event, self.formats)
        return flip

    @property
    def ledger(self) -> FlipLedger:
        return so_far(self.minds)


def flip_words(flip: Flip) -> str:
    """`41 → 42, after ada and ben`."""
    return f"{outcome_shown(flip.before)} → {outcome_shown(flip.after)}" + (
        f", after {_listed(flip.heard)}" if flip.heard else ""
    )


def weighed_words(flip: Flip) -> str:
    """Which way it led, as far as is known: `towards the verdict, ✗ from right to wrong`."""
    return ", ".join(part for part in (BEARINGS[flip.verdict], RIGHTNESS[flip.right]) if part)


def told(flip: Flip) -> str:
    """The whole of it in one line, without who it was."""
    weighed = weighed_words(flip)
    return f"{flip_words(flip)}" + (f" ({weighed})" if weighed else "")


def sentence(flip: Flip) -> str:
    """The whole of it, with who it was."""
    return f"{_words(flip.seat)} changed its mind: {told(flip)}"


def note_of(flip: Flip) -> tuple[str, str]:
    """What the note beside a turn is called, and says."""
    return CHANGED, f"{_words(flip.seat)}: {told(flip)}"


def sums_words(counts: FlipCounts) -> str:
    """`2 of 6 answers given again changed: 1 towards the verdict, 1 between two others`; "" where nobody answered
    twice."""
    if not counts.restated:
        return ""
    bearings = _parts(
        {
            "towards the verdict": counts.towards,
            "away from the verdict": counts.away,
            "between two others": counts.neither,
        }
    )
    rightness = _parts(
        {
            "✓ from wrong to right": counts.to_right,
            "✗ from right to wrong": counts.to_wrong,
            "wrong before and after": counts.still_wrong,
        }
    )
    led = "; ".join(part for part in (bearings, rightness) if part)
    changed = f"{counts.changed} of {counted(counts.restated, 'answer')} given again changed"
    return f"{changed}: {led}" if led else changed


def ledger_rows(ledger: FlipLedger) -> list[tuple[str, ...]]:
    """A change a row: round, seat, from what to what, after whom, which way; what a fork took along is marked."""
    return [
        (
            str(flip.round),
            _words(flip.seat) + (" (before the fork)" if flip.is_carried else ""),
            outcome_shown(flip.before),
            outcome_shown(flip.after),
            _listed(flip.heard) or NOBODY,
            weighed_words(flip) or "no verdict yet",
        )
        for flip in ledger.flips
    ]


def ledger_plain(ledger: FlipLedger) -> dict[str, object]:
    """The same for a program."""
    return {
        "verdict": ledger.verdict,
        "known_answer": ledger.known_answer,
        "counts": counts_of(ledger),
        "flips": ledger.flips,
    }


def sums_rows(counts: Mapping[str, FlipCounts]) -> list[tuple[str, ...]]:
    """A row for each name, in the columns of SUMS_HEADINGS."""
    return [
        (
            name,
            str(each.debates),
            str(each.restated),
            str(each.changed),
            percent(each.changed * PPM // each.restated) if each.restated else "–",
            str(each.towards),
            str(each.away),
            str(each.to_right),
            str(each.to_wrong),
        )
        for name, each in sorted(counts.items())
    ]


def sums_plain(sums: FlipSums) -> dict[str, object]:
    return {"templates": sums.templates, "unasked": sums.unasked, "models": sums.models}


def _parts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items() if number)


def _listed(seats: Iterable[str]) -> str:
    named = [_words(seat) for seat in seats]
    return " and ".join(part for part in (", ".join(named[:-1]), *named[-1:]) if part)


def _words(name: str) -> str:
    return name.replace("_", " ")
