"""How is one debate run, driven and shown without a console?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from console.cli.options import AsJson, Budget, Database, RulesFolder, settings_with
from console.cli.running import (
    ID_SHOWN_CHARACTERS,
    Wheel,
    asking_for_prices,
    follow_to_the_end,
    with_orchestrator,
)
from console.cli.template_words import is_file
from console.cli.templates_editing import template_in
from console.exit_codes import ExitCode
from console.failures import say, silence_output
from console.headless import StopRequest
from console.locations import find_locations
from console.presenters.controls import beside
from console.settings import Settings, read_budget
from core.domain.errors import PricesUnknown, StorageFailed, WrongUse
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from core.domain.events import Recorded
    from core.orchestrator import Orchestrator
    from core.runtime.requests import DebateRequest

ALL_SEATS = "all"
REHEARSAL = "rehearsal"
COMPLETED = "completed"
"""A reason for metrics files that writes none where there is nothing new to say."""


def debate(
    motion: Annotated[str, typer.Argument(metavar="MOTION", help="What is debated.", show_default=False)],
    template: Annotated[
        str,
        typer.Option("--template", metavar="ID", help="The format, as 'moot templates list' names it, or a YAML file."),
    ] = "",
    complexity: Annotated[
        str, typer.Option("--complexity", metavar="WORD", help="simple, standard or complex: chooses the format.")
    ] = "",
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", metavar="PATH", help="A Markdown or text file, or a folder of them. Repeatable."),
    ] = None,
    seat: Annotated[
        list[str] | None,
        typer.Option(
            "--seat",
            metavar="ROLE=NAME",
            help="Who speaks for a role or seat: a model or a participant's id; all=NAME for every one. Repeatable.",
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", metavar="N", help="Rounds instead of the format's.")] = None,
    rules: Annotated[
        str, typer.Option("--rules", metavar="SET", help="The set of rules to follow, as 'moot rules sets' names it.")
    ] = "",
    answers: Annotated[
        str,
        typer.Option(
            "--answers",
            metavar="FORM",
            help="What is looked for: motion, number, text, or choices with commas between them: 'A,B,C'.",
        ),
    ] = "motion",
    dial: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="DIAL=N", help="Turn a dial of the format, such as level=3. Repeatable."),
    ] = None,
    budget_usd: Budget = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Same seed, same words in rehearsal.")] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            "--price",
            metavar="MODEL=IN/OUT",
            help="What a model costs that no list knows, in dollars for a million tokens. Kept. Repeatable.",
        ),
    ] = None,
    control: Annotated[
        str,
        typer.Option(
            "--control",
            metavar="ID",
            help="A format that answers the same once the verdict is there, for what the debate has spent.",
        ),
    ] = "",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What lists call it.")] = "",
    pace: Annotated[
        int, typer.Option("--pace", metavar="N", min=0, help="Characters a second in rehearsal; 0 for at once.")
    ] = 0,
    rules_folder: RulesFolder = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Run one debate and print it. Without --seat it is a rehearsal: no model is asked and nothing is spent.

    Standard output carries the debate, standard error what concerns you: notices, and how to go on after ctrl+c.
    """
    from console.evidence_files import read_evidence
    from console.price_file import keep_prices, read_price
    from core.domain.answers import read_answer_form
    from core.runtime.requests import DebateRequest

    settings = settings_with(database, rehearsal_pace=pace, rules_folder=rules_folder)
    prices = dict(read_price(word) for word in price or ())
    request = DebateRequest(
        question=motion,
        template_id=template,
        complexity=complexity,
        casting=read_casting(seat or ()),
        documents=read_evidence(evidence or ()),
        rounds=rounds,
        cap_microusd=None if budget_usd is None else read_budget(budget_usd),
        seed=seed,
        title=title,
        rules=rules,
        answers=read_answer_form(answers),
        dials=read_dials(dial or ()),
        control=control,
    )
    keep_prices(prices, find_locations().prices)
    return run_debate(request, settings=settings, as_json=as_json)


def read_casting(seats: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Models by role or seat, `""` for all others, from words such as `judge=rehearsal`."""
    casting = {"": REHEARSAL}
    for word in seats:
        role, equals, model = (part.strip() for part in word.partition("="))
        if not (equals and role and model):
            raise WrongUse(
                f"{word!r} names no seat and who takes it.", where="--seat", now="Write it like proposer=rehearsal."
            )
        key = "" if role == ALL_SEATS else role
        if key in casting and (key or casting[key] != REHEARSAL):
            raise WrongUse(f"{role} is cast twice.", where="--seat", now="Give each seat one participant or model.")
        casting[key] = model
    return casting


def read_dials(words: list[str] | tuple[str, ...]) -> dict[str, int]:
    """Values by dial from words such as `level=3`."""
    dials: dict[str, int] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and value.isascii() and value.removeprefix("-").isdigit()):
            raise WrongUse(f"{word!r} sets no dial to a number.", where="--set", now="Write it like level=3.")
        if name in dials:
            raise WrongUse(f"{name} is set twice.", where="--set", now="Give each dial one value.")
        dials[name] = int(value)
    return dials


def run_debate(request: DebateRequest, *, settings: Settings, as_json: bool, is_demo: bool = False) -> int:
    """Open the debate, follow it to its end, and say where everything was written."""

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        asked = request
        if is_file(request.template_id):
            asked = replace(request, template_id=await template_in(orchestrator, Path(request.template_id)))
        try:
            plan = await orchestrator.plan_debate(asked)
        except PricesUnknown as unknown:
            raise asking_for_prices(unknown) from unknown
        session = await orchestrator.start_debate(request=asked)
        await orchestrator.flips.learn(session)
        for note in plan.notes:
            say(note)
        if not orchestrator.is_driver:
            pace = ", at the pace that is set there" if plan.is_rehearsal else ""
            say(f"another process drives this database; it runs the debate{pace}, and this one follows it.")
        return await show_to_the_end(orchestrator, session, settings=settings, stop=stop, as_json=as_json)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN, is_demo=is_demo)


async def show_to_the_end(
    orchestrator: Orchestrator,
    session: SessionId,
    *,
    settings: Settings,
    stop: StopRequest,
    as_json: bool,
    after_seq: int = 0,
) -> int:
    """Print a session from `after_seq` on until it stands still; the exit code says how."""
    show = json_printer() if as_json else text_printer(orchestrator)
    ending = await follow_to_the_end(
        orchestrator, session, settings=settings, show=show, stop=stop, after_seq=after_seq
    )
    out = sys.stderr if as_json else sys.stdout
    control = SessionId((await orchestrator.summary(session)).control) if ending.code is ExitCode.COMPLETED else None
    if control:
        out.write(f"\ncontrol  session {control[:ID_SHOWN_CHARACTERS]}\n\n")
        ending = await follow_to_the_end(orchestrator, control, settings=settings, show=show, stop=stop)
        out.write(f"\n{beside(await orchestrator.summary(session), await orchestrator.summary(control))}\n")
    if ending.code is ExitCode.COMPLETED:
        try:
            await _say_where(orchestrator, session, settings, out)
        except BrokenPipeError:
            silence_output()  # whoever read it has what was said; it has completed all the same
    return ending.code


async def _say_where(orchestrator: Orchestrator, session: SessionId, settings: Settings, out: TextIO) -> None:
    """Where the log of a debate lies, and its metrics."""
    out.write(f"\nlog      {settings.database} (session {session[:ID_SHOWN_CHARACTERS]})\n")
    if settings.enable_metrics_export:
        # The driver has exported on completion, or is about to: one pair of files is enough for one debate.
        try:
            metrics, summary = await orchestrator.export_metrics(reason=COMPLETED)
        except StorageFailed as failed:
            say(str(failed))  # it has completed all the same
        else:
            out.write(f"metrics  {metrics}\nsummary  {summary}\n")
    out.flush()


def json_printer() -> Callable[[Recorded], None]:
    """One event a line. JSON is UTF-8 by definition, whatever the locale says."""
    from console.plain import json_line, plain_event

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")

    def show(recorded: Recorded) -> None:
        sys.stdout.write(json_line(plain_event(recorded)) + "\n")
        sys.stdout.flush()

    return show


def text_printer(orchestrator: Orchestrator) -> Callable[[Recorded], None]:
    """The debate as it reads."""
    from console.cli.spoken import SpokenSession
    from console.cli.tables import COLUMNS_MAX, terminal_columns
    from console.presenters.flips import Listener

    spoken = SpokenSession(
        width=min(COLUMNS_MAX, terminal_columns()),
        facts=orchestrator.fact_specs(),
        minds=Listener(orchestrator.flips.formats),
    )

    def show(recorded: Recorded) -> None:
        for line in spoken.lines(recorded):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return show


def drive(
    rules_folder: RulesFolder = None,
    live: Annotated[
        int | None,
        typer.Option("--live", metavar="PORT", help="Let programs listen live at this port.", show_default=False),
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            "--metrics-port", metavar="PORT", help="Let Prometheus fetch figures at this port.", show_default=False
        ),
    ] = None,
    database: Database = None,
) -> int:
    """Drive sessions without a console until stopped (ctrl+c or SIGTERM). Consoles and commands join it."""
    from console.terminal_bell import StderrTerminal, ways_of

    settings = settings_with(database, rules_folder=rules_folder, live_port=live, metrics_port=metrics_port)

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        status = await orchestrator.system_status()
        say(f"driving {settings.database}: {status.running} running, {status.waiting} waiting. ctrl+c stops.")
        served = orchestrator.served
        if served is not None:
            say(f"figures are not served: {served.fault}" if served.fault else f"figures at {served.address}")
        if settings.enable_notifications:
            _say_channels(orchestrator, listens=bool(settings.live_port))
        await stop.asked.wait()
        say("stopping: turns under way are recorded, or marked in doubt. Again to stop at once.")
        return ExitCode.COMPLETED

    terminal = StderrTerminal(ways_of(settings))
    return with_orchestrator(settings, work, wheel=Wheel.REQUIRED, terminal=terminal)


def _say_channels(orchestrator: Orchestrator, *, listens: bool) -> None:
    """Which channels can't be used yet, and where programs listen live."""
    notifications = orchestrator.notifications
    for name, lacks in notifications.lacking.items():
        say(f"channel {name}: {lacks}")
    if listens and "live" not in notifications.lacking:
        say(f"programs listen live at {notifications.places['live']}")


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Print it, also where there is a terminal.")] = False,
    as_json: AsJson = False,
    pace: Annotated[
        int | None, typer.Option("--pace", metavar="N", min=0, help="Characters a second; 0 for at once.")
    ] = None,
) -> int:
    """Rehearse a debate on notes that come with moot. It asks no model, spends nothing, and has a database of its own.

    In a terminal it opens the console with the debate under way; anywhere else it prints it.
    """
    from console.bootstrap import demo_request
    from console.settings import for_demo

    settings = for_demo(settings_with(None, rehearsal_pace=pace))
    if headless or as_json or not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return run_debate(
            demo_request(), settings=replace(settings, rehearsal_pace=pace or 0), as_json=as_json, is_demo=True
        )
    from console.opening import open_console

    return open_console(settings, demo=True)
