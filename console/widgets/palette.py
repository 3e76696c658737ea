"""Which colour does each name of the design have under the theme in force?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color, ColorParseError

if TYPE_CHECKING:
    from collections.abc import Mapping

SEAT_TINTS_MAX = 6

_VARIABLES = {
    "text": ("foreground",),
    "muted": ("muted", "foreground"),
    "structure": ("structure", "surface-lighten-2", "foreground"),
    "accent": ("accent", "primary"),
    "ok": ("success",),
    "attention": ("warning",),
    "failed": ("error",),
    "background": ("background",),
    "surface": ("surface",),
    "panel": ("panel",),
    "highlight": ("highlight", "panel"),
    **{
        f"seat_{number}": (f"seat-{number}", fallback)
        for number, fallback in enumerate(("primary", "warning", "success", "secondary", "accent", "error"), start=1)
    },
}
"""Name → theme variables; the first that the theme has counts, so that anybody's theme gives a usable screen."""

_WEIGHTS = {"strong", "italic", "struck"}


def seat_style(seat_index: int) -> str:
    """The tint of a seat; seats beyond the sixth share tints, and 0 (nobody's seat) has none."""
    return f"seat_{(seat_index - 1) % SEAT_TINTS_MAX + 1}" if seat_index > 0 else "muted"


class Palette:
    """Rich styles by name, made once per theme. A name is a colour, alone or with `strong`, `italic`, `struck`."""

    __slots__ = ("_ground", "_styles", "_variables")

    def __init__(self, variables: Mapping[str, str], ground: str = "background") -> None:
        """`ground` is what lies under a style that names no other: lines drawn by hand don't inherit one."""
        self._variables = variables
        self._ground = ground
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, name: str, ground: str = "") -> Style:
        """The style for `name` on `ground`: `surface`, `panel`, `highlight`, or the usual one."""
        known = self._styles.get((name, ground))
        if known is None:
            known = self._styles[name, ground] = self._made(name, ground)
        return known

    def _made(self, name: str, ground: str) -> Style:
        words = name.split()
        colours = [word for word in words if word not in _WEIGHTS]
        if len(colours) > 1 or any(colour not in _VARIABLES for colour in colours):
            raise KeyError(f"no style is called {name!r}; the colours are {', '.join(_VARIABLES)}")
        return Style(
            color=self._colour(colours[0] if colours else "text"),
            bgcolor=self._colour(ground or self._ground),
            bold="strong" in words or None,
            italic="italic" in words or None,
            strike="struck" in words or None,
        )

    def _colour(self, name: str) -> str | None:
        for variable in _VARIABLES[name]:
            value = self._variables.get(variable)
            if value is None:
                continue
            try:
                return Color.parse(value).rich_color.name
            except ColorParseError:
                continue
        return None
