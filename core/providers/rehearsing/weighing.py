"""What does a rehearsing seat say that takes no side?

A reviewer, moderator or observer tells which points stand and what each side owes an answer to. The judge lists every
point with its fate and decides by what stands: the side with more standing points carries the debate; where they are
level, the side to which more was conceded; then the side whose standing points bear more on the motion, by a margin;
else nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.participants import Role
from core.domain.steps import ModelRequest
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.record import Point, Record, read_record
from core.providers.rehearsing.wording import (
    FOR_AGAINST,
    Wording,
    count_word,
    number_word,
    quoted_short,
    started,
)

POINTS_LISTED = (8, 6, 4, 3, 2, 1, 0)
"""How many points of each side the judge lists: as many as the turn has room for."""
REVIEW_POINTS_MAX = 3
BEARING_MARGIN_PPM = 100_000
"""By how much more the standing points of one side must bear on the motion before that decides."""

NOTHING_SAID = "No point from the evidence has been made yet, so that there is nothing to weigh."
REVIEWS = {
    Role.REVIEWER: ("So far {state}.", "Where the debate stands: {state}."),
    Role.MODERATOR: ("Let me hold the debate to what is open: {state}.", "Before we go on: {state}."),
    Role.OBSERVER: ("I note that {state}.", "What can be seen so far is that {state}."),
}
STANDS = ("{Side} the motion, nobody has answered {points}.", "Still unanswered {side} the motion: {points}.")
ALL_ANSWERED = ("Every point {side} the motion has met an answer.", "Nothing {side} the motion is left unanswered.")
OWES = (
    "The side {other} it should take up {source} next.",
    "It falls to the side {other} it to answer {source}, or to concede it.",
)
VERDICT_LEADS = (
    "I weigh what was argued by what was answered.",
    "A point that nobody answered stands; one that was answered falls, unless the answer fell in turn.",
    "I go through the points in the order in which they were made.",
)
DECIDED = (
    "Left standing {side} the motion: {most}; {other} it: {least}. That decides it {side} the motion.",
    "What stands {side} the motion outweighs what stands {other} it, {more} to {least}.",
)
DECIDED_BY_CONCESSIONS = (
    "As many points stand on either side, {more}. The side {other} the motion conceded more, and that tips it.",
)
DECIDED_BY_BEARING = (
    "As many points stand on either side, {most}, and neither conceded more. Those {side} the motion bear on it more "
    "closely, and that tips it.",
)
UNDECIDED = (
    "As many points stand on either side, {most}, neither conceded more, and they bear on the motion alike. I can't "
    "say who has the better of it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Which side carries it (0 for neither), how many points stand on that side and on the other, and why in words."""

    side: int
    standing: int
    standing_other: int
    reasons: tuple[str, ...]


def review(request: ModelRequest, corpus: Corpus) -> list[str]:
    """The paragraphs of a seat that weighs while the debate goes on."""
    record = read_record(request.brief.turns, corpus)
    wording = Wording(seed=request.seed, step=request.step)
    if not record.points:
        return [NOTHING_SAID]
    state = ", ".join(_counted(record, side) for side in (1, -1))
    lead = wording.one_of(REVIEWS.get(request.brief.role, REVIEWS[Role.REVIEWER])).format(state=state)
    return [lead, *(_open_points(record, side, wording) for side in (1, -1))]


def verdict(request: ModelRequest, corpus: Corpus, *, words_max: int) -> str:
    """The judge's reasons, as many as there is room for, and the verdict as the last line."""
    record = read_record(request.brief.turns, corpus)
    wording = Wording(seed=request.seed, step=request.step)
    outcome = _outcome(record, corpus.bearing_on((request.brief.motion,)))
    word = FOR_AGAINST.get(outcome.side, "undecided")
    if not record.points:
        return f"{NOTHING_SAID}\n\nVERDICT: {word}"
    lead, conclusion = wording.one_of(VERDICT_LEADS), _conclusion(outcome, wording)
    text = ""
    for listed_max in POINTS_LISTED:
        lists = [_fates(record.made_by(side), side, listed_max) for side in (1, -1)]
        text = "\n\n".join([lead, *lists, conclusion, f"VERDICT: {word}"])
        if len(text.split()) <= words_max:
            break
    return text


def _counted(record: Record, side: int) -> str:
    made, standing = len(record.made_by(side)), len(record.standing(side))
    points = "point" if made == 1 else "points"
    stand = "stands" if standing == 1 else "stand"
    return f"{number_word(made)} {points} {FOR_AGAINST[side]} the motion, of which {number_word(standing)} {stand}"


def _open_points(record: Record, side: int, wording: Wording) -> str:
    words = {"side": FOR_AGAINST[side], "Side": started(FOR_AGAINST[side]), "other": FOR_AGAINST[-side]}
    points = record.owed_to(-side)[:REVIEW_POINTS_MAX]
    if not points:
        return wording.one_of(ALL_ANSWERED).format(**words)
    listed = "; ".join(quoted_short(point.sentence) for point in points)
    told = wording.one_of(STANDS).format(points=listed, **words)
    return f"{told} {wording.one_of(OWES).format(source=points[0].sentence.source, **words)}"


def _fates(points: Sequence[Point], side: int, listed_max: int) -> str:
    standing = sum(point.stands for point in points)
    made, left = count_word(len(points)), count_word(standing)
    given_up = sum(point.is_conceded for point in points)
    conceded = f", {number_word(given_up)} of them conceded by the other side" if given_up else ""
    lead = f"{started(FOR_AGAINST[side])} the motion: {made} made, {left} left standing{conceded}."
    lines = [f"- {quoted_short(point.sentence)}: {_fate(point)}." for point in points[:listed_max]]
    if len(points) > listed_max > 0:
        lines.append(f"- and {number_word(len(points) - listed_max)} more.")
    return "\n".join([lead, *lines])


def _fate(point: Point) -> str:
    if point.is_conceded:
        return "conceded by the other side; it stands"
    if not point.answers:
        return "unanswered"
    sources = " and ".join(answer.sentence.source for answer in point.answers)
    if point.stands:
        return f"answered from {sources}, but the answer was answered in turn; it stands"
    return f"answered from {sources}"


def _outcome(record: Record, bearing: Mapping[int, int]) -> _Outcome:
    standing = {side: len(record.standing(side)) for side in (1, -1)}
    conceded = {side: sum(point.is_conceded for point in record.made_by(side)) for side in (1, -1)}
    weight = {side: sum(bearing.get(point.sentence.number, 0) for point in record.standing(side)) for side in (1, -1)}
    lighter = min(weight.values())
    is_clear = abs(weight[1] - weight[-1]) * 1_000_000 > lighter * BEARING_MARGIN_PPM
    for measured, reasons in (
        (standing, DECIDED),
        (conceded, DECIDED_BY_CONCESSIONS),
        (weight if is_clear else {1: 0, -1: 0}, DECIDED_BY_BEARING),
    ):
        if measured[1] != measured[-1]:
            side = 1 if measured[1] > measured[-1] else -1
            return _Outcome(side=side, standing=standing[side], standing_other=standing[-side], reasons=reasons)
    return _Outcome(side=0, standing=standing[1], standing_other=standing[-1], reasons=UNDECIDED)


def _conclusion(outcome: _Outcome, wording: Wording) -> str:
    return started(
        wording.one_of(outcome.reasons).format(
            more=number_word(outcome.standing),
            less=number_word(outcome.standing_other),
            most=count_word(outcome.standing),
            least=count_word(outcome.standing_other),
            side=FOR_AGAINST.get(outcome.side, ""),
            other=FOR_AGAINST.get(-outcome.side, ""),
        )
    )
