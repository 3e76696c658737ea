"""Which words mean the same in every command about formats?"""

from __future__ import annotations

import re
from typing import Annotated

import typer

from core.domain.errors import WrongUse

TemplateArgument = Annotated[
    str, typer.Argument(metavar="ID", help="As 'moot templates list' names it.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]

FILE_ENDINGS = (".yaml", ".yml")

_DOLLARS = re.compile(r"\$?\s*([0-9]{1,9})(?:\.([0-9]{1,6}))?")


def is_file(word: str) -> bool:
    """Whether a word that may be a format's id or a file is meant as a file."""
    return word.endswith(FILE_ENDINGS) or "/" in word or "\\" in word


def microusd(text: str, where: str) -> int:
    """Dollars as typed (`0.10`, `$2`) in millionths, exactly. Raises WrongUse for anything else."""
    typed = _DOLLARS.fullmatch(text.strip())
    if typed is None:
        raise WrongUse(f"{text[:40]!r} is no amount of dollars.", where=where, now="Write one such as 0.10.")
    return int(typed[1]) * 1_000_000 + int((typed[2] or "").ljust(6, "0"))
