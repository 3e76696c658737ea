"""What must be true of every life, wherever its processes died?

`INVARIANTS` is the list: each names what it promises, and fails with what broke it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile, zip_longest

from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    ChildEnded,
    Event,
    Recorded,
    RunResumed,
    SessionCancelled,
    SessionCompleted,
    SessionOpened,
    StepExhausted,
)
from core.domain.ids import SessionId
from core.domain.provider_errors import NOT_SENT
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, SessionState
from core.engine.evolve import is_of_the_engine
from core.engine.reckoning import otherwise_reckoned
from core.engine.replay import Verification, fold_session
from core.engine.summarise import summarise
from core.flows.debate_events import ArgumentPresented, DebateCompleted, VerdictReached
from core.flows.refinement_events import DraftPresented, RefinementCompleted
from core.runtime.supervisor import SPENDING_STOPPED
from tests.simulation.fate import calm, fate_of, is_in_turn, undisturbed
from tests.simulation.living import Lived, live
from tests.simulation.world import open_attempts

ENDS = (AttemptSucceeded, AttemptFailed, AttemptInDoubt)
AFTER_THE_END = (*ENDS, AttemptSettled, StepExhausted)
"""What may still come once a session is over: how a call ended that was under way, and what it cost."""

OF_THE_CALLS = ("attempt_count", "cost_microusd", "budget_used_ppm")
"""Facts that count calls and their money. A call that was made again was made, and was paid for."""

DAY_MS = 86_400_000


class Broken(AssertionError):
    """An invariant does not hold."""


def the_log_is_gapless(lived: Lived) -> None:
    """Each session's events are numbered from 1 without a gap, and positions only grow."""
    for session in lived.sessions:
        _hold([each.seq for each in _of(lived, session)] == list(range(1, len(_of(lived, session)) + 1)), session)
    positions = [each.position for each in lived.records]
    _hold(positions == sorted(set(positions)), "positions")


def no_turn_is_lost_or_doubled(lived: Lived) -> None:
    """Every recorded answer is one turn of the transcript, or what else it was asked for, and no step has two."""
    for session in lived.sessions:
        answered = _steps(_before_its_end(lived, session), AttemptSucceeded)
        said = _steps(_events(lived, session), ArgumentPresented)
        taken = {getattr(event, "step", "") for event in _events(lived, session) if not is_of_the_engine(event)}
        _hold(len(set(answered)) == len(answered), f"answered twice: {_twice(answered)}")
        _hold(len(set(said)) == len(said), f"presented twice: {_twice(said)}")
        _hold(set(said) <= set(answered), f"presented and never answered: {set(said) - set(answered)}")
        _hold(set(answered) <= taken, f"answered and lost: {set(answered) - taken}")


def every_session_ends_once_and_stays_ended(lived: Lived) -> None:
    """Completion is an event, comes once, with one verdict, and nothing but the ends of calls comes after it."""
    for session in lived.sessions:
        records = _of(lived, session)
        ends = [each.seq for each in records if isinstance(each.event, SessionCompleted | SessionCancelled)]
        verdicts = sum(isinstance(each.event, VerdictReached | RefinementCompleted) for each in records)
        completed = sum(isinstance(each.event, SessionCompleted) for each in records)
        _hold(len(ends) == 1, f"{len(ends)} ends")
        _hold(completed == verdicts, f"{completed} completions and {verdicts} verdicts")
        late = [each.event for each in records if each.seq > ends[0] and not isinstance(each.event, AFTER_THE_END)]
        _hold(not late, f"after the end: {late}")


def every_paid_call_was_intended(lived: Lived) -> None:
    """Whenever a request reached a provider, exactly one attempt at its step was on record without an end."""
    for sent in lived.books.sent:
        under_way = open_attempts(lived.records[: sent.records], sent.session, sent.step)
        _hold(under_way == 1, f"{sent.step} of {sent.session[-4:]} was sent with {under_way} intents")


def a_finished_turn_is_never_asked_for_again(lived: Lived) -> None:
    """No request reaches a provider, and none is intended, once the answer to its step is on record."""
    done: set[tuple[SessionId, str]] = set()
    answered_at: dict[tuple[SessionId, str], int] = {}
    for number, record in enumerate(lived.records):
        event = record.event
        if isinstance(event, AttemptStarted):
            _hold((record.session, event.step) not in done, f"{event.step} was intended again")
        elif isinstance(event, AttemptSucceeded):
            done.add((record.session, event.step))
            answered_at[record.session, event.step] = number
    for sent in lived.books.sent:
        at = answered_at.get((sent.session, sent.step))
        _hold(at is None or sent.records <= at, f"{sent.step} was sent again")


def every_call_has_one_end(lived: Lived) -> None:
    """No step is under way twice, every attempt ends once, and a route is tried so often at most before it is left."""
    for session in lived.sessions:
        open_: set[str] = set()
        tries: Counter[tuple[str, str]] = Counter()
        for event in _events(lived, session):
            if isinstance(event, AttemptStarted):
                _hold(event.step not in open_, f"{event.step} is under way twice")
                open_.add(event.step)
                tries[event.step, event.route] += 1
                _hold(tries[event.step, event.route] <= ATTEMPTS_PER_ROUTE_MAX, f"{event.step} was tried too often")
            elif isinstance(event, ENDS):
                _hold(event.step in open_, f"{event.step} ended twice")
                open_.discard(event.step)
                if isinstance(event, AttemptFailed) and event.error == NOT_SENT:
                    tries[event.step, event.route] -= 1
            elif type(event).__name__ == "StepRetried":
                tries = Counter({key: count for key, count in tries.items() if key[0] != event.step})  # type: ignore[attr-defined]
        _hold(not open_, f"without an end: {open_}")


def what_is_asked_again_is_in_doubt(lived: Lived) -> None:
    """A provider was never sent more requests for a step than its log has ends of calls that can have been sent."""
    sent = Counter((each.session, each.step) for each in lived.books.sent)
    ended: Counter[tuple[SessionId, str]] = Counter()
    for record in lived.records:
        event = record.event
        if isinstance(event, ENDS) and getattr(event, "error", "") != NOT_SENT:
            ended[record.session, event.step] += 1
    for (session, step), count in sent.items():
        _hold(count <= ended[session, step], f"{step} of {session[-4:]}: {count} sent, {ended[session, step]} ended")


def the_budget_is_never_passed(lived: Lived) -> None:
    """At no moment is more spent and held than the session or the day may, and nothing costs more than was held."""
    caps: dict[SessionId, int | None] = {}
    lenders: dict[SessionId, SessionId] = {}
    spent: Counter[SessionId] = Counter()
    held: dict[tuple[SessionId, str], int] = {}
    before_today, today = 0, 0
    for record in lived.records:
        session, event = record.session, record.event
        if record.at_ms // DAY_MS > today:
            before_today, today = spent.total(), record.at_ms // DAY_MS
        match event:
            case SessionOpened():
                caps[session] = event.opening.cap_microusd
                if event.opening.is_awaited:
                    lenders[session] = event.opening.parent
            case BudgetChanged():
                caps[session] = event.cap_microusd
            case AttemptStarted():
                held[session, event.step] = event.cost_microusd_max
            case AttemptSucceeded() | AttemptFailed():
                _hold(event.cost_microusd <= held.pop((session, event.step)), f"{event.step} cost more than was held")
                spent[session] += event.cost_microusd
            case AttemptInDoubt():
                spent[session] += held.pop((session, event.step))
            case AttemptSettled():
                spent[session] -= event.difference_microusd
            case _:
                continue
        day = lived.fate.cap_day_microusd
        for payer in {session, lenders.get(session, session)}:
            family = {payer, *(child for child, parent in lenders.items() if parent == payer)}
            under_way = sum(amount for (whose, _), amount in held.items() if whose in family)
            cap, gone = caps[payer], sum(spent[each] for each in family)
            _hold(cap is None or gone + under_way <= cap, f"session {payer[-4:]} passed its cap")
        spent_today = spent.total() - before_today
        _hold(day is None or spent_today + sum(held.values()) <= day, "the day's cap was passed")


def nothing_is_billed_that_is_not_on_record(lived: Lived) -> None:
    """What the providers bill for a session is at most what its log says it spent, doubts at their maximum."""
    for session in lived.sessions:
        spent = 0
        for event in _events(lived, session):
            match event:
                case AttemptSucceeded() | AttemptFailed():
                    spent += event.cost_microusd
                case AttemptInDoubt():
                    spent += event.cost_microusd_max
                case _:
                    pass
        billed = lived.books.billed_microusd[session]
        _hold(billed <= spent, f"session {session[-4:]}: {billed} billed, {spent} on record")


def a_policy_is_kept(lived: Lived) -> None:
    """After a doubt that cost something nothing is asked again by itself, except where the policy is retry."""
    policies = {"sun": lived.fate.policy, "moon": lived.fate.policy_of_moon or lived.fate.policy}
    for session in lived.sessions:
        waits_for: set[str] = set()
        for event in _events(lived, session):
            match event:
                case AttemptInDoubt():
                    by_itself = policies[event.route.partition(":")[0]] == "retry" or not event.cost_microusd_max
                    if not by_itself and event.why != SPENDING_STOPPED:  # that call, its operator has cut off
                        waits_for.add(event.step)
                case AttemptStarted():
                    _hold(event.step not in waits_for, f"{event.step} was asked again by itself")
                case _ if getattr(event, "by", "") == "operator":
                    waits_for.clear()
                case _:
                    pass


def its_decisions_can_be_repeated(lived: Lived) -> None:
    """Every decision on record, asked again, comes out the same, and every call's prompt and cost follow from it."""
    for session in lived.sessions:
        verification = Verification(lived.stage.ports.engine, session, reckon=otherwise_reckoned)
        verification.read(_of(lived, session))
        parted = verification.finish()
        _hold(parted is None, f"session {session[-4:]}: {parted}")


def memory_and_rows_hold_what_the_log_holds(lived: Lived) -> None:
    """What the last process remembered, and what the list says, is the fold of what is on record."""
    engine = lived.stage.ports.engine
    for session in lived.sessions:
        _hold(lived.remembered[session] == fold_session(engine, session, _of(lived, session)), f"{session[-4:]}")
        row = None
        for record in _of(lived, session):
            row = summarise(row, record, engine.flows)
        assert row is not None  # a session has an opening
        _hold(lived.rows[session].status is row.status, f"the row of {session[-4:]} says {lived.rows[session].status}")


INVARIANTS: tuple[Callable[[Lived], None], ...] = (
    the_log_is_gapless,
    no_turn_is_lost_or_doubled,
    every_session_ends_once_and_stays_ended,
    every_paid_call_was_intended,
    a_finished_turn_is_never_asked_for_again,
    every_call_has_one_end,
    what_is_asked_again_is_in_doubt,
    the_budget_is_never_passed,
    nothing_is_billed_that_is_not_on_record,
    a_policy_is_kept,
    its_decisions_can_be_repeated,
    memory_and_rows_hold_what_the_log_holds,
)
"""Of one life. Two lives side by side are compared by `the_same_seed_leaves_the_same_log` and
`a_crash_leaves_no_mark`."""


def check(seed: int) -> Lived:
    """Live what a seed draws and hold it to all of them. Raises Broken with the command that does it again."""
    try:
        lived = live(fate_of(seed))
        for invariant in INVARIANTS:
            _held(invariant, lived)
    except Exception as error:
        raise Broken(f"seed {seed}: {error}\nonce more: {command_of(seed)}") from error
    return lived


def check_beside(seed: int, *others: Callable[[int], None]) -> None:
    """Hold a seed to what two lives side by side must have in common."""
    for other in others:
        try:
            other(seed)
        except Exception as error:
            raise Broken(f"seed {seed}: {other.__name__}: {error}\nonce more: {command_of(seed)}") from error


def the_same_seed_leaves_the_same_log(seed: int) -> None:
    """Two lives of one seed leave the same records, to the moment."""
    one, other = (live(fate_of(seed)).records for _ in range(2))
    _hold(one == other, "two lives of one seed differ")


def a_crash_leaves_no_mark(seed: int) -> None:
    """Where one is asked after another: what was said, decided and ruled is the same with crashes and without, and so
    is every fact that rules see but those that count calls and their money. Of several who are asked at once, whoever
    is asked again speaks later than the others; but all say what they would have said."""
    fate = calm(fate_of(seed))
    crashed, spared = live(fate), live(undisturbed(fate))
    for one, other in zip(crashed.sessions, spared.sessions, strict=True):
        if is_in_turn(fate):
            _same(_course(crashed, one), _course(spared, other))
            if fate.strategy != "debate":  # of who waits for a child no event says how long, until that is over
                _same(_facts(crashed, one), _facts(spared, other))
        else:
            _same(_said(crashed, one), _said(spared, other))


BESIDE = (the_same_seed_leaves_the_same_log, a_crash_leaves_no_mark)


def command_of(seed: int) -> str:
    return f".venv/bin/python -m tests.simulation {seed}"


def _course(lived: Lived, session: SessionId) -> list[Event]:
    """A session's events without those of calls and of processes that came and went."""
    apart = (AttemptStarted, *ENDS, RunResumed, StepExhausted)
    course = (event for event in _events(lived, session) if not isinstance(event, apart))
    summing = (DebateCompleted, RefinementCompleted, ChildEnded)
    return [replace(event, cost_microusd=0) if isinstance(event, summing) else event for event in course]


def _facts(lived: Lived, session: SessionId) -> list[tuple[str, object]]:
    state: SessionState = lived.remembered[session]
    facts = lived.stage.ports.engine.facts(state, now_ms=state.at_ms)
    return [(name, value) for name, value in facts.items() if name not in OF_THE_CALLS]


def _said(lived: Lived, session: SessionId) -> list[tuple[str, str]]:
    """What was said in the first round, by step: what follows may hang on who spoke first."""
    for event in _events(lived, session):
        if isinstance(event, DraftPresented) and event.iteration == 1:
            return [(event.step, event.text)]
    spoken = (event for event in _events(lived, session) if isinstance(event, ArgumentPresented))
    return sorted((event.step, event.text) for event in spoken if event.round == 1)


def _held(invariant: Callable[[Lived], None], lived: Lived) -> None:
    try:
        invariant(lived)
    except Broken as broken:
        raise Broken(f"{invariant.__name__}: {broken}") from None


def _same(crashed: Sequence[object], spared: Sequence[object]) -> None:
    for here, there in zip_longest(crashed, spared):
        _hold(here == there, f"{here} with crashes, {there} without")


def _hold(is_so: bool, what: object) -> None:
    if not is_so:
        raise Broken(str(what))


def _of(lived: Lived, session: SessionId) -> list[Recorded]:
    return [record for record in lived.records if record.session == session]


def _events(lived: Lived, session: SessionId) -> Iterable[Event]:
    return (record.event for record in lived.records if record.session == session)


def _before_its_end(lived: Lived, session: SessionId) -> Iterable[Event]:
    """What comes behind it is the end of a call that nobody waited for any more."""
    return takewhile(lambda event: not isinstance(event, SessionCompleted | SessionCancelled), _events(lived, session))


def _steps(events: Iterable[Event], kind: type) -> list[str]:
    return [event.step for event in events if isinstance(event, kind)]  # type: ignore[attr-defined]


def _twice(steps: list[str]) -> list[str]:
    return [step for step, count in Counter(steps).items() if count > 1]
