"""How is a recorded session played again, verified, and gone on with in another way?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import followed
from console.cli.options import AsJson, Budget, Database, SessionArgument, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, Wheel, with_orchestrator
from console.cli.tables import pairs
from console.cli.written_files import text_of
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_line
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from console.headless import StopRequest
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule
    from core.runtime.replaying import Outcome, Verified

PAUSE_SECONDS_MAX = 10.0
"""Nobody waits out a night in which a session stood still."""

SPEED_MAX = 1_000_000.0


def replay(
    session: Annotated[
        str, typer.Argument(metavar="[ID]", help="A session's id; its first digits will do. Without one: --all.")
    ] = "",
    verify: Annotated[
        bool, typer.Option("--verify", help="Decide everything again from what was pinned, and compare byte for byte.")
    ] = False,
    at: Annotated[
        int | None, typer.Option("--at", metavar="SEQ", help="Up to this event of its log. Or else to its end.")
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", metavar="N", help="So many times as fast as it was; 0 for all at once.")
    ] = 1.0,
    everything: Annotated[bool, typer.Option("--all", help="With --verify: every session on record.")] = False,
    in_console: Annotated[
        bool, typer.Option("--console", help="Play it in the console, where you can step to and fro.")
    ] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Play a recorded session again as it happened, or verify it. No model is asked and nothing is recorded.

    The digest names the record: it is the same wherever the record is read. After --verify the exit code is 0 where
    everything comes out the same, 6 where something diverges, 7 where something pinned isn't at hand here.
    """
    _require_one_thing(session, at, speed, verify=verify, everything=everything, in_console=in_console, as_json=as_json)
    if in_console:
        return _in_the_console(session, at, speed, database)

    async def work(orchestrator: Orchestrator) -> int:
        if everything:
            return await _verify_all(orchestrator, as_json=as_json)
        found = await orchestrator.find(session)
        if verify:
            return _said(await orchestrator.verify(found, at_seq=at), as_json=as_json)
        return await _play(orchestrator, found, until_seq=at, speed=speed, as_json=as_json)

    return with_orchestrator(settings_with(database), work)


def fork(
    session: SessionArgument,
    at: Annotated[
        int | None,
        typer.Option("--at", metavar="SEQ", help="Go on from this event. Or else from the last before it was over."),
    ] = None,
    rules: Annotated[
        str,
        typer.Option(
            "--rules", metavar="FILE|SET", help="Other rules: a set, or a file's laid over those in force there."
        ),
    ] = "",
    template: Annotated[
        str, typer.Option("--template", metavar="ID", help="Another format from the next round on.")
    ] = "",
    seat: Annotated[
        list[str] | None,
        typer.Option(
            "--seat", metavar="ROLE=NAME", help="Who speaks from there on; all=NAME for everybody. Repeatable."
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", metavar="N", help="Another number of rounds.")] = None,
    budget_usd: Budget = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What lists call it.")] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Start a new session that goes on from a point of a recorded one, and follow it to its end.

    What was said up to there is known to everybody and is not asked again; what it cost stays with the first session.
    """
    from console.headless import StopRequest
    from console.settings import read_budget
    from core.runtime.requests import ForkRequest

    settings = settings_with(database, rehearsal_pace=0)
    casting = _casting(seat or ())
    cap = None if budget_usd is None else read_budget(budget_usd)
    file = _file_of(rules)

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        found = await orchestrator.find(session)
        given, name = await _rules_of(orchestrator, file)
        request = ForkRequest(
            session=found,
            at_seq=at,
            rules="" if file is not None else rules,
            rules_given=given,
            rules_name=name,
            template_id=template,
            casting=casting,
            rounds=rounds,
            cap_microusd=cap,
            title=title,
        )
        made = await orchestrator.fork(request)
        row = await orchestrator.summary(made)
        say(
            f"session {made[:ID_SHOWN_CHARACTERS]} goes on from session {found[:ID_SHOWN_CHARACTERS]} "
            f"behind its event {row.forked_at_seq}."
        )
        return await followed(orchestrator, made, settings=settings, stop=stop, as_json=as_json)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


def _require_one_thing(
    session: str, at: int | None, speed: float, *, verify: bool, everything: bool, in_console: bool, as_json: bool
) -> None:
    """Refuse words that contradict one another before anything is opened."""
    if bool(session) == everything:
        what = "both name what is verified" if session else "no session is named"
        raise WrongUse(f"{what}.", where="replay", now="Give an id, or --all with --verify.")
    if everything and (not verify or at is not None):
        raise WrongUse("--all is for --verify, of whole logs.", now="Give --all --verify.")
    if in_console and (verify or as_json):
        raise WrongUse("--console plays a session; it prints nothing.", now="Leave out --verify and --json.")
    if not 0 <= speed <= SPEED_MAX:
        raise WrongUse(
            f"{speed:g} is no speed.", where="--speed", now="Give 1 as it was, 10 ten times as fast, 0 at once."
        )


def _in_the_console(session: str, at: int | None, speed: float, database: Path | None) -> int:
    from console.opening import open_console

    settings = settings_with(database)
    found: list[SessionId] = []

    async def work(orchestrator: Orchestrator) -> int:
        found.append(await orchestrator.find(session))
        return ExitCode.COMPLETED

    with_orchestrator(settings, work)
    return open_console(settings, replays=(found[0], at, speed))


# --- playing ----------------------------------------------------------------------------------------------------


async def _play(
    orchestrator: Orchestrator, session: SessionId, *, until_seq: int | None, speed: float, as_json: bool
) -> int:
    from console.cli.debate import json_printer, text_printer
    from console.exporting import all_events
    from console.headless import StopRequest

    await orchestrator.digest(session, at_seq=until_seq)  # refuses an event that there isn't before anything is printed
    stop = StopRequest()
    stop.listen()
    await orchestrator.flips.learn(session)
    show = json_printer() if as_json else text_printer(orchestrator)
    before_ms = seq = 0
    async for recorded in all_events(orchestrator, session):
        if until_seq is not None and recorded.seq > until_seq:
            break
        if before_ms and speed:
            await _pause(max(0, recorded.at_ms - before_ms) / 1_000 / speed, stop)
        if stop.asked.is_set():
            return ExitCode.STOPPED
        before_ms, seq = recorded.at_ms, recorded.seq
        show(recorded)
    digest = await orchestrator.digest(session, at_seq=seq)  # of what was played: it may have gone on meanwhile
    out = sys.stderr if as_json else sys.stdout
    out.write(f"\ndigest {digest}\n")
    return ExitCode.COMPLETED


async def _pause(seconds: float, stop: StopRequest) -> None:
    try:
        async with asyncio.timeout(min(seconds, PAUSE_SECONDS_MAX)):
            await stop.asked.wait()
    except TimeoutError:
        return


# --- verifying --------------------------------------------------------------------------------------------------


def _said(verified: Verified, *, as_json: bool) -> int:
    from console.presenters.verified import verified_rows

    written = json_line(verified) if as_json else pairs(verified_rows(verified), indent="")
    sys.stdout.write(written + "\n")
    return code_of([verified.outcome])


async def _verify_all(orchestrator: Orchestrator, *, as_json: bool) -> int:
    from console.headless import StopRequest
    from console.presenters.verified import totals_line, verified_line

    stop = StopRequest()
    stop.listen()
    write: Callable[[Verified], str] = json_line if as_json else verified_line
    outcomes: list[Outcome] = []
    async for verified in orchestrator.verify_all():
        outcomes.append(verified.outcome)
        sys.stdout.write(write(verified) + "\n")
        sys.stdout.flush()
        if stop.asked.is_set():
            return ExitCode.STOPPED
    say(totals_line(outcomes))
    return code_of(outcomes)


def code_of(outcomes: Sequence[Outcome]) -> ExitCode:
    """What a script is told: the worst of what came of them."""
    from core.runtime.replaying import Outcome

    if Outcome.DIVERGES in outcomes:
        return ExitCode.DIVERGES
    return ExitCode.NOT_VERIFIABLE if Outcome.NOT_VERIFIABLE in outcomes else ExitCode.COMPLETED


# --- forking ----------------------------------------------------------------------------------------------------


def _casting(seats: Sequence[str]) -> dict[str, str]:
    """Who is named; nobody else changes seats."""
    from console.cli.debate import ALL_SEATS, read_casting

    casting = read_casting(tuple(seats))
    if not any(word.partition("=")[0].strip() == ALL_SEATS for word in seats):
        del casting[""]
    return casting


def _file_of(named: str) -> Path | None:
    """The file that is meant; None where a set is, or nothing."""
    file = Path(named)
    return file if named and (file.suffix or file.name != named or file.is_file()) else None


async def _rules_of(orchestrator: Orchestrator, file: Path | None) -> tuple[tuple[Rule, ...], str]:
    """The rules of a file and its name."""
    if file is None:
        return (), ""
    from core.rules.reading import read_rules

    templates = [template.id for template in await orchestrator.templates()]
    rules = read_rules(text_of(file), origin=str(file), facts=orchestrator.fact_specs(), templates=templates)
    return tuple(rules), file.name


COMMANDS = (replay, fork)
"""In the order in which the help lists them."""
