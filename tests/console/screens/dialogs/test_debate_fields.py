"""Can every format be chosen for a new debate, and can it be said how it is answered, set and controlled?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

from console.screens.dialogs.debate_fields import STAND_IN_MOTION, Written, place_of_fault, request_of
from console.screens.dialogs.new_debate import FORMATS_SHOWN, NewDebateDialog
from console.widgets.choices import Choices
from core.domain.answers import AnswerForm, AnswerKind
from core.domain.errors import WrongUse
from core.orchestrator import DebateRequest
from core.templates.formats import SHIPPED_TEMPLATES
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import a_core

if TYPE_CHECKING:
    from pathlib import Path

    from core.orchestrator import DebatePlan, Orchestrator

NOBODY = "no template is called 'nobody'."
ASKED = Written(
    motion="Split?", template_id="council", casting={}, evidence="", rounds="", budget="", seed="", rules=""
)


def written(**fields: str) -> Written:
    return Written(**{**{name: getattr(ASKED, name) for name in ASKED.__slots__}, **fields})  # type: ignore[arg-type]


def asked_with(**fields: str) -> tuple[DebateRequest, dict[str, str]]:
    faults: dict[str, str] = {}
    return request_of(written(**fields), DebateRequest(question=""), (), faults), faults


def test_answers_dials_and_control_are_read_as_they_are_written() -> None:
    request, faults = asked_with(answers="Paris, Rome", dials="level=2, warmth=0", control="vote_only")

    assert faults == {}
    assert request.answers == AnswerForm(kind=AnswerKind.CHOICE, choices=("Paris", "Rome"))
    assert request.dials == {"level": 2, "warmth": 0}
    assert request.control == "vote_only"


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"answers": "nmber"}, "answers", "Did you mean 'number'?"),
        ({"dials": "level"}, "dials", "sets nothing"),
        ({"dials": "=2"}, "dials", "sets nothing"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(fields: dict[str, str], place: str, said: str) -> None:
    assert said in asked_with(**fields)[1][place]


async def test_the_field_without_which_it_can_be_held_is_the_one_at_fault() -> None:
    async def plan(request: DebateRequest) -> DebatePlan:
        if request.control == "nobody":
            raise WrongUse(NOBODY)
        return None  # type: ignore[return-value]  # only whether it raises is asked

    request, _ = asked_with(control="nobody")

    assert await place_of_fault(plan, request, NOBODY) == "control"


async def test_where_two_are_wrong_each_is_said_at_its_own_field() -> None:
    async def plan(request: DebateRequest) -> DebatePlan:
        if request.control == "nobody":
            raise WrongUse(NOBODY)
        if request.rules == "nigth":
            raise WrongUse("no rule set is called 'nigth'.")
        return None  # type: ignore[return-value]  # only whether it raises is asked

    request, _ = asked_with(control="nobody", rules="nigth")

    assert await place_of_fault(plan, request, NOBODY) == "control", "and not where rehearsals are given evidence"


def dialog_over(core: Orchestrator, defaults: DebateRequest | None = None) -> Host:
    return Host(lambda _: NewDebateDialog(core.plan_debate, SHIPPED_TEMPLATES, defaults))


async def test_more_formats_than_digits_scroll_and_each_can_be_chosen(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = dialog_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            choices = app.screen.query_one("#format", Choices)
            choices.focus()
            await pilot.press("G")
            seen = {choices.chosen}
            for _ in SHIPPED_TEMPLATES[1:]:
                await pilot.press("up")
                seen.add(choices.chosen)

            assert seen == {template.id for template in SHIPPED_TEMPLATES}
            assert choices.size.height == FORMATS_SHOWN
            assert f"↓ {len(SHIPPED_TEMPLATES) - FORMATS_SHOWN} more" in text_of(app)
            await pilot.click(choices, offset=(4, 3))
            assert choices.chosen != ""


async def test_a_person_is_cast_like_a_model_and_a_dial_and_a_control_are_asked_for(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = dialog_over(core, DebateRequest(question="Split?", template_id="tit_for_tat"))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "level=" in app.screen.query_one("#dials", Input).placeholder)
            for id, text in (("cast-judge", "human:10m"), ("dials", "level=9")):
                app.screen.query_one(f"#{id}", Input).value = text
            await until(pilot, lambda: bool(str(app.screen.query_one("#dials-fault", Static).render()).strip()))
            app.screen.query_one("#dials", Input).value = "level=1"
            app.screen.query_one("#control", Input).value = "vote_onyl"
            fault = app.screen.query_one("#control-fault", Static)
            await until(pilot, lambda: "Did you mean 'vote_only'?" in str(fault.render()))
            app.screen.query_one("#control", Input).value = "vote_only"
            await until(pilot, lambda: "human" in str(app.screen.query_one("#plan", Static).render()))
            await pilot.press("ctrl+s")
            await until(pilot, lambda: bool(app.results))
            request = app.results[0]

        assert request.casting == {"judge": "human:10m"}
        assert request.dials == {"level": 1}
        assert request.control == "vote_only"
        assert request.question != STAND_IN_MOTION
