"""What is said of what a process before this one left?"""

from __future__ import annotations

import pytest

from console.presenters.doubts import recovered_in_words
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.session import OpenAttempt, Status
from core.runtime.recovered import Recovered


def left(status: Status, *, goes_on: bool = False, costs: tuple[int, ...] = (12_000,)) -> Recovered:
    doubts = tuple(
        OpenAttempt(
            step=StepId(f"r1.claim.{number}"),
            attempt=1,
            seat=SeatId("proposer"),
            route="cloud:large",
            cost_microusd_max=cost,
            started_at_ms=0,
        )
        for number, cost in enumerate(costs)
    )
    return Recovered(session=SessionId("a" * 32), status=status, goes_on=goes_on, doubts=doubts)


@pytest.mark.parametrize(
    ("recovered", "said"),
    [
        ([left(Status.ESCALATED)], "1 call is in doubt, $0.012 at most; 1 session waits for you. 4 lists it."),
        ([left(Status.FAILED)], "1 call is in doubt, $0.012 at most; 1 session waits for you. 4 lists it."),
        (
            [left(Status.RUNNING, goes_on=True)],
            "1 call is in doubt, $0.012 at most; 1 session goes on by itself. 4 lists it.",
        ),
        (
            [left(Status.RUNNING), left(Status.ESCALATED, costs=(5_000, 5_000))],
            "3 calls are in doubt, $0.022 at most; 1 session waits for you, 1 session is left for whoever drives."
            " 4 lists them.",
        ),
        ([left(Status.CANCELLED)], "1 call is in doubt, $0.012 at most. 4 lists it."),
    ],
)
def test_what_is_in_doubt_is_said_with_the_most_it_may_have_cost_and_what_becomes_of_it(
    recovered: list[Recovered], said: str
) -> None:
    assert recovered_in_words(recovered, "4") == f"moot ended in the midst of a turn. {said}"


def test_nothing_is_said_where_nothing_that_costs_is_in_doubt() -> None:
    assert recovered_in_words([], "4") == ""
    assert recovered_in_words([left(Status.RUNNING, goes_on=True, costs=())], "4") == ""
    assert recovered_in_words([left(Status.RUNNING, goes_on=True, costs=(0,))], "4") == ""
