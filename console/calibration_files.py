"""Which drafts does a file hold of which it is known how good they are?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from console.json_lines import Line, read_lines
from console.presenters.figures import counted
from core.domain.errors import WrongUse
from core.judging.reviewer_calibration import EXAMPLES_MIN
from core.judging.written_scores import PPM

FIELDS = ("id", "brief", "draft", "truth", "score")
ADVICE = 'Write it like {"brief": "…", "draft": "…", "truth": 1}, with "score": 0.8 where it has been reviewed.'


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDraft:
    """A draft for a brief and how good it is, in parts per million; what a reviewer scored it, None where it is to be
    reviewed. `place` is its line."""

    place: str
    brief: str
    draft: str
    true_ppm: int
    score_ppm: int | None


def read_known_drafts(path: Path) -> tuple[KnownDraft, ...]:
    """The drafts of a file, in their order. Raises WrongUse for a line that can't be meant, a draft that stands there
    twice, and for fewer than anything can be told by."""
    known: list[KnownDraft] = []
    places: dict[tuple[str, str], str] = {}
    for line in read_lines(path):
        one = _known(line)
        before = places.setdefault((one.brief, one.draft), one.place)
        if before != one.place:
            raise WrongUse(f"this draft stands at {before} too.", where=one.place, now="Keep one of them.")
        known.append(one)
    if len(known) < EXAMPLES_MIN:
        raise WrongUse(
            f"it holds {counted(len(known), 'draft')}, and it takes {EXAMPLES_MIN} to tell what a score stands for.",
            where=str(path),
            now=ADVICE,
        )
    return tuple(known)


def _known(line: Line) -> KnownDraft:
    line.only(FIELDS)
    truth = line.values.get("truth")
    score = line.values.get("score")
    return KnownDraft(
        place=line.place,
        brief=line.text("brief").strip(),
        draft=line.text("draft").strip(),
        true_ppm=_share(int(truth) if isinstance(truth, bool) else truth, "truth", line.place),
        score_ppm=None if score is None else _share(score, "score", line.place),
    )


def _share(value: object, name: str, place: str) -> int:
    """A number from 0 to 1, as it was written: a float's own spelling is the shortest that means it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongUse(f"{name!r} has to be a number from 0 to 1.", where=place, now=ADVICE)
    if not 0 <= value <= 1:
        raise WrongUse(f"{name!r} is {value}, and it goes from 0 to 1.", where=place, now=ADVICE)
    return int(Decimal(repr(value)) * PPM)
