"""Which colour themes are there, shipped and the operator's own, and what is wrong with one that can't be used?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from console.toml_files import TomlFile, read_toml
from core.domain.errors import WrongUse, nearest
from themes import COLOUR_FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.theme import Theme

DEFAULT_THEME = "moot-dark"
SEATS = tuple(f"seat_{number}" for number in range(1, 7))
GROUNDS = ("background", "surface", "panel", "highlight")
INKS = ("text", "muted", "accent", "ok", "attention", "failed", *SEATS)
COLOURS = (*GROUNDS, "structure", *INKS)

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class ColourTheme(NamedTuple):
    """A theme's colours by name, each as `#rrggbb`."""

    name: str
    is_dark: bool
    colours: dict[str, str]


def load_theme(path: Path) -> ColourTheme:
    """A theme from a TOML file: `name`, `is_dark`, and every colour of COLOURS. A mistake refuses it (WrongUse)."""
    file = read_toml(path)
    known = ("name", "is_dark", *COLOURS)
    for key in file.values:
        if key not in known:
            raise WrongUse(
                f"no colour is called {key!r}. {nearest(key, known)}".strip(),
                where=file.where(key),
                now="Correct or remove that line.",
            )
    name, is_dark = file.values.get("name"), file.values.get("is_dark")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise WrongUse(
            "the theme needs a name of small letters, digits and hyphens.",
            where=file.where("name"),
            now='Add a line such as name = "my-theme".',
        )
    if not isinstance(is_dark, bool):
        raise WrongUse(
            "the theme doesn't say whether it is dark.", where=file.where("is_dark"), now="Add is_dark = true or false."
        )
    return ColourTheme(name=name, is_dark=is_dark, colours={key: _colour(key, file) for key in COLOURS})


def load_themes(
    own_folder: Path | None = None, *, on_broken: Callable[[Path, WrongUse], None] | None = None
) -> dict[str, ColourTheme]:
    """All themes by name, shipped first; the operator's own may replace one of the same name.

    One of their own that is broken is told to `on_broken` and left out; without it, it is raised (WrongUse).
    """
    own = sorted(own_folder.glob("*.toml")) if own_folder and own_folder.is_dir() else []
    found = {}
    for path in sorted(COLOUR_FILES.glob("*.toml")):
        theme = load_theme(path)
        found[theme.name] = theme
    for path in own:
        try:
            theme = load_theme(path)
        except WrongUse as error:
            if on_broken is None:
                raise
            on_broken(path, error)
        else:
            found[theme.name] = theme
    return found


def textual_theme(theme: ColourTheme) -> Theme:
    """The theme as Textual takes it, for `App.register_theme`."""
    from textual.theme import Theme

    colours = theme.colours
    return Theme(
        name=theme.name,
        primary=colours["accent"],
        secondary=colours["seat_4"],
        accent=colours["accent"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["ok"],
        warning=colours["attention"],
        error=colours["failed"],
        dark=theme.is_dark,
        variables=theme_variables(theme),
    )


def theme_variables(theme: ColourTheme) -> dict[str, str]:
    """The variables that moot's own CSS and widgets use; with the default theme, what
    `App.get_theme_variable_defaults` must return, because CSS that names an unknown variable doesn't load."""
    colours = theme.colours
    return {
        "muted": colours["muted"],
        "structure": colours["structure"],
        "highlight": colours["highlight"],
        **{seat.replace("_", "-"): colours[seat] for seat in SEATS},
        "text-muted": colours["muted"],
        "border": colours["accent"],
        "border-blurred": colours["structure"],
        "scrollbar": colours["structure"],
        "scrollbar-hover": colours["muted"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "scrollbar-corner-color": colours["background"],
        "input-cursor-background": colours["text"],
        "input-cursor-foreground": colours["background"],
        "block-cursor-background": colours["panel"],
        "block-cursor-foreground": colours["text"],
        "block-cursor-text-style": "none",
    }


def contrast_hundredths(one: str, other: str) -> int:
    """How well two `#rrggbb` colours stand apart, by WCAG's ratio of relative luminance, in hundredths: 100 to 2100."""
    light, dark = sorted((_luminance_ppm(one), _luminance_ppm(other)), reverse=True)
    return (light + 50_000) * 100 // (dark + 50_000)


def _luminance_ppm(colour: str) -> int:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return round((0.2126 * red + 0.7152 * green + 0.0722 * blue) * 1_000_000)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _colour(key: str, file: TomlFile) -> str:
    value = file.values.get(key)
    if value is None:
        raise WrongUse(f"the theme has no colour {key!r}.", where=file.name, now=f'Add a line: {key} = "#7cb7ff".')
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise WrongUse(
            f"{key!r} is {value!r}, which is not a colour.", where=file.where(key), now='Write it as "#7cb7ff".'
        )
    return value.lower()
