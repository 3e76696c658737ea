"""Does looking for texts before searching change what a regular expression finds?"""

from __future__ import annotations

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from core.rules.expressions import REGEX_CHARACTERS_MAX, Expression, fault_of_regex, needs_of, searching
from core.rules.texts import Text

ATOMS = st.sampled_from(
    [
        "a", "B", "ab", "rota", "_", "7", "é", "ß", "\u017f", "\u212a", "k", "s", " ", "-", "]", "}", "?",
        ".", "^", "$", r"\b", r"\B", r"\A", r"\z", r"\d", r"\W", r"\s", r"\.", r"\?", r"\-", r"\n", r"\t", r"\x61",
        r"\pL", r"\Qa.b\E", "[ab]", "[^a]", "[]a]", "[^]a]", "[[:alpha:]]", "[a-z[:digit:]_]", r"[\]a]", "[a|b(]",
    ]
)  # fmt: skip
REPEATS = st.sampled_from(["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{0}", "{0,2}", "{1}", "{2,}", "{1,3}?"])
GROUPS = st.sampled_from(["(", "(?:", "(?P<name>", "(?i:", "(?s:", "(?i)(?:", "(?-i:"])


@st.composite
def branches(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    found = ["".join(draw(st.lists(inner, max_size=3))) for _ in range(draw(st.integers(1, 3)))]
    return draw(GROUPS) + "|".join(found) + ")" + draw(REPEATS)


PARTS = st.recursive(st.builds(lambda atom, repeat: atom + repeat, ATOMS, REPEATS), branches, max_leaves=8)
PATTERNS = st.builds(
    lambda flags, parts, sign: flags + sign.join(parts),
    st.sampled_from(["", "", "(?i)", "(?s)", "(?im)", "(?U)", "(?-s)"]),
    st.lists(PARTS, max_size=5),
    st.sampled_from(["", "", "|"]),
)
PLAIN = st.lists(st.sampled_from(["rota", "cost", "a b", "is", "Äh", "7"]), min_size=1, max_size=20).map("|".join)
WORDS = st.builds(
    lambda words, group: rf"\b{group}{'|'.join(words)}{')' if group else ''}\b",
    st.lists(st.sampled_from(["rota", "cost", "_", "a1"]), min_size=1, max_size=3),
    st.sampled_from(["(", "(?:", ""]),
)
TEXTS = st.lists(
    st.sampled_from(["a", "b", "AB", "ab", "rota", "ROTA", "cost", "é", "É", "ß", "ẞ", "ss", "\u017f", "S", "\u212a",
                     "K", " ", "\n", "-", "?", "\ud800", "_", "7", "a1", "Äh", "."]), max_size=8
).map("".join)  # fmt: skip


def is_taken(pattern: str) -> bool:
    return fault_of_regex(pattern) == ("", "")


@given(PATTERNS | PLAIN | WORDS, st.lists(TEXTS, min_size=1, max_size=6))
@example("(?i)k", ["\u212a", "K", "k"])
@example("(?i)s|ß", ["\u017f", "ẞ", "SS"])
@example(r"a\?b", ["a?b", "a\ud800b", "ab"])
@example(r"\brota|cost\b", ["rotas", "a cost", "crota"])
@example(r"\b(?:rota|cost)\b", ["rota", "a-cost", "_cost", "costé", "rotas", ""])
def test_an_expression_is_in_a_text_exactly_where_the_engine_finds_it(pattern: str, texts: list[str]) -> None:
    if not is_taken(pattern):
        return
    expression = Expression(pattern)

    for text in texts:
        raw = text.encode("utf-8", "replace")
        assert expression.is_in(Text(text)) == (re2.search(pattern.encode(), raw) is not None)


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("cannot agree", ("cannot agree",)),
        ("(?i)Cannot Agree", ("cannot agree",)),
        (r"\d+ %", (" %",)),
        (r"colou?r of it", ("r of it",)),
        (r"(?:yes|no), really", (", really",)),
        (r"(yes|perhaps)\b", ("yes", "perhaps")),
        (r"\brelease\w* trains?", ("release",)),
        (r"ab+c", ("ab",)),
        (r"x|", ()),
        (r"(?:rota)?", ()),
        (r"[rs]ota", ("ota",)),
        (r"(?i)Über", ("ber",)),
        (r"\x61bc", ()),
        (r"(?i:abc)", ()),
        ("(" * 40 + "a" + ")" * 40, ()),
    ],
)
def test_what_has_to_be_there_is_read_off_an_expression(pattern: str, literals: tuple[str, ...]) -> None:
    assert is_taken(pattern)
    assert needs_of(pattern).literals == literals


def test_whole_words_and_plain_texts_need_no_engine() -> None:
    assert needs_of(r"\b(?:rota|cost)\b").words == {b"rota", b"cost"}
    assert needs_of(r"\brota\b").words == {b"rota"}
    assert needs_of("rota|the cost").decides
    assert not needs_of(r"\b(?:rota|co-st)\b").words
    assert not needs_of("(?i)rota").decides


def test_an_expression_is_read_in_bounded_depth_and_length() -> None:
    deep = "(" * 450 + "a" + ")" * 450

    assert needs_of(deep).literals == ()
    assert fault_of_regex("a" * (REGEX_CHARACTERS_MAX + 1))[0].startswith("the regular expression has 1001 characters")


def test_a_search_costs_time_in_proportion_to_the_text_whatever_is_sought() -> None:
    assert not searching("(a+)+$")(b"a" * 100_000 + b"!")
