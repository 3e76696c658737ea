"""Can the operator answer whatever a session asks, and is nothing lost that they typed?"""

from __future__ import annotations

from typing import Any

import pytest

from console.screens.dialogs.answer import AnswerDialog
from core.domain.cases import CaseFile
from core.domain.commands import AnswerEscalation
from core.domain.errors import CommandRefused
from tests.console.screens.dialogs.cases import NOW_MS, case_file, clarification
from tests.console.screens.host import Host, text_of, typed, until

SIZES = ((80, 24), (60, 16), (40, 10))


def answer(file: CaseFile | None = None, **fields: Any) -> Host:
    asked = file or case_file(why=("too_many_errors", " when  error_count (3) ≥ 3  ✓"))
    return Host(lambda _: AnswerDialog(asked, now_ms=NOW_MS, **fields))


def chosen(answer: str, **fields: Any) -> AnswerEscalation:
    """An answer to the question that the tests ask."""
    return AnswerEscalation(answer=answer, case=41, **fields)


async def test_a_digit_and_enter_answer() -> None:
    app = answer()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "because of: error rate, 4 min ago" in text_of(app)
        assert "1 h left. If nobody answers in time, it goes on" in text_of(app)
        await pilot.press("2", "enter")

    assert app.results == [chosen("new_round")]


async def test_finishing_asks_whose_verdict_and_the_judge_needs_no_reasons() -> None:
    app = answer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "enter", "enter")

    assert app.results == [chosen("complete")]


async def test_a_verdict_of_ones_own_needs_its_reasons() -> None:
    app = answer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "enter", "right", "right", "enter", "ctrl+s")
        assert "needs its reasons" in text_of(app)
        await typed(pilot, "It is dear.")
        await pilot.press("enter", *"why", "enter")

    assert app.results == [chosen("complete", verdict="It is dear.", outcome="against", note="why")]


async def test_cancelling_is_asked_once_more_and_no_leads_back_to_the_answers() -> None:
    app = answer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7", "enter", "n")
        assert isinstance(app.screen, AnswerDialog)
        await pilot.press("enter", "y")

    assert app.results == [chosen("cancel")]


async def test_leaving_lets_the_session_wait_and_keeps_what_was_typed_for_the_next_time() -> None:
    drafts: dict[str, str] = {}
    app = answer(drafts=drafts)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "enter")
        await typed(pilot, "Mind the weekend.")
        await pilot.pause()
        await pilot.press("escape")

    assert app.results == [None]
    assert drafts == {"answer": "say", "said": "Mind the weekend."}

    again = answer(drafts=drafts)
    async with again.run_test(size=(80, 24)) as pilot:
        assert "Mind the weekend." in text_of(again)
        await pilot.press("ctrl+s")

    assert again.results == [chosen("say", statement="Mind the weekend.")]


async def test_words_and_a_motion_of_ones_own_are_answers_and_have_to_be_written() -> None:
    app = answer(motion="It leaves on Fridays.")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "enter", "ctrl+s")
        assert "nothing written yet" in text_of(app)
        await pilot.press("shift+tab", "5", "enter", "ctrl+s")
        assert "It is what it was" in text_of(app)
        await typed(pilot, "So: ")
        await pilot.press("ctrl+s")

    (result,) = app.results
    assert isinstance(result, AnswerEscalation)
    assert (result.answer, result.statement) == ("amend", "")
    assert result.motion == "It leaves on Fridays.So:"


async def test_another_format_is_chosen_from_those_that_there_are() -> None:
    app = answer(formats=[("council", "Council"), ("simple_debate", "Simple debate")])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "enter", "down", "enter")

    assert app.results == [chosen("apply_template", template="simple_debate")]


async def test_an_answer_that_can_not_be_given_says_why_and_is_not_sent() -> None:
    app = answer(case_file(refused="its end is decided."))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "enter")
        assert "Can't be answered now: its end is decided." in text_of(app)
        assert not app.results
        await pilot.press("1", "enter")

    assert app.results == [chosen("continue")]


async def test_what_is_refused_is_said_in_the_dialog_and_nothing_typed_is_lost() -> None:
    refusals = [CommandRefused("it no longer asks that.", where="session 5e555e55", now="Look again."), None]

    async def send(command: AnswerEscalation) -> None:
        refusal = refusals.pop(0)
        if refusal is not None:
            raise refusal

    app = answer(send=send)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "enter")
        await typed(pilot, "Mind the weekend.")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "it no longer asks that. Look again." in text_of(app))
        assert "Mind the weekend." in text_of(app)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(app.results))

    assert app.results == [chosen("say", statement="Mind the weekend.")]


async def test_a_participant_is_told_what_it_asks() -> None:
    app = answer(clarification())
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Opponent asks you" in text_of(app)
        assert "Which Friday is meant?" in text_of(app)
        await pilot.press("enter")
        await typed(pilot, "Each.")
        await pilot.press("ctrl+s")

    assert app.results == [chosen("clarify", statement="Each.")]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_asked_stays_in_sight_whatever_is_typed(size: tuple[int, int]) -> None:
    app = answer(case_file("Is this what was meant by it?", why=tuple(f" line {number}" for number in range(20))))
    async with app.run_test(size=size) as pilot:
        for key in ("1", "3", "4", "5", "6", "7"):
            await pilot.press(key, "tab")
            await pilot.pause()
            assert "Is this what was" in text_of(app)
            await pilot.press("shift+tab")
