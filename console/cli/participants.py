"""Who can be seated, and how are participants of one's own brought in?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, pairs, table, table_columns, terminal_columns, wrapped
from console.cli.written_files import text_of
from console.exit_codes import ExitCode
from console.plain import json_text
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.domain.participants import Participant
    from core.orchestrator import Orchestrator

COLUMNS = (
    Column("participant"),
    Column("written for"),
    Column("model"),
    Column("fallbacks", is_number=True),
    Column("temp.", is_number=True),
    Column("tokens", is_number=True),
    Column("name", is_flexible=True),
)

ParticipantArgument = Annotated[
    str, typer.Argument(metavar="ID", help="As 'moot participants list' names it.", show_default=False)
]

app = group("List participants, load your own, and remove them.")


@app.command("list")
def list_participants(as_json: AsJson = False, database: Database = None) -> int:
    """List who can be seated: those that ship and your own. --seat ROLE=ID seats one."""

    async def work(orchestrator: Orchestrator) -> int:
        participants = await orchestrator.participants()
        if as_json:
            sys.stdout.write(json_text(participants) + "\n")
        else:
            rows = [_row(each) for each in participants]
            sys.stdout.write(table(COLUMNS, rows, width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(participant: ParticipantArgument, as_json: AsJson = False, database: Database = None) -> int:
    """Print one participant with the prompt that it is given."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.participant(participant)
        sys.stdout.write((json_text(found) if as_json else _described(found)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Participants as YAML.", show_default=False)],
    database: Database = None,
) -> int:
    """Take participants from a YAML file: new ones are added, those with a known id replaced. A bad file is refused
    whole. Debates under way keep those that they began with."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.templates.participant_files import ParticipantFileError, read_participants

        providers = orchestrator.provider_names()
        try:
            taken = read_participants(text_of(file), origin=str(file), providers=providers)
        except ParticipantFileError as error:
            raise WrongUse(str(error)) from error
        known = {each.id for each in await orchestrator.participants()}
        added = sum(each.id not in known for each in taken)
        await orchestrator.save_participants(taken)
        sys.stdout.write(f"{file}: {added} added, {len(taken) - added} replaced.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def remove(participant: ParticipantArgument, database: Database = None) -> int:
    """Take one of your own out; where it stood in for one that comes with moot, that one is back. Debates keep whom
    they began with."""

    async def work(orchestrator: Orchestrator) -> int:
        sys.stdout.write(f"{await orchestrator.remove_participant(participant)}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def write(database: Database = None) -> int:
    """Print all participants as YAML that 'moot participants load' takes back."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.templates.participant_files import write_participants

        sys.stdout.write(write_participants(await orchestrator.participants()))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _row(each: Participant) -> tuple[str, ...]:
    return (
        each.id,
        each.role.value if each.role is not None else "any",
        each.model,
        str(len(each.fallbacks)) if each.fallbacks else "–",
        _temperature(each),
        f"{each.tokens_output_max:,}",
        each.name,
    )


def _temperature(each: Participant) -> str:
    return f"{each.temperature_milli // 1_000}.{each.temperature_milli % 1_000:03}".rstrip("0").removesuffix(".")


def _described(each: Participant) -> str:
    about = [
        ("participant", str(each.id)),
        ("name", each.name),
        ("written for", each.role.value if each.role is not None else "any role"),
        ("models", " → ".join(each.routes)),
        ("temperature", _temperature(each)),
        ("answers", f"at most {each.tokens_output_max:,} tokens"),
        ("checks", each.checks.value),
        ("refused content", each.content_policy.value.replace("_", " ")),
    ]
    width = min(COLUMNS_MAX, terminal_columns())
    prompt = list(wrapped(each.system_prompt, width=width, indent="  "))
    said = ["prompt", *prompt] if each.system_prompt else ["prompt  that of whoever takes the seat otherwise"]
    return "\n".join([pairs(about, indent=""), "", *said])
