"""Is what a session is called in lists safe to show, and bounded, wherever it is given?"""

from __future__ import annotations

import pytest

from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.domain.session import Status
from core.runtime.pinning import LABEL_CHARACTERS_MAX
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

HOSTILE = "\x1b[31m[/red]\u202e quiet\n\x07hours\x9b2J "
SHOWN = "[/red] quiet hours"


def test_no_title_and_no_tag_brings_a_terminal_anything_to_obey() -> None:
    async def work() -> None:
        moot = await Stage().drive()
        session = await start(moot, title=HOSTILE)
        assert (await moot.summary(session)).title == SHOWN

        await moot.set_label(session, title=HOSTILE, tags=(HOSTILE, "\x1b[2J", "care"))

        label = (await moot.labels())[session]
        assert (label.title, label.tags) == (SHOWN, (SHOWN, "care"))
        await moot.stop()

    in_virtual_time(work)


def test_a_title_that_no_list_could_show_is_refused_and_nothing_is_recorded() -> None:
    async def work() -> None:
        moot = await Stage().drive()
        long = "x" * (LABEL_CHARACTERS_MAX + 1)

        with pytest.raises(WrongUse, match="a title of 201 characters"):
            await start(moot, title=long)
        assert list(await moot.summaries()) == []

        session = await start(moot, title=long[1:])
        with pytest.raises(WrongUse, match="a tag of 201 characters"):
            await moot.set_label(session, title="Short", tags=(long,))
        assert session not in await moot.labels()
        await moot.stop()

    in_virtual_time(work)


def test_the_longest_title_keeps_no_control_from_beginning() -> None:
    async def work() -> None:
        moot = await Stage().drive()
        debate = await start(moot, title="x" * LABEL_CHARACTERS_MAX, control="standard_debate")
        await until(moot, debate, Status.COMPLETED)

        control = SessionId((await moot.summary(debate)).control)
        assert (await moot.summary(control)).title.startswith("Control of xxx")
        await moot.stop()

    in_virtual_time(work)
