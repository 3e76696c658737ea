"""Does the console open, with the right colours and keys, whatever lies in the operator's folders?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.hosting import CoreHost
from console.locations import Locations, find_locations
from console.looks import keep_theme, read_looks
from console.remembered import remembered_theme
from console.settings import Settings, load_settings
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


def test_a_theme_chosen_in_the_console_is_there_at_the_next_start(tmp_path: Path, places: Locations) -> None:
    environ = {"MOOT_HOME": str(tmp_path)}

    said = keep_theme("moot-light", load_settings(environ=environ), places)

    assert said == "moot-light · moot begins with it from now on"
    assert read_looks(load_settings(environ=environ), places).theme == "moot-light"


def test_a_theme_that_the_settings_name_wins_and_whoever_chooses_another_is_told(
    tmp_path: Path, places: Locations
) -> None:
    environ = {"MOOT_HOME": str(tmp_path)}
    places.settings_file.write_text('theme = "moot-contrast"\n')

    said = keep_theme("moot-light", load_settings(environ=environ), places)
    asked = keep_theme("moot-light", load_settings({"theme": "moot-harbour"}, environ=environ), places)

    assert said == f"moot-light, until moot is left: {places.settings_file} says moot-contrast"
    assert asked == "moot-light · moot begins with it where no --theme says otherwise"
    assert read_looks(load_settings(environ=environ), places).theme == "moot-contrast"


def test_a_remembered_theme_that_is_gone_gives_way_to_the_standard_and_one_that_is_broken_is_named(
    tmp_path: Path, places: Locations
) -> None:
    environ = {"MOOT_HOME": str(tmp_path)}
    keep_theme("slate", load_settings(environ=environ), places)

    looks = read_looks(load_settings(environ=environ), places)
    assert looks.theme == "moot-dark"
    assert looks.notices == ("the theme 'slate', chosen last in the console, is gone; it is moot-dark now.",)

    (places.themes / "slate.toml").write_text('name = "slate"\n')
    looks = read_looks(load_settings(environ=environ), places)
    assert looks.theme == "moot-dark"
    assert looks.notices[0].endswith("Until then the theme is moot-dark.")


def test_a_theme_that_can_not_be_kept_is_changed_all_the_same_and_it_is_said_why(
    tmp_path: Path, places: Locations
) -> None:
    (tmp_path / "state").write_text("a file stands where the folder would be")

    said = keep_theme("moot-light", load_settings(environ={"MOOT_HOME": str(tmp_path)}), places)

    assert said.startswith(f"moot-light, until moot is left: {places.remembered}: ")


async def test_the_key_that_changes_the_theme_keeps_it_and_says_so(tmp_path: Path, places: Locations) -> None:
    settings = chosen(tmp_path)
    looks = read_looks(settings, places)

    def refuse() -> Orchestrator:
        raise StorageFailed("not opened here.")

    hall = Hall(CoreHost(refuse), themes=looks.themes, keep_theme=lambda name: keep_theme(name, settings, places))
    async with hall.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+t")
        assert [each.message for each in hall._notifications] == [f"{hall.theme} · moot begins with it from now on"]

    assert remembered_theme(places.remembered) == hall.theme


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
