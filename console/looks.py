"""With which colours and keys does the console open, also where a file of the operator's own is broken?

A mistake in one file must not keep the console shut: that file is left out, and it is said which and why. Only where it
is the very one that was chosen do the standard colours or keys take its place.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from console.keymap_files import load_keymaps
from console.keys import STANDARD_KEYMAP
from console.remembered import remember_theme
from console.settings import CHOSEN, COMMAND_LINE, DEFAULT
from console.theme_files import DEFAULT_THEME, load_themes
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from console.keys import Keymap
    from console.locations import Locations
    from console.settings import Settings
    from console.theme_files import ColourTheme

NAMED_BYTES_MAX = 64_000
"""As much as is looked at for the name of a file that could not be read."""

_log = logging.getLogger(__name__)


class Looks(NamedTuple):
    """`notices` are what is to be said of files that were left out."""

    themes: dict[str, ColourTheme]
    theme: str
    keymap: Keymap
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class _Broken:
    """The files of one kind that can't be used, with what is wrong with each."""

    what: str
    standard: str
    files: dict[Path, WrongUse]

    def note(self, path: Path, why: WrongUse) -> None:
        self.files[path] = why
        _log.warning("a %s was left out: %s", self.what, why)

    def knows(self, name: str, known: Collection[str]) -> bool:
        """Is there one of that name, or a broken file that means to be it?"""
        return name in known or any(_is_called(path, name) for path in self.files)

    def chosen(self, name: str, known: Collection[str], folder: Path) -> tuple[str, tuple[str, ...]]:
        """Which one is used, and what to say. Raises WrongUse where nothing goes by the name that was chosen."""
        said = [f"{why} It is left out." for path, why in self.files.items() if not _is_called(path, name)]
        broken = [why for path, why in self.files.items() if _is_called(path, name)]
        if name not in known and not broken:
            listed = nearest(name, known) or f"There are {', '.join(known)}."
            raise WrongUse(
                f"no {self.what} is called {name!r}.",
                where=f"setting {self.what}",
                now=f"{listed} Yours go into {folder}.",
            )
        used = name if name in known else self.standard
        said += [f"{why} Until then the {self.what} is {used}." for why in broken]
        return used, tuple(said)


def read_looks(settings: Settings, places: Locations) -> Looks:
    """What the settings choose among the shipped ones and the operator's own."""
    themes_broken = _Broken("theme", DEFAULT_THEME, {})
    keymaps_broken = _Broken("keymap", STANDARD_KEYMAP.name, {})
    themes = load_themes(places.themes, on_broken=themes_broken.note)
    keymaps = load_keymaps(places.keymaps, on_broken=keymaps_broken.note)
    wanted = settings.theme
    of_memory: tuple[str, ...] = ()
    if settings.origins.get("theme") == CHOSEN and not themes_broken.knows(wanted, themes):
        of_memory = (f"the theme {wanted!r}, chosen last in the console, is gone; it is {DEFAULT_THEME} now.",)
        wanted = DEFAULT_THEME
    theme, of_themes = themes_broken.chosen(wanted, themes, places.themes)
    keymap, of_keymaps = keymaps_broken.chosen(settings.keymap, keymaps, places.keymaps)
    return Looks(themes=themes, theme=theme, keymap=keymaps[keymap], notices=(*of_memory, *of_themes, *of_keymaps))


def keep_theme(name: str, settings: Settings, places: Locations) -> str:
    """Keep the theme that was chosen in the console for its next start; returns what is to be said of it."""
    try:
        remember_theme(places.remembered, name)
    except OSError as error:
        _log.warning("the theme %s is not remembered: %s", name, error)
        return f"{name}, until moot is left: {places.remembered}: {error.strerror}"
    origin = settings.origins.get("theme", DEFAULT)
    if origin in (DEFAULT, CHOSEN):
        return f"{name} · moot begins with it from now on"
    if origin == COMMAND_LINE:
        return f"{name} · moot begins with it where no --theme says otherwise"
    return f"{name}, until moot is left: {origin} says {settings.theme}"


def _is_called(path: Path, name: str) -> bool:
    """Does this file mean to be the one of that name? Its own word counts, and what the file is called."""
    if path.stem == name:
        return True
    try:
        with path.open("rb") as file:
            text = file.read(NAMED_BYTES_MAX).decode("utf-8", errors="replace")
    except OSError:  # why it can't be read is said already
        return False
    return re.search(rf"""^\s*name\s*=\s*["']{re.escape(name)}["']""", text, re.MULTILINE) is not None
