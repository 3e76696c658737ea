"""Is the preference of somebody who was shown two drafts read, and never guessed?"""

from __future__ import annotations

import pytest

from core.judging.preferences import read_preference
from core.prompts.reviewing import comparison_instruction


@pytest.mark.parametrize(
    ("text", "preferred"),
    [
        ("Clearer.\nPREFERRED: first", 1),
        ("**Preferred:** second.", 2),
        ("PREFERRED: the second draft", 2),
        ("PREFERRED: draft 1", 1),
        ("PREFERRED: neither", 0),
        ("preferred: FIRST\n\n", 1),
        ("PREFERRED: first\nPREFERRED: second", 0),
        ("PREFERRED: first or second", 0),
        ("I prefer the first.", 0),
        ("", 0),
        ("PREFERRED: first\n" + "and so on\n" * 30, 0),
    ],
)
def test_the_last_lines_say_which_draft_is_preferred(text: str, preferred: int) -> None:
    read = read_preference(text)

    assert read.preferred == preferred
    assert read.reason


def test_each_line_that_reviewers_are_told_to_end_with_is_read() -> None:
    told = comparison_instruction().splitlines()[-3:]

    assert [read_preference(line).preferred for line in told] == [1, 2, 0]
