"""Does the Analytics screen look as it did? Look at new pictures before keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.screens.analytics import AnalyticsScreen
from console.screens.behind import BehindScreen
from tests.console.gone_well import debates, show_debates
from tests.console.hall import a_hall, until
from tests.console.hall import settings as settings
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.analytics.rows import LifeRow
    from tests.console.hall import Hall

WIDE, SMALL = (140, 42), (80, 24)
BOTH = pytest.mark.parametrize("size", [WIDE, SMALL])


async def on_analytics(
    hall: Hall, pilot: Pilot[Any], monkeypatch: pytest.MonkeyPatch, *keys: str, rows: list[LifeRow] | None = None
) -> None:
    """The screen over six weeks of debates, once these keys were pressed at it."""
    hall.animation_level = "none"
    show_debates(await hall.core(), monkeypatch, debates() if rows is None else rows)
    await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
    await pilot.press("6")
    await until(pilot, lambda: isinstance(hall.screen, AnalyticsScreen) and hall.screen.read_count > 0)
    await pilot.press(*keys)
    await settled(pilot)


@BOTH
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("overview", ()),
        ("sessions", ("right", "j", "j")),
        ("durations", ("right", "right", "j", "j", "j")),
        ("cost", (*("right",) * 5, "j")),
        ("latency", ("left", "j")),
    ],
)
def test_each_view_looks_as_it_did(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    name: str,
    keys: tuple[str, ...],
    snap_compare: Callable[..., bool],
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        await on_analytics(hall, pilot, monkeypatch, *keys)

    assert snap_compare(hall, terminal_size=size, run_before=before), name


@BOTH
def test_the_sessions_behind_a_bar_look_as_they_did(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        await on_analytics(hall, pilot, monkeypatch, "right", "j", "enter")
        await until(pilot, lambda: isinstance(hall.screen, BehindScreen))
        await settled(pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@BOTH
def test_without_sessions_it_looks_as_it_did(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        await on_analytics(hall, pilot, monkeypatch, "right", rows=[])

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["moot-light", "moot-contrast", "moot-harbour"])
def test_in_other_colours_it_looks_as_it_did(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, theme: str, snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings, theme=theme)

    async def before(pilot: Pilot[Any]) -> None:
        await on_analytics(hall, pilot, monkeypatch, *("right",) * 5, "j")

    assert snap_compare(hall, terminal_size=SMALL, run_before=before)
