"""Which share of 1 does a score mean that somebody wrote down?

Asked for is a number from 0 to 1. Three other ways to write one are taken, because nothing else can be meant by them:
`85 %`, `85` and `8.5/10`. Whatever could mean two things (`8`, `1.7`) or none (`NaN`, `-1`) is refused with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

PPM = 1_000_000
WRITTEN_CHARACTERS_MAX = 24
PERCENT_MIN, PERCENT_MAX = 10, 100
"""A bare number above the first and up to the second is a percentage; between 1 and the first it may be one of ten."""

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{0,12})?|\.[0-9]{1,12}"
_PLAIN = re.compile(rf"\+?({_NUMBER})(?:[eE]([-+]?[0-9]{{1,2}}))?")
_PERCENT = re.compile(rf"({_NUMBER})[ \u00a0\u202f]?%")
_OF = re.compile(rf"({_NUMBER})[ ]?/[ ]?([1-9][0-9]{{0,2}})")


@dataclass(frozen=True, slots=True)
class ScoreRead:
    """`ppm` is None where the score is refused, and `reason` then says why. `is_repaired` says that it was not written
    as asked for."""

    ppm: int | None
    reason: str = ""
    is_repaired: bool = False


def read_score(written: str) -> ScoreRead:
    """What a written score means."""
    said = written.strip()
    if not said or len(said) > WRITTEN_CHARACTERS_MAX:
        return _refused(said, "is no score")
    if plain := _PLAIN.fullmatch(said):
        return _plain(said, Decimal(plain[1]).scaleb(int(plain[2] or 0)))
    if percent := _PERCENT.fullmatch(said):
        return _part(said, Decimal(percent[1]), 100)
    if of := _OF.fullmatch(said):
        return _part(said, Decimal(of[1]), int(of[2]))
    if said.startswith(("-", "−")):  # noqa: RUF001 - the minus sign of typography
        return _refused(said, "is below 0")
    return _refused(said, "is no number from 0 to 1")


def _plain(said: str, number: Decimal) -> ScoreRead:
    if number <= 1:
        return ScoreRead(int(number * PPM))
    if PERCENT_MIN < number <= PERCENT_MAX:
        return ScoreRead(int(number * PPM // 100), is_repaired=True)
    return _refused(said, "is above 1" if number < 2 or number > PERCENT_MAX else "may be one of 10 or of 100")


def _part(said: str, number: Decimal, whole: int) -> ScoreRead:
    if number > whole:
        return _refused(said, "is more than all of it")
    return ScoreRead(int(number * PPM // whole), is_repaired=True)


def _refused(said: str, why: str) -> ScoreRead:
    shown = said if len(said) <= WRITTEN_CHARACTERS_MAX else f"{said[: WRITTEN_CHARACTERS_MAX - 1]}…"
    return ScoreRead(None, f"{shown!r} {why}")
