"""Which session does a step of another one begin, and what becomes of both?

A control answers what a debate was about by another format, at the same spend: only so can a debate be said to have
been worth it. A debate about a draft is one whose end its parent waits for: it stands while that stands, and ends with
it. A child's id follows from its parent's: whoever begins it twice begins it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from core.domain.budget import FREE
from core.domain.children import (
    PARENT_OVER,
    PARENT_STANDS,
    PARENT_WENT_ON,
    models_of,
)
from core.domain.commands import RUNTIME, Admit, Cancel, Command, Pause, RecordChild, RecordChildEnd, Resume
from core.domain.errors import CommandRefused, LogConflict, MootError, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.ids import SessionId
from core.domain.participants import Role, Seat
from core.domain.session import ROUNDS_MAX, Opening, SessionState, Status
from core.domain.steps import Step, StepKind
from core.engine.decide import waiting_doubts
from core.rules.layers import NOTHING
from core.runtime.correlating import fields
from core.runtime.opening import Openings
from core.runtime.pinning import LABEL_CHARACTERS_MAX
from core.runtime.ports import Ports
from core.runtime.requests import DebateRequest
from core.runtime.rules_in_force import RulesInForce
from core.templates.bounds import SEATS_MAX
from core.templates.sampling import asked_times
from core.templates.template import DecidedBy, Template

SESSION_ID_CHARACTERS = 32
RETRY_MILLISECONDS = 1_000
"""How long what the disk keeps from being recorded of a child waits before it is tried again."""

_log = logging.getLogger(__name__)


class Children:
    """Begins what steps want begun, beside the sessions that want it, sees to those whose end is awaited, and tells
    their parents. On the driver's event loop."""

    def __init__(
        self,
        ports: Ports,
        openings: Openings,
        rules: RulesInForce,
        *,
        open_child: Callable[[SessionId, Opening], Awaitable[None]],
        have_obey: Callable[[SessionId, Command], Awaitable[None]],
        load: Callable[[SessionId], Awaitable[SessionState]],
        drives: Callable[[SessionId], bool],
    ) -> None:
        self._ports = ports
        self._openings = openings
        self._rules = rules
        self._open_child = open_child
        self._have_obey = have_obey
        self._load = load
        self._drives = drives
        self._tasks: dict[tuple[str, SessionId], asyncio.Task[None]] = {}
        self._again: set[tuple[str, SessionId]] = set()

    def begin(self, session: SessionId, step: Step) -> None:
        """Begin a step's child, or look whether one that is awaited is over; each once at a time."""
        child = child_id(session, step)
        if step.kind is StepKind.CHILD:
            self._see_to("begin", child, lambda: self._bear(session, step, child))
        else:
            self._see_to("end", child, lambda: self._end(session, step, child))

    def parent_changed(self, state: SessionState, *, is_resumed: bool = False) -> None:
        """Have the children that a session waits for stand, go on or end as it does."""
        for awaited in state.work.children.values():
            child = awaited.child
            self._see_to("follow", child, lambda child=child: self._follow(state.session, child, is_resumed))  # type: ignore[misc]

    def child_changed(self, state: SessionState) -> None:
        """Tell the parent of a child that is over."""
        opening = state.opening
        if opening is None or not opening.is_awaited or not _is_at_its_end(state):
            return
        self._see_to("end", state.session, lambda: self._end_of(opening.parent, state.session))

    def take_up(self, state: SessionState) -> None:
        """See to what a process that died left undone: children that stand otherwise than their parents."""
        self.parent_changed(state)
        opening = state.opening
        if opening is not None and opening.parent and not state.life.status.is_over:
            self._see_to("leave", state.session, lambda: self._left(opening.parent, state.session, opening.is_awaited))

    def stop(self) -> None:
        """Begin no more: whoever drives next finds what is still wanted."""
        self._again.clear()
        for task in tuple(self._tasks.values()):
            task.cancel()

    def _see_to(self, what: str, child: SessionId, work: Callable[[], Awaitable[None]]) -> None:
        """Do it beside everything else. What is asked for while it is being done is done once more behind it."""
        key = what, child
        if key in self._tasks:
            self._again.add(key)
            return

        async def done() -> None:
            try:
                while True:
                    self._again.discard(key)
                    await self._persevered(child, work)
                    if key not in self._again:
                        return
            finally:
                # Here and not once the task is done: what is asked for between the two would be seen to by nobody.
                self._tasks.pop(key, None)

        self._tasks[key] = asyncio.create_task(done(), name=f"{what} of child {child}")

    async def _persevered(self, child: SessionId, work: Callable[[], Awaitable[None]]) -> None:
        """However long the disk refuses: nobody else would see to it."""
        while True:
            try:
                await work()
                return
            except (StorageFailed, LogConflict) as failed:
                _log.warning("a child waits", extra=fields(session=child, error=str(failed)))
            except MootError as refused:
                _log.info("a child was refused", extra=fields(session=child, error=str(refused)))
                return
            except Exception:
                _log.exception("a child broke", extra=fields(session=child))
                return
            await self._ports.clock.sleep(RETRY_MILLISECONDS)

    async def _bear(self, session: SessionId, step: Step, child: SessionId) -> None:
        born = await self._born(session, step, child)
        try:
            await self._have_obey(session, born)
        except CommandRefused:
            if born.child and (await self._load(session)).life.status.is_over:
                await self._cancelled(born.child, PARENT_OVER)  # its parent ended in the instant in which it was opened
            raise

    async def _born(self, session: SessionId, step: Step, child: SessionId) -> RecordChild:
        """What the parent is told: which child is under way, or why none can be."""
        parent = await self._load(session)
        cap, is_awaited = None, False
        try:
            is_there = bool(await self._ports.log.read(child, limit=1))
            if not is_there and not parent.life.status.is_over:
                await self._open_child(child, await self._opening(parent, step))
                is_there = True
            opening = (await self._load(child)).opening if is_there else None
            if opening is not None:
                cap, is_awaited = opening.cap_microusd, opening.is_awaited
        except (CommandRefused, WrongUse, NotVerifiableHere) as refused:
            return RecordChild(step=step.id, why=str(refused))
        except (StorageFailed, LogConflict):
            raise
        except Exception:
            # A fault of ours. The parent must not wait for ever for a child that nobody begins any more.
            _log.exception("a child broke", extra=fields(parent=session))
            return RecordChild(step=step.id, why="moot itself failed; its log file says how")
        if not is_awaited:
            return RecordChild(step=step.id, child=child)
        return RecordChild(step=step.id, child=child, cap_microusd=cap, is_awaited=True)

    async def _follow(self, session: SessionId, child: SessionId, is_resumed: bool) -> None:
        parent, state = await self._load(session), await self._load(child)
        steps = [step for step, awaited in parent.work.children.items() if awaited.child == child]
        if not steps or state.life.status.is_over:
            return
        status = parent.life.status
        if status.is_over:
            await self._cancelled(child, PARENT_OVER)
        elif status is not Status.RUNNING:
            if state.life.status in (Status.CREATED, Status.WAITING, Status.RUNNING):
                await self._have_obey(child, Pause(reason=PARENT_STANDS, by=RUNTIME))
        elif not {step.id for step in self._ports.engine.flow(parent).plan(parent)}.intersection(steps):
            await self._cancelled(child, PARENT_WENT_ON)
        elif state.life.status in (Status.CREATED, Status.WAITING):
            await self._have_obey(child, Admit())  # its parent's place is its own
        elif state.life.status is Status.PAUSED and (is_resumed or state.life.reason == PARENT_STANDS):
            await self._have_obey(child, Resume(by=RUNTIME))

    async def _left(self, parent: SessionId, child: SessionId, is_awaited: bool) -> None:
        """A child whose parent is over, or was cancelled in the instant in which it was opened, is left by everybody.
        A control goes on behind the end of its debate."""
        status = (await self._load(parent)).life.status
        if status is Status.CANCELLED or (is_awaited and status.is_over):
            await self._cancelled(child, PARENT_OVER)

    async def _end(self, session: SessionId, step: Step, child: SessionId) -> None:
        if _is_at_its_end(await self._load(child)):
            await self._end_of(session, child)

    async def _end_of(self, session: SessionId, child: SessionId) -> None:
        """Tell a parent what its child came to. One that failed is given up: nobody would look after it. So is one that
        asks about a call in doubt, but not before its parent is gone on with: until then it can be answered."""
        state, parent = await self._load(child), await self._load(session)
        step = next((step for step, awaited in parent.work.children.items() if awaited.child == child), None)
        if step is None or parent.life.status.is_over:
            return
        status, why = state.life.status, state.life.reason
        is_gone_on_with = parent.life.status is Status.RUNNING and self._drives(session)
        if status is Status.ESCALATED and not is_gone_on_with:
            return
        if not status.is_over:
            await self._cancelled(child, PARENT_WENT_ON)
            state = await self._load(child)
        if state.work.open:
            return  # what the last calls cost is still to be told
        result = self._ports.engine.flow(state).result(state)
        await self._have_obey(
            session,
            RecordChildEnd(
                step=step,
                child=child,
                status=status.value,
                outcome=result.outcome,
                text=result.text,
                cost_microusd=state.money.used_microusd,
                why="" if status is Status.COMPLETED else f"it is {status}: {why.replace('_', ' ')}",
            ),
        )

    async def _cancelled(self, child: SessionId, reason: str) -> None:
        if not (await self._load(child)).life.status.is_over:
            await self._have_obey(child, Cancel(reason=reason, by=RUNTIME))

    async def _opening(self, state: SessionState, step: Step) -> Opening:
        """What the child of `state` opens with. Raises WrongUse where it can't be held."""
        parent = state.opening
        if parent is None:
            raise WrongUse(f"{step.id} is no step of a session that is open.")
        wanted = self._ports.engine.flow(state).child(state, step)
        if wanted.is_awaited and wanted.cap_microusd == 0 and not wanted.must_be_free:
            wanted = replace(wanted, must_be_free=True)
        template = await self._openings.template(wanted.template)
        spent = wanted.cap_microusd or 0
        calls = None if wanted.is_awaited else control_calls(template, spent_microusd=spent, turns=wanted.calls)
        if calls is not None:
            template = asked_times(template, calls)
        request = DebateRequest(
            question=wanted.question,
            template_id=template.id,
            casting=casting_of(wanted.arguing, wanted.judging, template, where=wanted.origin),
            documents=wanted.documents,
            rounds=control_rounds(template, spent_microusd=spent),
            calls=calls,
            cap_microusd=wanted.cap_microusd,
            seed=parent.seed,
            title=wanted.title[:LABEL_CHARACTERS_MAX],  # its parent's may be as long already
            origin=wanted.origin,
            rules=NOTHING,
            answers=wanted.answers,
            known_answer=wanted.known_answer,
        )
        opening = await self._openings.opening(request, rules=self._rules)
        asked = {route for seat in opening.seats for route in seat.participant.routes}
        if wanted.must_be_free and any(opening.prices[route] != FREE for route in asked):
            raise WrongUse(
                "its parent has spent nothing, or has nothing left, and it would cost something.",
                where=wanted.origin,
                now=f"To hold it by {template.id} all the same, start that and name a budget.",
            )
        return replace(opening, parent=state.session, is_awaited=wanted.is_awaited, ends_with_budget=True)


def child_id(parent: SessionId, step: Step) -> SessionId:
    """The id of the session that a step begins."""
    return SessionId(sha256(f"{parent}:{step.id}".encode()).hexdigest()[:SESSION_ID_CHARACTERS])


def control_casting(seats: Sequence[Seat], template: Template) -> dict[str, str]:
    """The models that argued, in turn, over the seats that answer; the judge's own for whoever judges. For a person
    goes whoever stands in."""
    arguing = models_of(seat for seat in seats if seat.role in (Role.PROPOSER, Role.OPPONENT, Role.PANELIST))
    judging = models_of(seat for seat in seats if seat.role is Role.JUDGE)
    return casting_of(arguing or models_of(seats), judging, template, where="control")


def control_rounds(template: Template, *, spent_microusd: int) -> int | None:
    """As many rounds of samples as the money of a debate lasts for; None where that is no question."""
    return ROUNDS_MAX if spent_microusd and template.decided_by is DecidedBy.SAMPLES else None


def control_calls(template: Template, *, spent_microusd: int, turns: int) -> int | None:
    """What was free is answered in as many calls as it had `turns`. Where money is the measure, as many seats vote as
    there can be, until it is spent; None where rounds say how far it lasts."""
    if not spent_microusd:
        return max(1, turns)
    return None if template.decided_by is DecidedBy.SAMPLES else SEATS_MAX


def casting_of(models: Sequence[str], judging: Sequence[str], template: Template, *, where: str) -> dict[str, str]:
    """These models, in turn, over the seats that answer; those that judge for whoever judges. Raises WrongUse."""
    if not models:
        raise WrongUse("people alone have a part in it, and it asks models.", where=where)
    cast: dict[str, str] = {"": models[0]}
    answering = [spec for spec in template.seats if spec.role is not Role.JUDGE]
    for number, spec in enumerate(answering):
        cast[spec.id] = models[number % len(models)]
    for spec in template.seats:
        if spec.role is Role.JUDGE:
            cast[spec.id] = (judging or models)[0]
    return cast


def _is_at_its_end(state: SessionState) -> bool:
    """True where nothing more comes of it that its parent could wait for."""
    status = state.life.status
    asks_of_a_doubt = status is Status.ESCALATED and bool(waiting_doubts(state))
    return (status.is_over or status is Status.FAILED or asks_of_a_doubt) and not state.work.open
