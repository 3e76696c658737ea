"""Is what is shown of a format's prompts what its steps are really sent?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.domain.errors import WrongUse
from core.domain.session import Status
from core.orchestrator import DebateRequest
from core.runtime.format_prompts import prompt_of
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.participants import PARTICIPANTS_BY_ID
from tests.builders import document
from tests.console.screens.rules_stage import a_core

if TYPE_CHECKING:
    from pathlib import Path

    from core.templates.template import Template

NOTES = (document(),)
MOTION = "Should Friday releases be rolled back?"


def format_of(id: str) -> Template:
    return next(each for each in SHIPPED_TEMPLATES if each.id == id)


def text_of(template: Template, step: str) -> str:
    return "\n".join(each.text for each in prompt_of(template, step, people=PARTICIPANTS_BY_ID).messages)


@pytest.mark.parametrize("template", SHIPPED_TEMPLATES, ids=lambda each: each.id)
def test_every_step_of_every_shipped_format_can_be_shown(template: Template) -> None:
    for step in (*template.steps, *((template.verdict,) if template.verdict else ())):
        prompt = prompt_of(template, step.name, people=PARTICIPANTS_BY_ID)

        assert prompt.seat == step.seat
        assert [each.author for each in prompt.messages] == ["system", "user"]
        assert template.told(step.instruction) in prompt.messages[1].text


async def test_the_first_step_is_shown_word_for_word_as_it_is_sent(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        session = await core.start_debate(
            request=DebateRequest(question=MOTION, template_id="society_of_minds", documents=NOTES)
        )
        position = -1
        while not (row := await core.summary(session)).status.is_over and row.status is not Status.FAILED:
            position = await core.committed_beyond(max(position, row.position))
        template = await core.formats.template("society_of_minds")
        first = template.steps_of_round(1, rounds_limit=template.rounds)[0]
        sent = await core.prompt(session, f"r1.{first.name}.{first.seat}")  # type: ignore[arg-type]
        shown = await core.formats.prompt(template, first.name, motion=MOTION)

    parts = [part for part in sent[1].text.split("\n\n") if not part.startswith("Evidence")]
    assert shown.messages[0] == sent[0]
    assert shown.messages[1].text.split("\n\n") == parts


def test_who_sees_whom_is_shown_by_what_is_made_up() -> None:
    council = format_of("council")
    ranking = text_of(council, "ranking_first_councillor")

    assert "first_councillor (panelist), round 1" not in ranking
    assert [letter for letter in "ABCD" if f"Speaker {letter}, round" in ranking] == ["A", "B", "C"]
    assert "What has been said so far" not in text_of(council, "answer_first_councillor")
    assert "[what is said here as opening]" in text_of(format_of("simple_debate"), "rebuttal_proposer")


def test_a_step_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(WrongUse, match="Did you mean 'rebuttal_proposer'"):
        prompt_of(format_of("simple_debate"), "rebutal_proposer", people=PARTICIPANTS_BY_ID)
