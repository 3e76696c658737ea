"""How is a refinement followed from a shell, and what is printed once it ends?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.cli.running import ID_SHOWN_CHARACTERS, command_line, follow_to_the_end
from console.exit_codes import ExitCode
from console.failures import say
from console.headless import row_at_the_end

if TYPE_CHECKING:
    from console.headless import StopRequest
    from console.settings import Settings
    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

APPROVED = "approved"
"""What a row says of a refinement whose draft is good enough, or was accepted."""


async def refined_to_the_end(
    orchestrator: Orchestrator,
    session: SessionId,
    *,
    settings: Settings,
    stop: StopRequest,
    as_json: bool,
    after_seq: int = 0,
) -> int:
    """Tell on standard error what happens from `after_seq` on, and print the kept draft, or as JSON each event. The
    exit code says how it ended."""
    from console.cli.debate import json_printer

    show = json_printer() if as_json else progress_printer(orchestrator)
    ending = await follow_to_the_end(
        orchestrator, session, settings=settings, show=show, stop=stop, after_seq=after_seq
    )
    if ending.code is not ExitCode.COMPLETED:
        if ending.code is not ExitCode.STOPPED and (await orchestrator.summary(session)).best_draft:
            id = session[:ID_SHOWN_CHARACTERS]
            reading = command_line("sessions", "draft", id, settings=settings)
            say(f"session {id}: {reading} prints its best draft so far.")
        return ending.code
    row = await row_at_the_end(orchestrator, session)
    if not as_json and row.best_draft:
        sys.stdout.write(f"{await orchestrator.draft(session)}\n")
        sys.stdout.flush()
    code = code_of_row(row)
    if code is ExitCode.NOT_APPROVED:
        say(f"session {session[:ID_SHOWN_CHARACTERS]}: {not_approved(row)}")
    elif not as_json:
        say(f"session {session[:ID_SHOWN_CHARACTERS]}: draft {row.best_draft} is {_approved(row)}.")
    return code


def progress_printer(orchestrator: Orchestrator) -> Callable[[Recorded], None]:
    """Reviews, scores and decisions, on standard error. The drafts themselves are left to standard output."""
    from functools import partial

    from console.cli.spoken import WORDS, SpokenSession
    from console.cli.spoken_refinement import SpokenRefinement
    from console.cli.tables import COLUMNS_MAX, terminal_columns

    spoken = SpokenSession(
        width=min(COLUMNS_MAX, terminal_columns()),
        facts=orchestrator.fact_specs(),
        flow="refinement",
        told_with={**WORDS, "refinement": partial(SpokenRefinement, shows_drafts=False)},
    )

    def show(recorded: Recorded) -> None:
        for line in spoken.lines(recorded):
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    return show


def code_of_row(row: SessionSummary) -> ExitCode:
    """With what a completed refinement ends."""
    return ExitCode.COMPLETED if row.outcome == APPROVED else ExitCode.NOT_APPROVED


def not_approved(row: SessionSummary) -> str:
    """What an operator has to know of the draft that is printed all the same."""
    from console.presenters.figures import score
    from console.presenters.reasons import in_words

    why = in_words(row.reason)
    if not row.best_draft:
        return f"it ended without a draft ({why})."
    reached = "has no score" if row.score_ppm is None else f"scores {score(row.score_ppm)}"
    return (
        f"draft {row.best_draft} is the best there is and is not approved: it {reached}, and "
        f"{score(row.threshold_ppm)} is wanted ({why})."
    )


def _approved(row: SessionSummary) -> str:
    """One that was accepted need not be good enough."""
    from core.flows.refinement_deciding import ACCEPTED

    return "accepted" if row.reason == ACCEPTED else "approved"
