"""In which form do figures leave for whoever watches from outside?

A family is one metric with its samples, in the house's own whole numbers; how many of them make one of the unit that
the outside counts in (seconds, dollars, shares of one) is told by its spec. Whoever writes it down divides.

Labels are bounded. A thousand values of one label would be a thousand series for whoever stores them, so that beyond a
named number they are counted together as `other`. Those that came first keep their own series: chosen by size, a series
would begin at what it had counted under another name, and `other` would go down, which a counter never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from core.analytics.histogram import Histogram

OTHER = "other"
VALUES_MAX = 100
"""Values of one label that keep a series of their own."""

VALUE_CHARACTERS_MAX = 120
"""A longer one is cut: a model's name may be anything."""

Value = TypeVar("Value")

Labels = tuple[str, ...]


class Kind(StrEnum):
    """What a metric's figures do. A counter never goes down, save where a session is deleted; a summary tells how often
    something was done and how long that took in all."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"


class Source(StrEnum):
    """Where a metric's figures are from. Those of the log are the same whoever counts them and when."""

    LOG = "log"
    PROCESS = "process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a metric is. `per` of the house's own numbers make one of `unit`; a `unit` of "" is a plain count.

    `labels` are their names, in order; the last of them is the one that is bounded.
    """

    name: str
    kind: Kind
    about: str
    source: Source
    labels: Labels = ()
    unit: str = ""
    per: int = 1
    values_max: int = VALUES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure: a count, or where it stands."""

    labels: Labels = ()
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many values fell where."""

    labels: Labels = ()
    histogram: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often something was done, and how long that took in sum."""

    labels: Labels = ()
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric with its samples, each with other labels. `since_ms` is the Unix time from which on it is counted, 0
    where that is not known; `cut` values of a label were counted together as `other`."""

    spec: Spec
    samples: tuple[Sample | Spread | Timing, ...]
    since_ms: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """Which value is shown as which; `cut` of them are shown as `other`."""

    shown: Mapping[str, str]
    cut: int


def bounded(values: Iterable[str], values_max: int = VALUES_MAX) -> Bounded:
    """How values are shown, given in the order in which they first came. One that is called `other`, or like another
    once both are cut to length, is counted with that."""
    shown: dict[str, str] = {}
    own: set[str] = set()
    cut = 0
    for value in values:
        if value in shown:
            continue
        short = _printable(value)
        if short in own or len(own) < values_max:
            own.add(short)
            shown[value] = short
        else:
            shown[value] = OTHER
            cut += 1
    return Bounded(shown=shown, cut=cut)


def _printable(value: str) -> str:
    """Names are other people's: what can't be written as UTF-8, and control characters, are shown as question marks."""
    short = value if len(value) <= VALUE_CHARACTERS_MAX else value[: VALUE_CHARACTERS_MAX - 1] + "…"
    plain = short.encode("utf-8", errors="replace").decode("utf-8")
    return "".join(each if each.isprintable() else "?" for each in plain) or "unknown"


def summed(figures: Iterable[tuple[Labels, int]]) -> tuple[Sample, ...]:
    """Figures as samples; those with the same labels are added up, and stand where the first of them came."""
    sums: dict[Labels, int] = {}
    for labels, value in figures:
        sums[labels] = sums.get(labels, 0) + value
    return tuple(Sample(labels=labels, value=value) for labels, value in sums.items())
