"""Does it read plainly what was spent, and for what?"""

from __future__ import annotations

import time

import pytest

from console.presenters.costs import cost_rows, costs_as_plain, day_of, in_short, provider_over, remarks, total
from core.domain.costs import Costs
from core.runtime.costs import CostsOfDay

MIDNIGHT_MS = 1_795_132_800_000
DAY_MS = 86_400_000
SMALL = Costs(answers=3, tokens_input=1_200, tokens_output=90, tokens_cached=800, cost_microusd=41_000)
FAILED = Costs(failures=2, failures_billed=1, cost_microusd=9_000, lost_microusd=9_000)
DOUBTED = Costs(doubts=1, cost_microusd=20_000, lost_microusd=20_000)
KEPT = Costs(cached=4, saved_microusd=52_000)
DAYS = (
    CostsOfDay(midnight_ms=MIDNIGHT_MS - DAY_MS, routes={"groq:swift": SMALL, "anthropic:large": KEPT}),
    CostsOfDay(midnight_ms=MIDNIGHT_MS, routes={"groq:swift": SMALL + FAILED, "groq:slow": SMALL, "": FAILED}),
)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_a_day_is_called_by_the_date_on_which_it_began() -> None:
    assert day_of(MIDNIGHT_MS) == "2026-11-20"


def test_the_newest_day_comes_first_with_each_provider_once_and_the_sum_last() -> None:
    rows = cost_rows(DAYS, are_models_told=False)

    assert [row[:4] for row in rows] == [
        ("2026-11-20", "groq", "6", "2"),
        ("", "unknown", "0", "2"),
        ("2026-11-19", "anthropic", "0", "–"),
        ("", "groq", "3", "–"),
        ("in all", "", "9", "4"),
    ]
    assert rows[0][4:] == ("2,400", "180", "1,600", "$0.091", "$0.009", "–")
    assert rows[2][-1] == "$0.052"


def test_models_stand_apart_where_asked_for() -> None:
    assert [row[1] for row in cost_rows(DAYS[1:], are_models_told=True)] == ["groq:slow", "groq:swift", "unknown", ""]


def test_a_day_without_calls_has_no_row() -> None:
    empty = CostsOfDay(midnight_ms=MIDNIGHT_MS, routes={})

    assert cost_rows((empty,), are_models_told=False) == []
    assert len(cost_rows((DAYS[0], empty), are_models_told=False)) == 3


def test_what_brought_nothing_and_what_was_saved_is_said_in_a_sentence_each() -> None:
    assert remarks(SMALL) == []
    assert remarks(FAILED + DOUBTED + KEPT) == [
        "$0.029 of it brought no answer: 1 failed call was billed all the same; 1 call in doubt is charged at the most"
        " that it can have cost.",
        "4 answers had been kept and cost nothing; asking anew would have cost $0.052.",
    ]


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (SMALL, "3 answers, $0.041"),
        (SMALL + FAILED, "3 answers, 2 failed, $0.050 of which $0.009 for nothing"),
        (KEPT, "4 kept ones given again, $0.00, $0.052 saved"),
        (DOUBTED, "1 failed, $0.020 of which $0.020 for nothing"),
        (Costs(), "0 answers, $0.00"),
    ],
)
def test_a_models_part_of_a_session_fits_into_a_line(costs: Costs, said: str) -> None:
    assert in_short(costs) == said


def test_a_script_gets_one_object_for_each_day_and_model() -> None:
    plain = costs_as_plain(DAYS)

    assert [(each["day"], each["provider"], each["model"]) for each in plain] == [
        ("2026-11-19", "anthropic", "anthropic:large"),
        ("2026-11-19", "groq", "groq:swift"),
        ("2026-11-20", "unknown", "unknown"),
        ("2026-11-20", "groq", "groq:slow"),
        ("2026-11-20", "groq", "groq:swift"),
    ]
    assert sum(int(str(each["cost_microusd"])) for each in plain) == total(DAYS).cost_microusd
    assert provider_over(DAYS, "groq") == SMALL + SMALL + SMALL + FAILED
