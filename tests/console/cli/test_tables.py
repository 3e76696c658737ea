"""Do lists line up, and do texts keep within the terminal?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.cli.tables import Column, cells, cut, pairs, table, wrapped
from core.rules.standard import STANDARD_RULES
from tests.console.cli.process import Moot

COLUMNS = (Column("id"), Column("title", is_flexible=True), Column("cost", is_number=True))

texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=80)


def test_columns_line_up_and_numbers_stand_at_the_right() -> None:
    shown = table(COLUMNS, [("a1", "Split billing?", "$0.04"), ("b22", "x", "$12.00")], width=80)

    assert shown.splitlines() == [
        "id   title             cost",
        "a1   Split billing?   $0.04",
        "b22  x               $12.00",
    ]


def test_only_the_flexible_column_gives_way() -> None:
    shown = table(COLUMNS, [("a1", "A title that is far too long", "$0.04")], width=30)

    assert shown.splitlines()[1] == "a1  A title that is fa…  $0.04"


def test_wide_characters_take_two_places() -> None:
    shown = table(COLUMNS, [("a", "議論", "1"), ("b", "abcd", "1")], width=80).splitlines()

    assert cells(shown[1]) == cells(shown[2])


@given(text=texts, width=st.integers(min_value=1, max_value=40))
def test_a_cut_text_never_takes_more_than_its_width(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width


@given(text=texts)
def test_a_text_that_fits_is_left_as_it_is(text: str) -> None:
    assert cut(text, 200) == " ".join(text.split())


@given(text=st.text(st.sampled_from("ab 議\n"), max_size=200), width=st.integers(min_value=12, max_value=40))
def test_wrapping_loses_no_word_and_keeps_line_breaks(text: str, width: int) -> None:
    lines = list(wrapped(text, width=width, indent="  "))

    assert " ".join(lines).split() == text.split()
    assert len(lines) >= text.count("\n") + 1


@given(
    words=st.lists(st.text("abc", min_size=1, max_size=8), max_size=40), width=st.integers(min_value=20, max_value=60)
)
def test_wrapped_lines_keep_within_the_width(words: list[str], width: int) -> None:
    assert all(cells(line) <= width for line in wrapped(" ".join(words), width=width, indent="  "))


def test_pairs_line_up() -> None:
    assert pairs([("a", "1"), ("long", "2")], indent="") == "a     1\nlong  2"


LISTS = (
    ("rules", "list"),
    ("rules", "sets"),
    ("rules", "history"),
    ("templates", "list"),
    ("participants", "list"),
    ("models",),
    ("sessions", "list"),
    ("doctor",),
)


def test_what_a_program_reads_is_never_cut(moot: Moot) -> None:
    moot.debate()
    moot.run("rules", "disable", *(str(rule.id) for rule in STANDARD_RULES[:5]))

    for words in LISTS:
        assert "…" not in moot.run(*words, COLUMNS="").stdout, words
    assert "…" in moot.run("rules", "list", COLUMNS="70").stdout, "who names the columns has them"
