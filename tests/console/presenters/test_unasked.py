"""What the operator reads of what they didn't ask for."""

from __future__ import annotations

import pytest

from console.presenters.unasked import left_in_words, rules_refused_in_words


@pytest.mark.parametrize(
    ("count", "left"),
    [(0, "nothing was left unfinished"), (1, "1 session was left"), (3, "3 sessions were left")],
)
def test_whoever_drove_has_ended_and_what_was_left_is_counted(count: int, left: str) -> None:
    assert left_in_words(count, "w") == f"Nobody drives any more; {left}. w takes the wheel, and goes on with it here."


def test_no_key_is_named_where_none_takes_the_wheel() -> None:
    assert left_in_words(1, "") == "Nobody drives any more; 1 session was left."


def test_the_first_problem_of_a_folder_of_rules_is_told_in_one_line_and_the_others_are_counted() -> None:
    told = rules_refused_in_words(("mine.yaml:1:3: no 'name'.\nmore of it", "second", "third"))

    assert told == "mine.yaml:1:3: no 'name'. (and 2 more)\nThe rules in force are as they were."
