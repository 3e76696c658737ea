"""How does a session leave this database as a file, and how does one from elsewhere come into it?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, SessionArgument, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, command_line, with_orchestrator
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from console.locations import from_the_root
from console.plain import json_text
from core.domain.errors import WrongUse, nearest
from core.domain.ids import Digest

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.runtime.bundling import Incoming

STANDARD_OUTPUT = "-"


def export(
    session: SessionArgument,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="All that its log names too, in one file for another machine.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=".md or .html to read, .json for all of it, - for standard output."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="WORD", help="As what, where no file is named: markdown, html, json.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
    database: Database = None,
) -> int:
    """Write a session to a file: a report as Markdown or as a page of HTML, the whole log as JSON, or a bundle."""
    ending = _ending(form, out, is_bundle=bundle)
    if bundle and out is not None and str(out) == STANDARD_OUTPUT:
        raise WrongUse("a bundle is no text.", where="--out -", now="Name a file.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if bundle:
            from console.bundle_files import default_name, export_bundle

            written: Path | None = await export_bundle(
                orchestrator, found, out or Path(default_name(found)), replaces=force
            )
        else:
            from console.exporting import export_session

            path = out or Path(f"moot-{found[:ID_SHOWN_CHARACTERS]}{ending or '.md'}")
            written = await export_session(orchestrator, found, path, ending=ending, replaces=force)
        if written is not None:
            sys.stdout.write(f"{written}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


ENDINGS = {"markdown": ".md", "html": ".html", "json": ".json", "jsonl": ".jsonl"}
"""How a file's name ends, by the word for its format."""


def _ending(form: str, out: Path | None, *, is_bundle: bool) -> str:
    """What `--format` means, "" where it says nothing. Raises WrongUse where `--out` says something else."""
    if not form:
        return ""
    ending = ENDINGS.get(form.lower(), "")
    if is_bundle or not ending:
        what = "a bundle has a form of its own." if is_bundle else f"no format is called {form!r:.80}."
        now = "Leave it out." if is_bundle else nearest(form, ENDINGS) or f"Give one of {', '.join(ENDINGS)}."
        raise WrongUse(what, where="--format", now=now)
    if out is not None and str(out) != STANDARD_OUTPUT and out.suffix != ending:
        raise WrongUse(
            f"--format {form} and the name {out.name!r:.80} say two things.",
            where="--out",
            now=f"Let the name end in {ending}, or leave out --format.",
        )
    return ending


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle.", show_default=False)],
    check: Annotated[bool, typer.Option("--check", help="Say what it would add, and add nothing.")] = False,
    head: Annotated[
        str, typer.Option("--head", metavar="DIGEST", help="Take it only if its log's head is this one.")
    ] = "",
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Take it although it would be decided otherwise here.")
    ] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Take in a session from a bundle, as a record: to read, replay and fork.

    Every byte of the file is looked at before anything is written.
    """
    settings = settings_with(database)

    async def work(orchestrator: Orchestrator) -> int:
        from console.presenters.bundles import incoming_rows

        path = from_the_root(file)
        incoming = await orchestrator.bundles.look(path, head=_digest(head), is_unverified=unverified)
        if not as_json:
            sys.stdout.write(pairs(incoming_rows(incoming), indent="") + "\n")
        is_new = not check and await orchestrator.bundles.import_(incoming, path, is_unverified=unverified)
        if as_json:
            sys.stdout.write(json_text(_as_plain(incoming, is_imported=is_new)) + "\n")
        elif is_new:
            shown = incoming.session[:ID_SHOWN_CHARACTERS]
            then = command_line("sessions", "replay", shown, settings=settings)
            sys.stdout.write(f"\nsession {shown} is imported; play it: {then}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work)


def _digest(text: str) -> Digest:
    digest = text.strip().lower()
    if digest and (len(digest) != 64 or not set(digest) <= set("0123456789abcdef")):
        raise WrongUse(
            f"{text!r} is no head of a log.", where="--head", now="It has 64 hexadecimal digits, all of them."
        )
    return Digest(digest)


def _as_plain(incoming: Incoming, *, is_imported: bool) -> dict[str, object]:
    return {
        "session": incoming.session,
        "title": incoming.row.title,
        "status": incoming.row.status.value,
        "events": incoming.head.seq,
        "head": incoming.head.digest,
        "file": incoming.digest,
        "verified": incoming.verified.outcome.value,
        "why": incoming.verified.why,
        "is_here": incoming.standing.value == "same",
        "is_imported": is_imported,
        "adds": [{"kind": each.kind.value, "digest": each.digest} for each in incoming.contents],
    }
