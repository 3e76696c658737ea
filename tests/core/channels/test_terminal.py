"""Does the terminal channel ring for what it is told, and once where much happens at once?"""

from __future__ import annotations

from core.channels.terminal import APART_MS, Terminal
from core.ports.terminal_target import NoTerminal
from tests.core.notifying.builders import delivery, notification


class Bell:
    """A target that keeps what it was told, and a clock."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.at_ms = 1_000

    def tell(self, line: str) -> str:
        self.lines.append(line)
        return ""

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("a bell waits for nobody")


async def test_it_says_in_one_line_what_it_is_about() -> None:
    bell = Bell()
    await Terminal(bell, bell).deliver(delivery(notification(text="It is\nover.")))

    assert bell.lines == ["[moot] is over: The release train leaves on Fridays."]


async def test_what_comes_within_a_second_is_counted_and_not_rung_for_one_by_one() -> None:
    bell = Bell()
    channel = Terminal(bell, bell)
    for number in range(5):
        await channel.deliver(delivery(notification(number)))
    bell.at_ms += APART_MS
    await channel.deliver(delivery(notification(6)))

    assert len(bell.lines) == 2
    assert bell.lines[1].endswith("(and 4 more before it)")


async def test_a_clock_that_is_set_back_silences_nothing() -> None:
    bell = Bell()
    channel = Terminal(bell, bell)
    await channel.deliver(delivery(notification(1)))
    bell.at_ms -= 900
    await channel.deliver(delivery(notification(2)))

    assert len(bell.lines) == 2


async def test_where_nobody_sits_nothing_is_wrong() -> None:
    note = await Terminal(NoTerminal(), Bell()).deliver(delivery())

    assert note == "nothing rang: no console and no `moot drive` runs in a terminal"
