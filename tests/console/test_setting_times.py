"""Does a settings file say when somebody is told, and is what makes no sense refused with its place?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.machine import minute_of_day
from console.settings import Settings, load_settings
from console.telling_times import local_minute_of, timetable_of
from core.domain.errors import WrongUse
from core.notifying.terms import MINUTE_MS, SENSIBLE_REMINDERS, Batch, Priority, Quiet
from core.notifying.timetable import Timetable

FILE = """
notification_batch_size = 10

[notifications.reminders]
urgent = "2m"
high = "none"
normal = "1d"
at_most = 5

[notifications.quiet]
from = "22:00"
to = "7:30"
priority = "urgent"
channels = ["ops"]
zone = "Europe/Berlin"

[notifications.batch.ops]
every_minutes = 30
priority = "normal"
"""
HOUR_MS = 60 * MINUTE_MS
NOON_IN_WINTER_MS = 1_768_474_800_000
"""2026-01-15 11:00 in Greenwich."""


def settings_of(text: str, folder: Path) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(environ={"MOOT_HOME": str(folder)}, file=file)


def test_reminders_quiet_hours_and_digests_are_read_from_the_file(tmp_path: Path) -> None:
    settings = settings_of(FILE, tmp_path)

    assert settings.notification_reminders.after_ms == {Priority.URGENT: 2 * MINUTE_MS, Priority.NORMAL: 24 * HOUR_MS}
    assert settings.notification_reminders.times_max == 5
    assert timetable_of(settings, ["log", "ops"]) == Timetable(
        quiet=Quiet(from_minute=22 * 60, to_minute=7 * 60 + 30, priority=Priority.URGENT, channels=frozenset({"ops"})),
        batches={"ops": Batch(every_ms=30 * MINUTE_MS, priority=Priority.NORMAL)},
        parts_max=10,
    )
    assert local_minute_of(settings)(NOON_IN_WINTER_MS) == 12 * 60


def test_without_a_word_the_sensible_holds_and_the_machine_knows_the_time(tmp_path: Path) -> None:
    settings = settings_of("", tmp_path)

    assert settings.notification_reminders == SENSIBLE_REMINDERS
    assert timetable_of(settings, ["log"]) == Timetable()
    assert local_minute_of(settings)(NOON_IN_WINTER_MS) == minute_of_day(NOON_IN_WINTER_MS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[notifications.reminders]\nurgnt = "5m"', "2: notifications.reminders.urgnt is none of urgent, high"),
        ('[notifications.reminders]\nurgnt = "5m"', "Did you mean 'urgent'?"),
        (
            '[notifications.reminders]\nhigh = "1h"\nurgent = "5 minutes"',
            "3: notifications.reminders.urgent is a time such as 5m, 2h or 1d, from 1m to 7d, or none, "
            "not '5 minutes'.",
        ),
        ('[notifications.reminders]\nurgent = "8d"', "2: notifications.reminders.urgent is a time"),
        ("[notifications.reminders]\nurgent = 300", "from 1m to 7d, or none, not '300'."),
        ("[notifications.reminders]\nat_most = 1000", "2: notifications.reminders.at_most is a whole number from 0"),
        ('[notifications.quiet]\nfrom = "22:00"', '1: notifications.quiet needs a to such as "22:00"'),
        ('[notifications.quiet]\nfrom = "24:00"\nto = "7:00"', "2: notifications.quiet.from is a time of the day"),
        ('[notifications.quiet]\nfrom = "7:00"\nto = "07:00"', "begins and ends at different times of the day"),
        ('[notifications.quiet]\nfrom = "22:00"\nto = "7:00"\npriority = "hihg"', "4: notifications.quiet.priority is"),
        ('[notifications.quiet]\nfrom = "22:00"\nto = "7:00"\npriority = "hihg"', "Did you mean 'high'?"),
        ('[notifications.quiet]\nfrom = "22:00"\nto = "7:00"\nzone = "Europe/Moot"', "a zone such as Europe/Berlin"),
        ('[notifications.quiet]\nfrom = "22:00"\nto = "7:00"\nzone = "../../etc"', "a zone such as Europe/Berlin"),
        ("[notifications.batch.ops]\nevery_minutes = 0", "2: notifications.batch.ops.every_minutes is a whole number"),
        ("[notifications.batch.ops]\nevery_minute = 5", "2: notifications.batch.ops.every_minute is none of"),
        ("[notifications.batch.ops]\nevery_minute = 5", "Did you mean 'every_minutes'?"),
        ('notifications.batch = {ops = "5m"}', "1: notifications.batch.ops is a table of every_minutes, priority, not"),
        ('notifications.quiet = "22-7"', "1: notifications.quiet is a table of from, to"),
        ('notifications.batch = "5m"', "1: notifications.batch has one table for each channel"),
        ("notification_batch_size = 1", "1: notification_batch_size is a whole number from 2 to 500"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line_its_key_and_what_is_meant(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        settings_of(text, tmp_path)

    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path / 'settings.toml'}:")
    assert "{" not in str(refused.value), "of a table the part alone is repeated"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[notifications.quiet]\nfrom = "22:00"\nto = "7:00"\nchannels = ["opps"]', "notifications.quiet"),
        ("[notifications.batch.opps]\nevery_minutes = 5", "notifications.batch"),
    ],
)
def test_a_channel_that_is_not_set_up_is_named_with_the_nearest(tmp_path: Path, text: str, where: str) -> None:
    settings = settings_of(text, tmp_path)

    with pytest.raises(WrongUse, match=rf"settings\.toml: {where}: no channel is called 'opps'.*mean 'ops'"):
        timetable_of(settings, ["log", "ops"])
