"""Do participants come all at once, and go only where nobody needs them?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import ParticipantId, TemplateId
from core.domain.participants import Participant
from core.runtime.people import People
from core.runtime.stock import stock
from core.templates.standard import STANDARD_TEMPLATES
from tests.memory import MemoryCatalogue

TERSE = Participant(id=ParticipantId("terse"), name="Terse", model="rehearsal")


async def people() -> tuple[People, MemoryCatalogue]:
    catalogue = MemoryCatalogue()
    await stock(catalogue, at_ms=1)
    return People(catalogue), catalogue


async def test_one_of_ones_own_comes_and_goes() -> None:
    known, _ = await people()
    await known.save([TERSE])
    assert await known.one("terse") == TERSE

    assert await known.remove("terse") == "terse is removed."

    with pytest.raises(WrongUse, match="no participant is called 'terse'"):
        await known.one("terse")


async def test_a_shipped_one_stays_and_what_stood_in_for_it_makes_room() -> None:
    known, _ = await people()
    judge = await known.one("judge")
    with pytest.raises(CommandRefused, match="judge comes with moot"):
        await known.remove("judge")
    await known.save([replace(judge, name="Mine")])

    assert "again" in await known.remove("judge")

    assert await known.one("judge") == judge


async def test_one_whom_a_format_seats_is_not_removed() -> None:
    known, catalogue = await people()
    await known.save([TERSE])
    template = next(each for each in STANDARD_TEMPLATES if each.id == "simple_debate")
    first, *others = template.seats
    seats = (replace(first, participant=TERSE.id), *others)
    mine = replace(template, id=TemplateId("mine"), seats=seats)
    await catalogue.save_template(mine, actor="test", at_ms=1)

    with pytest.raises(CommandRefused, match="terse has a seat in mine"):
        await known.remove("terse")

    assert await known.one("terse") == TERSE


async def test_an_unknown_one_is_refused_with_the_nearest() -> None:
    known, _ = await people()

    with pytest.raises(WrongUse, match="Did you mean 'judge'"):
        await known.remove("juge")
