"""Where does the whole console stand while a test presses keys at it? Over a real core, with scripted participants."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from console import bootstrap
from console.app import MootApp
from console.bootstrap import open_orchestrator
from console.hosting import CoreHost
from console.settings import Settings
from console.theme_files import load_themes
from core.domain.commands import Cancel, Escalate, Pause
from core.domain.session import Status
from core.orchestrator import DebateRequest
from core.runtime.refining_requests import RefinementRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

NOW_MS = 1_795_185_120_000
"""14:32 on 20 November 2026, in UTC."""

TRIES_MAX = 6_000
"""More than anything takes on a machine that is busy with other tests."""
LOOK_SECONDS = 0.01

CLAIM = "Release time fell from nine days to two at the pilot site, and no page was missed while it did."
REPLY = "Each service adds a page a week to a rota of four; I agree that releases got faster, but nights did not."
VERDICT = "The figures on releases were never answered.\nVERDICT: for"

BRIEF = "Write the notice of the release on Friday."
DRAFTS = (
    "The release is on Friday.\n\nIt will take a while, and nobody can pay meanwhile.\n\nAsk us.",
    "The release is on Friday at nine.\n\nIt takes two hours, and nobody can pay meanwhile.\n\nAsk us.",
    "Something is released at nine.\n\nIt takes hours, and nobody can pay.\n\nAsk somebody.",
)


def _review(score: str, said: str, passage: str, change: str) -> str:
    suggestions = [{"passage": passage, "change": change}]
    return f"{said}\n```json\n" + json.dumps({"score": float(score), "suggestions": suggestions}) + "\n```"


REVIEWS = (
    _review("0.5", "It is vague.", "It will take a while", "Say how long."),
    _review("0.82", "It says when and how long.", "Ask us", "Say whom."),
    _review("0.3", "It says less than before.", "Ask somebody", "Name a person again."),
)

SCRIPTS: dict[str, dict[str, Any]] = {
    "writer": {
        "answers": {"draft": list(DRAFTS)},
        "price": {"input_microusd": 3_000_000, "output_microusd": 15_000_000},
    },
    "critic": {
        "answers": {"review": list(REVIEWS)},
        "price": {"input_microusd": 1_000_000, "output_microusd": 5_000_000},
    },
    "slow_critic": {
        "answers": {"review": [*REVIEWS[:2], {"text": REVIEWS[2], "faults": ["never_closes"] * 3}]},
    },
    "claude": {"answers": {"default": CLAIM}, "price": {"input_microusd": 3_000_000, "output_microusd": 15_000_000}},
    "gemini": {"answers": {"default": REPLY}, "price": {"input_microusd": 1_000_000, "output_microusd": 5_000_000}},
    "judge": {"answers": {"default": VERDICT}},
    "talking": {"answers": {"default": {"text": CLAIM, "faults": ["never_closes"] * 3}}},
    "dear": {
        "answers": {"default": {"text": CLAIM, "faults": ["never_closes"] * 3}},
        "price": {"input_microusd": 3_000_000, "output_microusd": 15_000_000},
    },
    "broken": {"answers": {"default": {"text": "-", "faults": [{"error": "quota_spent", "is_final": True}] * 3}}},
}
"""Participants by the name of the file that they are read from."""


class StillClock:
    """Time as it stood; waiting is real and short."""

    def now_ms(self) -> int:
        return NOW_MS

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1_000)


class Hall(MootApp):
    """The console, which closes its core when a test leaves it."""

    async def on_unmount(self) -> None:
        await self.host.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A database of the test's own, ids that count, a clock that stands still, scripts by their bare names."""
    numbers = count(0xA1B2C3)
    monkeypatch.setattr(bootstrap, "new_session_id", lambda: f"{next(numbers):08x}" * 4)
    monkeypatch.setattr(bootstrap, "new_seed", lambda: 7)
    monkeypatch.setattr(bootstrap, "SystemClock", StillClock)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    for name, script in SCRIPTS.items():
        (tmp_path / name).write_text(json.dumps(script))
    return Settings(
        database=tmp_path / "moot.db",
        metrics_export_path=tmp_path / "metrics",
        enable_metrics_export=False,
        enable_health_checks=False,
        drain_seconds_max=0,
        rehearsal_pace=0,
    )


def a_hall(settings: Settings, *, theme: str = "moot-dark") -> Hall:
    host = CoreHost(lambda: open_orchestrator(settings))
    return Hall(host, themes=load_themes(), theme=theme, now_ms=lambda: NOW_MS)


def a_console(settings: Settings) -> MootApp:
    """The console as an operator has it: whoever hosts it closes its core."""
    host = CoreHost(lambda: open_orchestrator(settings))
    return MootApp(host, themes=load_themes(), theme="moot-dark", now_ms=lambda: NOW_MS)


@asynccontextmanager
async def entered(
    settings: Settings, *, size: tuple[int, int] = (120, 40), theme: str = "moot-dark"
) -> AsyncIterator[tuple[Hall, Pilot[Any], Orchestrator]]:
    """The console with its core open and its list read."""
    hall = a_hall(settings, theme=theme)
    async with hall.run_test(size=size, notifications=True) as pilot:
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        yield hall, pilot, core


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Wait for what is to come; a bound on the tries tells that it never does."""
    for _ in range(TRIES_MAX):
        if holds():
            await pilot.pause()
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("what was waited for never came")


async def until_status(core: Orchestrator, session: SessionId, *statuses: Status) -> None:
    for _ in range(TRIES_MAX):
        if (await core.summary(session)).status in statuses:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError(f"it is {(await core.summary(session)).status}, never {statuses}")


def asking(motion: str, *, talks: bool = False, breaks: bool = False, **fields: Any) -> DebateRequest:
    """A debate that runs through; one in which the opponent never ends its turn, or can't begin it."""
    opponent = "talking" if talks else "broken" if breaks else "gemini"
    casting = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": f"scripted:{opponent}"}
    return DebateRequest(question=motion, casting=casting, **fields)


async def start(core: Orchestrator, motion: str, **fields: Any) -> SessionId:
    return await core.start_debate(request=asking(motion, **fields))


def refining(*, reviewer: str = "critic", **fields: Any) -> RefinementRequest:
    """A refinement of three drafts, of which the second is the best."""
    asked = {"brief": BRIEF, "iterations": 3, "cap_microusd": 500_000, **fields}
    return RefinementRequest(casting={"": "scripted:writer"}, reviewers=(f"scripted:{reviewer}",), **asked)


async def refined(core: Orchestrator, **fields: Any) -> SessionId:
    """One that is over."""
    session = await core.start_refinement(request=refining(**fields))
    await until_status(core, session, Status.COMPLETED)
    return session


async def in_review(core: Orchestrator, **fields: Any) -> SessionId:
    """One whose third draft is being reviewed for ever."""
    session = await core.start_refinement(request=refining(reviewer="slow_critic", **fields))
    for _ in range(TRIES_MAX):
        speaking = core.speaking(session)
        if speaking and speaking[0].seat == "reviewer" and speaking[0].characters >= len(REVIEWS[2]) - 1:
            return session
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("nobody reviews")


async def under_way(core: Orchestrator, motion: str, **fields: Any) -> SessionId:
    """A debate in which one has spoken and the other is speaking for ever."""
    session = await start(core, motion, talks=True, **fields)
    for _ in range(TRIES_MAX):
        speaking = core.speaking(session)
        if speaking and speaking[0].seat == "opponent" and speaking[0].characters >= len(CLAIM) - 1:
            return session
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("nobody speaks")


async def filled(core: Orchestrator) -> dict[str, SessionId]:
    """One session in each state, by its state."""
    sessions = {"done": await start(core, "Tabs or spaces?")}
    await until_status(core, sessions["done"], Status.COMPLETED)
    sessions["failed"] = await start(core, "Rename main?", breaks=True)
    await until_status(core, sessions["failed"], Status.FAILED, Status.ESCALATED, Status.PAUSED)
    sessions["stopped"] = await under_way(core, "Buy or build?")
    await core.command(sessions["stopped"], Cancel())
    sessions["paused"] = await under_way(core, "Drop support for old browsers?")
    await core.command(sessions["paused"], Pause())
    sessions["asks"] = await under_way(core, "Should we adopt Rust for the parser?", cap_microusd=500_000)
    question = Escalate(question="The sides stay apart after two rounds. Shall they go on?", reason="low_consensus")
    await core.command(sessions["asks"], question)
    sessions["running"] = await under_way(core, "Should a team of six split its billing into services?")
    await core.set_label(sessions["running"], tags=("billing",))
    return sessions


def screen_text(hall: MootApp) -> str:
    """All that is painted, line by line."""
    width, height = hall.size
    lines = hall.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in lines[y])[:width].rstrip() for y in range(height))


def keep_picture(hall: MootApp, name: str) -> None:
    """Write what is shown as SVG, where a folder for it is named: to look at, not to compare."""
    if folder := os.environ.get("MOOT_TEST_PICTURES", ""):
        hall.save_screenshot(f"{name}.svg", folder)
