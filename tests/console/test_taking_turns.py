"""Do threads beside the sessions let go soon, and does a rhythm that somebody set stand?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from console import taking_turns
from console.bootstrap import open_orchestrator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.settings import Settings

OF_PYTHON = 0.005


@pytest.fixture
def interval() -> Iterator[None]:
    """The interval as it was found."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("interval")
async def test_threads_take_short_turns_once_the_core_is_open(settings: Settings) -> None:
    sys.setswitchinterval(OF_PYTHON)
    orchestrator = open_orchestrator(settings)
    try:
        assert sys.getswitchinterval() == pytest.approx(taking_turns.TURN_SECONDS)
    finally:
        await orchestrator.start()
        await orchestrator.stop(drain=False)


@pytest.mark.usefixtures("interval")
def test_whoever_set_a_rhythm_of_their_own_keeps_it() -> None:
    sys.setswitchinterval(0.02)
    taking_turns.short()

    assert sys.getswitchinterval() == pytest.approx(0.02)
