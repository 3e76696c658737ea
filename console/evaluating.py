"""How is an evaluation run so that its arms stay comparable, nothing is paid for twice and no budget breaks?

A task is one piece: each of its debates, and behind each debate its controls, at what that has spent. What a task may
cost in all its arms is held before the first of them begins, so that money that runs out leaves no task half done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.batches import Batch, Purse, derived_session
from console.evaluation_plan import ORIGIN, ArmPlan, EvaluationPlan, debate_request, identity
from console.exit_codes import ExitCode
from console.exporting import all_events
from console.headless import Ending, StopRequest
from console.task_files import read_tasks
from core.analytics.flips import counts_of
from core.domain.cases import CLARIFICATION
from core.domain.commands import AnswerEscalation
from core.domain.errors import CommandRefused, MootError, StorageFailed
from core.domain.events import AttemptStarted, Event, RulesChanged, SessionOpened
from core.domain.status import Status
from core.evaluation.marking import heard, mark_of
from core.evaluation.results import Mark, Result, Tally
from core.rules.layers import NOTHING
from core.runtime.children import control_calls, control_casting, control_rounds
from core.templates.sampling import asked_times

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.evaluation.tasks import Task
    from core.orchestrator import Orchestrator
    from core.runtime.requests import DebateRequest

QUESTIONS_ANSWERED_MAX = 5
"""How often a session that is put before the operator is told to go on: nobody looks on, and each session has to end.
What participants want to know doesn't count: how often they may ask says the format."""
TASKS_FAILED_MAX = 5
"""So many tasks in a row that no arm has answered are no accident: the rest would cost, and tell nothing."""
RAISES_MAX = 10
RAISE_MICROUSD_MIN = 10_000
"""A debate that lacks money gets as much again, at least this, as often as that, where the budget of all holds it."""
CUT_SHORT = ("budget_spent", "budget_nearly_spent")
"""The reasons of debates that ended for want of money: they were not the format that is put to the test."""
WHY_CHARACTERS_MAX = 200
NO_MONEY = "the budget holds no further task"
NO_MONEY_TODAY = "the budget of the day is spent"
SESSION_SPENT, DAY_SPENT = "budget_spent_session", "budget_spent_day"
"""How a session says whose money is at its end."""

Told = Callable[["Task", Sequence[Result]], None]


@dataclass(slots=True, kw_only=True)
class Held:
    """The budget of all: what was spent and what tasks under way may still cost, in micro-dollars.

    `before` is what each session had spent when the run began: it counts from the start, and once. Tasks that are
    `over` in every arm cost nothing more.
    """

    cap_microusd: int | None
    spent_microusd: int = 0
    tasks: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def holds(self, amount_microusd: int) -> bool:
        if self.cap_microusd is None:
            return True
        return self.spent_microusd + sum(self.tasks.values()) + amount_microusd <= self.cap_microusd

    def extend(self, task: str, amount_microusd: int) -> bool:
        """Hold so much more for a task under way, where there is that much."""
        if not self.holds(amount_microusd):
            return False
        self.tasks[task] = self.tasks.get(task, 0) + amount_microusd
        return True

    def settle(self, task: str, results: Sequence[Result]) -> None:
        """A task is over: what it has cost is spent, and the rest is free."""
        self.tasks.pop(task, None)
        for result in results:
            self.spent_microusd += result.cost_microusd - self.before.pop(result.session, 0)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """`tally` of what was tried. `is_stopped` where the operator asked for it; `gave_up` says why the rest was not
    tried, "" where it was."""

    tally: Tally
    is_stopped: bool = False
    gave_up: str = ""


@dataclass(frozen=True, slots=True)
class _Lived:
    """What came of a session, its row where there is one, and what one of its calls was reserved at: the first of each
    model, which was shown nobody else's words, and the dearest of all."""

    result: Result
    row: SessionSummary | None
    first_microusd: Mapping[str, int] = field(default_factory=dict)
    call_microusd_max: int = 0


class Evaluation:
    """One run over the tasks of a plan. On the event loop of `orchestrator`."""

    def __init__(
        self, orchestrator: Orchestrator, plan: EvaluationPlan, *, stop: StopRequest, concurrency: int, told: Told
    ) -> None:
        self._orchestrator = orchestrator
        self._plan = plan
        self._stop = stop
        self._batch = Batch(orchestrator, stop=stop, concurrency=concurrency)
        self._held = Held(cap_microusd=plan.request.cap_microusd)
        self._told = told
        self._ready: dict[int, tuple[Task, Sequence[Result]]] = {}
        self._next = 0
        self._failed = 0
        self.outcome = Outcome(tally=Tally(arms=plan.all_arms))

    async def run(self, *, on_stop: Callable[[], None]) -> Outcome:
        """Answer every task in every arm, or find that it was; results come in the order of the tasks."""
        if self._plan.request.cap_microusd is not None:
            await self._count_what_was_spent()
        tasks = enumerate(read_tasks(self._plan.request.tasks, limit=self._plan.request.limit))
        is_done = await self._batch.run(_Affordable(self, tasks), self._answered, done=self._done, on_stop=on_stop)
        self._hand_over(is_last=True)
        self.outcome.is_stopped = not is_done
        return self.outcome

    def may_begin(self, task: Task) -> bool:
        """Hold what a task may cost, where there is that much."""
        if self.outcome.gave_up:
            return False
        spent = sum(self._held.before.get(session, 0) for session in self._sessions(task))
        further = 0 if task.id in self._held.over else max(0, self._plan.task_reserved_microusd - spent)
        if not self._held.holds(further):
            return False
        self._held.tasks[task.id] = further
        return True

    def left_over(self) -> None:
        """No further task could be begun, and none is under way that could leave money over."""
        self._give_up(NO_MONEY)

    @property
    def is_idle(self) -> bool:
        return not self._held.tasks

    async def _count_what_was_spent(self) -> None:
        """What earlier runs of the same have spent counts towards the budget, before anything new is begun."""
        for task in read_tasks(self._plan.request.tasks, limit=self._plan.request.limit):
            is_over = True
            for session in self._sessions(task):
                row = await self._row(session)
                is_over = is_over and row is not None and row.status.is_over
                if row is not None and row.spent_microusd:
                    self._held.before[session] = row.spent_microusd
                    self._held.spent_microusd += row.spent_microusd
            if is_over:
                self._held.over.add(task.id)

    async def _answered(self, piece: tuple[int, Task]) -> Sequence[Result]:
        _, task = piece
        results: list[Result] = []
        for arm in self._plan.arms:
            debate = await self._result(task, arm, self._debate(task, arm), cap_microusd=self._cap(arm))
            results.append(debate.result)
            for control in arm.controls:
                results.append(await self._control(task, control, debate))
        return results

    async def _control(self, task: Task, control: ArmPlan, debate: _Lived) -> Result:
        """What the control answers for what its debate has spent, once that has a verdict.

        Its cap lies above that by the most that one of its calls may cost: a call is reserved at its worst, so that
        otherwise a debate of short turns would leave its control not one. The last call begins below what the debate
        has spent. Whoever hears others, or judges them, is reserved at more: by that much a control would go beyond.
        """
        row = debate.row
        if row is None or row.status is not Status.COMPLETED:
            return _unanswered(control, why="its debate has no verdict, so that there is no spend to equal")
        if not row.spent_microusd and control.cost_microusd.high:
            return _unanswered(control, why="its debate has spent nothing, and it would cost something")
        rounds = control_rounds(control.template, spent_microusd=row.spent_microusd)
        calls = control_calls(control.template, spent_microusd=row.spent_microusd, turns=row.turns)
        casting = control.casting
        if calls is not None:
            casting = control_casting(control.arguing, asked_times(control.template, calls))
        request = replace(self._debate(task, control), casting=casting, rounds=rounds, calls=calls, rules=NOTHING)
        cap = None
        if row.spent_microusd:
            cap = row.spent_microusd + await self._call_microusd(request, debate)
            if row.cap_microusd is not None:
                cap = max(row.spent_microusd, min(cap, row.cap_microusd))  # no more than was held for it
        return (await self._result(task, control, request, cap_microusd=cap)).result

    async def _call_microusd(self, request: DebateRequest, debate: _Lived) -> int:
        """The most that one call of a control may be reserved at. Its calls ask what the first of the debate asked,
        unless those who sat there may say less than others of their model do; where its own calls hear one another, as
        much as the dearest of the debate."""
        most = 0
        for model in sorted(set(request.casting.values())):
            alone = replace(request, casting={"": model}, calls=1, rounds=None, cap_microusd=None)
            plan = await self._orchestrator.plan_debate(alone)
            if plan.estimate.turns != 1:
                return debate.call_microusd_max
            most = max(most, plan.dearest_microusd, debate.first_microusd.get(model, 0))
        return most

    async def _result(self, task: Task, arm: ArmPlan, request: DebateRequest, *, cap_microusd: int | None) -> _Lived:
        session = self._session(task, arm)

        async def start(_: int | None) -> None:
            await self._orchestrator.start_debate(request=replace(request, cap_microusd=cap_microusd), session=session)

        try:
            ending, row = await self._lived(session, start, cap_microusd=cap_microusd)
            for _ in range(RAISES_MAX):
                if ending.why != SESSION_SPENT or cap_microusd is None or arm.arm.control_of:
                    break
                # A call is reserved at its worst, so that a session may lack money which it would never spend.
                raised = max(RAISE_MICROUSD_MIN, cap_microusd)
                if not self._held.extend(task.id, raised * (1 + len(arm.controls))):
                    break
                cap_microusd += raised
                ending, row = await self._lived(session, start, cap_microusd=cap_microusd)
            if ending.why == DAY_SPENT:
                self._give_up(NO_MONEY_TODAY)
            return await self._read(task, arm, ending, row)
        except StorageFailed:
            raise  # the same would keep every further one from being recorded
        except MootError as refused:
            found = await self._row(session)
            spent = found.spent_microusd if found is not None else 0
            return _Lived(_unanswered(arm, why=str(refused), session=session, cost_microusd=spent), found)

    async def _lived(
        self, session: SessionId, start: Callable[[int | None], Awaitable[object]], *, cap_microusd: int | None
    ) -> tuple[Ending, SessionSummary]:
        """As `Batch.lived`. What a rule asks of the operator is answered: go on."""
        answered = 0
        while answered < QUESTIONS_ANSWERED_MAX:
            try:
                ending, row = await self._batch.lived(session, start, purse=Purse(cap_microusd=cap_microusd), sharers=1)
                if not ending.is_question:
                    return ending, row
                answer = AnswerEscalation(answer="continue", note="nobody looks on in an evaluation", by=ORIGIN)
                await self._orchestrator.command(session, answer, actor=ORIGIN)
                answered += row.reason != CLARIFICATION
            except CommandRefused:
                answered += 1  # it has moved on by itself meanwhile, or somebody was quicker
        return await self._batch.lived(session, start, purse=Purse(cap_microusd=cap_microusd), sharers=1)

    async def _read(self, task: Task, arm: ArmPlan, ending: Ending, row: SessionSummary) -> _Lived:
        events = [recorded.event async for recorded in all_events(self._orchestrator, row.session)]
        told = heard(events, task)
        why = ending.why
        mark = mark_of(told, task) if ending.code is ExitCode.COMPLETED else Mark.UNANSWERED
        if mark is not Mark.UNANSWERED and row.reason in CUT_SHORT and not arm.arm.control_of:
            mark, why = Mark.UNANSWERED, "its share of the budget cut it short"
        if ending.why == SESSION_SPENT and arm.arm.control_of and told.unreadable and not told.seats:
            mark = Mark.UNREADABLE if task.known_answer else Mark.UNSCORED  # all that its debate's money brought
        flips = counts_of(await self._orchestrator.flips.of_session(row.session))
        calls = [event for event in events if isinstance(event, AttemptStarted)]
        result = Result(
            arm=arm.arm.name,
            mark=mark,
            control_of=arm.arm.control_of,
            session=row.session,
            outcome=told.outcome,
            why=why[:WHY_CHARACTERS_MAX] if mark is Mark.UNANSWERED else "",
            cost_microusd=row.spent_microusd,
            tokens=row.tokens_input + row.tokens_output,
            turns=row.turns,
            active_ms=row.active_ms,
            unreadable=told.unreadable,
            changed=flips.changed,
            to_right=flips.to_right,
            to_wrong=flips.to_wrong,
            rules=tuple(dict.fromkeys(filter(None, map(_rules_in, events)))),
        )
        first = {call.route: call.cost_microusd_max for call in reversed(calls)}
        return _Lived(result, row, first, max((call.cost_microusd_max for call in calls), default=0))

    def _done(self, piece: tuple[int, Task], results: Sequence[Result] | MootError) -> None:
        number, task = piece
        if isinstance(results, MootError):
            why = str(results)
            results = [
                _unanswered(each, why=why, session=self._session(task, each))
                for arm in self._plan.arms
                for each in (arm, *arm.controls)
            ]
            self._give_up(why)
        self._held.settle(task.id, results)
        if self._stop.asked.is_set() and any(each.mark is Mark.UNANSWERED for each in results):
            return  # it was cut off, not tried: the next run goes on with it
        self._failed = self._failed + 1 if all(each.mark is Mark.UNANSWERED for each in results) else 0
        if self._failed >= TASKS_FAILED_MAX:
            why = next((each.why for each in results if each.why), "")
            self._give_up(f"{TASKS_FAILED_MAX} tasks in a row were answered in no arm ({why})")
        self._ready[number] = task, results
        self._hand_over()

    def _give_up(self, why: str) -> None:
        """Begin no further task; the first reason is the one that is told."""
        self.outcome.gave_up = self.outcome.gave_up or why

    def _hand_over(self, *, is_last: bool = False) -> None:
        """Results in the order of the tasks, as far as there is none missing before them; in the end, all."""
        while self._ready and (is_last or self._next in self._ready):
            number = min(self._ready)
            task, results = self._ready.pop(number)
            self._next = number + 1
            self.outcome.tally = self.outcome.tally.plus(results)
            self._told(task, results)

    def _debate(self, task: Task, arm: ArmPlan) -> DebateRequest:
        return debate_request(self._plan.request, arm.template, arm.casting, task, cap_microusd=None)

    def _cap(self, arm: ArmPlan) -> int | None:
        """What a debate may cost at most: what was held for it, nothing where no budget bounds it or it is free."""
        return arm.reserved_microusd or None if self._plan.request.cap_microusd is not None else None

    def _sessions(self, task: Task) -> Iterator[SessionId]:
        return (self._session(task, each) for arm in self._plan.arms for each in (arm, *arm.controls))

    def _session(self, task: Task, arm: ArmPlan) -> SessionId:
        """Where this arm answers this task, whoever asks and however often."""
        asked = [task.id, task.question, task.form.kind, task.form.choices, task.known_answer]
        return derived_session(ORIGIN, [asked, identity(self._plan.request, arm)])

    async def _row(self, session: SessionId) -> SessionSummary | None:
        if not await self._orchestrator.events(session, limit=1):
            return None
        return await self._orchestrator.summary(session)


class _Affordable:
    """The tasks, as long as the budget holds what the next one may cost. Where it doesn't, there is none for now: a
    task under way may leave something over."""

    def __init__(self, evaluation: Evaluation, tasks: Iterator[tuple[int, Task]]) -> None:
        self._evaluation = evaluation
        self._tasks = tasks
        self._next: tuple[int, Task] | None = None

    def __iter__(self) -> Iterator[tuple[int, Task]]:
        return self

    def __next__(self) -> tuple[int, Task]:
        piece = self._next = self._next or next(self._tasks)
        if not self._evaluation.may_begin(piece[1]):
            if self._evaluation.is_idle:
                self._evaluation.left_over()
            raise StopIteration
        self._next = None
        return piece


def _rules_in(event: Event) -> str:
    """Which rules a session follows from this event on; "" where it changes nothing about them."""
    match event:
        case SessionOpened(opening=opening):
            return opening.rules_digest
        case RulesChanged(digest=digest):
            return digest
        case _:
            return ""


def _unanswered(arm: ArmPlan, *, why: str, session: str = "", cost_microusd: int = 0) -> Result:
    return Result(
        arm=arm.arm.name,
        mark=Mark.UNANSWERED,
        control_of=arm.arm.control_of,
        session=session,
        why=why[:WHY_CHARACTERS_MAX],
        cost_microusd=cost_microusd,
    )
