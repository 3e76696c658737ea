"""Which sessions are looked at?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.analytics.rows import LifeRow
from core.domain.ids import SessionId
from core.domain.summary import EVALUATION

FOR_EVER_MS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Sessions that were opened from `since_ms` on and before `until_ms` (Unix), of these kinds, formats, models and
    tags; where nothing is named, of any. One whose models are several is meant by each of them.

    Sessions of evaluations are left out unless they are asked for, as in lists. `is_asked_only` leaves out those that
    were rehearsed or simulated.
    """

    since_ms: int = 0
    until_ms: int = FOR_EVER_MS
    flows: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    with_evaluations: bool = False
    is_asked_only: bool = False


ALL = Chosen()


def chosen_rows(rows: Iterable[LifeRow], chosen: Chosen, *, tags: Mapping[SessionId, Collection[str]]) -> list[LifeRow]:
    """The rows that are meant, in the order in which their sessions were opened."""
    if chosen == ALL:
        found = [row for row in rows if row.origin != EVALUATION]  # what is asked most, and of the most sessions
    else:
        found = [row for row in rows if is_chosen(row, chosen, tags=tags.get(row.session, ()))]
    found.sort(key=_when)
    return found


def is_chosen(row: LifeRow, chosen: Chosen, *, tags: Collection[str] = ()) -> bool:
    """True where a session is meant."""
    return (
        chosen.since_ms <= row.opened_at_ms < chosen.until_ms
        and (not chosen.flows or row.flow in chosen.flows)
        and (not chosen.templates or row.template in chosen.templates)
        and (not chosen.models or not chosen.models.isdisjoint(row.models))
        and (not chosen.tags or not chosen.tags.isdisjoint(tags))
        and (chosen.with_evaluations or row.origin != EVALUATION)
        and not (chosen.is_asked_only and row.asks_nobody)
    )


def _when(row: LifeRow) -> tuple[int, str]:
    return row.opened_at_ms, row.session
