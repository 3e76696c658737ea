"""Are values written and read by an operator the values compared?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.facts import FactUnit, FactValue
from core.rules.units import INTEGER_MAX, in_unit, label, shown, whole, written

HUMAN = st.sampled_from([FactUnit.PPM, FactUnit.MICROUSD, FactUnit.MILLISECONDS])


@given(st.integers(0, INTEGER_MAX), HUMAN)
def test_what_is_shown_or_written_reads_back_exactly(value: int, unit: FactUnit) -> None:
    assert in_unit(shown(value, unit), unit) == value
    assert in_unit(str(written(value, unit)), unit) == value


@given(st.integers(-INTEGER_MAX, -1))
def test_a_share_that_shrinks_reads_back_exactly(value: int) -> None:
    assert in_unit(shown(value, FactUnit.PPM), FactUnit.PPM) == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("80 %", FactUnit.PPM, 800_000),
        ("80%", FactUnit.PPM, 800_000),
        ("12.5 %", FactUnit.PPM, 125_000),
        ("-2 %", FactUnit.PPM, -20_000),
        ("$0.05", FactUnit.MICROUSD, 50_000),
        ("$3", FactUnit.MICROUSD, 3_000_000),
        ("$0.000001", FactUnit.MICROUSD, 1),
        ("15m", FactUnit.MILLISECONDS, 900_000),
        ("15 min", FactUnit.MILLISECONDS, 900_000),
        ("90s", FactUnit.MILLISECONDS, 90_000),
        ("1h30m", FactUnit.MILLISECONDS, 5_400_000),
        ("1 h 30 min", FactUnit.MILLISECONDS, 5_400_000),
        ("500ms", FactUnit.MILLISECONDS, 500),
        ("1s500ms", FactUnit.MILLISECONDS, 1_500),
        ("0s", FactUnit.MILLISECONDS, 0),
    ],
)
def test_values_are_read_in_the_unit_of_their_fact(text: str, unit: FactUnit, value: int) -> None:
    assert in_unit(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("80", FactUnit.PPM),
        ("0.00001 %", FactUnit.PPM),
        ("80 %%", FactUnit.PPM),
        ("$0.05", FactUnit.PPM),
        ("0.05", FactUnit.MICROUSD),
        ("$0.0000001", FactUnit.MICROUSD),
        ("5 €", FactUnit.MICROUSD),
        ("", FactUnit.MILLISECONDS),
        ("15", FactUnit.MILLISECONDS),
        ("30m1h", FactUnit.MILLISECONDS),
        ("1.5h", FactUnit.MILLISECONDS),
        ("-5m", FactUnit.MILLISECONDS),
        ("999999999999999h", FactUnit.MILLISECONDS),
        ("9999999999999999999 %", FactUnit.PPM),
        ("$" + "9" * 5_000, FactUnit.MICROUSD),
        ("٣ %", FactUnit.PPM),
        ("4", FactUnit.COUNT),
    ],
)
def test_what_is_not_exact_or_not_of_the_unit_means_nothing(text: str, unit: FactUnit) -> None:
    assert in_unit(text, unit) is None


@pytest.mark.parametrize(("text", "number"), [("4", 4), ("-4", -4), ("+4", 4), ("799_999", 799_999), ("0", 0)])
def test_whole_numbers_are_read_in_decimal(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["010", "0x10", "1:30", "4.0", "1e3", "", "9" * 20, "9" * 5_000])
def test_a_number_that_reads_as_another_elsewhere_is_refused(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, FactUnit.PPM, "not known yet"),
        (799_999, FactUnit.PPM, "79.9999 %"),
        (-20_000, FactUnit.PPM, "-2 %"),
        (50_000, FactUnit.MICROUSD, "$0.05"),
        (4_000, FactUnit.MICROUSD, "$0.004"),
        (3_000_000, FactUnit.MICROUSD, "$3.00"),
        (5_400_500, FactUnit.MILLISECONDS, "1 h 30 min 500 ms"),
        (0, FactUnit.MILLISECONDS, "0 s"),
        (7, FactUnit.COUNT, "7"),
        (True, FactUnit.FLAG, "true"),
        ("running", FactUnit.WORD, "running"),
        ("two words", FactUnit.WORD, '"two words"'),
        ("a\nb", FactUnit.TEXT, '"a\\nb"'),
        ("\x9b31m\u202e", FactUnit.TEXT, '"\\u009b31m\\u202e"'),
        (("judge", "observer"), FactUnit.WORDS, "[judge, observer]"),
        (tuple("abcdefgh"), FactUnit.WORDS, "[a, b, c, d, e, f, … 2 more]"),
    ],
)
def test_values_are_shown_with_their_unit_and_without_what_a_terminal_obeys(
    value: FactValue, unit: FactUnit, text: str
) -> None:
    assert shown(value, unit) == text


def test_a_long_text_is_cut() -> None:
    assert shown("x" * 10_000, FactUnit.TEXT) == '"' + "x" * 59 + '…"'


def test_a_label_leaves_the_unit_to_the_value() -> None:
    assert [label(name) for name in ("consensus_ppm", "cost_microusd", "silence_ms", "round_count")] == [
        "consensus",
        "cost",
        "silence",
        "round_count",
    ]
