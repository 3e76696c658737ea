"""Does moving along a session's events show what every rule said behind each?"""

from __future__ import annotations

from console.screens.dialogs.prompt import TextView
from console.screens.moments import Moments
from console.settings import Settings
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.events import RuleFired
from core.domain.session import Status
from tests.console.hall import entered, keep_picture, start, until, until_status
from tests.console.hall import settings as settings

MOTION = "Tabs or spaces?"


async def test_moving_along_the_events_shows_every_rules_verdict_behind_each(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        records = await core.events(session)
        fired = next(record for record in records if isinstance(record.event, RuleFired))
        await hall.push_screen(Moments(MOTION, session, hall.core))
        await until(pilot, lambda: bool(hall.screen.query_one(Rows).keys))

        verdicts, events = hall.screen.query_one("#verdicts", Prose), hall.screen.query_one(Rows)
        await until(pilot, lambda: f"Behind event {records[-1].seq}  rules are not heard here" in verdicts.text)
        assert events.cursor_key == str(records[-1].seq)
        await pilot.press("g", "n")
        await until(pilot, lambda: f"Behind event {fired.seq}\n" in verdicts.text)
        keep_picture(hall, "moments")
        said = {line.split()[1]: line for line in verdicts.text.splitlines() if line and line[0] in "✓✗○!"}
        assert set(said) == {rule.id for rule in await core.rules()}
        assert "fired here" in said[fired.event.rule]

        await pilot.press("k")
        await until(pilot, lambda: f"Behind event {fired.seq - 1}\n" in verdicts.text)
        assert "fired here" not in verdicts.text


async def test_enter_tells_each_rule_clause_by_clause_with_where_its_values_come_from(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        await hall.push_screen(Moments(MOTION, session, hall.core))
        verdicts = hall.screen.query_one("#verdicts", Prose)
        await until(pilot, lambda: "Behind event" in verdicts.text)
        keep_picture(hall, "moments-narrow")

        await pilot.press("enter")
        await until(pilot, lambda: isinstance(hall.screen, TextView))

        assert "complete_at_max_rounds" in hall.screen.query_one(Prose).text
        assert "from event" in hall.screen.query_one(Prose).text


async def test_where_no_rule_fired_further_on_it_says_so_and_stays(settings: Settings) -> None:
    async with entered(settings, size=(100, 30)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        await hall.push_screen(Moments(MOTION, session, hall.core))
        await until(pilot, lambda: "Behind event" in hall.screen.query_one("#verdicts", Prose).text)
        before = hall.screen.query_one(Rows).cursor_key

        await pilot.press("n")

        assert "No rule fired after this event." in str(hall.screen.query_one("#fault").render())
        assert hall.screen.query_one(Rows).cursor_key == before
