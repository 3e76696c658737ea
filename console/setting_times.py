"""How does a settings file say when somebody is told: reminders, quiet hours, digests?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from console.setting_values import Refused
from core.domain.errors import nearest
from core.domain.ids import is_snake_case
from core.notifying.terms import MINUTE_MS, REMINDERS_MAX, SENSIBLE_REMINDERS, Batch, Priority, Quiet, Reminders

WAIT_MINUTES_MAX = 7 * 24 * 60
GATHERED_MINUTES_MAX = 24 * 60
CHANNELS_MAX = 100
PART_CHARACTERS_MAX = 80
"""Of a key that is none, in the refusal."""
_TIME = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
_WAIT = r"([0-9]{1,5})([mhd])"
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
_REMINDER_KEYS = (*(priority.value for priority in Priority), "at_most")
_QUIET_KEYS = ("from", "to", "priority", "channels", "zone")
_BATCH_KEYS = ("every_minutes", "priority")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietSetting:
    """Quiet hours, by the clocks of a zone such as `Europe/Berlin`; "" for the machine's."""

    hours: Quiet
    zone: str = ""


def reminders(value: object) -> Reminders:
    """A table with a time such as 5m, 2h or 1d for each priority, or none, and `at_most`. What is left out stays as it
    is. In the environment as JSON."""
    plain = _table(value, _REMINDER_KEYS)
    after_ms = dict(SENSIBLE_REMINDERS.after_ms)
    for priority in Priority:
        if priority.value in plain:
            after_ms[priority] = _wait_ms(plain[priority.value], priority)
    at_most = plain.get("at_most", SENSIBLE_REMINDERS.times_max)
    if isinstance(at_most, bool) or not isinstance(at_most, int) or not 0 <= at_most <= REMINDERS_MAX:
        raise Refused(f"is a whole number from 0 to {REMINDERS_MAX}", part="at_most", value=at_most)
    return Reminders(after_ms={priority: ms for priority, ms in after_ms.items() if ms}, times_max=at_most)


def reminders_written(value: object) -> str:
    assert isinstance(value, Reminders)
    times = {priority.value: _wait_written(value.after_ms.get(priority, 0)) for priority in Priority}
    return json.dumps({**times, "at_most": value.times_max})


def quiet(value: object) -> QuietSetting | None:
    """A table with `from` and `to` such as 22:00, and `priority`, `channels` and `zone` where wanted; None from `none`.
    In the environment as JSON."""
    if value is None or value == "none":
        return None
    plain = _table(value, _QUIET_KEYS)
    from_minute, to_minute = _minute(plain, "from"), _minute(plain, "to")
    if from_minute == to_minute:
        raise Refused("begins and ends at different times of the day")
    channels = plain.get("channels", [])
    if not isinstance(channels, list) or len(channels) > CHANNELS_MAX or not all(map(_is_word, channels)):
        raise Refused('is a list such as ["ops"]', part="channels", value=channels)
    hours = Quiet(from_minute=from_minute, to_minute=to_minute, priority=_priority(plain), channels=frozenset(channels))
    return QuietSetting(hours=hours, zone=_zone(plain.get("zone", "")))


def quiet_written(value: object) -> str:
    if not isinstance(value, QuietSetting):
        return "none"
    hours = value.hours
    plain: dict[str, object] = {
        "from": _time_written(hours.from_minute),
        "to": _time_written(hours.to_minute),
        "priority": hours.priority.value,
    }
    if hours.channels:
        plain["channels"] = sorted(hours.channels)
    return json.dumps(plain | ({"zone": value.zone} if value.zone else {}))


def batches(value: object) -> Mapping[str, Batch]:
    """A table for each channel that gathers: `every_minutes`, and `priority` where wanted. In the environment as
    JSON."""
    wanted = "has one table for each channel: [notifications.batch.CHANNEL] with every_minutes"
    plain = _from_json(value, wanted)
    if not isinstance(plain, Mapping) or len(plain) > CHANNELS_MAX or not all(map(_is_word, plain)):
        raise Refused(wanted)
    return {str(channel): _batch(str(channel), each) for channel, each in plain.items()}


def batches_written(value: object) -> str:
    assert isinstance(value, Mapping)
    return json.dumps(
        {
            channel: {"every_minutes": each.every_ms // MINUTE_MS, "priority": each.priority.value}
            for channel, each in value.items()
        }
    )


def _batch(channel: str, value: object) -> Batch:
    plain = _table(value, _BATCH_KEYS, part=channel)
    minutes = plain.get("every_minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= GATHERED_MINUTES_MAX:
        wanted = f"is a whole number from 1 to {GATHERED_MINUTES_MAX:,}"
        raise Refused(wanted, part=f"{channel}.every_minutes", value=minutes)
    return Batch(every_ms=minutes * MINUTE_MS, priority=_priority(plain, f"{channel}."))


def _table(value: object, keys: tuple[str, ...], *, part: str = "") -> Mapping[str, object]:
    """The table that a setting is or, where one is named, a part of it."""
    wanted = f"is a table of {', '.join(keys)}"
    plain = value if part else _from_json(value, wanted)
    if not isinstance(plain, Mapping):
        raise Refused(wanted, part=part, value=plain if part else None)
    for key in plain:
        if key not in keys:
            advice = f" ({meant})" if (meant := nearest(str(key), keys)) else ""
            named = f"{part}.{key}" if part else str(key)
            raise Refused(f"is none of {', '.join(keys)}{advice}", part=named[:PART_CHARACTERS_MAX])
    return plain


def _wait_ms(value: object, priority: Priority) -> int:
    if value == "none":
        return 0
    found = re.fullmatch(_WAIT, value) if isinstance(value, str) else None
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    if not 1 <= minutes <= WAIT_MINUTES_MAX:
        raise Refused("is a time such as 5m, 2h or 1d, from 1m to 7d, or none", part=priority.value, value=value)
    return minutes * MINUTE_MS


def _wait_written(ms: int) -> str:
    minutes = ms // MINUTE_MS
    unit = next((unit for unit in "dhm" if minutes % _MINUTES[unit] == 0), "m")
    return f"{minutes // _MINUTES[unit]}{unit}" if minutes else "none"


def _minute(plain: Mapping[str, object], key: str) -> int:
    value = plain.get(key)
    found = re.fullmatch(_TIME, value) if isinstance(value, str) else None
    if found is None:
        if key not in plain:
            raise Refused(f'needs a {key} such as "22:00"')
        raise Refused('is a time of the day such as "22:00"', part=key, value=value)
    return int(found[1]) * 60 + int(found[2])


def _time_written(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _priority(plain: Mapping[str, object], within: str = "") -> Priority:
    word = str(plain.get("priority", Priority.HIGH))
    for priority in Priority:
        if priority.value == word.casefold():
            return priority
    wanted = f"is one of {', '.join(Priority)} ({nearest(word, Priority) or 'high without one'})"
    raise Refused(wanted, part=f"{within}priority", value=word)


def _zone(value: object) -> str:
    if value == "":
        return ""
    # Few have quiet hours, and fewer in another zone.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("is a zone such as Europe/Berlin", part="zone", value=value) from error


def _is_word(value: object) -> bool:
    return isinstance(value, str) and is_snake_case(value)


def _from_json(value: object, wanted: str) -> object:
    """What stands in the file as a table and in the environment as JSON. A text that is neither may be in either."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Refused(f"{wanted}; in the environment it is written as JSON") from error
