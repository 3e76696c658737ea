"""Which words mean the same in every command about rules?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.rules.layers import Placed

OWN = "own"
"""The set that sessions follow unless another is chosen."""

RuleArgument = Annotated[
    str, typer.Argument(metavar="ID", help="As 'moot rules list' names it, or SET/ID.", show_default=False)
]
RulesArgument = Annotated[
    list[str], typer.Argument(metavar="ID…", help="As 'moot rules list' names them, or SET/ID.", show_default=False)
]
OneSet = Annotated[str, typer.Option("--set", metavar="NAME", help="In this set of rules.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def origin_in_words(placed: Placed) -> str:
    """`own over standard`: where a rule comes from, and what it replaces."""
    return " over ".join(str(origin) for origin in (placed.origin, *placed.over))
