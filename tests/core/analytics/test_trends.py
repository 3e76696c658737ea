"""Does each day show what its sessions came to, and no other's?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.chosen import ALL, Chosen, chosen_rows
from core.analytics.rows import LifeRow
from core.analytics.trends import total_of, trends_of
from core.domain.ids import RuleId, SessionId
from core.domain.session import Status
from core.domain.summary import EVALUATION
from tests.core.analytics.lives import BEGAN_MS, DAY_MS, charge, life, midnights

statuses = st.sampled_from(tuple(Status))
some_lives = st.lists(
    st.builds(
        life,
        st.integers(1, 60),
        status=statuses,
        escalations=st.integers(0, 2),
        active_ms=st.integers(0, 10_000_000),
        consensus_ppm=st.none() | st.integers(0, 1_000_000),
        is_consensus_reached=st.booleans(),
        rules_fired=st.dictionaries(st.sampled_from((RuleId("a"), RuleId("b"))), st.integers(1, 3)),
        charges=st.lists(
            st.builds(
                charge,
                st.integers(0, 700).map(lambda quarters: BEGAN_MS + quarters * 900_000),
                st.sampled_from(("shed:local", "cloud:large", "cloud:small")),
                cost_microusd=st.integers(0, 1_000),
                answers=st.integers(0, 3),
            ),
            max_size=3,
        ).map(tuple),
    ),
    max_size=12,
)


@given(some_lives)
def test_the_days_together_are_the_whole(rows: list[LifeRow]) -> None:
    trends = trends_of(rows, midnights_ms=midnights(8))

    assert total_of(day.figures for day in trends.days) == trends.total
    assert trends.total.opened == len(rows)
    assert trends.total.cost_microusd == sum(each.cost_microusd for row in rows for each in row.charges)
    assert trends.total.duration_ms.count == trends.total.completed


@given(some_lives)
def test_what_lies_before_the_first_day_counts_in_the_whole_alone(rows: list[LifeRow]) -> None:
    late = trends_of(rows, midnights_ms=midnights(8)[4:])

    assert late.total == trends_of(rows, midnights_ms=midnights(8)).total
    assert late.days == trends_of(rows, midnights_ms=midnights(8)).days[4:]


def test_a_session_counts_on_the_day_it_was_opened_and_its_money_when_it_was_spent() -> None:
    row = life(1, status=Status.FAILED, charges=(charge(BEGAN_MS + DAY_MS, cost_microusd=70, answers=1),))

    first, second = trends_of([row], midnights_ms=midnights(2)).days

    assert (first.figures.opened, first.figures.failed, first.figures.cost_microusd) == (1, 1, 0)
    assert (second.figures.opened, second.figures.cost_microusd) == (0, 70)
    assert second.figures.providers["shed"].answers == 1


def test_shares_of_nothing_are_none() -> None:
    empty = trends_of([], midnights_ms=()).total

    assert (empty.completed_ppm, empty.failed_ppm, empty.consensus_ppm, empty.escalated_ppm) == (None,) * 4


def test_consensus_counts_only_where_it_was_measured() -> None:
    rows = [life(1, is_consensus_reached=True), life(2), life(3, consensus_ppm=None)]

    total = trends_of(rows, midnights_ms=midnights(1)).total

    assert (total.agreed, total.measured, total.consensus_ppm) == (1, 2, 500_000)


def test_sessions_are_chosen_by_time_kind_format_model_and_tag() -> None:
    rows = [
        life(1),
        life(2, flow="refinement"),
        life(3, template="panel"),
        life(4, models=("cloud:large", "shed:local")),
        life(5, origin=EVALUATION),
        life(6, asks_nobody=True),
    ]
    tags = {SessionId(f"{1:032x}"): ("mine",)}

    def numbers(chosen: Chosen) -> list[int]:
        return [int(row.session, 16) for row in chosen_rows(reversed(rows), chosen, tags=tags)]

    assert numbers(ALL) == [1, 2, 3, 4, 6]
    assert numbers(Chosen(with_evaluations=True)) == [1, 2, 3, 4, 5, 6]
    assert numbers(Chosen(since_ms=rows[1].opened_at_ms, until_ms=rows[3].opened_at_ms)) == [2, 3]
    assert numbers(Chosen(flows=frozenset({"refinement"}))) == [2]
    assert numbers(Chosen(templates=frozenset({"panel"}))) == [3]
    assert numbers(Chosen(models=frozenset({"cloud:large"}))) == [4]
    assert numbers(Chosen(tags=frozenset({"mine", "yours"}))) == [1]
    assert numbers(Chosen(is_asked_only=True)) == [1, 2, 3, 4]


def test_a_clock_that_went_back_loses_nothing() -> None:
    later = life(70)

    assert trends_of([later], midnights_ms=midnights(2)).days[-1].figures.opened == 1
