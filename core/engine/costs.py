"""What does each event add to what calls have cost?

An end doesn't say by which route it was asked; its beginning does. So each call is charged with what an earlier event
of it told, and the sums follow from the log alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.costs import CostRow, Costs, quarter_of
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    Event,
    Recorded,
)
from core.domain.ids import SessionId, StepId
from core.domain.provider_errors import NOT_SENT

OF_CALLS = frozenset((AttemptStarted, AttemptSucceeded, AttemptFailed, AttemptInDoubt, AttemptSettled))
"""The kinds of event that tell of a call's beginning or charge for it. Of many events, few are."""

Call = tuple[SessionId, StepId, int]
"""A session's step and the number of the attempt: together they name a call for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """By which route a call was made. `at_ms` (Unix) is when it was last heard of: of one in doubt, when it was
    charged."""

    route: str
    at_ms: int


def begun_by(record: Recorded) -> tuple[Call, Begun] | None:
    """What a later event of the same call has to be told; None where there can be none."""
    match record.event:
        case (
            AttemptStarted(step=step, attempt=number, route=route)
            | AttemptInDoubt(step=step, attempt=number, route=route)
        ):
            return (record.session, step, number), Begun(route=route, at_ms=record.at_ms)
        case _:
            return None


def ended_by(record: Recorded) -> Call | None:
    """The call whose beginning `charge` must be told, None where the event charges nothing."""
    match record.event:
        case (
            AttemptSucceeded(step=step, attempt=number)
            | AttemptFailed(step=step, attempt=number)
            | AttemptInDoubt(step=step, attempt=number)
            | AttemptSettled(step=step, attempt=number)
        ):
            return record.session, step, number
        case _:
            return None


def told_by_itself(record: Recorded) -> Begun | None:
    """What an end says itself of its beginning; None where that has to be remembered."""
    match record.event:
        case AttemptFailed(route=route) | AttemptInDoubt(route=route) if route:
            return Begun(route=route, at_ms=record.at_ms)
        case _:
            return None


def charge(record: Recorded, begun: Begun) -> CostRow | None:
    """The row to be added for an event, None where it changes no sum. What a doubt turned out to have cost is put
    right in the quarter of an hour in which it was charged: another day's room doesn't grow by it."""
    costs = _costs_of(record.event)
    if costs is None:
        return None
    at_ms = begun.at_ms if isinstance(record.event, AttemptSettled) else record.at_ms
    return CostRow(session=record.session, quarter_ms=quarter_of(at_ms), route=begun.route, costs=costs)


def _costs_of(event: Event) -> Costs | None:
    match event:
        case AttemptSucceeded(is_cached=True):
            return Costs(cached=1, saved_microusd=event.saved_microusd)
        case AttemptSucceeded():
            return Costs(
                answers=1,
                tokens_input=event.tokens_input,
                tokens_output=event.tokens_output,
                tokens_cached=event.tokens_cached,
                cost_microusd=event.cost_microusd,
            )
        case AttemptFailed(error=error, cost_microusd=cost) if error != NOT_SENT or cost:
            return _failure(cost)
        case AttemptInDoubt(cost_microusd_max=most):
            # What costs nothing leaves no doubt that matters, and nobody is asked to settle it.
            return Costs(doubts=1, cost_microusd=most, lost_microusd=most) if most else _failure(0)
        case AttemptSettled(cost_microusd=cost, difference_microusd=back) if cost + back:
            was_in_doubt = Costs(doubts=-1, cost_microusd=-(cost + back), lost_microusd=-(cost + back))
            return was_in_doubt + _failure(cost)
        case _:
            return None


def _failure(cost_microusd: int) -> Costs:
    return Costs(
        failures=1, failures_billed=int(cost_microusd > 0), cost_microusd=cost_microusd, lost_microusd=cost_microusd
    )
