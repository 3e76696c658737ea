"""Does moot read and write where the operator's environment says, and nowhere else?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.locations import find_locations, from_the_root
from core.domain.errors import WrongUse


def test_the_xdg_folders_are_taken_where_they_are_named() -> None:
    places = find_locations({"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s", "HOME": "/h"})

    assert places.settings_file == Path("/c/moot/settings.toml")
    assert places.database == Path("/d/moot/moot.db")
    assert places.log_file == Path("/s/moot/moot.log")


def test_without_them_the_standard_folders_below_the_home_are_taken() -> None:
    places = find_locations({"HOME": "/h"})

    assert places.settings_file == Path("/h/.config/moot/settings.toml")
    assert places.database == Path("/h/.local/share/moot/moot.db")
    assert places.log_file == Path("/h/.local/state/moot/moot.log")


def test_a_relative_xdg_folder_is_passed_over_as_its_specification_says() -> None:
    assert find_locations({"XDG_DATA_HOME": "data", "HOME": "/h"}).data == Path("/h/.local/share/moot")


def test_moot_home_puts_everything_below_one_folder() -> None:
    places = find_locations({"MOOT_HOME": "/m", "XDG_DATA_HOME": "/d", "HOME": "/h"})

    assert {places.config, places.data, places.state} == {Path("/m/config"), Path("/m/data"), Path("/m/state")}


def test_the_demo_never_meets_the_operators_database() -> None:
    places = find_locations({"HOME": "/h"})

    assert places.demo_database != places.database
    assert places.demo_metrics != places.metrics
    assert places.demo_database.is_relative_to(places.demo)


def test_a_home_that_nobody_knows_is_said_with_what_to_set() -> None:
    with pytest.raises(WrongUse, match="MOOT_HOME: nobody knows where this home folder is"):
        find_locations({"MOOT_HOME": "~nobody-of-this-name/moot"})


def test_a_user_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number which no table of users has."""

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)

    with pytest.raises(WrongUse, match="HOME: nobody knows where this home folder is"):
        find_locations({})


def test_a_path_below_a_home_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WrongUse, match=r"~nobody-of-this-name/x.md: .* Write the folder out."):
        from_the_root(Path("~nobody-of-this-name/x.md"))
