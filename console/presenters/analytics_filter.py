"""Which sessions does the operator want to see figures of? A few words, each of which must hold.

`kind:refinement format:standard_debate model:openai:gpt-5 tag:billing` reads as it is written; several of one name mean
any of them. A name that nothing has is refused with the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.analytics.chosen import ALL, Chosen
from core.domain.errors import WrongUse, nearest

FILTER_HELP = "kind:debate · format:standard_debate · model:NAME · tag:NAME · asked · evaluations"
FILTER_CHARACTERS_MAX = 400
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

FIELDS: Mapping[str, str] = {"kind": "flows", "format": "templates", "model": "models", "tag": "tags"}
ASKED, EVALUATIONS = "asked", "evaluations"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time back from now; 0 for all there is."""

    title: str
    ms: int


SPANS: Sequence[Span] = (Span("24 h", DAY_MS), Span("7 d", 7 * DAY_MS), Span("30 d", 30 * DAY_MS), Span("all", 0))


def read_chosen(text: str) -> Chosen:
    """What the words mean. Raises WrongUse."""
    if len(text) > FILTER_CHARACTERS_MAX:
        raise WrongUse(f"a filter has at most {FILTER_CHARACTERS_MAX} characters.")
    named: dict[str, set[str]] = {field: set() for field in FIELDS.values()}
    chosen = ALL
    for word in text.split():
        name, colon, value = word.partition(":")
        if word == ASKED:
            chosen = replace(chosen, is_asked_only=True)
        elif word == EVALUATIONS:
            chosen = replace(chosen, with_evaluations=True)
        elif not colon or name not in FIELDS:
            known = (*(f"{each}:" for each in FIELDS), ASKED, EVALUATIONS)
            now = nearest(f"{name}:" if colon else name, known) or f"There are {', '.join(known)}."
            raise WrongUse(f"{word!r:.60} is no word of this filter.", now=now)
        elif value:
            named[FIELDS[name]].add(value)
    return replace(
        chosen,
        flows=frozenset(named["flows"]),
        templates=frozenset(named["templates"]),
        models=frozenset(named["models"]),
        tags=frozenset(named["tags"]),
    )


def within(chosen: Chosen, span: Span, *, now_ms: int) -> Chosen:
    """Only what was opened within that stretch, to the minute: otherwise each look would ask for another one."""
    since_ms = now_ms - now_ms % 60_000 - span.ms if span.ms else 0
    return replace(chosen, since_ms=max(0, since_ms))
