"""What would other rules have done to a session that is on record, and from where on can nobody tell?

Each command of the log is settled again under the rules that are tried. As long as everything but the rules' own
bookkeeping comes out as recorded, the session would have gone on as it did, and the record goes on answering. The first
decision that comes out otherwise is where it branches off: what the models would have said from there on nobody knows.

Between two events time alone may have woken a rule that is tried. Such a moment counts where the rules in force would
have done something else at it: what both would have done is left to the record, which says when somebody looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.changing import changed
from core.domain.commands import ChangeRules, Command, Envelope, ReachDeadline
from core.domain.errors import CommandRefused
from core.domain.events import Event, Recorded, RuleFired, RunResumed, SessionOpened, Unreadable
from core.domain.ids import Digest, RuleId, SessionId, TemplateId
from core.domain.session import Ruling, SessionState
from core.engine.backtest_heard import RULES_OWN, Heard, branching, differences
from core.engine.backtest_report import Difference, Firing, SessionBacktest, Unanswered
from core.engine.engine import Engine
from core.engine.evolve import ruling_after, unopened
from core.engine.plan import next_deadline
from core.engine.replay import fold, unreadable
from core.engine.settle import QUIET_COMMANDS, settle
from core.rules.rule import ApplyTemplate, Rule

MOMENTS_PER_GAP_MAX = 1_000
"""Moments between two events at which time alone wakes rules; beyond this many the record no longer answers."""

FIRINGS_KEPT_MAX = 50
DIFFERENCES_KEPT_MAX = 50
"""Of one session's; a rule that fires after every event would fill the report. The counts go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Rules to be tried. Each takes the place of the one with its id, or is added; with `is_whole` there are no others.

    Without any, the rules that were in force are tried.
    """

    rules: tuple[Rule, ...] = ()
    is_whole: bool = False

    def over(self, in_force: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules to try where `in_force` are on record."""
        kept = {} if self.is_whole else {rule.id: rule for rule in in_force}
        return tuple({**kept, **{rule.id: rule for rule in self.rules}}.values())

    @property
    def ids(self) -> frozenset[RuleId]:
        """Whose firings are reported one by one."""
        return frozenset(rule.id for rule in self.rules)

    @property
    def templates(self) -> frozenset[TemplateId]:
        """Which templates the revised rules may apply."""
        actions = (action for rule in self.rules for action in rule.then)
        return frozenset(action.template for action in actions if isinstance(action, ApplyTemplate))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a session's log is settled again with.

    `engine` holds the rules on record and those tried, `instead` says by digest which are tried for which on record.
    `pins` are the templates that the revised rules may apply. The firings of `watched` are reported one by one.
    """

    engine: Engine
    instead: Mapping[Digest, Digest]
    pins: Mapping[TemplateId, Digest]
    watched: frozenset[RuleId] = frozenset()


def backtest(trial: Trial, session: SessionId, records: Iterable[Recorded]) -> SessionBacktest:
    """The whole of `SessionTrial` for records that are at hand."""
    tried = SessionTrial(trial, session)
    tried.read(records)
    return tried.report()


class SessionTrial:
    """One session's log, read on in pages of any size. Raises NotVerifiableHere where a log pins what isn't at hand."""

    def __init__(self, trial: Trial, session: SessionId) -> None:
        self._trial = trial
        self._engine = trial.engine
        self._session = session
        self._state: SessionState = unopened(session)
        self._recorded: Ruling = self._state.ruling
        self._append: list[Recorded] = []
        self._events = 0
        self._fired = 0
        self._differing = 0
        self._firings: list[Firing] = []
        self._differences: list[Difference] = []
        self._branch: Difference | None = None
        self._unanswered: Unanswered | None = None

    @property
    def is_answered(self) -> bool:
        """True once the rest of the log has nothing more to say: it branched off, or can't be decided again."""
        return self._branch is not None or self._unanswered is not None

    def read(self, records: Iterable[Recorded]) -> None:
        """Read on. What is cut off within an append is kept until its rest comes."""
        for record in records:
            self._events += 1
            if record.envelope is not None and self._append:
                self._take(self._append)
                self._append = []
            if not self.is_answered:
                self._append.append(record)

    def report(self) -> SessionBacktest:
        """What came of it; no more is read."""
        append, self._append = self._append, []
        if append:
            self._take(append)
        return SessionBacktest(
            session=self._session,
            events=self._events,
            firings=tuple(self._firings),
            firings_count=self._fired,
            differences=tuple(self._differences),
            differences_count=self._differing,
            branch=self._branch,
            unanswered=self._unanswered,
        )

    def _take(self, append: Sequence[Recorded]) -> None:
        if self.is_answered:
            return
        first = append[0]
        for record in append:
            if isinstance(record.event, Unreadable):
                self._unanswered = Unanswered(seq=first.seq, why=str(unreadable(record, record.event)))
                return
        if not isinstance(first.envelope, Envelope):
            self._unanswered = Unanswered(seq=first.seq, why="no command is on record")
            return
        if not isinstance(first.event, RunResumed):  # otherwise nobody drove it meanwhile
            self._let_time_pass(until_ms=first.at_ms)
            if self.is_answered:
                return
        command = first.envelope.command
        if not isinstance(command, QUIET_COMMANDS):
            self._settle_again(append, command, now_ms=first.envelope.at_ms)
            return
        self._state = fold(self._engine, append, state=self._state)
        if isinstance(first.event, SessionOpened):
            self._recorded = self._state.ruling
            self._put_in_force(self._recorded.digest, self._recorded.templates)

    def _put_in_force(self, digest: Digest, templates: Mapping[TemplateId, Digest]) -> None:
        pins = {**self._trial.pins, **templates}
        ruling = changed(self._state.ruling, digest=self._trial.instead[digest], templates=pins)
        self._state = changed(self._state, ruling=ruling)

    # --- at an event --------------------------------------------------------------------------------------------

    def _settle_again(self, append: Sequence[Recorded], command: Command, *, now_ms: int) -> None:
        happened = tuple([record.event for record in append])
        asked = self._changed_to_trial(command) if isinstance(command, ChangeRules) else command
        try:
            tried = settle(self._engine, self._state, asked, now_ms=now_ms)
        except CommandRefused as refusal:
            self._unanswered = Unanswered(seq=append[0].seq, why=str(refusal))
            return
        if tried.events != happened or any(type(event) is RuleFired for event in happened):
            before, places = append[0].seq - 1, [each.seq for each in append if type(each.event) not in RULES_OWN]
            sides = Heard(happened, before, places), Heard(tried.events, before, places)
            self._compare(*sides, at_ms=append[0].at_ms, again=(command, now_ms))
        for event in happened:
            self._recorded = ruling_after(self._recorded, event)
        self._state = changed(tried.state, seq=append[-1].seq)

    def _changed_to_trial(self, command: ChangeRules) -> ChangeRules:
        pins = {**self._trial.pins, **command.templates}
        digest = self._trial.instead[command.digest]
        if digest == self._state.ruling.digest:  # then nothing is decided that would bring the templates along
            self._state = changed(self._state, ruling=changed(self._state.ruling, templates=pins))
        return replace(command, digest=digest, templates=pins)

    def _compare(self, happened: Heard, tried: Heard, *, at_ms: int, again: tuple[Command, int]) -> None:
        if happened.effects == tried.effects:
            self._watch(happened, tried, at_ms=at_ms)
            self._note(differences(happened, tried, at_ms=at_ms, is_by_time=False))
            return
        fault = self._fault_of_the_record(happened.events, *again)
        if fault:
            self._unanswered = Unanswered(seq=happened.place(0) + 1, why=fault)
            return
        self._branch_off(happened, tried, at_ms=at_ms, is_by_time=False)

    def _fault_of_the_record(self, happened: tuple[Event, ...], command: Command, now_ms: int) -> str:
        """The rules tried are to blame for nothing that the rules on record would decide otherwise too."""
        try:
            settled = settle(self._engine, self._under_record(), command, now_ms=now_ms)
        except CommandRefused as refusal:
            return str(refusal)
        return "" if settled.events == happened else "this release decides it otherwise than is recorded"

    def _under_record(self) -> SessionState:
        return changed(self._state, ruling=self._recorded)

    # --- between two events -------------------------------------------------------------------------------------

    def _let_time_pass(self, *, until_ms: int) -> None:
        now_ms = self._state.at_ms
        for _ in range(MOMENTS_PER_GAP_MAX):
            if now_ms >= until_ms:
                return
            due_ms = next_deadline(self._engine, self._state, now_ms=now_ms)
            if due_ms is None or due_ms >= until_ms:
                return
            now_ms = due_ms
            self._look_at_the_time(now_ms)
            if self.is_answered:
                return
        why = f"time alone wakes rules more than {MOMENTS_PER_GAP_MAX} times before it"
        self._unanswered = Unanswered(seq=self._state.seq + 1, why=why)

    def _look_at_the_time(self, now_ms: int) -> None:
        settled = settle(self._engine, self._state, ReachDeadline(), now_ms=now_ms)
        if len(settled.events) == 1:
            return
        recorded = settle(self._engine, self._under_record(), ReachDeadline(), now_ms=now_ms)
        expected, tried = (Heard(each.events, self._state.seq, ()) for each in (recorded, settled))
        if len(tried.effects) > 1 and tried.effects != expected.effects:
            self._branch_off(expected, tried, at_ms=now_ms, is_by_time=True)
            return
        either = expected.rules.keys() | tried.rules.keys()
        others = frozenset(rule for rule in either if expected.rules.get(rule) != tried.rules.get(rule))
        self._watch(expected, tried, at_ms=now_ms, is_by_time=True, only=others)
        self._note(differences(expected, tried, at_ms=now_ms, is_by_time=True, of=others))
        ruling = _with_part(self._state.ruling, settled.state.ruling, of=others)
        self._state = changed(self._state, ruling=ruling)

    # --- what is reported ---------------------------------------------------------------------------------------

    def _branch_off(self, happened: Heard, tried: Heard, *, at_ms: int, is_by_time: bool) -> None:
        self._branch = branching(
            happened,
            tried,
            rules=self._engine.rules(self._under_record()).by_id,
            rules_tried=self._engine.rules(self._state).by_id,
            at_ms=at_ms,
            is_by_time=is_by_time,
        )
        self._watch(happened, tried, at_ms=at_ms, is_by_time=is_by_time, up_to_seq=self._branch.after_seq)

    def _watch(
        self,
        happened: Heard,
        tried: Heard,
        *,
        at_ms: int,
        is_by_time: bool = False,
        up_to_seq: int | None = None,
        only: frozenset[RuleId] | None = None,
    ) -> None:
        """Note the firings of watched rules, of a settlement that branches off those that its branch begins with."""
        watched = self._trial.watched if only is None else self._trial.watched & only
        on_record = Counter(fired.rule for fired in happened.firings)
        for fired in tried.firings:
            on_record[fired.rule] -= 1
            if fired.rule not in watched or (up_to_seq is not None and fired.after_seq > up_to_seq):
                continue
            self._fired += 1
            if len(self._firings) < FIRINGS_KEPT_MAX:
                self._firings.append(
                    Firing(
                        rule=fired.rule,
                        after_seq=fired.after_seq,
                        at_ms=at_ms,
                        is_by_time=is_by_time,
                        is_new=on_record[fired.rule] < 0,
                        acts=fired.acts,
                    )
                )

    def _note(self, found: Sequence[Difference]) -> None:
        self._differing += len(found)
        self._differences += found[: DIFFERENCES_KEPT_MAX - len(self._differences)]


def _with_part(ruling: Ruling, other: Ruling, *, of: frozenset[RuleId]) -> Ruling:
    """`ruling`, with what `other` says of some rules."""
    return changed(
        ruling,
        spent=(ruling.spent - of) | (other.spent & of),
        switched_off=(ruling.switched_off - of) | (other.switched_off & of),
        erring={
            **{rule: count for rule, count in ruling.erring.items() if rule not in of},
            **{rule: count for rule, count in other.erring.items() if rule in of},
        },
    )
