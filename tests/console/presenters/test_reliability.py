"""Does the chart of a reviewer's scores say what was said and what is true, within 80 columns?"""

from __future__ import annotations

import pytest

from console.presenters.reliability import BAR_CELLS, SAID_SIGN, chart, flat_in_words, told_of
from core.judging.calibration import Stated
from core.judging.reviewer_calibration import Example, fit_reviewer, shown


@pytest.mark.parametrize(
    ("said", "true", "bar"),
    [
        (0, 0, SAID_SIGN + "░" * 39),
        (1_000_000, 1_000_000, "▓" * 39 + SAID_SIGN),
        (500_000, 250_000, "▓" * 10 + "░" * 10 + SAID_SIGN + "░" * 19),
        (250_000, 500_000, "▓" * 10 + SAID_SIGN + "▓" * 9 + "░" * 20),
    ],
)
def test_the_bar_is_what_is_true_and_the_stroke_what_was_said(said: int, true: int, bar: str) -> None:
    *_, row = chart("As scored", shown([Stated(stated_ppm=said, true_ppm=true)]))

    assert row.endswith(bar)
    assert len(bar) == BAR_CELLS


def test_no_line_is_wider_than_a_terminal() -> None:
    examples = [
        Example(brief="b", draft=str(number), score_ppm=number * 3_000 % 1_000_001, true_ppm=1_000_000 * (number % 2))
        for number in range(300)
    ]

    assert max(map(len, told_of(fit_reviewer(examples)))) < 80


def test_that_every_score_stands_for_the_same_is_said_in_words() -> None:
    def examples(*scores: int) -> list[Example]:
        return [
            Example(brief="b", draft=str(number), score_ppm=scores[number % 2], true_ppm=1_000_000 * (number % 2))
            for number in range(60)
        ]

    praising = flat_in_words(fit_reviewer(examples(900_000, 900_000)))
    upside_down = flat_in_words(fit_reviewer(examples(900_000, 100_000)))

    assert "the curve is flat: whatever this reviewer scores stands for 0.40, because" in praising
    assert "no draft meets a threshold above 0.40, and each" in praising
    assert "the curve is flat" in upside_down
    assert flat_in_words(fit_reviewer(examples(100_000, 900_000))) == ""
