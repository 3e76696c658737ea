"""Does text from outside come out safe, whole or in pieces?"""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.text import STRING_CHARACTERS_MAX, StreamCleaner, clean_text

LETTERS = "ab1;m[]PX^_\\ (#\t\n\r\x1b\x07\x9b\x9c\x9d\x90\x00\x7f\x85\u200b\u202e\u2028\ud83dé👩\u200d"
HOSTILE = st.text(alphabet=st.sampled_from(LETTERS), max_size=60)


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(places)] or [""]


def streamed(pieces: list[str]) -> str:
    cleaner = StreamCleaner()
    return "".join([*(cleaner.clean(piece) for piece in pieces), cleaner.finish()])


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("plain, with é and 漢字\tand\nlines", "plain, with é and 漢字\tand\nlines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jwiped", "wiped"),
        ("\x1bPq#0;1\x1b\\sixel", "sixel"),
        ("\x1b(Bcharset\x1b7saved", "charsetsaved"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("bell\x07null\x00del\x7fnel\x85", "bellnulldelnel"),
        ("user\u202egnp.exe\u2066", "usergnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("half \ud83d pair", "half  pair"),
        ("hid\U000e0041den", "hidden"),
        ("[/red] stays: markup is text", "[/red] stays: markup is text"),
    ],
)
def test_what_could_act_on_a_terminal_is_gone_and_the_words_stay(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_an_escape_that_never_ends_swallows_nothing() -> None:
    words = "word " * STRING_CHARACTERS_MAX

    assert clean_text("\x1b]" + words) == words
    assert clean_text("\x1b]0;title\nnext line") == "0;title\nnext line"


def test_a_sequence_cut_between_pieces_never_shows() -> None:
    assert streamed(["before \x1b", "[3", "1", "mafter"]) == "before after"
    assert streamed(["a\x1b]0;ti", "tle\x1b", "\\b"]) == "ab"
    assert streamed(["line\r", "\nline\r"]) == "line\nline\n"


def test_words_are_not_held_back() -> None:
    assert StreamCleaner().clean("every word of this") == "every word of this"


def test_what_is_held_back_is_bounded() -> None:
    cleaner = StreamCleaner()

    shown = "".join(cleaner.clean("x" * 50) for _ in [cleaner.clean("\x1b]"), *range(100)])

    assert len(shown) >= 50 * 100 - STRING_CHARACTERS_MAX


@given(HOSTILE, st.lists(st.integers(0, 200), max_size=6))
def test_cleaning_pieces_equals_cleaning_the_whole(text: str, cuts: list[int]) -> None:
    assert streamed(pieces_of(text, cuts)) == clean_text(text)


@given(HOSTILE | st.text(max_size=80))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)

    assert clean_text(once) == once
    once.encode()
    assert not any(character < " " and character not in "\n\t" for character in once)


REMOVED = (
    *range(0x00, 0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x1B),
    *range(0x1C, 0x20),
    *range(0x7F, 0x90),
    *range(0x91, 0x9B),
    0x9C,
    0x200B,
    *range(0x2060, 0x2065),
    0xFEFF,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
    *range(0xD800, 0xE000),
)


def test_each_character_that_nobody_should_see_is_taken_out_of_the_words_around_it() -> None:
    assert [code for code in REMOVED if clean_text(f"two{chr(code)}words\n") != "twowords\n"] == []


def test_each_other_character_stays() -> None:
    acting = {*REMOVED, *map(ord, "\r\x1b\x90\x98\x9b\x9d\x9e\x9f\u2028\u2029")}
    others = "".join(chr(code) for code in range(sys.maxunicode + 1) if code not in acting)

    assert clean_text(others) == others
