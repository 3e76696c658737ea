"""What does the console remember from one time to the next?

The theme that was chosen last, in a file of the state folder: what moot may lose. One that can't be read says nothing;
the next choice writes it anew.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REMEMBERED_BYTES_MAX = 4_000
THEME = "theme"


def remembered_theme(path: Path) -> str:
    """The theme chosen last; "" where none was."""
    try:
        with path.open("rb") as file:
            values = tomllib.loads(file.read(REMEMBERED_BYTES_MAX).decode("utf-8"))
    except (OSError, ValueError):
        return ""
    theme = values.get(THEME)
    return theme if isinstance(theme, str) else ""


def remember_theme(path: Path, name: str) -> None:
    """Keep the theme for the next start, the file whole at any moment. `name` is a theme's. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(f'{THEME} = "{name}"\n', encoding="utf-8")
    part.replace(path)
