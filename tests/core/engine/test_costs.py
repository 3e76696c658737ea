"""Do the sums of what calls cost follow from the log, to the last micro-dollar?"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings

from core.domain.costs import NO_COSTS, QUARTER_MS, CostRow, Costs, quarter_of
from core.domain.events import Recorded
from core.domain.summary import SessionSummary
from core.engine.costs import Begun, Call, begun_by, charge, ended_by, told_by_itself
from core.engine.summarise import summarise
from tests.builders import Played
from tests.calls import BEGAN_MS, CALLS, Fate, Made, records_of, session
from tests.core.engine.strategies import histories

A = session(1)


def charged(records: Iterable[Recorded]) -> list[CostRow]:
    """The rows that the records add, one by one."""
    begun: dict[Call, Begun] = {}
    rows = []
    for record in records:
        if (call := ended_by(record)) is not None and (row := charge(record, begun[call])) is not None:
            rows.append(row)
        if (told := begun_by(record)) is not None:
            begun[told[0]] = told[1]
    return rows


def rows_of(*calls: Made) -> list[CostRow]:
    return charged(records_of(calls))


def made(fate: Fate, cost_microusd: int = 300, minutes: int = 1) -> Made:
    return Made(session=A, route="cloud:large", fate=fate, cost_microusd=cost_microusd, minutes=minutes)


@pytest.mark.parametrize(
    ("fate", "costs"),
    [
        (
            Fate.ANSWERED,
            Costs(answers=1, tokens_input=100, tokens_output=10, tokens_cached=7, cost_microusd=300),
        ),
        (Fate.RECALLED, Costs(cached=1, saved_microusd=300)),
        (Fate.FAILED, Costs(failures=1)),
        (Fate.FAILED_AND_BILLED, Costs(failures=1, failures_billed=1, cost_microusd=300, lost_microusd=300)),
        (Fate.IN_DOUBT, Costs(doubts=1, cost_microusd=600, lost_microusd=600)),
        (Fate.SETTLED, Costs(failures=1, failures_billed=1, cost_microusd=300, lost_microusd=300)),
        (Fate.NOT_SENT, NO_COSTS),
        (Fate.UNDER_WAY, NO_COSTS),
    ],
)
def test_each_end_of_a_call_counts_as_what_it_was(fate: Fate, costs: Costs) -> None:
    rows = rows_of(made(fate))

    assert sum((row.costs for row in rows), start=NO_COSTS) == costs
    assert {(row.session, row.route) for row in rows} == ({(A, "cloud:large")} if costs != NO_COSTS else set())


def test_what_costs_nothing_leaves_no_doubt() -> None:
    assert sum((row.costs for row in rows_of(made(Fate.IN_DOUBT, 0))), start=NO_COSTS) == Costs(failures=1)
    assert sum((row.costs for row in rows_of(made(Fate.SETTLED, 0))), start=NO_COSTS) == Costs(failures=1)


def test_a_call_is_charged_when_it_ends_and_a_doubt_is_put_right_where_it_was_charged() -> None:
    charged_ms = quarter_of(BEGAN_MS + 40 * 60_000)

    rows = rows_of(made(Fate.SETTLED, minutes=40), made(Fate.ANSWERED, minutes=600))

    assert [row.quarter_ms for row in rows] == [charged_ms, quarter_of(BEGAN_MS + 640 * 60_000), charged_ms]
    assert all(row.quarter_ms % QUARTER_MS == 0 for row in rows)


@given(calls=CALLS)
def test_only_a_success_and_a_settlement_need_to_be_told_how_they_began(calls: list[Made]) -> None:
    begun: dict[Call, Begun] = {}
    for record in records_of(calls):
        call, told = ended_by(record), told_by_itself(record)
        if call is not None and told is not None:
            assert (told.route, told.at_ms) == (begun[call].route, record.at_ms)
        if (each := begun_by(record)) is not None:
            begun[each[0]] = each[1]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_what_a_sessions_calls_came_to_is_what_its_row_says(played: Played) -> None:
    row: SessionSummary | None = None
    for record in played.log:
        row = summarise(row, record, played.engine.flows)
    costs = sum((each.costs for each in charged(played.log)), start=NO_COSTS)

    if row is not None:
        assert (costs.cost_microusd, costs.answers) == (row.spent_microusd, row.turns)
        assert (costs.tokens_input, costs.tokens_output) == (row.tokens_input, row.tokens_output)
    assert costs.doubts >= 0
    assert 0 <= costs.lost_microusd <= costs.cost_microusd
