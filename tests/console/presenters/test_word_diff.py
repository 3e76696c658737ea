"""Do two drafts that are compared come back whole, and is what differs what a reader would say differs?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.presenters.word_diff import PIECES_MAX, Run, blocks, changed_words, compared, sides

TEXTS = st.text(alphabet=st.sampled_from("ab .,!\n\tä議"), max_size=60)


def shown(older: str, newer: str) -> str:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[run.change].format(run.text) for run in compared(older, newer))


def test_a_word_that_was_replaced_stands_beside_what_replaced_it() -> None:
    assert shown("The train leaves on Friday.", "The train leaves on Monday.") == (
        "The train leaves on [-Friday-][+Monday+]."
    )


def test_words_replaced_in_a_row_read_as_one_change() -> None:
    assert shown("It is very old now.", "It is quite new now.") == "It is [-very old-][+quite new+] now."


def test_a_sentence_that_came_in_is_new_as_a_whole() -> None:
    assert shown("One stays. Three stays.", "One stays. Two came. Three stays.") == (
        "One stays. [+Two came. +]Three stays."
    )


def test_sentences_with_nothing_but_crumbs_in_common_are_gone_and_new() -> None:
    assert shown("The cat sat there at noon.", "Every release of a service needs somebody awake.").startswith(
        "[-The cat"
    )


def test_what_stayed_is_found_again_behind_a_paragraph_that_was_put_in() -> None:
    assert shown("A first.\nA second.\n", "A first.\nSomething else.\nA second.\n") == (
        "A first.\n[+Something else.\n+]A second.\n"
    )


def test_what_is_too_large_to_compare_counts_as_written_anew() -> None:
    older, newer = "a " * PIECES_MAX, "b " * PIECES_MAX

    assert compared(older, newer) == (Run(older, "gone"), Run(newer, "new"))
    assert changed_words(compared(older, newer)) == (PIECES_MAX, PIECES_MAX)


@given(older=TEXTS, newer=TEXTS)
def test_both_texts_come_back_whole(older: str, newer: str) -> None:
    before, after = sides(compared(older, newer))

    assert "".join(run.text for run in before) == older
    assert "".join(run.text for run in after) == newer


@given(older=TEXTS, newer=TEXTS)
def test_blocks_hold_whole_lines_of_both_texts_in_order(older: str, newer: str) -> None:
    found = blocks(older, newer)
    before = ["".join(run.text for run in block.older) for block in found]
    after = ["".join(run.text for run in block.newer) for block in found]

    assert ("".join(before), "".join(after)) == (older, newer)
    assert all(text == "" or text.endswith("\n") for text in before[:-1] if text not in ("", before[-1]))
    assert all(block.is_same for block in found) is (older == newer)


def test_a_line_that_became_another_stands_beside_it() -> None:
    one, other, last = blocks("A cat.\nA dog barks.\nThe end.", "A cat.\nA dog sleeps.\nThe end.")

    assert (one.is_same, other.is_same, last.is_same) == (True, False, True)
    assert [run.text for run in other.newer if run.change == "new"] == ["sleeps"]


@given(text=TEXTS)
def test_a_text_doesn_t_differ_from_itself(text: str) -> None:
    assert all(run.change == "same" for run in compared(text, text))
