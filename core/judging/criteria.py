"""By what is a draft judged, beside a reviewer's own sense?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PPM = 1_000_000


class CheckKind(StrEnum):
    """`command` runs a program that the operator allowed; the others look at the text alone."""

    LENGTH = "length"
    CONTAINS = "contains"
    LACKS = "lacks"
    PATTERN = "pattern"
    JSON_SCHEMA = "json_schema"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """Something that reviewers score from 0 to 1; `about` is put to them as it stands."""

    id: str
    about: str
    weight_ppm: int = PPM


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something about a draft that is so or isn't. `value` is what `kind` needs: words that it has to contain or lack,
    a regular expression, a JSON Schema, the name of an allowed command; `least` and `most` bound a length in words.

    Where it `is_required`, no draft that fails it is approved, whatever its score.
    """

    id: str
    kind: CheckKind
    value: str = ""
    least: int | None = None
    most: int | None = None
    weight_ppm: int = PPM
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What an operator's file of criteria says."""

    criteria: tuple[Criterion, ...] = ()
    checks: tuple[Check, ...] = ()


NO_CRITERIA = Criteria()
