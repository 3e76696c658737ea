"""How does a seat order what can be chosen, and how far do the ballots agree?

A turn that has to end with a line such as `BALLOT: B > A > C` is read here. A ballot may be cut short; one that names
what is not to be voted on, something twice, two first ones, or nobody counts for nothing, with the reason on record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.answers import AnswerForm
from core.judging.answers import last_lines, normalised
from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn

OPTIONS_MAX = 26
"""More than these nobody orders in a line; the most frequent answers are put to the vote."""

_BALLOT = re.compile(
    r"^[^\w\n>]{0,16}(?:my[ \t]+|final[ \t]+)?ballot[^\w\n:]{0,8}:[ \t*_`]{0,8}(.{0,4000})$", re.IGNORECASE
)
_ORDER = re.compile(r"[ \t]*[>≻][ \t]*")
_LEVEL = re.compile(r"[ \t][=~≈][ \t]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CastBallot:
    """`ranking` is best first and may be cut short, () where none could be read; `reason` is one sentence."""

    ranking: tuple[str, ...]
    reason: str


def vote_in(text: str, form: AnswerForm, options: Sequence[str]) -> CastBallot:
    """How the last lines of `text` order `options`."""
    lines = last_lines(text)
    found = [match[1].strip() for match in map(_BALLOT.match, lines) if match]
    if not options:
        return CastBallot(ranking=(), reason="there is nothing to vote on")
    if not found:
        return CastBallot(ranking=(), reason="no line casts a ballot")
    read = [_read(said, form, options) for said in found]
    faulty = next((each for each in read if not each.ranking), None)
    if faulty is not None:
        return faulty
    if len({each.ranking for each in read}) > 1:
        return CastBallot(ranking=(), reason="it casts two ballots that differ")
    return read[-1]


def casts_a_ballot(text: str) -> bool:
    """Whether a turn ends with a ballot, whatever it comes to."""
    return any(map(_BALLOT.match, last_lines(text)))


def _read(said: str, form: AnswerForm, options: Sequence[str]) -> CastBallot:
    pieces = [piece.strip(" \t*_`.") for piece in _ORDER.split(said)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return CastBallot(ranking=(), reason="the ballot names nobody")
    ranking: list[str] = []
    for piece in pieces:
        if _LEVEL.search(piece):
            return CastBallot(ranking=(), reason=f"{piece[:60]!r} sets two level; a ballot puts one before the other")
        value = piece if piece in options else normalised(piece, form)
        if value not in options:
            return CastBallot(ranking=(), reason=f"{piece[:60]!r} is not to be voted on")
        if value in ranking:
            return CastBallot(ranking=(), reason=f"the ballot names {value} twice")
        ranking.append(value)
    if len(ranking) < len(options):
        return CastBallot(ranking=tuple(ranking), reason=f"its last line orders {len(ranking)} of {len(options)}")
    return CastBallot(ranking=tuple(ranking), reason="its last line says so")


@dataclass(frozen=True, slots=True)
class BallotAgreement:
    """The measure `ballots@1`: of the seats that have cast a ballot, the share that puts the same option first."""

    name: str = "ballots"
    version: int = 1
    is_advice: bool = False
    is_declared: bool = True

    def analyse(self, text: str) -> Cues:
        return Cues(agreements=0, disagreements=0, concessions=0, words="")

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading once two seats have cast a ballot; a seat's cues hold the option that it puts first."""
        cast = {seat.seat: seat.cues.answer for seat in latest if seat.cues.answer}
        if len(cast) < 2:
            return None
        firsts: Mapping[str, int] = {option: list(cast.values()).count(option) for option in sorted(cast.values())}
        leading = max(firsts, key=lambda option: firsts[option])
        return Reading(
            ppm=firsts[leading] * PPM // len(cast),
            measure=BALLOTS_PIN,
            inputs={f"{seat}.first": first for seat, first in cast.items()},
            reason=f"{firsts[leading]} of {len(cast)} ballots put {leading!r} first.",
        )

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        return None  # a ballot is read with its options, which a text alone doesn't have


BALLOTS = BallotAgreement()
BALLOTS_PIN = "ballots@1"
