"""Which colours and keymaps does moot ship, as data?"""

from __future__ import annotations

from pathlib import Path

# Found beside this file: looking resources up in whatever a package may be kept in takes longer than reading them all.
COLOUR_FILES = Path(__file__).with_name("colours")
KEYMAP_FILES = Path(__file__).with_name("keymaps")
