"""How are formats made, checked, changed and deleted from a shell?"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.editor import edited
from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.template_words import TemplateArgument, Yes, is_file
from console.cli.written_files import text_given
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.runtime.formats import FormatSaved
    from core.templates.checking import Finding
    from core.templates.template import Template

EDIT_HEADING = "# {about} Save and leave to make it the newest version; leave it as it is to change nothing.\n"

FileOption = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The format as YAML instead of an editor; - for standard input."),
]


def check(
    what: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A format as YAML, or one that is kept.", show_default=False)
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Say what is wrong with a format before anything runs. Changes nothing.

    Ends with 3 where there is an error, with --strict also where there is a warning.
    """

    async def work(orchestrator: Orchestrator) -> int:
        formats = orchestrator.formats
        if is_file(what) or what == "-":
            _, findings = await formats.check_text(text_given(Path(what)), origin=what)
        else:
            findings = await formats.check(await formats.template(what))
        if as_json:
            sys.stdout.write(json_text([_as_plain(found) for found in findings]) + "\n")
        else:
            sys.stdout.write("".join(f"{found}\n" for found in findings) + f"{what}: {_counted(findings)}\n")
        grave = ("error", "warning") if strict else ("error",)
        is_bad = any(found.severity in grave for found in findings)
        return ExitCode.FAILED if is_bad else ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def create(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A format as YAML; - for standard input.", show_default=False)
    ],
    database: Database = None,
) -> int:
    """Add a format from a YAML file. A bad file is refused whole, with every fault's place."""

    async def work(orchestrator: Orchestrator) -> int:
        template = await _read(orchestrator, text_given(file), str(file))
        return _said(await orchestrator.formats.create(template, change=f"created from {file.name}"))

    return with_orchestrator(settings_with(database), work)


def compose(
    template: Annotated[str, typer.Argument(metavar="ID", help="What it is to be called.", show_default=False)],
    seats: Annotated[
        list[str],
        typer.Option(
            "--seat", metavar="WHO", help="participant, seat=participant or seat:role=participant. Repeatable."
        ),
    ],
    steps: Annotated[
        list[str],
        typer.Option("--step", metavar="STEP", help="Of 'moot templates steps': STEP[@OCCURS][=SEAT,…]. Repeatable."),
    ],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What lists call it.")] = "",
    about: Annotated[str, typer.Option("--about", metavar="TEXT", help="What it is for.")] = "",
    level: Annotated[int, typer.Option("--level", metavar="N", help="Its complexity, from 1 to 5.")] = 3,
    rounds: Annotated[int | None, typer.Option("--rounds", metavar="N", help="Rounds, unless the level's.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag. Repeatable.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Anything else, such as decided_by=seats. Repeatable."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Print it as YAML instead of keeping it.")] = False,
    database: Database = None,
) -> int:
    """Put a format together from the library of steps, and keep it."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.runtime.formats import FACTS
        from core.templates.composing import TemplateMetadata
        from core.templates.template_writing import write_template

        composed = await orchestrator.formats.compose(
            template_id=template,
            metadata=TemplateMetadata(
                name=name or template.replace("_", " ").capitalize(),
                description=about,
                complexity_level=level,
                tags=tuple(tag or ()),
            ),
            participants=seats,
            step_sequence=steps,
            config_overrides={**_settings(settings or ()), **({"rounds": rounds} if rounds is not None else {})},
        )
        _warn(await orchestrator.formats.check(composed))
        if write:
            sys.stdout.write(write_template(composed, facts=FACTS))
            return ExitCode.COMPLETED
        return _said(await orchestrator.formats.create(composed, change="composed"))

    return with_orchestrator(settings_with(database), work)


def clone(
    template: TemplateArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What the copy is to be called.", show_default=False)],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What lists call it.")] = "",
    database: Database = None,
) -> int:
    """Copy a format under another id."""
    return _with_formats(database, lambda moot: moot.formats.clone(template, new, name=name))


def edit(template: TemplateArgument, file: FileOption = None, database: Database = None) -> int:
    """Change a format, in your editor or from a file: a new version. Debates under way keep the one they began with.

    A bad text is refused whole, with every fault's place.
    """

    async def work(orchestrator: Orchestrator) -> int:
        formats = orchestrator.formats
        if file is not None:
            changed = await _read(orchestrator, text_given(file), str(file))
            return _said(await formats.edit(template, changed, change=f"edited from {file.name}"))
        newest = await formats.template(template)
        about = f"{newest.id}, version {newest.version}."
        text = EDIT_HEADING.format(about=about) + await formats.text_of(template)

        async def save(typed: str, path: str) -> FormatSaved:
            return await formats.edit(template, await _read(orchestrator, typed, path), based_on=newest.version)

        done = await edited(text, newest.id, save)
        if done is None:
            sys.stdout.write("nothing was changed\n")
            return ExitCode.COMPLETED
        return _said(done)

    return with_orchestrator(settings_with(database), work)


def delete(template: TemplateArgument, yes: Yes = False, database: Database = None) -> int:
    """List a format no more. Its versions and debates stay; 'moot templates restore' brings it back."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.formats.template(template)
        if not yes:
            make_sure(f"  {found.id}, {found.name!r}, version {found.version}\nDelete this format?")
        return _said(await orchestrator.formats.delete(template))

    return with_orchestrator(settings_with(database), work)


def restore(
    template: TemplateArgument,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="Which one.", show_default=False)],
    database: Database = None,
) -> int:
    """Make an earlier version of a format the newest, as one of its own; also of a deleted format."""
    return _with_formats(database, lambda moot: moot.formats.restore(template, version))


COMMANDS = (check, create, compose, clone, edit, delete, restore)


async def template_in(orchestrator: Orchestrator, file: Path) -> str:
    """The id of the format in a file, kept as it stands there: a new one, or a new version of one of your own. Says on
    standard error what was kept, and what is doubtful about it. Raises WrongUse for a bad file, and for one that would
    replace a format that comes with moot."""
    template = await _read(orchestrator, text_given(file), str(file))
    formats = orchestrator.formats
    known = {row.id: row for row in await formats.rows()}
    if template.id not in known:
        say((await formats.create(template, change=f"created from {file.name}")).text)
    elif known[template.id].actor == "moot":
        raise WrongUse(
            f"{template.id} comes with moot.", where=str(file), now="Give the format in the file another id."
        )
    else:
        done = await formats.edit(template.id, template, change=f"edited from {file.name}")
        say(f"{template.id}: {done.text}")
    return str(template.id)


def _with_formats(database: Path | None, change: Callable[[Orchestrator], Awaitable[FormatSaved]]) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        return _said(await change(orchestrator))

    return with_orchestrator(settings_with(database), work)


async def _read(orchestrator: Orchestrator, text: str, origin: str) -> Template:
    """The format in a text, with a word on standard error about what is doubtful. Raises WrongUse for a bad one."""
    from core.templates.template_files import read_template

    surroundings = await orchestrator.formats.surroundings()
    template = read_template(text, origin=origin, surroundings=surroundings)
    _, findings = await orchestrator.formats.check_text(text, origin=origin)
    _warn(findings)
    return template


def _said(done: FormatSaved) -> int:
    sys.stdout.write(f"{done.text}\n")
    return ExitCode.COMPLETED


def _warn(findings: Sequence[Finding]) -> None:
    for found in findings:
        say(str(found))


def _counted(findings: Sequence[Finding]) -> str:
    errors = sum(found.severity == "error" for found in findings)
    warnings = len(findings) - errors
    if not findings:
        return "nothing found."
    said = [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
    said += [f"{warnings} warning{'s' if warnings != 1 else ''}"] if warnings else []
    return f"{', '.join(said)}."


def _settings(said: Sequence[str]) -> dict[str, object]:
    settings: dict[str, object] = {}
    for each in said:
        name, is_set, value = each.partition("=")
        if not is_set:
            raise WrongUse(f"{each[:60]!r} sets nothing.", where="--set", now="Write NAME=VALUE.")
        settings[name] = int(value) if value.isdecimal() and len(value) < 19 else value
    return settings


def _as_plain(found: Finding) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "severity": found.severity.value,
        "file": found.place.origin if found.place.line else "",
        "line": found.place.line,
        "column": found.place.column,
        "part": list(found.part),
        "what": found.what,
        "now": found.now,
    }
