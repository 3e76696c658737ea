"""How does the operator read a draft, take it as it is, or put one of their own in its place?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import have_gone_on
from console.cli.options import AsJson, Database, SessionArgument, settings_with
from console.cli.resuming import standing_still
from console.cli.running import ID_SHOWN_CHARACTERS, with_orchestrator
from console.exit_codes import ExitCode
from console.failures import say
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.commands import Command
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

STILL = (Status.PAUSED, Status.FAILED)
DRAFT_BYTES_MAX = 1_000_000
"""Of a file, before it is looked at. How long a draft may be is said by the core."""


def draft(
    session: SessionArgument,
    number: Annotated[
        int | None, typer.Option("--draft", metavar="N", min=1, help="Its number; the best one without.")
    ] = None,
    database: Database = None,
) -> int:
    """Print a draft of a refinement, however that stands: the one that is kept, or the best so far."""

    async def work(orchestrator: Orchestrator) -> int:
        sys.stdout.write(f"{await orchestrator.draft(await orchestrator.find(session), number or 0)}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def accept(
    session: SessionArgument,
    draft: Annotated[
        int | None, typer.Option("--draft", metavar="N", min=1, help="Its number; the best one without.")
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Take a draft of a refinement as it is, whatever its score: the refinement ends with it, and it is printed."""
    from core.flows.refinement_commands import AcceptDraft

    async def act(orchestrator: Orchestrator, found: SessionId) -> None:
        meant = draft or await _best(orchestrator, found)
        await _told(orchestrator, found, AcceptDraft(draft=meant))

    return have_gone_on(session, act, database, as_json=as_json)


def revise(
    session: SessionArgument,
    draft_file: Annotated[
        Path, typer.Option("--draft-file", metavar="PATH", help="Your text; - reads standard input.")
    ],
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Put a text of your own in the place of a refinement's draft, have it reviewed as any other, and go on."""
    from console.text_files import read_text
    from core.flows.refinement_commands import ReviseDraft

    text = read_text(draft_file, bytes_max=DRAFT_BYTES_MAX, large="Refine it part by part.")

    async def act(orchestrator: Orchestrator, found: SessionId) -> None:
        await _told(orchestrator, found, ReviseDraft(text=text))

    return have_gone_on(session, act, database, as_json=as_json, first=standing_still)


async def _best(orchestrator: Orchestrator, session: SessionId) -> int:
    """The draft that `moot sessions draft` prints, told before it is taken; 0 where the core refuses to take any."""
    from console.presenters.figures import score
    from core.flows.refinement_state import RefinementState

    state = await orchestrator.state(session)
    if not isinstance(state.flow, RefinementState) or state.life.status.is_over or state.life.completing is not None:
        return 0
    best, newest = state.flow.kept, len(state.flow.drafts)
    if best is None:
        return 0
    known = "nothing is known of any yet" if best.score_ppm is None else f"the best so far: {score(best.score_ppm)}"
    other = "" if best.number == newest else f" The newest is draft {newest}: --draft {newest} takes that one."
    say(f"session {session[:ID_SHOWN_CHARACTERS]}: draft {best.number} is taken, {known}.{other}")
    return best.number


async def _told(orchestrator: Orchestrator, session: SessionId, command: Command) -> None:
    """Have it obey, and go on with it where it stood still: nobody waits for what would never come."""
    await orchestrator.command(session, command)
    if (await orchestrator.summary(session)).status in STILL:
        await orchestrator.resume(session)


COMMANDS = (draft, accept, revise)
"""In the order in which the help lists them."""
