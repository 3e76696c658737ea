"""What do the analytics keep of one session?

A row follows from a session's events alone, in order: read in any pages, or from the beginning again, it comes out
equal. It holds what is shown and judged; what it takes to read on stands beside it, and is emptied when nothing more
can come of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from core.analytics.flips import Formats, all_seen
from core.analytics.life import Call, DebateLife, fold_life, kind_of, model_of, use_of
from core.analytics.signs import NO_SIGNS, NOTHING_HEARD, NOTHING_READ, Reading, Signs, fold_signs
from core.domain.changing import changed, changer, maker
from core.domain.costs import quarter_of
from core.domain.estimates import Spread
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptSucceeded,
    Recorded,
    SessionOpened,
    Unreadable,
)
from core.domain.ids import RuleId, SessionId, TemplateId
from core.domain.session import Status
from core.domain.unasked import asks_no_model

ROWS_VERSION = 2
"""Counts up whenever the same events make other rows, or what is kept has another form: then all are made anew."""

CHARGES_MAX = 1_000
"""Of a session that goes on for weeks the oldest charges are put together."""

TITLE_CHARACTERS_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a session's calls by one route came to that ended within the quarter of an hour from `quarter_ms` (Unix) on.
    `latency_ms` is that of `answers_timed` answers, in sum."""

    quarter_ms: int
    route: str
    answers: int = 0
    failures: int = 0
    answers_timed: int = 0
    latency_ms: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    cost_microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRow:
    """A session as figures over many see it, true up to global `position`. Moments are Unix ms, 0 where they have not
    come.

    `flow` is the kind of session, `template` the one that it began with. One that `asks_nobody` was rehearsed or
    simulated: it tells nothing of models. `consensus_ppm` is None where nothing measured it. `estimate_cost` and
    `estimate_active` are what was expected before it began. `unreadable` is why its log can't be read to the end here,
    "" where it can: such a row is true up to there.
    """

    session: SessionId
    position: int
    flow: str
    title: str
    template: TemplateId
    origin: str
    models: tuple[str, ...]
    asks_nobody: bool
    status: Status
    reason: str = ""
    outcome: str = ""
    opened_at_ms: int = 0
    started_at_ms: int = 0
    ended_at_ms: int = 0
    changed_at_ms: int = 0
    active_ms: int = 0
    seats: int = 0
    rounds: int = 0
    arguments: int = 0
    consensus_ppm: int | None = None
    is_consensus_reached: bool = False
    escalations: int = 0
    rules_fired: Mapping[RuleId, int] = field(default_factory=dict)
    overruled: int = 0
    attempts: int = 0
    failures: int = 0
    in_doubt: int = 0
    tokens_output: int = 0
    cost_microusd: int = 0
    estimate_cost: Spread | None = None
    estimate_active: Spread | None = None
    charges: tuple[Charge, ...] = ()
    signs: Signs = NO_SIGNS
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a row is made from, and read on from. `opened` is the row as the session was opened. No row tells of a
    life's rounds and readings of consensus one by one, which would be most of what is held and stored: they are left
    out."""

    opened: LifeRow
    life: DebateLife
    reading: Reading = NOTHING_READ
    charges: tuple[Charge, ...] = ()
    position: int = 0
    unreadable: str = ""


_read_on = changer(Kept, "life", "reading", "charges", "position")

UNREADABLE = "it can't be read here"


def fold_kept(kept: Kept | None, record: Recorded, formats: Formats = all_seen) -> Kept | None:
    """What is kept after `record`. None where a session's beginning is not on record: nothing is known of it."""
    event = record.event
    if isinstance(event, SessionOpened):
        return _begun(record, event, formats)  # whatever was kept: it is all being read anew
    if kept is None:
        return None
    if isinstance(event, Unreadable):
        return changed(kept, position=record.position, unreadable=kept.unreadable or event.why or UNREADABLE)
    if kept.unreadable:
        return changed(kept, position=record.position)  # what follows would rest on a gap
    before = kept.life
    life = fold_life(before, record, formats, in_full=False)
    reading = fold_signs(kept.reading, event, before=before.minds, after=life.minds)
    if life.status in _ENDED and reading.heard is not NOTHING_HEARD:
        reading = Reading(signs=reading.signs, heard=NOTHING_HEARD)
    charges = kept.charges
    match event:
        case AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            charges = _charged(charges, record, event, model_of(before, event))
        case _:
            pass
    return _read_on(kept, life=life, reading=reading, charges=charges, position=record.position)


_ENDED = (Status.COMPLETED, Status.CANCELLED)


def _begun(record: Recorded, event: SessionOpened, formats: Formats) -> Kept:
    opening = event.opening
    life = fold_life(None, record, formats)
    opened = LifeRow(
        session=record.session,
        position=record.position,
        flow=kind_of(opening.flow),
        title=opening.title[:TITLE_CHARACTERS_MAX],
        template=opening.template,
        origin=opening.origin,
        models=(),
        asks_nobody=False,
        status=Status.CREATED,
        seats=len(opening.seats),
        estimate_cost=opening.estimate.cost_microusd if opening.estimate is not None else None,
        estimate_active=opening.estimate.active_ms if opening.estimate is not None else None,
    )
    reading = fold_signs(NOTHING_READ, event, before=life.minds, after=life.minds)
    return Kept(opened=opened, life=life, reading=reading, position=record.position)


def row_of(kept: Kept) -> LifeRow:
    """The session as it stands."""
    life = kept.life
    return replace(
        kept.opened,
        position=kept.position,
        models=tuple(sorted(life.models)),
        asks_nobody=any(asks_no_model(model) for model in life.models),
        status=life.status,
        reason=life.reason,
        outcome=life.outcome,
        opened_at_ms=life.opened_at_ms,
        started_at_ms=life.started_at_ms,
        ended_at_ms=life.ended_at_ms,
        changed_at_ms=life.changed_at_ms,
        active_ms=life.active_ms,
        rounds=life.rounds_completed,
        arguments=life.arguments,
        consensus_ppm=life.consensus_ppm,
        is_consensus_reached=life.is_consensus_reached,
        escalations=life.escalations,
        rules_fired=life.rules_fired,
        overruled=life.overruled,
        attempts=life.attempts,
        failures=life.failures,
        in_doubt=life.in_doubt,
        tokens_output=life.tokens_output,
        cost_microusd=life.cost_microusd,
        charges=kept.charges,
        signs=kept.reading.signs,
        unreadable=kept.unreadable,
    )


Alike = dict[object, Any]
"""What rows that are held together have in common, by itself."""


def shared(row: LifeRow, alike: Alike) -> LifeRow:
    """The row, with what is `alike` in others held once for all of them: read from a disk each has its own texts and
    its own eight empty counts, which would be half of it."""
    once = alike.setdefault
    empty: Mapping[Any, int] = once((), {})
    signs = row.signs
    counts: dict[str, object] = {
        each.name: {once(seat, seat): count for seat, count in found.items()} if found else empty
        for each in fields(Signs)
        if not isinstance(found := getattr(signs, each.name), int)
    }
    return changed(
        row,
        flow=once(row.flow, row.flow),
        title=once(row.title, row.title),
        template=once(row.template, row.template),
        origin=once(row.origin, row.origin),
        models=tuple([once(model, model) for model in row.models]),
        reason=once(row.reason, row.reason),
        outcome=once(row.outcome, row.outcome),
        rules_fired={once(rule, rule): count for rule, count in row.rules_fired.items()} or empty,
        estimate_cost=once(row.estimate_cost, row.estimate_cost),
        estimate_active=once(row.estimate_active, row.estimate_active),
        charges=tuple([changed(each, route=once(each.route, each.route)) for each in row.charges]),
        signs=changed(signs, **counts),
    )


_made_charge = maker(Charge)

_OF_A_CHARGE = ("answers", "failures", "answers_timed", "latency_ms", "tokens_input", "tokens_output", "cost_microusd")


def _charged(charges: tuple[Charge, ...], record: Recorded, call: Call, route: str) -> tuple[Charge, ...]:
    amounts = {name: amount for name, amount in use_of(call).items() if name in _OF_A_CHARGE}
    if not any(amounts.values()):
        return charges
    new = _made_charge(quarter_ms=quarter_of(record.at_ms), route=route, **amounts)
    for at in range(len(charges) - 1, -1, -1):
        each = charges[at]
        if each.quarter_ms == new.quarter_ms and each.route == new.route:
            return (*charges[:at], _together(each, new), *charges[at + 1 :])
    return bounded((*charges, new))


def _together(one: Charge, other: Charge) -> Charge:
    """Both, in the later quarter."""
    counts = {name: getattr(one, name) + getattr(other, name) for name in _OF_A_CHARGE}
    return _made_charge(quarter_ms=max(one.quarter_ms, other.quarter_ms), route=one.route, **counts)


def bounded(charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    """At most so many: the oldest of a route goes into its next one."""
    if len(charges) <= CHARGES_MAX:
        return charges
    for at, oldest in enumerate(charges):
        for later in range(at + 1, len(charges)):
            if charges[later].route == oldest.route:
                put = _together(oldest, charges[later])
                return (*charges[:at], *charges[at + 1 : later], put, *charges[later + 1 :])
    return charges
