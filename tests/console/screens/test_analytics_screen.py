"""Does the Analytics screen show how debates go, and lead to the sessions behind each figure?"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from console.presenters.analytics_views import VIEW_NAMES
from console.screens import analytics_reading
from console.screens.analytics import CHART_MARGIN_CELLS, AnalyticsScreen
from console.screens.behind import BehindScreen
from console.widgets.lines import Lines
from core.analytics.alerting import Alert
from core.analytics.finding import FindingKind, Severity
from core.domain.session import Status
from core.runtime.analytics import AlertStanding, notification_id
from tests.console.gone_well import DEBATES, debates, show_debates
from tests.console.hall import Hall, entered, screen_text, start, until, until_status
from tests.console.hall import settings as settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.analytics.rows import LifeRow
    from core.orchestrator import Orchestrator


def listed_behind(hall: Hall) -> tuple[str, ...]:
    """The sessions listed behind a figure; none while something else is shown."""
    return hall.screen.rows.keys if isinstance(hall.screen, BehindScreen) else ()


WIDE, SMALL = (140, 42), (80, 24)
TITLES = tuple(each.title for each in VIEW_NAMES)


@asynccontextmanager
async def on_analytics(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    *,
    size: tuple[int, int] = WIDE,
    rows: list[LifeRow] | None = None,
) -> AsyncIterator[tuple[AnalyticsScreen, Pilot[Any], Hall]]:
    """The screen over six weeks of debates."""
    async with entered(settings, size=size) as (hall, pilot, core):
        show_debates(core, monkeypatch, debates() if rows is None else rows)
        yield await opened(hall, pilot), pilot, hall


async def opened(hall: Hall, pilot: Pilot[Any]) -> AnalyticsScreen:
    await pilot.press("6")
    await until(pilot, lambda: isinstance(hall.screen, AnalyticsScreen) and hall.screen.read_count > 0)
    screen = hall.screen
    assert isinstance(screen, AnalyticsScreen)
    return screen


async def pressed(screen: AnalyticsScreen, pilot: Pilot[Any], *keys: str) -> None:
    """Press what has something read anew, and wait for that."""
    before = screen.read_count
    await pilot.press(*keys)
    await until(pilot, lambda: screen.read_count > before)


async def to_row(screen: AnalyticsScreen, pilot: Pilot[Any], key: str) -> None:
    """Go down to that row."""
    for _ in screen.rows.keys:
        if screen.rows.cursor_key == key:
            return
        await pilot.press("j")
    raise AssertionError(f"there is no row {key}")


def chart_of(screen: AnalyticsScreen) -> list[str]:
    lines = screen.query_one("#chart", Lines).lines
    return ["".join(text for text, _ in line.parts) for line in lines]


def said(screen: AnalyticsScreen) -> str:
    return str(screen.query_one("#refused").render())


def head_of(screen: AnalyticsScreen) -> str:
    (line,) = screen.query_one("#chosen", Lines).lines
    return "".join(text for text, _ in line.parts)


@pytest.mark.parametrize("size", [WIDE, SMALL, (200, 60)], ids=str)
async def test_each_chart_has_bars_axes_and_rows_at_every_size(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with on_analytics(settings, monkeypatch, size=size) as (screen, pilot, _):
        for at, name in enumerate(VIEW_NAMES):
            view = screen.view
            assert view is not None
            assert view.key == name.key
            assert screen.rows.keys, name
            chart = chart_of(screen)
            assert bool(chart) is (at > 0), name
            assert all(len(line) <= size[0] - 2 for line in chart), name
            if chart:
                assert any("┤" in line for line in chart), name
                assert sum(line.count("▲") for line in chart) == 1, "the bar under the cursor is marked"
            await pilot.press("right")
        assert screen.view is not None
        assert screen.view.key == "overview"


async def test_the_bar_under_the_cursor_is_marked_and_the_mark_goes_along(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, _):
        await pilot.press("right", "right")  # durations
        first = chart_of(screen)
        await pilot.press("j")
        await until(pilot, lambda: chart_of(screen) != first)
        second = chart_of(screen)

        assert sum(line.count("█") for line in first) > 0
        assert first[-1] == second[-1]


async def test_a_bar_leads_to_its_sessions_and_these_to_the_session(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        screen = await opened(hall, pilot)
        await pilot.press("right")
        await until(pilot, lambda: bool(screen.rows.keys))

        await pilot.press("enter")
        await until(pilot, lambda: listed_behind(hall) == (session,))
        await until(pilot, lambda: "1 session opened on 2026-11-20" in screen_text(hall))
        await pilot.press("enter")
        await until(pilot, lambda: hall.screen is hall.sessions and hall.sessions.session == session)
        await until(pilot, lambda: hall.sessions.focused is hall.sessions.transcript)
        assert "esc back" in screen_text(hall)

        await pilot.press("escape")
        await until(pilot, lambda: listed_behind(hall) == (session,))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, AnalyticsScreen) and hall.screen.read_count > 0)
        assert isinstance(hall.screen, AnalyticsScreen)
        assert hall.screen.view is not None
        assert hall.screen.view.key == "debates"
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is hall.sessions)
        assert hall.sessions.focused is hall.sessions.rows
        assert not hall.sessions.query_one("#right").display  # and not the session once more


@pytest.mark.parametrize("keys", [("enter",), ("enter", "z"), ()], ids=["open", "zoomed", "listed"])
@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["small", "wide"])
async def test_each_step_back_from_a_figures_session_comes_to_where_the_step_there_began(
    settings: Settings, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with entered(settings, size=size) as (hall, pilot, core):
        for motion in ("Tabs or spaces?", "Rename main?"):
            await until_status(core, await start(core, motion), Status.COMPLETED)
        sessions = hall.sessions
        await until(pilot, lambda: len(sessions.rows.keys) == 2)
        sessions.rows.move_to(sessions.rows.keys[0])
        await until(pilot, lambda: sessions.session == sessions.rows.keys[0])
        await pilot.press(*keys)
        began = sessions.standing
        screen = await opened(hall, pilot)
        await pilot.press("right")
        await until(pilot, lambda: bool(screen.rows.keys))
        await pilot.press("enter")
        await until(pilot, lambda: len(listed_behind(hall)) == 2)
        assert isinstance(hall.screen, BehindScreen)
        hall.screen.rows.move_to(sessions.rows.keys[1])
        await pilot.press("enter")
        await until(pilot, lambda: hall.screen is sessions and sessions.session == sessions.rows.keys[1])
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, BehindScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, AnalyticsScreen))
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is sessions)
        assert sessions.standing == began


async def test_who_went_on_from_a_session_is_not_led_back_to_the_figure(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        for motion in ("Tabs or spaces?", "Rename main?"):
            await until_status(core, await start(core, motion), Status.COMPLETED)
        screen = await opened(hall, pilot)
        await pilot.press("right")
        await until(pilot, lambda: bool(screen.rows.keys))
        await pilot.press("enter")
        await until(pilot, lambda: len(listed_behind(hall)) == 2)
        await pilot.press("j", "enter")
        await until(pilot, lambda: hall.screen is hall.sessions)
        went_to = hall.sessions.session

        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, BehindScreen))
        assert isinstance(hall.screen, BehindScreen)
        assert hall.screen.rows.cursor_key == went_to
        await pilot.press("enter")
        await until(pilot, lambda: hall.screen is hall.sessions)
        await pilot.press("1", "escape")
        await pilot.pause()
        assert hall.screen is hall.sessions


async def test_escape_leads_back_from_the_sessions_to_the_chart(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, hall):
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(hall.screen, BehindScreen))
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is screen)

        assert screen.view is not None
        assert screen.view.key == "debates"


async def test_a_click_on_a_bar_chooses_its_row_and_a_double_click_opens_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, hall):
        await pilot.press("right", "right")  # durations
        await until(pilot, lambda: bool(chart_of(screen)))
        first = screen.rows.cursor_key
        axis = next(line for line in chart_of(screen) if "▲" in line)
        labelled = [at for at, sign in enumerate(axis) if sign == "┬"]
        column, line = labelled[-1] + CHART_MARGIN_CELLS, len(chart_of(screen)) - 2

        await pilot.click("#chart", offset=(column, line))
        await until(pilot, lambda: screen.rows.cursor_key != first)
        axis = next(line for line in chart_of(screen) if "▲" in line)
        assert axis[column - CHART_MARGIN_CELLS] == "▲"

        await pilot.click("#chart", offset=(0, line))
        assert screen.rows.cursor_key != first, "on the axis stands no bar"

        await pilot.click("#chart", offset=(column, line), times=2)
        await until(pilot, lambda: isinstance(hall.screen, BehindScreen))
        assert screen.current is not None


async def test_a_finding_says_what_was_measured_and_leads_to_its_evidence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, hall):
        await to_row(screen, pilot, "finding:over_time")
        assert "Measured: The time that a session was running" in screen_text(hall)
        await pilot.press("enter")
        await until(pilot, lambda: 0 < len(listed_behind(hall)) < 10)


async def test_what_has_no_sessions_says_so_where_it_was_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, _):
        await to_row(screen, pilot, "target:memory")
        await pilot.press("enter")
        await until(pilot, lambda: "no sessions that could be listed" in said(screen))
        await pilot.press("escape")
        assert said(screen) == ""


async def test_a_key_goes_through_the_stretches_of_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, _):
        counts = []
        for span in ("all", "24 h", "7 d", "30 d"):
            await pressed(screen, pilot, "t")
            assert head_of(screen).startswith(f"{span} ·")
            report = screen._reading.report if screen._reading is not None else None
            assert report is not None
            counts.append(report.sessions)

        assert counts[0] == DEBATES
        assert 0 < counts[1] < counts[2] < counts[3] < DEBATES


async def test_words_narrow_what_is_charted_and_wrong_ones_are_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch) as (screen, pilot, _):
        whole = head_of(screen)
        await pilot.press("slash")
        await pressed(screen, pilot, *"format", "colon", *"jury", "underscore", *"debate")
        await pilot.press("enter")
        assert head_of(screen) != whole
        assert "format:jury_debate" in head_of(screen)

        await pilot.press("slash", "space", *"colour", "colon", *"red")
        await until(pilot, lambda: "is no word of this filter" in said(screen))
        await pressed(screen, pilot, "escape")
        assert head_of(screen) == whole


async def test_an_alert_is_acknowledged_where_it_stands(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = Alert(
        id="error_rate@1",
        kind=FindingKind.ERROR_RATE,
        severity=Severity.SERIOUS,
        title="Many sessions fail",
        text="9 of 12.",
        suggestion="Look.",
        sessions=(debates()[3].session,),
        count=9,
        of=12,
        raised_at_ms=1,
    )
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        show_debates(core, monkeypatch, debates())
        acknowledged = await _with_alert(core, monkeypatch, alert)
        screen = await opened(hall, pilot)
        assert screen.rows.keys[0] == f"alert:{alert.id}"
        await pilot.press("a")
        await until(pilot, lambda: acknowledged == [notification_id(alert.id)])
        await until(pilot, lambda: "seen by ann" in screen_text(hall))
        await pilot.press("G", "a")
        await until(pilot, lambda: "No alert is under the cursor" in said(screen))
        before = screen.read_count
        screen.on_screen_resume()  # it reads anew, as it does whenever something is committed
        await until(pilot, lambda: screen.read_count > before)
        assert "No alert is under the cursor" in said(screen), "no reading takes it away"


async def _with_alert(core: Orchestrator, monkeypatch: pytest.MonkeyPatch, alert: Alert) -> list[str]:
    """Have that alert raised; returns the ids that are acknowledged."""
    acknowledged: list[str] = []

    async def alerts() -> list[AlertStanding]:
        seen = {"acknowledged_by": "ann", "acknowledged_ms": 1} if acknowledged else {}
        return [AlertStanding(alert=alert, notification=notification_id(alert.id), **seen)]

    async def acknowledge(ids: list[str], **_: object) -> str:
        acknowledged.extend(ids)
        return "acknowledged"

    monkeypatch.setattr(core.analytics, "alerts", alerts)
    monkeypatch.setattr(core.notifications, "acknowledge", acknowledge)
    return acknowledged


async def test_without_a_session_it_says_what_would_be_here_and_draws_no_axes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch, rows=[]) as (screen, pilot, hall):
        for _ in VIEW_NAMES:
            assert "There is none yet." in screen_text(hall)
            assert "┤" not in screen_text(hall)
            assert screen.rows.keys == ()
            await pilot.press("right")


async def test_a_stretch_without_sessions_says_how_to_widen_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_analytics(settings, monkeypatch, rows=debates()[:20]) as (screen, pilot, hall):
        assert "t takes a longer time" in screen_text(hall)
        await pressed(screen, pilot, "t")
        assert screen.rows.keys


async def test_new_sessions_come_in_without_moving_the_cursor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await until_status(core, await start(core, "Tabs or spaces?"), Status.COMPLETED)
        screen = await opened(hall, pilot)
        await pilot.press("right")
        key = screen.rows.cursor_key
        await until_status(core, await start(core, "Rename main?"), Status.COMPLETED)
        await until(pilot, lambda: "2 sessions" in head_of(screen))

        assert screen.rows.cursor_key == key


async def test_what_is_asked_for_while_something_is_read_is_read_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analytics_reading, "PULSE_SECONDS", 10_000)  # nothing else may have it read
    async with on_analytics(settings, monkeypatch) as (screen, pilot, hall):
        analytics = (await hall.core()).analytics
        report, reading, goes_on = analytics.report, asyncio.Event(), asyncio.Event()

        async def held(*arguments: Any) -> Any:
            reading.set()
            await goes_on.wait()
            return await report(*arguments)

        monkeypatch.setattr(analytics, "report", held)
        await pilot.press("t")
        await until(pilot, reading.is_set)
        await pilot.press("t")
        goes_on.set()

        await until(pilot, lambda: head_of(screen).startswith("24 h ·"))
