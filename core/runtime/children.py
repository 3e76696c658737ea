"""Which session does a step of another one begin?

A control answers what a debate was about by another format, at the same spend: only so can a debate be said to have
been worth it. It is asked of the models that argued, no rule interferes, and its id follows from its parent's: whoever
begins it twice begins it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from core.domain.budget import FREE
from core.domain.commands import RecordChild
from core.domain.errors import CommandRefused, LogConflict, MootError, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.ids import SessionId
from core.domain.participants import Role, Seat
from core.domain.people import is_person
from core.domain.session import ROUNDS_MAX, Opening, SessionState
from core.domain.steps import Step
from core.rules.layers import NOTHING
from core.runtime.opening import Openings
from core.runtime.ports import Ports
from core.runtime.requests import DebateRequest
from core.runtime.rules_in_force import RulesInForce
from core.templates.template import DecidedBy, Template

SESSION_ID_CHARACTERS = 32
CONTROL_ORIGIN = "control"
RETRY_MILLISECONDS = 1_000
"""How long a child that the disk keeps from beginning waits before it is tried again."""

_log = logging.getLogger(__name__)


class Children:
    """Begins what steps want begun, beside the sessions that want it, and tells these. On the driver's event loop."""

    def __init__(
        self,
        ports: Ports,
        openings: Openings,
        rules: RulesInForce,
        *,
        open_child: Callable[[SessionId, Opening], Awaitable[None]],
        tell: Callable[[SessionId, RecordChild], Awaitable[None]],
        load: Callable[[SessionId], Awaitable[SessionState]],
    ) -> None:
        self._ports = ports
        self._openings = openings
        self._rules = rules
        self._open_child = open_child
        self._tell = tell
        self._load = load
        self._bearing: dict[SessionId, asyncio.Task[None]] = {}

    def begin(self, session: SessionId, step: Step) -> None:
        """Begin a step's child, once."""
        child = child_id(session, step)
        if child in self._bearing:
            return
        task = asyncio.create_task(self._bear(session, step, child), name=f"child {child}")
        self._bearing[child] = task
        task.add_done_callback(lambda _: self._bearing.pop(child, None))

    def stop(self) -> None:
        """Begin no more: whoever drives next finds what is still wanted."""
        for task in tuple(self._bearing.values()):
            task.cancel()

    async def _bear(self, session: SessionId, step: Step, child: SessionId) -> None:
        """Open the child and tell its parent, however long the disk refuses: nobody else would end the parent."""
        while True:
            try:
                await self._tell(session, await self._born(session, step, child))
                return
            except (StorageFailed, LogConflict) as failed:
                _log.warning("session %s has no child yet: %s", session[:8], failed)
            except MootError as refused:
                _log.warning("session %s was not told of its child: %s", session[:8], refused)
                return
            await self._ports.clock.sleep(RETRY_MILLISECONDS)

    async def _born(self, session: SessionId, step: Step, child: SessionId) -> RecordChild:
        """What the parent is told: which child is under way, or why none can be."""
        parent = await self._load(session)
        try:
            if not parent.life.status.is_over and not await self._ports.log.read(child, limit=1):
                await self._open_child(child, await self._opening(parent, step))
        except (CommandRefused, WrongUse, NotVerifiableHere) as refused:
            return RecordChild(step=step.id, why=str(refused))
        except (StorageFailed, LogConflict):
            raise
        except Exception:
            # A fault of ours. The parent must not wait for ever for a child that nobody begins any more.
            _log.exception("the child of session %s broke", session[:8])
            return RecordChild(step=step.id, why="moot itself failed; its log file says how")
        return RecordChild(step=step.id, child=child)

    async def _opening(self, state: SessionState, step: Step) -> Opening:
        """What the child of `state` opens with. Raises WrongUse where it can't be held."""
        parent = state.opening
        if parent is None:
            raise WrongUse(f"{step.id} is no step of a session that is open.")
        template = await self._openings.template(parent.control)
        request = DebateRequest(
            question=self._ports.engine.flow(state).question(state),
            template_id=template.id,
            casting=_casting(self._ports.engine.flow(state).seats(state), template),
            documents=tuple([await self._ports.library.document(pinned.digest) for pinned in parent.documents]),
            rounds=_rounds(template, state),
            cap_microusd=state.money.spent_microusd or None,
            seed=parent.seed,
            title=f"Control of {parent.title}",
            origin=CONTROL_ORIGIN,
            rules=NOTHING,
            answers=parent.answer,
        )
        opening = await self._openings.opening(request, rules=self._rules)
        asked = {route for seat in opening.seats for route in seat.participant.routes}
        if not state.money.spent_microusd and any(opening.prices[route] != FREE for route in asked):
            raise WrongUse(
                "the debate has spent nothing, and its control would cost something.",
                where="control",
                now=f"To answer it by {template.id} all the same, start that and name a budget.",
            )
        return replace(opening, parent=state.session)


def child_id(parent: SessionId, step: Step) -> SessionId:
    """The id of the session that a step begins."""
    return SessionId(sha256(f"{parent}:{step.id}".encode()).hexdigest()[:SESSION_ID_CHARACTERS])


def _casting(seats: Sequence[Seat], template: Template) -> dict[str, str]:
    """The models that argued, in turn, over the seats that answer; the judge's own for whoever judges. For a person
    goes whoever stands in."""
    arguing = _models(seat for seat in seats if seat.role in (Role.PROPOSER, Role.OPPONENT, Role.PANELIST))
    judging = _models(seat for seat in seats if seat.role is Role.JUDGE)
    models = arguing or _models(seats)
    if not models:
        raise WrongUse("people alone have argued, and a control asks models.", where="control")
    cast: dict[str, str] = {"": models[0]}
    answering = [spec for spec in template.seats if spec.role is not Role.JUDGE]
    for number, spec in enumerate(answering):
        cast[spec.id] = models[number % len(models)]
    for spec in template.seats:
        if spec.role is Role.JUDGE:
            cast[spec.id] = (judging or models)[0]
    return cast


def _models(seats: Iterable[Seat]) -> list[str]:
    """The first model of each seat; none of one that has none."""
    routes = ([route for route in seat.participant.routes if not is_person(route)] for seat in seats)
    return [models[0] for models in routes if models]


def _rounds(template: Template, state: SessionState) -> int | None:
    """As many samples as the money lasts for; of what is free, no fewer than the parent had calls."""
    if template.decided_by is not DecidedBy.SAMPLES:
        return None
    if state.money.spent_microusd:
        return ROUNDS_MAX
    a_round = max(1, len(template.steps_of_round(1, rounds_limit=1)))
    return min(ROUNDS_MAX, -(-max(1, state.work.turns) // a_round))
