"""Which options mean the same in every command?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.settings import Settings, load_settings

Database = Annotated[
    Path | None, typer.Option("--database", metavar="PATH", help="Use this database instead of your own.")
]
RulesFolder = Annotated[
    Path | None,
    typer.Option("--rules-folder", metavar="PATH", help="Watch this folder of rule files, or none."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for scripts, and nothing else, to standard output.")]
SessionArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A session's id; its first digits will do.", show_default=False)
]
Budget = Annotated[
    str | None,
    typer.Option("--budget-usd", metavar="X", help="The most this session may spend, in dollars."),
]


def group(about: str) -> typer.Typer:
    """A group of commands. Plain help: what rich would draw around it costs more to load than to read."""
    return typer.Typer(help=about, add_completion=False, rich_markup_mode=None)


def settings_with(database: Path | None, **given: object) -> Settings:
    return load_settings({"database": database, **given})
