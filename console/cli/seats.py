"""How does whoever is at a shell take part in a session: sit down, speak, pass, leave?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import said
from console.cli.options import Database, SessionArgument, settings_with
from console.cli.running import with_orchestrator
from console.cli.written_files import typed_in
from console.exit_codes import ExitCode
from core.domain.errors import WrongUse
from core.domain.people import PERSON
from core.ports.model_provider import ANSWER_CHARACTERS_MAX

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

FROM_INPUT = "-"
SPOKEN_BYTES_MAX = 4 * ANSWER_CHARACTERS_MAX
"""What a turn may hold at most, if every character took all the bytes that one can."""
Seat = Annotated[str, typer.Argument(metavar="SEAT", help="As 'moot templates show' names it.", show_default=False)]


def take(
    session: SessionArgument,
    seat: Seat,
    wait: Annotated[
        str, typer.Option("--wait", metavar="TIME", help="How long you are waited for: 90s, 10m, 2h.")
    ] = "",
    database: Database = None,
) -> int:
    """Sit in a seat yourself from its next turn on. Whoever sits there stands in when you don't speak in time."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        route = f"{PERSON}:{wait}" if wait else PERSON
        said(found, f"– {await orchestrator.take_seat(found, seat, route=route)}.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def leave(session: SessionArgument, seat: Seat, database: Database = None) -> int:
    """Give a seat that you took back to whoever stood in."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        said(found, f"– {await orchestrator.leave_seat(found, seat)}.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def speak(
    session: SessionArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What you say; - reads standard input.", show_default=False)
    ] = "",
    passes: Annotated[bool, typer.Option("--pass", help="Say nothing: the stand-in speaks.")] = False,
    database: Database = None,
) -> int:
    """Speak for the seat from which a person is to speak now. The process that drives the session records it."""
    if passes == bool(text):
        raise WrongUse("nothing to say.", where="TEXT", now="Give what you say, - to read it, or --pass.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if not orchestrator.is_driven:
            raise WrongUse(
                "nobody drives this database, so that nobody waits for you.",
                now=f"`moot sessions resume {found[:8]}` goes on with it, and asks you when it is your turn.",
            )
        words = typed_in(bytes_max=SPOKEN_BYTES_MAX) if text == FROM_INPUT else text
        done = orchestrator.pass_turn(found) if passes else orchestrator.speak(found, words)
        said(found, f"– {await done}.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


COMMANDS = (take, leave, speak)
"""In the order in which the help lists them."""
