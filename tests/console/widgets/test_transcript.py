"""Does the transcript show what is said, stay where the reader left it, and survive what models write?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.widgets.arrangement import WRAPPED_TURNS_MAX
from console.widgets.cells import LineWrapper
from console.widgets.transcript import Transcript
from console.widgets.turns import TEXT_CHARS_MAX, Turn, TurnState, TurnView
from tests.console.widgets.stage import Stage, line_widths, screen_lines

WORDS = "each service adds a page a week to a rota of four "


def turn(key: str, seat_index: int = 1, text: str = "said", state: TurnState = "done") -> TurnView:
    seat = ("You", "Proposer", "Opponent", "Reviewer")[seat_index]
    return TurnView(
        key=key, seat_index=seat_index, seat=seat, model="m1", heading_right="round 1", text=text, state=state
    )


def long_debate(turns: int = 40) -> tuple[TurnView, ...]:
    return tuple(turn(f"t{number}", number % 3 + 1, f"turn {number}. " + WORDS * 4) for number in range(turns))


async def test_a_turn_is_its_heading_and_its_words_beside_the_tint_of_its_seat() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(41, 8)):
        transcript.set_turns([turn("a", text=WORDS)._replace(marks=("rehearsal",))])

        assert screen_lines(transcript)[:4] == [
            "▌ Proposer   m1 · rehearsal     round 1",
            "▌ each service adds a page a week to a",
            "▌ rota of four",
            "",
        ]
        tints = [next(iter(transcript.render_line(y))).style.color for y in (0, 1, 2)]
        assert set(tints) == {transcript.palette.style("seat_1").color}


async def test_an_empty_transcript_says_so() -> None:
    transcript = Transcript(empty_text="Nothing said yet.")
    async with Stage(transcript).run_test(size=(40, 7)):
        assert [line.strip() for line in screen_lines(transcript) if line] == ["Nothing said yet."]


async def test_text_is_shown_as_it_is_whatever_it_looks_like() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(50, 8)):
        transcript.set_turns([turn("a", text="[/red] [b]x[/b] \x1b]0;owned\x07 \x1b[2J日本\u202e {}")])
        transcript.extend_text("a", "\x1b[31m end")
        transcript.paint_changes()

        assert screen_lines(transcript)[1:3] == ["▌ [/red] [b]x[/b] ]0;owned [2J日本 {}[31m end", ""]
        assert line_widths(transcript) == {49}


async def test_what_streams_in_is_shown_with_the_next_frame_and_a_caret() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(30, 8)):
        transcript.set_turns([turn("a", text="", state="speaking")])
        for piece in ("The on-call fig", "ure counts pa", "ges, not hours"):
            transcript.extend_text("a", piece)
        transcript.paint_changes()

        assert screen_lines(transcript)[1:3] == ["▌ The on-call figure counts", "▌ pages, not hours▍"]
        assert transcript.text_of("a") == "The on-call figure counts pages, not hours"


async def test_the_view_follows_what_is_said() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 10)):
        transcript.set_turns(long_debate())
        transcript.append_turn(turn("new", text="the last word"))
        transcript.paint_changes()

        assert screen_lines(transcript)[-2] == "▌ the last word"
        assert transcript.is_following


async def test_scrolling_up_stops_following_and_nothing_moves_while_more_is_said() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 10)) as pilot:
        transcript.set_turns(long_debate())
        await pilot.press("k", "k", "pageup")
        before = screen_lines(transcript)
        for number in range(5):
            transcript.append_turn(turn(f"new{number}", text=WORDS * 6))
            transcript.extend_text(f"new{number}", WORDS * 3)
            transcript.paint_changes()

        assert screen_lines(transcript)[:-1] == before[:-1]
        assert transcript.new_lines > 0
        assert f"↓ {transcript.new_lines} new lines" in screen_lines(transcript)[-1]

        await pilot.press("G")
        assert transcript.is_following
        assert transcript.new_lines == 0
        assert "new lines" not in screen_lines(transcript)[-1]


async def test_new_lines_are_counted_as_they_come_in() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 10)) as pilot:
        transcript.set_turns((*long_debate(), turn("s", text="one", state="speaking")))
        await pilot.press("pageup")
        transcript.extend_text("s", "\ntwo\nthree")
        transcript.paint_changes()

        assert transcript.new_lines == 2


async def test_a_click_on_what_says_that_more_came_in_goes_there() -> None:
    transcript = Transcript()
    app = Stage(transcript)
    async with app.run_test(size=(40, 10)) as pilot:
        transcript.set_turns((*long_debate(), turn("s", text="one", state="speaking")))
        await pilot.press("pageup")
        transcript.extend_text("s", "\ntwo\nthree")
        transcript.paint_changes()
        line = screen_lines(transcript)[-1]
        await pilot.click(transcript, offset=(line.index("2 new lines"), 9))

        assert transcript.is_following
        assert app.heard_of(Transcript.TurnChosen) == []


async def test_scrolling_back_down_to_the_end_follows_again() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 10)) as pilot:
        transcript.set_turns(long_debate())
        await pilot.press("k")
        assert not transcript.is_following
        await pilot.press("j")
        assert transcript.is_following


async def test_reading_from_the_top_comes_to_every_line_of_every_turn() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 11)) as pilot:
        transcript.set_turns(long_debate(12))
        await pilot.press("g")
        seen: list[str] = []
        for _ in range(200):
            seen.append(screen_lines(transcript)[0])
            if transcript.is_following:
                break
            await pilot.press("j")
        seen += screen_lines(transcript)[1:]

    read = " ".join(line.removeprefix("▌ ") for line in seen if "m1" not in line)
    assert " ".join(read.split()) == " ".join(" ".join(view.text for view in long_debate(12)).split())


async def test_a_replaced_turn_shows_its_new_state_and_text() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(50, 8)):
        transcript.set_turns([turn("a", text="first", state="speaking"), turn("b", 2)])
        transcript.replace_turn(turn("a", text="second", state="superseded"))
        transcript.paint_changes()

        assert "superseded" in screen_lines(transcript)[0]
        assert screen_lines(transcript)[1] == "▌ second"


async def test_columns_put_the_seats_side_by_side_where_there_is_room() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(121, 12)):
        transcript.set_turns([turn("a", 1, "left words"), turn("b", 2, "right words"), turn("c", 1, "again")])
        transcript.set_layout("columns")
        lines = screen_lines(transcript)

        assert transcript.layout_shown == "columns"
        assert "Proposer" in lines[0]
        assert lines[0].index("Opponent") == lines[1].index("right words") == 63
        assert lines[4] == "▌ again"


async def test_a_statement_from_nobody_s_seat_takes_the_whole_width_between_columns() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(121, 14)):
        transcript.set_layout("columns")
        transcript.set_turns([turn("a", 1), turn("b", 2)])
        transcript.append_turn(turn("n", 0, WORDS * 2, state="note"))
        transcript.append_turn(turn("c", 2, "after"))
        transcript.paint_changes()
        lines = screen_lines(transcript)

        assert lines[4] == "▌ " + (WORDS * 2).strip()
        assert lines[7].strip("▌ ") == "after"


@pytest.mark.parametrize("width", [40, 99, 100])
async def test_columns_wait_for_a_width_of_a_hundred(width: int) -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(width, 12)) as pilot:
        transcript.set_layout("columns")
        transcript.set_turns([turn("a", 1), turn("b", 2)])
        assert transcript.layout_shown == "sequence"

        await pilot.resize_terminal(130, 12)
        await pilot.pause()
        assert transcript.layout_shown == "columns"


async def test_a_resize_keeps_the_turn_being_read_in_view() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(60, 12)) as pilot:
        transcript.set_turns(long_debate())
        await pilot.press("g", *["j"] * 30)
        top = next(line for line in screen_lines(transcript) if "turn " in line)
        await pilot.resize_terminal(90, 12)
        await pilot.pause()

        assert any(top[:12] in line for line in screen_lines(transcript))
        assert line_widths(transcript) == {89}


def test_a_turn_is_wrapped_anew_for_another_width_with_what_streamed_in() -> None:
    shown = Turn(turn("a", text="each service adds"))
    assert shown.height(6) == 3
    shown.extend(" a page")

    assert [shown.line(index, 20) for index in range(shown.height(20))] == ["each service adds a", "page"]


async def test_nothing_is_drawn_for_a_width_that_is_no_longer_true() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 8)) as pilot:
        transcript.set_turns([turn("a", text=WORDS)])
        transcript._arrangement.width = 0
        assert set(screen_lines(transcript)) == {""}
        await pilot.resize_terminal(50, 8)
        await pilot.pause()

        assert screen_lines(transcript)[1] == "▌ each service adds a page a week to a rota of"


async def test_a_search_goes_from_match_to_match_and_round() -> None:
    transcript = Transcript()
    app = Stage(transcript)
    async with app.run_test(size=(40, 8)) as pilot:
        transcript.set_turns((turn("a", text="Rota one"), *long_debate(), turn("z", text="a ROTA at the end")))
        await pilot.press("g")
        total = transcript.find("rota")
        assert total == 162
        assert "Rota one" in screen_lines(transcript)[1]
        await pilot.press("N")
        assert any("ROTA at the end" in line for line in screen_lines(transcript))
        await pilot.press("n")
        assert any("Rota one" in line for line in screen_lines(transcript))
    assert [message.number for message in app.heard_of(Transcript.Found)] == [1, 162, 1]


async def test_a_match_deep_inside_a_long_turn_is_brought_into_view() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 8)) as pilot:
        transcript.set_turns([turn("a", text=WORDS * 100 + "needle " + WORDS * 100), turn("b", 2)])
        await pilot.press("g")
        assert transcript.find("needle") == 1

        assert any("needle" in line for line in screen_lines(transcript))


async def test_a_search_for_what_is_not_there_says_so_and_stays() -> None:
    transcript = Transcript()
    app = Stage(transcript)
    async with app.run_test(size=(40, 8)) as pilot:
        transcript.set_turns(long_debate())
        before = screen_lines(transcript)
        assert transcript.find("(unheard") == 0
        await pilot.press("n")
        await pilot.pause()

        assert screen_lines(transcript) == before
    assert [(message.number, message.total) for message in app.heard_of(Transcript.Found)] == [(0, 0)]


async def test_brackets_choose_a_turn_and_without_a_choice_it_is_the_last() -> None:
    transcript = Transcript()
    app = Stage(transcript)
    async with app.run_test(size=(40, 20)) as pilot:
        transcript.set_turns([turn("a"), turn("b", 2), turn("c", 3)])
        assert transcript.current_key == "c"
        await pilot.press("left_square_bracket", "left_square_bracket", "right_square_bracket")
        assert transcript.current_key == "c"
        await pilot.click(transcript, offset=(4, 1))
        assert transcript.current_key == "a"
    assert [message.key for message in app.heard_of(Transcript.TurnChosen)] == ["c", "b", "c", "a"]


async def test_only_a_bounded_number_of_turns_is_kept_wrapped() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(40, 10)) as pilot:
        transcript.set_turns(long_debate(2_000))
        assert transcript._arrangement.wrapped_turns < 10
        await pilot.press("g")
        for _ in range(700):
            transcript.action_transcript_page_down()

        assert 100 < transcript._arrangement.wrapped_turns <= WRAPPED_TURNS_MAX
        held = sum(turn._wrapper is not None for turn in transcript._arrangement.turns)
        assert held == transcript._arrangement.wrapped_turns
        transcript.action_transcript_end()
        transcript.find("turn 1999.")
        held = sum(turn._wrapper is not None for turn in transcript._arrangement.turns)
        assert held == transcript._arrangement.wrapped_turns <= WRAPPED_TURNS_MAX


async def test_a_megabyte_in_one_turn_is_cut_and_says_how_much_is_left_out() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(60, 8)):
        transcript.set_turns([turn("a", text="x" * 1_000_000)])
        transcript.extend_text("a", "yy")
        transcript.paint_changes()

        assert screen_lines(transcript)[-2] == "▌ … 800,002 characters more in the log"
        assert len(transcript.text_of("a")) == TEXT_CHARS_MAX


async def test_two_turns_can_not_have_one_key() -> None:
    transcript = Transcript()
    async with Stage(transcript).run_test(size=(60, 8)):
        transcript.set_turns([turn("a")])
        with pytest.raises(KeyError, match="already has a turn 'a'"):
            transcript.append_turn(turn("a"))


async def test_values_set_before_it_is_on_a_screen_are_shown_when_it_is() -> None:
    transcript = Transcript()
    transcript.set_turns([turn("a", text="early")])
    transcript.append_turn(turn("b", 2, "bird"))
    transcript.extend_text("b", "s")
    async with Stage(transcript).run_test(size=(40, 8)):
        assert [screen_lines(transcript)[line] for line in (1, 4)] == ["▌ early", "▌ birds"]


SAID = st.text(alphabet="ab cde\n日", max_size=60)
STEP = st.one_of(
    st.tuples(st.just("append"), st.integers(min_value=0, max_value=3), SAID),
    st.tuples(st.just("extend"), st.integers(min_value=0, max_value=9), SAID),
    st.tuples(st.just("replace"), st.integers(min_value=0, max_value=9), SAID),
    st.tuples(st.just("press"), st.sampled_from((0, 1, 2, 3)), st.just("")),
    st.tuples(st.just("frame"), st.just(0), st.just("")),
)


def whole(transcript: Transcript, views: list[TurnView], width: int) -> list[str]:
    """The transcript in sequence as it must read: each turn's words, with a line for its heading and a blank one."""
    lines = []
    for view in views:
        wrapper = LineWrapper(width - 3)
        wrapper.feed(transcript.text_of(view.key))
        lines += ["heading", *(f"▌ {wrapper.line(index)}".rstrip() for index in range(len(wrapper))), ""]
    return lines


@settings(max_examples=40)
@given(st.lists(STEP, max_size=25))
async def test_whatever_happens_the_screen_shows_lines_of_the_transcript_in_order(
    steps: list[tuple[str, int, str]],
) -> None:
    transcript = Transcript()
    views: list[TurnView] = []
    async with Stage(transcript).run_test(size=(31, 9)):
        for step, number, said in steps:
            if step == "append":
                views.append(turn(f"t{len(views)}", number, said))
                transcript.append_turn(views[-1])
            elif step in ("extend", "replace") and views:
                key = views[number % len(views)].key
                if step == "extend":
                    transcript.extend_text(key, said)
                else:
                    transcript.replace_turn(turn(key, 1, said))
            elif step == "press":
                keys = (transcript.action_transcript_up, transcript.action_transcript_down)
                (*keys, transcript.action_transcript_top, transcript.action_transcript_page_up)[number]()
            else:
                transcript.paint_changes()
        transcript.paint_changes()
        drawn = ["heading" if "m1" in line or "round 1" in line else line for line in screen_lines(transcript)]
        expected = whole(transcript, views, 30)
        top = max(0, len(expected) - 9) if transcript.is_following else transcript.scroll_offset.y

        if views and not transcript.new_lines:
            assert drawn == [*expected, *[""] * 9][top : top + 9]
        assert line_widths(transcript) == {30}
