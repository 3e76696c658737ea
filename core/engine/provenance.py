"""What was true of a session behind each of its events, and which event made it so?

Found by folding: what an event changes is what differs on its two sides at one and the same moment. Facts that grow by
themselves change with the time that is on record, so that for them an event is named only where it set them back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from core.domain.events import Recorded, RuleFired, RunResumed, SessionOpened, Unreadable
from core.domain.facts import Facts, FactSpec, FactValue
from core.domain.ids import RuleId, SessionId
from core.domain.session import Ruling, SessionState, Status
from core.engine.engine import Engine
from core.engine.evolve import evolve, unopened
from core.engine.facts import time_facts
from core.engine.replay import unreadable
from core.rules.explanation import Explanation, Moment, Origin, Standing, explain
from core.rules.rule import Rule

T = TypeVar("T")


class _Track(Generic[T]):
    """What something was, from which event on. Only changes are kept."""

    __slots__ = ("_seqs", "_values")

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._values: list[T] = []

    def put(self, seq: int, value: T) -> None:
        self._seqs.append(seq)
        self._values.append(value)

    def at(self, seq: int) -> tuple[int, T] | None:
        """Since which event, and what; None before the first."""
        place = bisect_right(self._seqs, seq)
        return (self._seqs[place - 1], self._values[place - 1]) if place else None


@dataclass(frozen=True, slots=True)
class _Place:
    """An event as far as an explanation names it, and the growing facts behind it."""

    kind: str
    at_ms: int
    grown: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A session behind one of its events: what was true, since which event, and how its rules stood.

    `fired` names for each rule the newest event with which it fired up to then.
    """

    seq: int
    kind: str
    at_ms: int
    facts: Facts
    origins: Mapping[str, Origin]
    ruling: Ruling
    is_heard: bool
    specs: Mapping[str, FactSpec]
    fired: Mapping[RuleId, int]

    def explain(self, rule: Rule, *, is_in_force: bool = True) -> Explanation:
        """Why a rule holds here, or doesn't, and what that leads to; also one that is not in force here."""
        moment = Moment(
            seq=self.seq,
            kind=self.kind,
            at_ms=self.at_ms,
            standing=self._standing(rule) if is_in_force else Standing.NOT_IN_FORCE,
            fired_seq=self.fired.get(rule.id, 0),
        )
        return explain(rule, self.facts, self.specs, origins=self.origins, moment=moment)

    def _standing(self, rule: Rule) -> Standing:
        if not rule.enabled:
            return Standing.DISABLED
        if rule.id in self.ruling.switched_off:
            return Standing.SWITCHED_OFF
        if not self.is_heard:
            return Standing.NOT_HEARD
        return Standing.SPENT if rule.id in self.ruling.spent else Standing.ARMED


class FactTrail:
    """The facts of one session along its log, read on as it grows. Every point is then looked up, not folded again."""

    def __init__(self, engine: Engine, session: SessionId, specs: Mapping[str, FactSpec]) -> None:
        self.state: SessionState = unopened(session)
        self._engine = engine
        self._specs = specs
        self._places: list[_Place] = []
        self._now: Facts = {}
        self._facts: dict[str, _Track[FactValue]] = {}
        self._rulings: _Track[tuple[Ruling, bool]] = _Track()
        self._fired: dict[RuleId, _Track[None]] = {}

    def read(self, records: Iterable[Recorded]) -> None:
        """Read on in the log; `records` follow without a gap. Raises NotVerifiableHere as a fold does."""
        for record in records:
            self._take(record)

    def at(self, seq: int) -> Point:
        """The point behind event `seq`, at its recorded moment. Raises IndexError for one that was not read."""
        if not 0 < seq <= len(self._places):
            raise IndexError(seq)
        place = self._places[seq - 1]
        facts: dict[str, FactValue] = dict(place.grown)
        origins: dict[str, Origin] = {}
        for name, track in self._facts.items():
            found = track.at(seq)
            if found is not None:
                facts.setdefault(name, found[1])
                origins[name] = self._origin(name, found[0])
        ruling, is_heard = self._ruling(seq)
        return Point(
            seq=seq,
            kind=place.kind,
            at_ms=place.at_ms,
            facts=facts,
            origins=origins,
            ruling=ruling,
            is_heard=is_heard,
            specs=self._specs,
            fired={rule: last[0] for rule, track in self._fired.items() if (last := track.at(seq))},
        )

    def now(self, now_ms: int) -> Point:
        """The point behind the newest event, with the time that has run on since then."""
        last = self.at(self.state.seq)
        return replace(last, facts=self._engine.facts(self.state, now_ms=now_ms))

    def _take(self, record: Recorded) -> None:
        event, before = record.event, self.state
        if isinstance(event, Unreadable):
            raise unreadable(record, event)
        flow = self._engine.flow_of(event.opening) if isinstance(event, SessionOpened) else self._engine.flow(before)
        self.state = state = evolve(before, event, at_ms=record.at_ms, flow=flow)
        grown, without = time_facts(state, state.at_ms), time_facts(before, state.at_ms)
        stood_still = isinstance(event, RunResumed)  # which sets nothing back: the time before it never counted
        now = self._engine.facts(state, now_ms=state.at_ms)
        for name, value in now.items():
            before_it = without.get(name) if name in grown else self._now.get(name)
            if name not in self._facts or (value != before_it and not (name in grown and stood_still)):
                self._facts.setdefault(name, _Track()).put(state.seq, value)
        self._now = now
        self._places.append(_Place(type(event).__name__, record.at_ms, grown))
        is_heard = state.life.status is Status.RUNNING and state.life.completing is None
        last = self._rulings.at(state.seq)
        if last is None or last[1] != (state.ruling, is_heard):
            self._rulings.put(state.seq, (state.ruling, is_heard))
        if isinstance(event, RuleFired):
            self._fired.setdefault(event.rule, _Track()).put(state.seq, None)

    def _origin(self, name: str, seq: int) -> Origin:
        place = self._places[seq - 1]
        return Origin(seq=seq, kind=place.kind, at_ms=place.at_ms, grows=name in place.grown)

    def _ruling(self, seq: int) -> tuple[Ruling, bool]:
        found = self._rulings.at(seq)
        if found is None:
            raise IndexError(seq)
        return found[1]
