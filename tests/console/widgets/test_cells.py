"""Do texts keep to their cells, whatever is in them?"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.widgets.cells import LineWrapper, clean, cut, fit, fit_both, one_line

AWKWARD = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab  \n\t日本e\u0301👩\u200d👧☀\ufe0f[/red]\x1b\x07\u202e\u00a0\u3000"), st.characters()
    ),
    max_size=120,
)
WIDTHS = st.integers(min_value=2, max_value=30)


def wrapped(text: str, width: int) -> list[str]:
    wrapper = LineWrapper(width)
    wrapper.feed(text)
    return lines_of(wrapper)


def lines_of(wrapper: LineWrapper) -> list[str]:
    return [wrapper.line(index) for index in range(len(wrapper))]


def test_words_stay_whole_and_longer_ones_are_broken() -> None:
    assert wrapped("the rota is what people leave over", 12) == ["the rota is", "what people", "leave over"]
    assert wrapped("see https://example.org/a/long/path now", 12) == [
        "see",
        "https://exam",
        "ple.org/a/lo",
        "ng/path now",
    ]


def test_paragraphs_and_indentation_are_kept_where_there_is_room() -> None:
    assert wrapped("one\n\n  two", 10) == ["one", "", "  two"]
    assert wrapped("one\n      three", 6) == ["one", "three"]


def test_wide_characters_and_combining_marks_count_as_they_are_shown() -> None:
    assert wrapped("日本語テスト", 5) == ["日本", "語テ", "スト"]
    assert wrapped("e\u0301" * 4, 2) == ["e\u0301e\u0301", "e\u0301e\u0301"]


@given(AWKWARD, WIDTHS)
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrapped(clean(text), width))


@given(st.lists(AWKWARD, max_size=8), WIDTHS)
def test_a_text_fed_in_pieces_is_wrapped_like_the_same_text_at_once(pieces: list[str], width: int) -> None:
    whole = "".join(clean(piece) for piece in pieces)
    wrapper = LineWrapper(width)
    for piece in pieces:
        wrapper.feed(clean(piece))

    assert lines_of(wrapper) == wrapped(whole, width)


@given(AWKWARD, WIDTHS)
def test_wrapping_loses_and_reorders_nothing_but_spaces(text: str, width: int) -> None:
    text = clean(text)

    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


@given(AWKWARD, WIDTHS)
@example("one\n      three four", 6)
def test_a_line_says_where_in_the_text_it_begins(text: str, width: int) -> None:
    text = clean(text)
    wrapper = LineWrapper(width)
    wrapper.feed(text)

    for index in range(len(wrapper)):
        line = wrapper.line(index)
        assert text[wrapper.start(index) :].startswith(line)


@given(AWKWARD, st.integers(min_value=0, max_value=20))
def test_a_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(one_line(text), width)) == width
    assert cell_len(fit(one_line(text), width, "right")) == width


@given(AWKWARD)
def test_nothing_that_drives_a_terminal_survives_cleaning(text: str) -> None:
    assert not set(clean(text)) & set(map(chr, [*range(10), *range(11, 32), *range(127, 160), 0x200D, 0x202E]))


def test_what_is_cut_says_so() -> None:
    assert cut("Should a team of six", 8) == "Should …"
    assert cut("日本語", 4) == "日…"
    assert cut("short", 5) == "short"


@given(AWKWARD, AWKWARD, WIDTHS)
def test_two_texts_in_one_cell_fill_it_and_neither_takes_all_of_it(text: str, tail: str, width: int) -> None:
    text, tail = one_line(text), one_line(tail)

    shown = fit_both(text, tail, width)

    assert cell_len(shown) == width
    if cell_len(text) + cell_len(tail) <= width:
        assert shown.startswith(text + tail)
    if cell_len(text) <= width // 2:
        assert shown.startswith(text)
