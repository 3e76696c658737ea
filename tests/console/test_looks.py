"""Does the console open, with the right colours and keys, whatever lies in the operator's folders?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.hosting import CoreHost
from console.locations import Locations, find_locations
from console.looks import read_looks
from console.settings import Settings
from core.domain.errors import StorageFailed, WrongUse
from tests.console.hall import Hall

if TYPE_CHECKING:
    from pathlib import Path

    from core.orchestrator import Orchestrator

BROKEN = 'name = "mine"\n[keys\n'
GOOD = 'name = "good"\n[keys]\nundo = "ctrl+z"\n'


@pytest.fixture
def places(tmp_path: Path) -> Locations:
    found = find_locations({"MOOT_HOME": str(tmp_path)})
    for folder in (found.themes, found.keymaps):
        folder.mkdir(parents=True)
    return found


def chosen(tmp_path: Path, **names: Any) -> Settings:
    return Settings(database=tmp_path / "moot.db", **names)


def test_a_broken_file_is_left_out_with_its_line_and_the_others_are_used(tmp_path: Path, places: Locations) -> None:
    (places.keymaps / "a.toml").write_text(BROKEN)
    (places.keymaps / "b.toml").write_text(GOOD)
    (places.themes / "c.toml").write_text('name = "c"\nis_dark = true\n')

    looks = read_looks(chosen(tmp_path, keymap="good"), places)

    assert looks.keymap.of("undo") == ("ctrl+z",)
    assert looks.theme == "moot-dark"
    of_theme, of_keymap = looks.notices
    assert of_theme.startswith(str(places.themes / "c.toml"))
    assert of_keymap.startswith(f"{places.keymaps / 'a.toml'}:2:")
    assert of_keymap.endswith("It is left out.")


@pytest.mark.parametrize("file", ["mine.toml", "other.toml"])
def test_a_broken_file_that_was_chosen_gives_way_to_the_standard(tmp_path: Path, places: Locations, file: str) -> None:
    (places.keymaps / file).write_text(BROKEN)
    (places.themes / file).write_text('name = "mine"\n')

    looks = read_looks(chosen(tmp_path, keymap="mine", theme="mine"), places)

    assert (looks.keymap.name, looks.theme) == ("standard", "moot-dark")
    of_theme, of_keymap = looks.notices
    assert of_theme.endswith("Until then the theme is moot-dark.")
    assert of_keymap.endswith("Until then the keymap is standard.")


def test_a_name_that_no_file_bears_is_still_refused(tmp_path: Path, places: Locations) -> None:
    (places.keymaps / "a.toml").write_text(BROKEN)

    with pytest.raises(WrongUse, match="no keymap is called 'god'"):
        read_looks(chosen(tmp_path, keymap="god"), places)


async def test_what_was_left_out_is_said_in_the_open_console(tmp_path: Path, places: Locations) -> None:
    (places.keymaps / "a.toml").write_text(BROKEN)
    looks = read_looks(chosen(tmp_path), places)

    def refuse() -> Orchestrator:
        raise StorageFailed("not opened here.")

    hall = Hall(CoreHost(refuse), themes=looks.themes, notices=looks.notices)
    async with hall.run_test(notifications=True):
        assert [each.message for each in hall._notifications] == list(looks.notices)
