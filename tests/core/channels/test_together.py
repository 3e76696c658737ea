"""Is everything written that many want written at once, in order, and does nobody take for written what may not be?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from core.channels.together import Together
from core.ports.channel import NotDelivered


class Paper:
    """What was written, write by write; it waits until `may_go` is set."""

    def __init__(self) -> None:
        self.writes: list[list[int]] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.fault: OSError | None = None

    def write(self, items: Sequence[int]) -> None:
        assert self.may_go.wait(60)
        if self.fault is not None:
            raise self.fault
        self.writes.append(list(items))


async def test_what_comes_while_one_is_written_is_written_together_and_in_order() -> None:
    paper = Paper()
    paper.may_go.clear()
    together = Together(paper.write, failing="it can't be written")
    adding = [asyncio.ensure_future(together.add(number)) for number in range(50)]
    await asyncio.sleep(0)
    later = [asyncio.ensure_future(together.add(number)) for number in range(50, 60)]
    await asyncio.sleep(0)
    paper.may_go.set()
    await asyncio.gather(*adding, *later)

    assert [number for write in paper.writes for number in write] == list(range(60))
    assert len(paper.writes) <= 3


async def test_where_the_disk_refuses_everybody_hears_it_and_the_next_try_is_made() -> None:
    paper = Paper()
    together = Together(paper.write, failing="it can't be written")
    paper.fault = OSError(28, "No space left on device")
    ends = await asyncio.gather(*(together.add(number) for number in range(3)), return_exceptions=True)
    assert [str(end) for end in ends] == ["it can't be written: No space left on device."] * 3

    paper.fault = None
    await together.add(3)
    assert paper.writes == [[3]]


async def test_who_is_broken_off_lets_nobody_believe_that_it_was_written() -> None:
    gate = threading.Semaphore(0)
    together: Together[int] = Together(lambda items: gate.acquire(timeout=60), failing="it can't be written")
    before, first, second = (asyncio.ensure_future(together.add(number)) for number in range(3))
    await asyncio.sleep(0)
    gate.release()  # for the one before alone: the first waits at the gate, and has taken the second along
    await before
    while together._batch.items:  # noqa: ASYNC110 - a batch tells nobody that it was taken
        await asyncio.sleep(0)
    first.cancel()
    try:
        with pytest.raises(NotDelivered, match="broken off"):
            await second
    finally:
        gate.release()
    assert first.cancelled()
