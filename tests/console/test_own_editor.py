"""Has the console its terminal back, however the operator's own editor ends?"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from console.own_editor import terminal_lent, written_elsewhere
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a driver that can stand aside was asked for."""
    heard: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    monkeypatch.setattr(HeadlessDriver, "suspend_application_mode", lambda _: heard.append("lend"))
    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", lambda _: heard.append("take back"))
    return heard


def left_in(folder: Path) -> list[Path]:
    """Folders in which an editor was given a text."""
    return list(folder.glob("moot-*"))


async def test_an_editor_that_is_not_there_leaves_the_console_its_terminal(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app: App[None] = App()
    async with app.run_test():
        heard_by = signal.getsignal(signal.SIGINT)
        with pytest.raises(WrongUse, match=r"can't be run: No such file or directory\. Nothing was changed"):
            await written_elsewhere(app, "A draft.", name="draft.md")

        assert said == ["lend", "take back"]
        assert signal.getsignal(signal.SIGINT) is heard_by
    assert left_in(tmp_path) == []


async def test_who_is_stopped_while_an_editor_has_the_terminal_takes_it_back(said: list[str]) -> None:
    app: App[None] = App()
    async with app.run_test():
        with pytest.raises(asyncio.CancelledError), terminal_lent(app):
            raise asyncio.CancelledError

        assert said == ["lend", "take back"]
