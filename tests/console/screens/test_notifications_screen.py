"""Does the inbox show what asks and what was told, and do its keys do what they say?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.bootstrap import open_orchestrator
from console.presenters.notifications import ASKING_PREFIX
from console.screens.dialogs.answer import AnswerDialog
from console.screens.dialogs.channels import ChannelsDialog
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.mute import MuteDialog, MutesDialog
from console.screens.dialogs.prompt import TextView
from console.screens.dialogs.snooze import SnoozeDialog
from console.screens.dialogs.speak import SpeakDialog
from console.setting_channels import WebhookSetting
from console.widgets.bar import HeaderBar
from console.widgets.lines import Lines
from console.widgets.rows import Rows
from core.domain.ids import NO_SESSION
from core.domain.session import Status
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.orchestrator import DebateRequest
from core.ports.outbox import Wanted
from tests.console.hall import entered, screen_text, start, until, until_status
from tests.console.screens.inbox_stage import (
    QUESTION,
    all_told,
    asking,
    at_inbox,
    filled_with,
    inbox,
    notice,
    said,
    shown,
    states,
    told,
)
from tests.core.channels.receiver import Answer, receiver

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall

SMALL, WIDE = (80, 24), (140, 40)


async def opened(hall: Hall, pilot: Pilot[Any], dialog: type) -> Any:
    await until(pilot, lambda: isinstance(hall.screen, dialog))
    return hall.screen


async def filtered(hall: Hall, pilot: Pilot[Any], text: str) -> None:
    """As if it had been typed."""
    await pilot.press("slash")
    inbox(hall).query_one("#search").value = text  # type: ignore[attr-defined]  # it is an Input
    await pilot.press("enter")


# What asks.


async def test_what_asks_stands_on_top_with_its_reason_and_what_each_answer_would_do(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await asking(core)
        await filled_with(core, told(notice(1, priority=Priority.URGENT)))
        screen = await at_inbox(hall, pilot)
        await until(pilot, lambda: len(screen.rows.keys) == 3 and "What each answer would do" in said(hall))

        assert screen.rows.keys[0].startswith(f"{ASKING_PREFIX}{session}:")
        assert QUESTION in said(hall)
        assert "low consensus" in said(hall)
        assert "another round" in said(hall)
        assert "for as long as it takes" in said(hall)
        assert "no page was missed while it did." in said(hall)
        await until(pilot, lambda: "✓ log" in said(hall))  # it arrives beside the session, sooner or later


async def test_it_is_answered_in_the_dialog_that_sessions_are_answered_in(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await asking(core)
        await filled_with(core, told(notice(1)))
        screen = await at_inbox(hall, pilot)
        await until(pilot, lambda: len(screen.rows.keys) == 3)
        await pilot.press("G", "a")  # nothing is asked there: it leads to what is

        assert screen.rows.cursor_key == screen.rows.keys[0]
        await pilot.press("a")
        dialog = await opened(hall, pilot, AnswerDialog)
        assert QUESTION in shown(hall)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: hall.screen is not dialog)
        await until_status(core, session, Status.RUNNING)
        await until(pilot, lambda: "asks" not in states(hall).values())
        await until(pilot, lambda: "answered" in states(hall).values())


async def test_a_person_s_turn_stands_among_what_asks_and_is_spoken_from_there(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        casting = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": "human:10m"}
        request = DebateRequest(question="Split billing?", template_id="simple_debate", casting=casting)
        session = await core.start_debate(request=request)
        await until(pilot, lambda: hall.feed is not None and hall.feed.is_asking(session))
        await at_inbox(hall, pilot)
        await until(pilot, lambda: "speak" in states(hall).values() and "10 min left" in screen_text(hall))
        assert "You are to speak as opponent." in said(hall)
        await pilot.press("g", "a")

        await opened(hall, pilot, SpeakDialog)


CURIOUS = """
id: curious
rounds: 1
escalation: {answer_within: 2h, then: complete}
seats: [{id: proposer, role: proposer, may_ask: 1}, {id: opponent, role: opponent}, {id: judge, role: judge}]
steps:
  - {name: claim, seat: proposer, task: propose, instruction: Propose.}
  - {name: reply, seat: opponent, task: oppose, instruction: Oppose.}
verdict: {name: verdict, seat: judge, task: judge, expects: verdict, instruction: Judge.}
"""
SPEAKS = 'answers: {judge: "VERDICT: for", proposer: ["CLARIFY: Which week?", We should.], default: [We should not.]}'


async def test_a_participant_s_question_is_answered_from_its_row(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "curious").write_text(SPEAKS, encoding="utf-8")
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await core.formats.create(await core.formats.read(CURIOUS, origin="test"))
        request = DebateRequest(question="Move?", template_id="curious", casting={"": "scripted:curious"})
        session = await core.start_debate(request=request)
        await at_inbox(hall, pilot)
        await until(pilot, lambda: "asks" in states(hall).values() and "Which week?" in said(hall))
        assert "proposer asks: Which week?" in said(hall)
        assert "2 h left" in screen_text(hall)
        await pilot.press("g", "a")
        await opened(hall, pilot, AnswerDialog)
        await pilot.press("enter", *"Theirs", "ctrl+s")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "asks" not in states(hall).values())


async def test_where_nobody_is_told_anything_what_asks_stands_there_all_the_same(settings: Settings) -> None:
    async with entered(replace(settings, enable_notifications=False), size=WIDE) as (hall, pilot, core):
        await at_inbox(hall, pilot)
        await until(pilot, lambda: "enable_notifications is off" in shown(hall))
        await asking(core)
        await until(pilot, lambda: list(states(hall).values()) == ["asks"])
        await until(pilot, lambda: QUESTION in said(hall))
        for key in ("s", "l", "p"):
            await pilot.press(key)
        await pilot.press("c")
        await until(pilot, lambda: "nobody is told anything here" in shown(hall))


# Seen, read, at rest.


async def test_one_is_acknowledged_with_a_key_and_open_again_with_another(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        first, second = notice(1, priority=Priority.HIGH), notice(2)
        await filled_with(core, told(first), told(second))
        await at_inbox(hall, pilot, rows=2)
        await pilot.press("s")
        await until(pilot, lambda: states(hall) == {first.id: "seen", second.id: "new"})
        (seen,) = [each for each in await all_told(core) if each.acknowledged_ms]
        assert (seen.notification.id, seen.acknowledged_by) == (first.id, "operator")
        await pilot.press("s")
        await until(pilot, lambda: "Nothing of this is open" in shown(hall))
        await pilot.press("u")
        await until(pilot, lambda: states(hall) == {first.id: "new", second.id: "new"})


async def test_marked_rows_are_acknowledged_together(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        every = [notice(number, minutes=number) for number in range(3)]
        await filled_with(core, *map(told, every))
        await at_inbox(hall, pilot, rows=3)
        await pilot.press("space", "space", "s")
        await until(pilot, lambda: list(states(hall).values()) == ["seen", "seen", "new"])

        assert not inbox(hall).rows.marks, "what comes next is meant for the row under the cursor"


async def test_all_that_the_filter_shows_is_acknowledged_once_it_was_said_how_many_these_are(
    settings: Settings,
) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        errors = [notice(n, "It failed.", type=NotificationType.ERROR_NOTIFICATION) for n in range(1, 4)]
        other = notice(9)
        await filled_with(core, *map(told, errors), told(other))
        await at_inbox(hall, pilot, rows=4)
        await filtered(hall, pilot, "type:error")
        await until(pilot, lambda: len(inbox(hall).rows.keys) == 3)
        await pilot.press("S")
        await opened(hall, pilot, ConfirmDialog)
        assert "All that /type:error shows: 3 notifications" in shown(hall)
        await pilot.press("escape")
        assert not any(each.acknowledged_ms for each in await all_told(core))
        await pilot.press("S")
        await opened(hall, pilot, ConfirmDialog)
        await pilot.press("enter")
        await until(pilot, lambda: set(states(hall).values()) == {"seen"})
        assert {each.notification.id for each in await all_told(core) if each.is_open} == {other.id}
        await pilot.press("u")
        await until(pilot, lambda: set(states(hall).values()) <= {"new", "read"})


async def test_what_is_looked_at_is_read_where_there_is_room_to_read_it(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        first, second = notice(1), notice(2, minutes=1)
        await filled_with(core, told(first), told(second))
        await at_inbox(hall, pilot, rows=2)
        await until(pilot, lambda: states(hall) == {first.id: "read", second.id: "new"})

        assert {each.notification.id: each.read_by for each in await all_told(core)} == {
            first.id: "operator",
            second.id: "",
        }


async def test_on_a_small_screen_one_is_read_once_it_was_opened(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        each = notice(1, "It is over, and this is why.")
        await filled_with(core, told(each))
        await at_inbox(hall, pilot, rows=1)
        assert states(hall) == {each.id: "new"}
        await pilot.press("enter")
        await until(pilot, lambda: "and this is why." in shown(hall) and "○ read" in shown(hall))
        await pilot.press("escape")
        await until(pilot, lambda: "state" in screen_text(hall))

        assert states(hall) == {each.id: "read"}


async def test_what_rests_is_out_of_sight_until_it_is_asked_for_or_comes_back(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        each = notice(1)
        await filled_with(core, told(each))
        await at_inbox(hall, pilot, rows=1)
        await pilot.press("l")
        await opened(hall, pilot, SnoozeDialog)
        await pilot.press("1", "enter")
        await until(pilot, lambda: "Nothing waits for you." in shown(hall))
        await filtered(hall, pilot, "state:snoozed")
        await until(pilot, lambda: states(hall) == {each.id: "snoozed"})
        await pilot.press("escape", "u")
        await until(pilot, lambda: states(hall) == {each.id: "new"})


# Mutes.


async def test_a_session_is_muted_listed_among_the_mutes_and_heard_of_again(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        loud, other = notice(1, title="Rename main?"), notice(2)
        await filled_with(core, told(loud), told(other))
        await at_inbox(hall, pilot, rows=2)
        assert inbox(hall).rows.move_to(loud.id)
        await pilot.press("m")
        await opened(hall, pilot, MuteDialog)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(hall.screen, type(inbox(hall))) and loud.id not in states(hall))
        (held,) = await core.notifications.mutes()
        assert (held.session, held.type, held.until_ms) == (loud.session, None, 0)
        await pilot.press("M")
        await opened(hall, pilot, MutesDialog)
        assert "for good" in shown(hall)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(hall.screen, MutesDialog) and loud.id in states(hall))
        assert not await core.notifications.mutes()


async def test_a_type_can_be_muted_for_an_hour_and_a_mute_taken_back(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        each = notice(1, type=NotificationType.ROUND_STARTED)
        await filled_with(core, told(each))
        await at_inbox(hall, pilot, rows=1)
        await pilot.press("m")
        await opened(hall, pilot, MuteDialog)
        await pilot.press("3", "tab", "right", "enter")
        await until(pilot, lambda: "Nothing waits for you." in shown(hall))
        (held,) = await core.notifications.mutes()
        assert (held.session, held.type) == ("", NotificationType.ROUND_STARTED)
        assert held.until_ms > 0
        await pilot.press("u")
        await until(pilot, lambda: each.id in states(hall))


# How it gets there.


def through_ops(settings: Settings, url: str) -> Settings:
    return replace(
        settings,
        webhooks={"ops": WebhookSetting(url=url, is_private=True)},
        notification_routes=({"channels": ["log", "ops"], "priority": "normal"},),
    )


async def test_a_dead_letter_is_found_says_its_error_and_is_sent_again(settings: Settings) -> None:
    async with receiver(Answer(status=410), Answer(status=200)) as there:
        async with entered(through_ops(settings, there.url), size=WIDE) as (hall, pilot, core):
            session = await start(core, "Tabs or spaces?")
            await until_status(core, session, Status.COMPLETED)
            await at_inbox(hall, pilot)
            await filtered(hall, pilot, "state:dead channel:ops")
            await until(pilot, lambda: len(inbox(hall).rows.keys) == 1 and "✗ ops" in said(hall))
            await until(pilot, lambda: "given up after 1 try" in said(hall) and "410" in said(hall))
            assert "✗ 1 given up" in shown(hall)
            await pilot.press("r")
            await until(pilot, lambda: not inbox(hall).rows.keys)
            await pilot.press("escape")
            await until(pilot, lambda: bool(inbox(hall).rows.keys))
            await pilot.press("r")
            await until(pilot, lambda: "Nothing of this was given up." in shown(hall))

        assert len({each.headers["idempotency-key"] for each in there.received}) == 2


async def test_the_channels_say_how_they_deliver_and_one_can_be_tried(settings: Settings) -> None:
    async with (
        receiver(Answer(status=200), Answer(status=500)) as there,
        entered(through_ops(settings, there.url), size=SMALL) as (hall, pilot, _),
    ):
        await at_inbox(hall, pilot)
        await pilot.press("c")
        dialog = await opened(hall, pilot, ChannelsDialog)
        rows = dialog.query_one(Rows)
        await until(pilot, lambda: "ops" in rows.keys)
        assert rows.move_to("ops")
        await pilot.press("t")
        await until(pilot, lambda: "ops took it in" in shown(hall))
        await pilot.press("enter")
        await until(pilot, lambda: "500" in shown(hall))
        await pilot.press("r")
        await until(pilot, lambda: "nothing that was given up is meant" in shown(hall))
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is not dialog)


async def test_how_it_reads_by_its_channel_is_shown_before_anybody_reads_it(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await filled_with(core, told(notice(1, "It is [bold]over[/bold].")))
        await at_inbox(hall, pilot, rows=1)
        await pilot.press("p")
        await opened(hall, pilot, TextView)

        assert "log · line" in shown(hall)
        assert "It is [bold]over[/bold]." in shown(hall)


# Finding one's way.


async def test_enter_shows_what_there_is_to_say_and_then_its_session(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        session = await asking(core)
        await at_inbox(hall, pilot)
        await until(pilot, lambda: "asks" in states(hall).values())
        await pilot.press("g", "enter")
        await until(pilot, lambda: QUESTION in shown(hall))
        await pilot.press("enter")
        await until(pilot, lambda: hall.screen is hall.sessions and hall.sessions.session == session)


async def test_beside_a_wide_list_enter_and_o_lead_to_the_session_or_say_that_it_is_gone(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await asking(core)
        await filled_with(core, told(notice(1)))
        await at_inbox(hall, pilot)
        await until(pilot, lambda: len(inbox(hall).rows.keys) == 3)
        assert inbox(hall).rows.move_to(notice(1).id)
        await pilot.press("o")
        await until(pilot, lambda: "no session that is still there" in shown(hall))
        await pilot.press("g", "enter")
        await until(pilot, lambda: hall.screen is hall.sessions and hall.sessions.session == session)


async def test_the_filter_completes_itself_says_what_it_cannot_read_and_escape_shows_all_again(
    settings: Settings,
) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        error = notice(1, "It failed.", type=NotificationType.ERROR_NOTIFICATION)
        await filled_with(core, told(error), told(notice(2)))
        await at_inbox(hall, pilot, rows=2)
        await pilot.press("slash", *"type")
        await until(pilot, lambda: "type:" in shown(hall))
        await pilot.press("right", *"err")
        await until(pilot, lambda: inbox(hall).rows.keys == (error.id,))
        await pilot.press(*"xx")
        await until(pilot, lambda: "Did you mean 'error'?" in shown(hall))
        await pilot.press("backspace", "backspace", "space", *"nobody")
        await until(pilot, lambda: "Nothing that was told matches type:err nobody" in shown(hall))
        await pilot.press("enter")
        assert "/type:err nobody" in screen_text(hall)
        await pilot.press("escape")
        await until(pilot, lambda: len(inbox(hall).rows.keys) == 2)


async def test_the_palette_does_here_what_the_keys_do(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        each = notice(1)
        await filled_with(core, told(each))
        screen = await at_inbox(hall, pilot, rows=1)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: hall.screen is not screen)
        await pilot.press(*"Acknowledge")
        await until(pilot, lambda: "Acknowledge all shown" in screen_text(hall))
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is screen)
        await hall.act("acknowledge")
        await until(pilot, lambda: states(hall) == {each.id: "seen"})


async def test_an_empty_inbox_says_what_would_be_here(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, _):
        await at_inbox(hall, pilot)
        await until(pilot, lambda: "nobody was told anything yet." in shown(hall))
        for key in ("s", "S", "l", "m", "r", "o", "p", "a"):
            await pilot.press(key)
            assert hall.screen is inbox(hall)


async def test_nothing_moves_under_the_cursor_until_the_list_is_asked_for_again(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        every = [notice(number, minutes=number) for number in range(5)]
        await filled_with(core, *map(told, every))
        screen = await at_inbox(hall, pilot, rows=5)
        await pilot.press("j", "j")
        before = screen.rows.keys
        urgent = notice(99, "It failed.", type=NotificationType.ERROR_NOTIFICATION, priority=Priority.URGENT)
        await filled_with(core, told(urgent))
        await until(pilot, lambda: urgent.id in screen.rows.keys)

        assert screen.rows.keys == (*before[:3], urgent.id, *before[3:])
        assert screen.rows.cursor_key == before[2]
        await pilot.press("5")
        await until(pilot, lambda: screen.rows.keys == (urgent.id, *before))
        assert screen.rows.cursor_key == before[2]


async def test_ten_thousand_are_listed_page_by_page_as_somebody_comes_near_their_end(settings: Settings) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        for at in range(0, 10_000, 2_000):
            await filled_with(core, *(told(notice(number)) for number in range(at, at + 2_000)))
        screen = await at_inbox(hall, pilot)
        await until(pilot, lambda: len(screen.rows.keys) == 1_000)
        widgets = len(screen.query("*"))
        for count in (2_000, 4_000, 8_000, 10_000):
            await pilot.press("G")
            await until(pilot, lambda count=count: len(screen.rows.keys) >= count)  # type: ignore[misc]

        assert len(screen.rows.keys) == 10_000
        assert len(screen.query("*")) == widgets
        await filtered(hall, pilot, f"{notice(4_321).id}")
        await until(pilot, lambda: screen.rows.keys == (notice(4_321).id,))


async def test_what_a_model_wrote_is_text_on_every_surface(settings: Settings) -> None:
    title = "[/red] [bold]x[/bold] \x1b]0;mine\x07"
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await filled_with(core, *(told(notice(n, "[/b] [link=x]", title=title)) for n in (1, 2)))
        await at_inbox(hall, pilot, rows=2)
        for key in ("p", "m", "l", "S", "s", "u", "enter"):
            await pilot.press(key)
            await pilot.pause()
            assert "\x1b" not in screen_text(hall), key
            assert "[/" in screen_text(hall), key
            if hall.screen.is_modal:
                await pilot.press("escape")


async def test_what_is_of_no_session_can_be_read_muted_and_leads_nowhere(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        alert = replace(notice(1, "Errors are above 20 %.", title="Errors"), session=NO_SESSION)
        await filled_with(core, told(alert))
        await at_inbox(hall, pilot, rows=1)
        assert "session" not in said(hall).splitlines()[1]
        await pilot.press("o")
        await until(pilot, lambda: "of no session" in shown(hall))
        await pilot.press("m")
        await opened(hall, pilot, MuteDialog)
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing waits for you." in shown(hall))
        assert [(each.session, each.type) for each in await core.notifications.mutes()] == [("", alert.type)]


# The mouse, the header, another process.


async def test_a_click_in_the_header_leads_to_what_needs_the_operator_here_and_to_what_is_unread_from_elsewhere(
    settings: Settings,
) -> None:
    async with entered(settings, size=(160, 40)) as (hall, pilot, core):
        await asking(core)
        await filled_with(core, told(notice(1)))
        hall.feed.refresh()  # type: ignore[union-attr]  # it is there: the hall was entered
        await until(pilot, lambda: hall.header_view.unread == 3 and "3 unread" in screen_text(hall))
        line = screen_text(hall).splitlines()[0]
        await pilot.click(HeaderBar, offset=(line.index("3 unread"), 0))
        await until(pilot, lambda: len(inbox(hall).rows.keys) == 3)
        screen = inbox(hall)
        await pilot.press("G")
        line = screen_text(hall).splitlines()[0]
        await pilot.click(HeaderBar, offset=(line.index("1 needs you"), 0))
        await until(pilot, lambda: screen.rows.cursor_key == screen.rows.keys[0])
        await pilot.click(screen.query_one("#title", Lines))
        await until(pilot, lambda: screen.query_one("#search").has_focus)


@pytest.mark.parametrize("size", [(40, 10), SMALL, (90, 44), WIDE, (200, 60)])
async def test_it_fits_every_terminal(settings: Settings, size: tuple[int, int]) -> None:
    async with entered(settings, size=size) as (hall, pilot, core):
        await filled_with(core, told(notice(1)), told(notice(2), "log", state=DeliveryState.DEAD))
        await at_inbox(hall, pilot, rows=2)
        await pilot.press("z")
        await pilot.pause()
        await pilot.press("z", "enter")
        await pilot.pause()

        assert max(len(line) for line in screen_text(hall).splitlines()) <= size[0]


async def test_a_joined_console_reads_the_inbox_and_acts_through_whoever_drives(settings: Settings) -> None:
    driver = await asyncio.to_thread(open_orchestrator, settings)
    await driver.start()
    try:
        async with entered(settings, size=WIDE) as (hall, pilot, core):
            assert not core.is_driver
            await asking(driver)
            await at_inbox(hall, pilot)
            await until(pilot, lambda: "asks" in states(hall).values())
            await until(pilot, lambda: "What each answer would do" in said(hall))
            await pilot.press("g", "s")
            open_ = Wanted(types=frozenset({NotificationType.ESCALATION_NOTICE}), is_open=True)
            for _ in range(1_000):
                if not await driver.notifications.find(open_):
                    break
                await asyncio.sleep(0.05)
            assert not await driver.notifications.find(open_)
            await until(pilot, lambda: "acknowledged by you" in said(hall))
    finally:
        await driver.stop(drain=False)
