"""What does a back-test say of one session, and of all of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.ids import RuleId, SessionId

UNREAD_NAMED_MAX = 100
"""Sessions that could not be read are named one by one up to here; the count goes on."""


class DifferenceKind(StrEnum):
    """What the rules that were tried would have done otherwise than those in force did."""

    FIRES = "fires"
    STAYS_SILENT = "stays_silent"
    OTHER_RULE_DECIDES = "other_rule_decides"
    IS_OVERRULED = "is_overruled"
    IS_OBEYED = "is_obeyed"
    ACTS_OTHERWISE = "acts_otherwise"
    ERRS = "errs"
    ERRS_NO_MORE = "errs_no_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a rule asked for, by the action's name, and whether it was overruled."""

    rule: RuleId
    action: str
    is_overruled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A watched rule would have fired: heard after the recorded event `after_seq`, at Unix time `at_ms`.

    One that is `is_by_time` fires between that event and the next, at a moment at which nothing was recorded. `is_new`
    says that it did not fire then on record.
    """

    rule: RuleId
    after_seq: int
    at_ms: int
    is_by_time: bool
    is_new: bool
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What `rule` would have done otherwise, and when: see `Firing`. `happened` is what it did on record, or would have
    done at that moment; of a branch, what all rules did that were heard there."""

    kind: DifferenceKind
    rule: RuleId
    after_seq: int
    at_ms: int
    is_by_time: bool
    happened: tuple[Act, ...]
    would: tuple[Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """From event `seq` on the log can't be decided again here, whichever rules are tried; `why` says what stands in
    the way."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBacktest:
    """What other rules would have done to one session.

    `differences` changed nothing but what the rules did among themselves; behind `branch`, the first other decision,
    the record says nothing. `events` were looked at. Lists are cut; `firings_count` and `differences_count` are not.
    """

    session: SessionId
    events: int
    firings: tuple[Firing, ...]
    firings_count: int
    differences: tuple[Difference, ...]
    differences_count: int
    branch: Difference | None
    unanswered: Unanswered | None

    @property
    def first(self) -> Difference | None:
        """The earliest difference; None where there is none."""
        return self.differences[0] if self.differences else self.branch

    @property
    def answered_up_to(self) -> int | None:
        """The last event for which the record answers; None where it answers for all."""
        if self.branch is not None:
            return self.branch.after_seq
        return None if self.unanswered is None else self.unanswered.seq - 1

    @property
    def is_unchanged(self) -> bool:
        """True where the whole log was answered and nothing would have been otherwise."""
        return self.first is None and self.unanswered is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A session that could not be read, and why."""

    session: SessionId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTotals:
    """What all sessions come to. `first_differences` counts each session that differs by its earliest difference;
    `undecided` had none before their log could not be decided again."""

    sessions: int = 0
    unchanged: int = 0
    differing: int = 0
    branched: int = 0
    undecided: int = 0
    unread: int = 0
    events: int = 0
    firings: int = 0
    first_differences: Mapping[DifferenceKind, int] = field(default_factory=dict)
    unread_named: tuple[Unread, ...] = ()

    def plus(self, found: SessionBacktest | Unread) -> BacktestTotals:
        """With one session more."""
        if isinstance(found, Unread):
            return self._plus_unread(found)
        first = found.first
        kinds = dict(self.first_differences)
        if first is not None:
            kinds[first.kind] = kinds.get(first.kind, 0) + 1
        return BacktestTotals(
            sessions=self.sessions + 1,
            unchanged=self.unchanged + found.is_unchanged,
            differing=self.differing + (first is not None),
            branched=self.branched + (found.branch is not None),
            undecided=self.undecided + (first is None and found.unanswered is not None),
            unread=self.unread,
            events=self.events + found.events,
            firings=self.firings + found.firings_count,
            first_differences={kind: kinds[kind] for kind in DifferenceKind if kind in kinds},
            unread_named=self.unread_named,
        )

    def _plus_unread(self, unread: Unread) -> BacktestTotals:
        named = (*self.unread_named, unread) if self.unread < UNREAD_NAMED_MAX else self.unread_named
        return BacktestTotals(
            sessions=self.sessions + 1,
            unchanged=self.unchanged,
            differing=self.differing,
            branched=self.branched,
            undecided=self.undecided,
            unread=self.unread + 1,
            events=self.events,
            firings=self.firings,
            first_differences=self.first_differences,
            unread_named=named,
        )
