"""Does the operator mean it?"""

from __future__ import annotations

import sys

import typer

from core.domain.errors import WrongUse


def make_sure(question: str, *, typed: str = "", refused: str = "nothing was deleted.") -> None:
    """Ask before something goes; with `typed`, those characters have to be typed. Where nobody can answer, or whoever
    does means something else, raise WrongUse: with `refused` in that case."""
    if not sys.stdin.isatty():
        raise WrongUse("nobody is there to confirm it.", now="Give --yes if you mean it.")
    if typed:
        is_meant = typer.prompt(f"{question} Type {typed} to do it", default="", show_default=False, err=True) == typed
    else:
        is_meant = typer.confirm(question, err=True)
    if not is_meant:
        raise WrongUse(refused)
