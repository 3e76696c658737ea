"""Which criteria does an operator name: a file of their own, or criteria that ship?"""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from console.text_files import read_text
from core.domain.errors import WrongUse
from core.judging.criteria import Criteria
from core.judging.criteria_files import CRITERIA_BYTES_MAX, read_criteria

SHIPPED = ("prompt", "report")
"""A file in the working folder that is called so goes first."""


def read_criteria_file(path: Path, commands: Collection[str] | None) -> Criteria:
    """The criteria in a YAML file, or those that ship under that name. `commands` are the names of programs that may
    check drafts. Raises WrongUse with the place of each mistake."""
    if str(path) in SHIPPED and not path.exists():
        return read_criteria(shipped_text(str(path)), origin=f"{path} (shipped)", commands=commands)
    if not path.exists() and not path.suffix:
        now = f"Name a YAML file, or criteria that ship: {' or '.join(SHIPPED)}."
        raise WrongUse("there is no such file.", where=str(path), now=now)
    text = read_text(path, bytes_max=CRITERIA_BYTES_MAX, large="Check which file it is.")
    return read_criteria(text, origin=str(path), commands=commands)


def shipped_text(name: str) -> str:
    """The file of criteria that ship, to be read or copied."""
    return files("core.judging").joinpath("shipped", f"{name}.yaml").read_text(encoding="utf-8")
