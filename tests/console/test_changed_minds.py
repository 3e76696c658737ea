"""Does the console show who changed their mind, and that those who sit there are simulated?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.session import Status
from core.orchestrator import DebateRequest
from tests.console.hall import entered, screen_text, until, until_status

if TYPE_CHECKING:
    from console.settings import Settings

ROUTE = "simulated:competence=50,conformity=100"


async def test_a_changed_mind_is_marked_and_told_in_the_transcript_of_what_is_called_simulated(
    settings: Settings,
) -> None:
    async with entered(settings, size=(200, 60)) as (hall, pilot, core):
        session = await core.start_debate(
            request=DebateRequest(
                question="How many clocks are there?",
                answers=AnswerForm(kind=AnswerKind.NUMBER),
                template_id="society_of_minds",
                casting={"": ROUTE},
                seed=4,
            )
        )
        await until_status(core, session, Status.COMPLETED)

        await until(pilot, lambda: "Verdict: 851" in screen_text(hall))
        shown = screen_text(hall)

        assert f"{ROUTE} · ⇄ changed" in shown
        assert "first mind: 849 → 851, after second mind and third mind (towards the verdict)" in shown
        assert "simulated · no model asked" in shown
