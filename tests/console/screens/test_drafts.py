"""Are the drafts of a refinement read side by side, accepted, edited and followed while they are written?"""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import TextArea

from console.actions import ACTIONS
from console.bootstrap import demo_request
from console.screens.drafts import DraftsScreen
from console.widgets.sides import Sides
from core.domain.session import Status
from core.flows.refinement_events import DraftPresented
from core.runtime.refining_requests import RefinementRequest
from core.runtime.requests import ForkRequest
from tests.console.hall import (
    BRIEF,
    entered,
    in_review,
    keep_picture,
    refined,
    screen_text,
    start,
    until,
    until_status,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.domain.ids import SessionId
    from tests.console.hall import Hall

ABOUT_DEBATES = ("new_debate", "new_refinement")
"""What is said there speaks of debates too, and has to."""

DEBATE_WORDS = ("motion", "round ", "rounds", "consensus", "verdict")


async def opened(hall: Hall, pilot: Pilot[Any], session: SessionId) -> DraftsScreen:
    """The drafts of a session, as its key opens them."""
    hall.sessions.go_to(session)
    await until(pilot, lambda: hall.sessions.session == session)
    await pilot.press("D")
    await until(pilot, lambda: isinstance(hall.screen, DraftsScreen))
    screen = hall.screen
    assert isinstance(screen, DraftsScreen)
    await until(pilot, lambda: bool(screen.query_one(Sides).virtual_size.height))
    return screen


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_newest_stands_beside_the_one_before_it_and_what_changed_is_marked(
    settings: Settings, size: tuple[int, int]
) -> None:
    async with entered(settings, size=size) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        await until(pilot, lambda: "words gone" in screen_text(hall) or size[0] < 100)
        keep_picture(hall, f"drafts-{size[0]}")

        text = screen_text(hall)
        assert BRIEF in text
        assert "◂ draft 2" in text
        assert "▸ draft 3" in text
        assert "★ best" in text
        assert "│ 0.85 approves" in text
        assert "+ Something is released at nine." in text
        assert "«1» reviewer: Name a person again." in text
        assert [word for word in DEBATE_WORDS if word in text.lower()] == []


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (140, 42)])
async def test_at_any_width_the_threshold_is_told_and_from_80_on_who_reviewed_the_best(
    settings: Settings, size: tuple[int, int]
) -> None:
    async with entered(settings, size=size) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        await until(pilot, lambda: "│ 0.85 approves" in screen_text(hall))
        best = next(line for line in screen_text(hall).splitlines() if "★ best" in line)
        assert size[0] < 80 or best.rstrip().endswith("reviewer"), best


async def test_the_footer_offers_what_can_be_done(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await in_review(core)
        await opened(hall, pilot, session)
        footer = screen_text(hall).splitlines()[-1]
        assert "y accept" in footer
        assert "E edit" in footer

    async with entered(settings) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        footer = screen_text(hall).splitlines()[-1]
        assert "accept" not in footer
        assert "edit" not in footer
        assert "[ older" in footer
        assert "newer" not in footer
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: "] newer" in screen_text(hall).splitlines()[-1])
        assert "older" not in screen_text(hall).splitlines()[-1]


async def test_help_begins_with_the_keys_of_the_drafts(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Drafts of a" in screen_text(hall))
        assert "Newer draft" in screen_text(hall)


async def test_keys_choose_which_two_are_compared_and_never_one_with_itself(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        screen = await opened(hall, pilot, await refined(core))
        pairs = [(screen.left, screen.right)]
        for key in ("[", "[", "}", "]", "]", "]", "{", "s"):
            await pilot.press({"[": "left_square_bracket", "]": "right_square_bracket"}.get(key, key))
            await pilot.pause()
            pairs.append((screen.left, screen.right))

        assert pairs == [(2, 3), (1, 2), (0, 1), (2, 1), (1, 2), (2, 3), (2, 3), (1, 3), (2, 3)]
        assert all(left != right for left, right in pairs)


async def test_where_one_side_has_room_alone_tab_shows_the_other(settings: Settings) -> None:
    async with entered(settings, size=(60, 24)) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        await until(pilot, lambda: "+ Something" in screen_text(hall))
        assert "− The release" not in screen_text(hall)  # noqa: RUF001 - as it is drawn

        await pilot.press("tab")
        await until(pilot, lambda: "− The release" in screen_text(hall))  # noqa: RUF001 - as it is drawn


async def test_n_goes_to_the_next_place_that_changed_and_says_where_there_is_none(settings: Settings) -> None:
    async with entered(settings, size=(80, 16)) as (hall, pilot, core):
        screen = await opened(hall, pilot, await refined(core))
        sides = screen.query_one(Sides)
        await pilot.press("n")
        assert sides.scroll_offset.y > 0
        await pilot.press(*["n"] * 8)
        await until(pilot, lambda: "Nothing changed below here" in screen_text(hall))
        await pilot.press(*["N"] * 8)
        assert sides.scroll_offset.y == 0


async def test_what_is_being_written_is_told_and_a_draft_can_be_accepted_meanwhile(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await in_review(core)
        await opened(hall, pilot, session)
        await until(pilot, lambda: "reviewer reviews draft 3: " in screen_text(hall))

        await pilot.press("y")
        await until(pilot, lambda: "Accept a draft" in screen_text(hall))
        assert "draft 2  0.82  ★ best" in screen_text(hall)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "it ends, a draft was accepted" in screen_text(hall))
        await until(pilot, lambda: "★ best ✓ accepted" in screen_text(hall))


async def test_of_what_is_over_nothing_is_accepted_or_edited(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        await pilot.press("y")
        await until(pilot, lambda: "It is over, and its drafts stay as they are." in screen_text(hall))
        await pilot.press("n", "E")
        await until(pilot, lambda: "It is over, and its drafts stay as they are." in screen_text(hall))


async def test_a_draft_is_edited_and_goes_on_as_the_operators_own(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await in_review(core)
        await opened(hall, pilot, session)

        await pilot.press("E")
        await until(pilot, lambda: "Edit draft 3" in screen_text(hall))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Nothing is changed yet" in screen_text(hall))
        await pilot.press("M", "y", "space", "ctrl+s")
        await until(pilot, lambda: "draft 4" in screen_text(hall))

        drafts = [each.event for each in await core.events(session) if isinstance(each.event, DraftPresented)]
        assert drafts[-1].by == "operator"
        assert drafts[-1].text.startswith("My Something")


@asynccontextmanager
async def with_editor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> AsyncIterator[tuple[Hall, Pilot[Any], TextArea]]:
    """A draft under edit, and an editor that does what a shell script says with the file `$1`."""
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.setattr("console.own_editor.terminal_lent", lambda app: nullcontext())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with entered(settings) as (hall, pilot, core):
        await opened(hall, pilot, await in_review(core))
        await pilot.press("E")
        await until(pilot, lambda: "ctrl+e in your editor" in screen_text(hall))
        yield hall, pilot, hall.screen.query_one(TextArea)


def left_in(folder: Path) -> list[bytes]:
    """What lies in files that an editor was given."""
    return [each.read_bytes() for each in folder.glob("moot-*/*")]


async def test_a_draft_is_written_on_in_the_operators_own_editor_and_sent_by_nobody_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = "sed -i 's/Something/My thing/' \"$1\""
    async with with_editor(settings, monkeypatch, tmp_path, script) as (hall, pilot, area):
        await pilot.press("ctrl+e")
        await until(pilot, lambda: area.text.startswith("My thing is released at nine."))
        assert "Edit draft 3" in screen_text(hall)
        assert left_in(tmp_path) == []

        await pilot.press("ctrl+s")
        await until(pilot, lambda: "draft 4" in screen_text(hall))


@pytest.mark.parametrize(
    ("script", "said", "kept"),
    [
        ("echo 'Half a thought.' > \"$1\"; exit 1", "the editor ended with 1.", b"Half a thought.\n"),
        ("printf 'caf\\351' > \"$1\"", "what the editor left is no UTF-8.", b"caf\xe9"),
        ("exit 3", "the editor ended with 3. Nothing was changed.", None),
        ('rm "$1"', "what the editor left can't be read", None),
    ],
)
async def test_where_the_editor_fails_nothing_is_lost_and_it_is_said_where_the_text_lies(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, said: str, kept: bytes | None
) -> None:
    async with with_editor(settings, monkeypatch, tmp_path, script) as (hall, pilot, area):
        await pilot.press("x")
        before = area.text
        await pilot.press("ctrl+e")
        await until(pilot, lambda: said in " ".join(screen_text(hall).split()))

        assert area.text == before
        assert left_in(tmp_path) == ([] if kept is None else [kept])


async def test_without_an_editor_it_says_how_to_name_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with with_editor(settings, monkeypatch, tmp_path, "") as (hall, pilot, _):
        monkeypatch.delenv("EDITOR")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: "Set it, such as EDITOR=nano" in screen_text(hall))


async def test_what_was_typed_is_not_lost_by_a_slip_of_the_finger(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        await opened(hall, pilot, await in_review(core))
        await pilot.press("E")
        await until(pilot, lambda: "Edit draft 3" in screen_text(hall))

        await pilot.press("x", "escape")

        await until(pilot, lambda: "What you changed is lost." in screen_text(hall))


async def test_it_is_paused_and_resumed_from_its_drafts(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await in_review(core)
        await opened(hall, pilot, session)
        await pilot.press("p")
        await until_status(core, session, Status.PAUSED)
        await until(pilot, lambda: "‖ paused" in screen_text(hall))

        await pilot.press("p")
        await until_status(core, session, Status.RUNNING)


async def test_a_debate_about_a_draft_is_shown_as_such_with_a_way_there_and_back(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        request = RefinementRequest(
            brief="Write a note on splitting billing into services",
            strategy="debate",
            iterations=1,
            casting={"": "rehearsal"},
            documents=demo_request().documents,
        )
        session = await core.start_refinement(request=request)
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: len(hall.sessions.rows.keys) == 2)
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)

        await pilot.press("C")
        await until(pilot, lambda: hall.sessions.session != session)
        await until(pilot, lambda: f"└ about a draft of {session[:8]}" in screen_text(hall))
        await until(pilot, lambda: "C goes to the refinement whose draft it is about" in screen_text(hall))
        assert "└ " in screen_text(hall).splitlines()[3] + screen_text(hall).splitlines()[4]

        await pilot.press("C")
        await until(pilot, lambda: hall.sessions.session == session)


async def test_its_past_is_stepped_through_in_its_own_words(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        session = await refined(core)
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("h")
        await until(pilot, lambda: "Kept: draft 2" in screen_text(hall))
        await until(pilot, lambda: "★ draft 2 0.82" in screen_text(hall))
        await pilot.press("g", "n")
        await until(pilot, lambda: "iteration 1 of 3" in screen_text(hall))
        await until(pilot, lambda: "DraftPresented" in screen_text(hall))

        assert "╋" in screen_text(hall)
        assert "consensus" not in screen_text(hall)


async def test_a_fork_of_it_stands_beside_its_origin(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        session = await refined(core)
        records = await core.events(session)
        presented = [each.seq for each in records if isinstance(each.event, DraftPresented)]
        starts = [each.seq for each in records if each.envelope is not None]
        at_seq = max(seq for seq in starts if seq <= presented[1]) - 1
        fork = await core.fork(ForkRequest(session=session, at_seq=at_seq, rounds=2))
        await until_status(core, fork, Status.COMPLETED)
        await opened(hall, pilot, fork)
        assert "draft 2" in screen_text(hall)
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is hall.sessions)
        await pilot.press("d")
        await until(pilot, lambda: "they part" in screen_text(hall))

        assert "consensus" not in screen_text(hall)


async def test_every_key_can_be_pressed_among_the_drafts_also_on_a_small_screen(settings: Settings) -> None:
    async with entered(settings, size=(40, 10)) as (hall, pilot, core):
        session = await in_review(core)
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        for key in dict.fromkeys(key for each in ACTIONS if each.place == "drafts" for key in each.default_keys):
            while not isinstance(hall.screen, DraftsScreen):
                await pilot.press(*(["escape"] if hall.screen is not hall.sessions else ["D"]))
            await pilot.press(key)
            await pilot.pause()

            assert hall.is_running, key
            assert screen_text(hall).strip(), key


async def test_a_debate_has_no_drafts_and_says_so(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until(pilot, lambda: hall.sessions.session == session)
        for key in ("D", "y", "E"):
            await pilot.press(key)
            await until(pilot, lambda: "It has no drafts" in screen_text(hall))
            await pilot.press("escape")


async def test_a_click_on_the_last_line_does_what_the_key_does(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        await opened(hall, pilot, await refined(core))
        line = screen_text(hall).splitlines()[-1]

        await pilot.click(offset=(line.index("s best") + 3, 23))
        await pilot.pause()
        assert isinstance(hall.screen, DraftsScreen)
        await pilot.click(offset=(line.index("esc") + 5, 23))
        await until(pilot, lambda: hall.screen is hall.sessions)


async def test_every_key_of_the_sessions_can_be_pressed_on_a_refinement_and_speaks_of_no_debate(
    settings: Settings,
) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        session = await in_review(core)
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        told = {}
        for each in ACTIONS:
            if each.place != "sessions" or each.id in ABOUT_DEBATES or each.id == "archive":
                continue
            while hall.screen is not hall.sessions:
                await pilot.press("escape")
            await pilot.press("escape", "escape", each.default_keys[0])
            await pilot.pause()
            await pilot.pause()  # a dialog opens beside the screen
            assert hall.is_running, each.id
            told[each.id] = screen_text(hall)

        spoken = {
            name: [word for word in (*DEBATE_WORDS, "debate") if word in text.lower()] for name, text in told.items()
        }
        assert {name: words for name, words in spoken.items() if words} == {}
