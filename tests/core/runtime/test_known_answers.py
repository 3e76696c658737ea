"""Does a session know the right answer without telling it to anybody?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.errors import WrongUse
from core.domain.ids import SessionId, StepId
from core.domain.steps import Message
from core.providers.script import Answer
from tests.stage import Stage, script, start, until
from tests.virtual_time import in_virtual_time

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
FOR = Answer(text="Short.\nANSWER: for\nVERDICT: for")
FORMATS = ("standard_debate", "complex_debate", "society_of_minds", "council", "tit_for_tat", "expert_panel")


def prompts_of(known_answer: str, *, template_id: str) -> dict[StepId, tuple[Message, ...]]:
    """Everything that anybody was asked in a debate of which this is known."""
    stage = Stage(script=replace(script(), answers={"default": (FOR,)}))

    async def play() -> dict[StepId, tuple[Message, ...]]:
        orchestrator = await stage.drive()
        session = await start(orchestrator, template_id=template_id, known_answer=known_answer)
        await until(orchestrator, session)
        asked = {
            event.step: await orchestrator.prompt(session, event.step)
            for event in stage.events(session)
            if type(event).__name__ == "AttemptStarted"
        }
        opening = (await orchestrator.state(session)).opening
        await orchestrator.stop()
        assert opening is not None
        assert opening.known_answer == known_answer
        return asked

    return in_virtual_time(play)


@pytest.mark.parametrize("template_id", FORMATS)
def test_no_prompt_of_any_step_changes_by_a_byte_when_another_answer_is_known(template_id: str) -> None:
    unknown = prompts_of("", template_id=template_id)

    assert len(unknown) > 1
    assert prompts_of("for", template_id=template_id) == unknown
    assert prompts_of("against", template_id=template_id) == unknown


def started_with(known_answer: str, answers: AnswerForm) -> str:
    stage = Stage(script=replace(script(), answers={"default": (Answer(text="Counted.\nANSWER: 42"),)}))

    async def play() -> str:
        orchestrator = await stage.drive()
        try:
            session = await start(orchestrator, template_id="vote_only", answers=answers, known_answer=known_answer)
            await until(orchestrator, session)
            opening = (await orchestrator.state(SessionId(session))).opening
        finally:
            await orchestrator.stop()
        assert opening is not None
        return opening.known_answer

    return in_virtual_time(play)


@pytest.mark.parametrize("said", ["42", "42.0", " $42 ", "0042"])
def test_the_right_answer_is_kept_in_the_form_in_which_equal_ones_are_equal(said: str) -> None:
    assert started_with(said, NUMBER) == "42"


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("forty-two", NUMBER),
        ("E", AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B"))),
        ("yes", AnswerForm()),
        ("undecided", AnswerForm()),
    ],
)
def test_a_right_answer_that_nobody_could_give_is_refused_before_anything_begins(said: str, form: AnswerForm) -> None:
    with pytest.raises(WrongUse, match="no answer of the form"):
        started_with(said, form)
