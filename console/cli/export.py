"""How do records and figures leave as files that other programs read, and how are such files checked?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from console.cli.moments import moment_ms
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.exit_codes import ExitCode
from console.failures import say
from console.locations import from_the_root
from console.machine import now_ms
from console.plain import json_line, json_text, plain
from core.domain.errors import WrongUse, nearest
from core.exporting.kinds import Form, Kind
from core.exporting.tables import TABLES

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.runtime.exporting.checking import Checked
    from core.runtime.exporting.wanted import Tell, Told

T = TypeVar("T")

ROWS = "rows"
SUMMARY = "summary"
STANDARD_OUTPUT = "-"

app = group("Write records and figures to files that other programs read, and check such files.")


def _exporting(kind: Kind) -> Callable[..., int]:
    def export(
        form: Annotated[str, typer.Option("--format", metavar="WORD", help=f"{', '.join(Form)}.")] = Form.JSON.value,
        since: Annotated[
            str, typer.Option("--since", metavar="TIME", help="From then on: 30d, 12h, 2026-11-20, …")
        ] = "",
        until: Annotated[str, typer.Option("--until", metavar="TIME", help="Before then, written alike.")] = "",
        session: Annotated[
            str, typer.Option("--session", metavar="ID", help="Of this session alone; its first digits will do.")
        ] = "",
        out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")] = Path(),
        as_json: AsJson = False,
        database: Database = None,
    ) -> int:
        if str(out) == STANDARD_OUTPUT:
            raise WrongUse("an export is a file with a summary beside it.", where="--out -", now="Name a folder.")
        chosen, moment = _form(form), now_ms()
        since_ms = moment_ms(since, now_ms=moment, where="--since") if since else None
        until_ms = moment_ms(until, now_ms=moment, where="--until") if until else None
        if since_ms is not None and until_ms is not None and since_ms >= until_ms:
            raise WrongUse("nothing lies between these two.", where="--since", now="Name a --until that is later.")

        async def work(orchestrator: Orchestrator) -> int:
            from core.domain.ids import NO_SESSION
            from core.runtime.exporting.wanted import Wanted

            found = await orchestrator.find(session) if session else NO_SESSION
            wanted = Wanted(kind=kind, form=chosen, since_ms=since_ms, until_ms=until_ms, session=found)
            folder = from_the_root(out)
            done = await _watched(
                f"exporting {kind.value}", lambda tell: orchestrator.exports.export(wanted, folder, tell=tell)
            )
            if done is None:
                say("stopped: nothing was added.")
                return ExitCode.STOPPED
            if done.note:
                say(f"{done.note}.")
            if done.unreadable:
                say(f"{done.unreadable:,} of the rows can't be read by this moot; their column 'unreadable' says why.")
            sys.stdout.write(json_line(plain(done)) + "\n" if as_json else f"{done.file}\n{done.summary}\n")
            return ExitCode.COMPLETED

        return with_orchestrator(settings_with(database), work)

    export.__doc__ = f"Write {kind.value} to a file: each row is {TABLES[kind].about}."
    return export


for each in Kind:
    app.command(each.value)(_exporting(each))


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(Kind)}, or {SUMMARY}.", show_default=False)],
    form: Annotated[str, typer.Option("--format", metavar="WORD", help="json, or csv for one row of it.")] = "json",
) -> int:
    """Print the JSON Schema of an exported file."""
    from core.exporting.schemas import cells_schema, file_schema, summary_schema

    known = (*Kind, SUMMARY)
    if kind not in known:
        raise WrongUse(f"nothing that is exported is called {kind!r:.80}.", now=nearest(kind, known) or _one_of(known))
    if form not in (Form.JSON, Form.CSV):
        raise WrongUse(f"{form!r:.80} has no JSON Schema.", where="--format", now=_one_of((Form.JSON, Form.CSV)))
    if kind == SUMMARY:
        made = summary_schema()
    else:
        made = file_schema(Kind(kind)) if form == Form.JSON else cells_schema(Kind(kind))
    sys.stdout.write(json_text(made) + "\n")
    return ExitCode.COMPLETED


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="What an export wrote.", show_default=False)],
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Read exported files back: do they hold what was written, and is that what the log says?"""

    async def work(orchestrator: Orchestrator) -> int:
        from core.runtime.exporting.checking import Found

        where = from_the_root(path)
        found = await _watched("checking", lambda tell: orchestrator.exports.check(where, tell=tell))
        if found is None:
            say("stopped.")
            return ExitCode.STOPPED
        for each in found:
            sys.stdout.write(json_line(plain(each)) + "\n" if as_json else f"{_told(each)}\n")
        return ExitCode.FAILED if any(each.found is Found.DIFFERS for each in found) else ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


async def _watched(title: str, work: Callable[[Tell], Awaitable[T]]) -> T | None:
    """Do it, with a bar that says how far it is. None where it was stopped, by ctrl+c or SIGTERM; then it has ended."""
    from console.headless import StopRequest
    from console.progress import counting

    stop = StopRequest()
    stop.listen()
    with counting(title, ROWS) as count:

        def tell(told: Told) -> None:
            count(told.rows, told.done, told.whole)

        working = asyncio.ensure_future(work(tell))
        stopping = asyncio.ensure_future(stop.asked.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
            if working.cancelled():
                return None
        return working.result()


def _told(checked: Checked) -> str:
    rows = "1 row" if checked.rows == 1 else f"{checked.rows:,} rows"
    return f"{checked.file}: {checked.found.value}, {rows}" + (f"; {checked.why}" if checked.why else "")


def _form(word: str) -> Form:
    if word not in tuple(Form):
        advice = nearest(word, Form) or _one_of(tuple(Form))
        raise WrongUse(f"no format is called {word!r:.80}.", where="--format", now=advice)
    return Form(word)


def _one_of(words: tuple[str, ...]) -> str:
    return f"Give one of {', '.join(words)}."
