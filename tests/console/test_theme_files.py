"""Can every shipped theme be read, and does a broken one of the operator's own say where and what now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.theme_files import (
    DEFAULT_THEME,
    GROUNDS,
    INKS,
    contrast_hundredths,
    load_theme,
    load_themes,
    textual_theme,
    theme_variables,
)
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from pathlib import Path

READABLE_HUNDREDTHS = 450
"""WCAG AA for text."""

SHIPPED = load_themes()


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_is_readable_on_every_ground(name: str, ground: str, ink: str) -> None:
    colours = SHIPPED[name].colours

    assert contrast_hundredths(colours[ink], colours[ground]) >= READABLE_HUNDREDTHS


def test_the_contrast_theme_reaches_the_stricter_bound() -> None:
    colours = SHIPPED["moot-contrast"].colours

    assert all(contrast_hundredths(colours[ink], colours["background"]) >= 700 for ink in INKS)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast_hundredths("#000000", "#ffffff") == 2100
    assert contrast_hundredths("#777777", "#ffffff") == 447
    assert contrast_hundredths("#123456", "#123456") == 100


def test_there_is_a_dark_a_light_and_a_high_contrast_theme() -> None:
    assert set(SHIPPED) == {"moot-dark", "moot-light", "moot-contrast", "moot-harbour"}
    assert [SHIPPED[name].is_dark for name in ("moot-dark", "moot-light")] == [True, False]
    assert DEFAULT_THEME in SHIPPED


def test_a_theme_s_colours_reach_textual_under_the_names_that_css_uses() -> None:
    theme = textual_theme(SHIPPED["moot-light"])

    assert theme.name == "moot-light"
    assert not theme.dark
    assert theme.variables["muted"] == SHIPPED["moot-light"].colours["muted"]
    assert theme_variables(SHIPPED["moot-light"])["seat-6"] == SHIPPED["moot-light"].colours["seat_6"]


def theme_text(**changes: str | None) -> str:
    colours = SHIPPED["moot-dark"].colours
    values = {"name": '"mine"', "is_dark": "true"} | {key: f'"{value}"' for key, value in colours.items()}
    values |= {key: value for key, value in changes.items() if value is not None}
    gone = {key for key, value in changes.items() if value is None}
    return "".join(f"{key} = {value}\n" for key, value in values.items() if key not in gone)


def test_the_operator_s_own_theme_joins_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(theme_text(accent='"#ABCDEF"'), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a theme", encoding="utf-8")
    themes = load_themes(tmp_path)

    assert set(themes) == {*SHIPPED, "mine"}
    assert themes["mine"].colours["accent"] == "#abcdef"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (theme_text(accent='"blue"'), "'accent' is 'blue', which is not a colour."),
        (theme_text(accent="7"), "'accent' is 7, which is not a colour."),
        (theme_text(accent=None), "the theme has no colour 'accent'."),
        (theme_text(acent='"#ffffff"'), "no colour is called 'acent'. Did you mean 'accent'?"),
        (theme_text(name='"My Theme"'), "the theme needs a name of small letters, digits and hyphens."),
        (theme_text(is_dark='"yes"'), "the theme doesn't say whether it is dark."),
    ],
)
def test_a_broken_theme_is_refused_with_its_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        load_theme(path)

    assert refused.value.what == message
    assert refused.value.where.startswith(str(path))
    assert refused.value.now


def test_a_wrong_colour_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(theme_text(background='"x"'), encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        load_theme(path)

    assert refused.value.where == f"{path}:3"
