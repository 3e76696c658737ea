"""Is no money held for what never came into a log?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.budget import Price
from core.domain.commands import AddStatement
from core.domain.steps import ModelRequest
from core.runtime.entries import Entries, Entry
from core.runtime.instruments import Instruments
from core.runtime.ledger import Ledger
from core.runtime.rules_in_force import RulesInForce
from tests.core.flows.panels import Panel, panel

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)


class Cut:
    """Breaks off where it is asked to count, as a call does whose caller is cancelled."""

    def resting(self, routes: tuple[str, ...]) -> frozenset[str]:
        return frozenset()

    async def count_input(self, request: ModelRequest) -> int | None:
        raise asyncio.CancelledError


async def made(played: Panel, ledger: Ledger) -> Entry:
    entries = Entries(
        played.engine,
        ledger=ledger,
        gateway=Cut(),  # type: ignore[arg-type]
        rules=RulesInForce(),
        instruments=Instruments(lambda: 0),
    )
    said = AddStatement(text="Think of the weather too.")
    return await entries.entry(
        played.state, said, actor="operator", correlation="", now_ms=played.now_ms, begins_steps=True
    )


async def test_an_entry_that_is_broken_off_gives_up_what_was_held_for_the_calls_it_had_begun() -> None:
    played = Panel(panel(), price=PAID)
    ledger = Ledger(cap_day_microusd=None)
    entry = await made(played, ledger)
    held = ledger.held_microusd
    assert len(entry.begun) == len(played.wanted)
    tight = Ledger(cap_day_microusd=held - 1)

    with pytest.raises(asyncio.CancelledError):
        await made(played, tight)

    assert (tight.held_microusd, tight.spent_today_microusd) == (0, 0)
