"""Which session does a step of another one begin?

A control answers what a debate was about by another format, at the same spend: only so can a debate be said to have
been worth it. It is asked of the models that argued, no rule interferes, and its id follows from its parent's: whoever
begins it twice begins it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256

from core.domain.commands import RecordChild
from core.domain.errors import CommandRefused, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.ids import SessionId
from core.domain.participants import Role
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
    ) -> None:
        self._ports = ports
        self._openings = openings
        self._rules = rules
        self._open_child = open_child
        self._tell = tell
        self._bearing: dict[SessionId, asyncio.Task[None]] = {}

    def begin(self, session: SessionId, state: SessionState, step: Step) -> None:
        """Begin a step's child, once."""
        child = child_id(session, step)
        if child in self._bearing:
            return
        task = asyncio.create_task(self._bear(session, state, step, child), name=f"child {child}")
        self._bearing[child] = task
        task.add_done_callback(lambda _: self._bearing.pop(child, None))

    def stop(self) -> None:
        """Begin no more: whoever drives next finds what is still wanted."""
        for task in tuple(self._bearing.values()):
            task.cancel()

    async def _bear(self, session: SessionId, state: SessionState, step: Step, child: SessionId) -> None:
        """Open the child and tell its parent. Where the disk refuses, it is begun when the parent is gone on with."""
        try:
            if not await self._ports.log.read(child, limit=1):
                await self._open_child(child, await self._opening(state, step))
        except (CommandRefused, WrongUse, NotVerifiableHere) as refused:
            await self._tell(session, RecordChild(step=step.id, why=str(refused)))
        except StorageFailed as failed:
            _log.warning("session %s has no child yet: %s", session[:8], failed)
        else:
            await self._tell(session, RecordChild(step=step.id, child=child))

    async def _opening(self, state: SessionState, step: Step) -> Opening:
        """What the child of `state` opens with. Raises WrongUse where it can't be held."""
        parent = state.opening
        if parent is None:
            raise WrongUse(f"{step.id} is no step of a session that is open.")
        template = await self._openings.template(parent.control)
        request = DebateRequest(
            question=self._ports.engine.flow(state).question(state),
            template_id=template.id,
            casting=_casting(parent, template),
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
        return replace(opening, parent=state.session)


def child_id(parent: SessionId, step: Step) -> SessionId:
    """The id of the session that a step begins."""
    return SessionId(sha256(f"{parent}:{step.id}".encode()).hexdigest()[:SESSION_ID_CHARACTERS])


def _casting(parent: Opening, template: Template) -> dict[str, str]:
    """The models that argued, in turn, over the seats that answer; the judge's own for whoever judges."""
    arguing = [seat for seat in parent.seats if seat.role in (Role.PROPOSER, Role.OPPONENT, Role.PANELIST)]
    judging = [seat.participant.model for seat in parent.seats if seat.role is Role.JUDGE]
    models = [seat.participant.model for seat in arguing] or [seat.participant.model for seat in parent.seats]
    cast: dict[str, str] = {"": models[0]}
    answering = [spec for spec in template.seats if spec.role is not Role.JUDGE]
    for number, spec in enumerate(answering):
        cast[spec.id] = models[number % len(models)]
    for spec in template.seats:
        if spec.role is Role.JUDGE:
            cast[spec.id] = (judging or models)[0]
    return cast


def _rounds(template: Template, state: SessionState) -> int | None:
    """As many samples as the money lasts for; of what is free, no fewer than the parent had calls."""
    if template.decided_by is not DecidedBy.SAMPLES:
        return None
    if state.money.spent_microusd:
        return ROUNDS_MAX
    a_round = max(1, len(template.steps_of_round(1, rounds_limit=1)))
    return min(ROUNDS_MAX, -(-max(1, state.work.turns) // a_round))
