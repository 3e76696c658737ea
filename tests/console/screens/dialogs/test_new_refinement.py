"""Does the dialog for a new refinement ask for what was written, say what it takes first, and lose nothing typed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from console.screens.dialogs.new_refinement import NewRefinementDialog
from console.screens.dialogs.refinement_fields import PLACES, Written, place_of_fault, request_of
from console.screens.drafts import DraftsScreen
from core.domain.errors import WrongUse
from core.domain.session import Status
from core.flows.refinement_terms import Strategy
from core.runtime.refining_requests import RefinementRequest
from tests.console.hall import BRIEF, entered, screen_text, until, until_status
from tests.console.screens.host import typed

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall

EVIDENCE = "\n\n".join(f"The release on Friday takes {hours} hours of the notice." for hours in range(2, 9))


async def asked(hall: Hall, pilot: Pilot[Any], *, key: str = "W") -> NewRefinementDialog:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(hall.screen, NewRefinementDialog))
    await until(pilot, lambda: "drafts at most" in screen_text(hall))
    dialog = hall.screen
    assert isinstance(dialog, NewRefinementDialog)
    return dialog


async def test_a_rehearsal_is_started_by_what_was_written_and_its_drafts_are_there(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "notes.md").write_text(EVIDENCE)
    async with entered(settings) as (hall, pilot, core):
        dialog = await asked(hall, pilot)
        assert "a rehearsal: no model is asked" in screen_text(hall)
        await typed(pilot, BRIEF)
        dialog.query_one("#evidence", Input).value = "notes.md"
        dialog.query_one("#threshold", Input).value = "0.8"
        await pilot.press("ctrl+s")

        await until(pilot, lambda: hall.screen is hall.sessions and hall.sessions.session is not None)
        session = hall.sessions.session
        assert session is not None
        await until_status(core, session, Status.COMPLETED)
        row = await core.summary(session)
        assert (row.motion, row.threshold_ppm, row.outcome) == (BRIEF, 800_000, "approved")
        await pilot.press("D")
        await until(pilot, lambda: isinstance(hall.screen, DraftsScreen) and "★ best" in screen_text(hall))


async def test_what_a_start_refuses_is_said_at_its_field_and_nothing_typed_is_lost(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        dialog = await asked(hall, pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Say what is to be written." in screen_text(hall))
        await typed(pilot, BRIEF)
        await pilot.press("ctrl+s")

        await until(pilot, lambda: "from evidence" in screen_text(hall))
        assert dialog.brief == BRIEF
        assert not await core.summaries()


async def test_a_paid_model_shows_what_it_costs_before_it_starts(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await asked(hall, pilot)
        dialog.query_one("#writer", Input).value = "scripted:writer"
        await until(pilot, lambda: "asks scripted:writer" in str(dialog.query_one("#plan", Static).content))

        said = str(dialog.query_one("#plan", Static).content)
        assert "about $" in said
        assert "one reviewer" not in said  # chosen a few lines above; 80 columns have room for what nobody knows yet


async def test_who_wants_a_debate_after_all_takes_the_words_along_and_back(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await asked(hall, pilot)
        await typed(pilot, "Write it.")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "New debate" in screen_text(hall) and "Write it." in screen_text(hall))

        await pilot.press("ctrl+r")
        await until(pilot, lambda: "New refinement" in screen_text(hall) and "Write it." in screen_text(hall))


async def test_what_was_written_waits_for_the_next_time_and_undoing_lets_go_of_it(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await asked(hall, pilot)
        await typed(pilot, "Write it.")
        dialog.query_one("#seed", Input).value = "7"
        await pilot.press("escape")
        await until(pilot, lambda: "kept what you wrote for a new refinement · u undoes it" in screen_text(hall))

        again = await asked(hall, pilot)
        assert (again.brief, again.query_one("#seed", Input).value) == ("Write it.", "7")
        await pilot.press("escape", "u")
        await until(pilot, lambda: "the next new refinement begins empty" in screen_text(hall))

        assert (await asked(hall, pilot)).brief == ""


async def test_only_what_matters_to_the_strategy_is_asked_for(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await asked(hall, pilot)
        assert not dialog.query_one("#format").parent.display  # type: ignore[union-attr]
        dialog.query_one("#strategy").focus()
        await pilot.press("5")
        await until(pilot, lambda: bool(dialog.query_one("#format").parent.display))  # type: ignore[union-attr]
        await pilot.press("6")
        await until(pilot, lambda: not dialog.query_one("#reviewers").parent.display)  # type: ignore[union-attr]
        assert dialog.written().strategy == Strategy.HUMAN


# What stands in the fields.


def test_fields_ask_for_what_they_say() -> None:
    faults: dict[str, str] = {}
    written = Written(
        brief=BRIEF, strategy="panel", writer="a", reviewers="b, c d", threshold=".9", iterations="3", patience="1",
        budget="$0.25", seed="7", is_pairwise=True,
    )  # fmt: skip

    request = request_of(written, (), faults, default_model="rehearsal")

    assert faults == {}
    assert request == RefinementRequest(
        brief=BRIEF, strategy="panel", threshold_ppm=900_000, iterations=3, patience=1, is_pairwise=True,
        reviewers=("b", "c", "d"), casting={"": "a"}, cap_microusd=250_000, seed=7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("threshold", "1.7"),
        ("threshold", "$0.5"),
        ("threshold", "NaN"),
        ("iterations", "many"),
        ("patience", "-1"),
        ("budget", "much"),
        ("seed", "0x1"),
        ("draft", "nowhere.md"),
        ("criteria", "nowhere.yaml"),
    ],
)
def test_what_can_not_be_read_is_said_at_its_field_alone(place: str, text: str) -> None:
    faults: dict[str, str] = {}
    request_of(Written(brief=BRIEF, **{place: text}), (), faults, default_model="rehearsal")  # type: ignore[arg-type]

    assert list(faults) == [place]
    assert place in PLACES


async def test_a_refused_request_is_blamed_on_what_it_can_be_held_without() -> None:
    async def plan(request: RefinementRequest) -> Any:
        if request.rules == "nigth":
            raise WrongUse(refusal)

    refusal = "no set is called 'nigth'."
    assert await place_of_fault(plan, RefinementRequest(brief=BRIEF, rules="nigth", seed=3), refusal) == "rules"
