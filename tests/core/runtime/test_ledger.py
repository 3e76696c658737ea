"""Is a call granted exactly where what was spent, what is held and what it may cost fit below the day's cap?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.ids import SessionId, StepId
from core.domain.session import SessionState
from core.runtime.ledger import Ledger, Refusal
from tests.builders import after, opened

MOST = 1_000
SPOKEN = 300


def spoken() -> tuple[SessionState, SessionState, StepId]:
    """A session before and after its first answer, and the step that was answered."""
    played = after(*opened())
    step = played.begin(cost_microusd_max=MOST)
    before = played.state
    played.answer(cost_microusd=SPOKEN)
    return before, played.state, step


@pytest.mark.parametrize(
    ("cap", "refusal"), [(SPOKEN + MOST, None), (SPOKEN + MOST - 1, Refusal(cap="day", left_microusd=MOST - 1))]
)
def test_a_turn_whose_end_is_recorded_with_the_next_one_s_beginning_counts_once_and_by_what_it_has_cost(
    cap: int, refusal: Refusal | None
) -> None:
    before, behind, step = spoken()
    ledger = Ledger(cap_day_microusd=cap)
    ledger.hold(before.session, step, 1, cost_microusd_max=MOST)

    told = ledger.reserve(behind, StepId("the next one"), 1, MOST, unrecorded_microusd=SPOKEN)

    assert told == refusal


def test_once_it_is_recorded_it_counts_as_spent_and_nothing_of_it_is_held() -> None:
    _, behind, step = spoken()
    ledger = Ledger(cap_day_microusd=SPOKEN + MOST)
    ledger.hold(behind.session, step, 1, cost_microusd_max=MOST)
    ledger.settle(behind.session, step, 1, cost_microusd=SPOKEN)

    assert (ledger.held_microusd, ledger.spent_today_microusd) == (0, SPOKEN)
    assert ledger.reserve(behind, StepId("the next one"), 1, MOST, unrecorded_microusd=0) is None
    elsewhere = replace(behind, session=SessionId("e" * 32))
    refusal = ledger.reserve(elsewhere, StepId("one too many"), 1, 1, unrecorded_microusd=0)
    assert refusal == Refusal(cap="day", left_microusd=0)
