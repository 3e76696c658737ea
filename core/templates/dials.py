"""How is a format set whose instructions leave something open?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.domain.errors import WrongUse, nearest
from core.templates.template import Dial, Template


def dialled(template: Template, values: Mapping[str, int]) -> Template:
    """The format with its dials at these values. Raises WrongUse for one that it doesn't have, or can't be set so."""
    dials = {dial.name: dial for dial in template.dials}
    for name in values:
        if name not in dials:
            known = f"It has {', '.join(dials)}." if dials else "It has none."
            raise WrongUse(f"{template.id} has no dial {name!r}.", where="--set", now=nearest(name, dials) or known)
    set_to = {**{dial.name: dial.value for dial in template.dials}, **values}
    return replace(template, dials=tuple(_turned(dial, set_to[dial.name]) for dial in template.dials))


def dial_line(dial: Dial) -> str:
    """`level 2 of 0 to 3: how much the sides disagree …`"""
    return f"{dial.name} {dial.value} of 0 to {len(dial.words) - 1}: {dial.about}"


def _turned(dial: Dial, value: int) -> Dial:
    most = len(dial.words) - 1
    if not 0 <= value <= most:
        raise WrongUse(f"{dial.name} can't be {value}.", where="--set", now=f"It goes from 0 to {most}: {dial.about}.")
    return replace(dial, value=value)
