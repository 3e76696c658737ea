"""Do the small dialogs take what was meant, refuse what wasn't, and let the operator leave?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from console.screens.dialogs.answer import AnswerDialog
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.frame import Words
from console.screens.dialogs.number import DOLLARS, NumberDialog, read_dollars, written_dollars
from console.screens.dialogs.prompt import PromptView
from console.screens.dialogs.text import TextDialog
from console.widgets.prose import Prose
from core.domain.steps import Message
from tests.console.screens.dialogs.cases import NOW_MS, case_file
from tests.console.screens.host import Host, text_of, typed

SIZES = ((80, 24), (60, 16), (40, 10))


def confirm(**fields: Any) -> Host:
    return Host(lambda _: ConfirmDialog("Delete", "It is gone for good.", "delete it", **fields))


async def test_enter_says_yes_where_nothing_is_lost() -> None:
    app = confirm()
    async with app.run_test() as pilot:
        await pilot.press("enter")

    assert app.results == [True]


@pytest.mark.parametrize("key", ["escape", "n"])
async def test_escape_and_n_say_no(key: str) -> None:
    app = confirm(is_destructive=True)
    async with app.run_test() as pilot:
        await pilot.press(key)

    assert app.results == [False]


async def test_enter_alone_destroys_nothing_and_says_which_key_would() -> None:
    app = confirm(is_destructive=True)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        refused = text_of(app)
        await pilot.press("y")

    assert "press y to delete it" in refused
    assert app.results == [True]


async def test_what_has_to_be_typed_has_to_be_typed_whole() -> None:
    app = confirm(is_destructive=True, typed="a1b2")
    async with app.run_test() as pilot:
        await pilot.press("y", "enter")
        assert "That is not a1b2" in text_of(app)
        await pilot.press("backspace", *"a1b2", "enter")

    assert app.results == [True]


async def test_a_single_line_is_accepted_with_enter_and_may_be_emptied() -> None:
    app = Host(lambda _: TextDialog("Rename", "Name", "ab"))
    async with app.run_test() as pilot:
        await pilot.press("backspace", "backspace", "enter")

    assert app.results == [""]


async def test_several_lines_take_ctrl_s_and_enter_breaks_the_line() -> None:
    app = Host(lambda _: TextDialog("State", "Words", "one", is_multiline=True))
    async with app.run_test() as pilot:
        await pilot.press("enter", *"two", "ctrl+s")

    assert app.results == ["one\ntwo"]


async def test_a_text_that_is_needed_is_asked_for_again() -> None:
    app = Host(lambda _: TextDialog("State", "Words", is_multiline=True))
    async with app.run_test() as pilot:
        await pilot.press("space", "ctrl+s")
        assert "There is nothing written yet." in text_of(app)
        await pilot.press("escape")

    assert app.results == [None]


async def test_dollars_are_shown_and_micro_dollars_returned() -> None:
    app = Host(lambda _: NumberDialog("Budget", "At most", 120_000, DOLLARS, 41_200))
    async with app.run_test() as pilot:
        shown = app.screen.query_one(Input).value
        await pilot.press("end", "backspace", "5", "enter")

    assert (shown, app.results) == ("0.12", [150_000])


async def test_a_number_that_is_proposed_gives_way_to_the_one_that_is_typed() -> None:
    app = Host(lambda _: NumberDialog("Raise the rounds", "Rounds in all", 6, "rounds", 1, maximum=100))
    async with app.run_test() as pilot:
        await pilot.press("8", "enter")

    assert app.results == [8], "and not 68"


@pytest.mark.parametrize(("is_proposal", "accepted"), [(True, "Why?"), (False, "#dullWhy?")])
async def test_words_that_are_proposed_give_way_and_words_that_stand_are_added_to(
    is_proposal: bool, accepted: str
) -> None:
    app = Host(lambda _: TextDialog("Escalate", "What is to be decided?", "#dull", is_proposal=is_proposal))
    async with app.run_test() as pilot:
        await typed(pilot, "Why?")
        await pilot.press("enter")

    assert app.results == [accepted]


@pytest.mark.parametrize(
    ("written", "why"),
    [("x", "is not a whole number"), ("1", "1 round can't be: at least 2 rounds"), ("", "Write a whole number")],
)
async def test_a_number_that_cannot_be_is_refused_with_the_bound(written: str, why: str) -> None:
    app = Host(lambda _: NumberDialog("Rounds", "How many", None, "rounds", 2))
    async with app.run_test() as pilot:
        await typed(pilot, written)
        await pilot.press("enter")

        assert why in text_of(app)
        assert app.results == []


async def test_both_bounds_are_said_in_one() -> None:
    rounds = Host(lambda _: NumberDialog("Rounds", "How many", 2, "rounds", 1, maximum=100))
    async with rounds.run_test():
        assert "from 1 to 100 rounds" in text_of(rounds)

    cost = Host(lambda _: NumberDialog("Cost", "How much", 0, DOLLARS, maximum=250_000))
    async with cost.run_test():
        assert "from $0.00 to $0.25" in text_of(cost)


@given(st.integers(min_value=0, max_value=10**12))
def test_an_amount_written_out_is_read_back_exactly(amount_microusd: int) -> None:
    assert read_dollars(written_dollars(amount_microusd)) == amount_microusd


@pytest.mark.parametrize(
    ("text", "amount"),
    [("5", 5_000_000), ("$ .5", 500_000), ("0.0000001", None), ("-1", None), ("1e3", None), ("", None), (".", None)],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int | None) -> None:
    assert read_dollars(text) == amount


PROMPT = (Message(author="system", text="Be brief."), Message(author="user", text="[/red]\x1b[31m\n" + "so on " * 300))


async def test_a_prompt_is_read_to_its_end_and_copied_as_it_was_sent() -> None:
    app = Host(lambda _: PromptView(PROMPT, "[/b] r1"))
    async with app.run_test(size=(60, 16)) as pilot:
        first = text_of(app)
        await pilot.press("G", "y")
        await pilot.pause()
        assert app.screen.query_one(Prose).scroll_offset.y > 0
        assert app.clipboard == f"{PROMPT[0].text}\n\n{PROMPT[1].text}"
        await pilot.press("escape")

    assert "[/b] r1" in first
    assert "▏ [/red][31m" in first
    assert app.results == [None]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "make",
    [
        lambda _: ConfirmDialog("[/b]", "[/red] " * 40, "go", True, "abc"),
        lambda _: TextDialog("[/b]", "[/red] " * 40, "\x1b[31m\n", "[b] " * 20, True),
        lambda _: NumberDialog("[/b]", "[/red] " * 40, 1, "[i]"),
        lambda _: AnswerDialog(case_file("[/red] " * 60, why=("[/y]",) * 30), now_ms=NOW_MS),
        lambda _: PromptView(PROMPT),
    ],
)
async def test_hostile_words_and_small_screens_leave_the_keys_in_sight(make: Any, size: tuple[int, int]) -> None:
    app = Host(make)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        assert "esc" in text_of(app)
        assert "\x1b" not in text_of(app)


async def test_words_never_hold_what_a_terminal_would_obey() -> None:
    app = Host(lambda _: TextDialog("State", "Words", "a\x1b[31mb", is_multiline=True))
    async with app.run_test():
        assert app.screen.query_one(Words).text == "a[31mb"
