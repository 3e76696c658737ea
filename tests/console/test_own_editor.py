"""Has the console its terminal back, however the operator's own editor ends?"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from console.own_editor import terminal_lent, written_elsewhere
from core.domain.errors import WrongUse
from tests.console.hall import until

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


@pytest.mark.parametrize("heeds", ["", "trap '' TERM; "], ids=["heeds", "heeds not"])
async def test_a_console_that_is_left_ends_the_editor_keeps_the_text_and_leaves_the_terminal_alone(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], heeds: str
) -> None:
    editor, up = tmp_path / "editor", tmp_path / "up"
    types = f'{heeds}echo "Half a thought." >> "$1"'
    editor.write_text(f"#!/bin/sh\n{types}\necho $$ > {up}.new\nmv {up}.new {up}\nexec sleep 600\n")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("console.own_editor.LEAVE_SECONDS_MAX", 0 if heeds else 60)
    app: App[None] = App()
    async with app.run_test() as pilot:
        writing = asyncio.create_task(written_elsewhere(app, "A draft.", name="draft.md"))
        await until(pilot, up.exists)
        app.exit()
    for _ in range(2):  # workers are cancelled, and whatever is left once the loop closes
        writing.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert said == ["lend"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(up.read_text()), 0)
    (folder,) = left_in(tmp_path)
    assert (folder / "draft.md").read_text(encoding="utf-8") == "A draft.\nHalf a thought.\n"
    assert f"your text is kept in {folder / 'draft.md'}" in capfd.readouterr().err
