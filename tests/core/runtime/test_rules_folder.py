"""Do files of rules come into force as they are written, and does a broken one change nothing?"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.events import RulesChanged
from core.orchestrator import Orchestrator
from core.rules.standard import STANDARD_RULES
from core.rules.versions import VersionKind
from core.runtime.folder_notes import FileStanding, FolderStanding, folder_from_text
from core.runtime.ports import Rhythm
from core.runtime.requests import Asker
from core.runtime.rule_desk import RuleDesk
from core.runtime.rules_folder import FILES_MAX, RulesFolder, looked_at
from core.runtime.rules_in_force import RulesInForce
from core.written.tree import TEXT_BYTES_MAX
from tests.core.runtime.test_rule_desk import MINE, NIGHT, nothing
from tests.stage import Stage, start
from tests.virtual_time import in_virtual_time

BROKEN = MINE.replace("round_count", "roud_count")


async def at_once(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Nothing goes to a thread: a virtual clock knows of none."""
    return work(*arguments, **named)


class Watched:
    """A folder, and a driver's desk and watch over it."""

    def __init__(self, stage: Stage, folder: Path | None) -> None:
        self.stage = stage
        self.restart(folder)

    def restart(self, folder: Path | None) -> None:
        """Another process over the same database."""
        self.stage.orchestrator()
        self.desk = RuleDesk(self.stage.ports, RulesInForce(), on_changed=nothing)
        self.watch = RulesFolder(self.stage.ports, self.desk, folder, aside=at_once)

    async def look(self) -> FolderStanding:
        return await self.watch.follow()

    async def in_force(self) -> dict[str, list[str]]:
        book = await self.stage.catalogue.rule_book()
        return {file.name: [str(rule.id) for rule in file.rules] for file in book.files}

    async def changes(self) -> list[str]:
        return [version.change for version in await self.stage.catalogue.rules_history()]


def watched(folder: Path | None, work: Callable[[Watched], Awaitable[None]]) -> None:
    async def whole() -> None:
        stage = Stage()
        await stage.catalogue.save_rules(STANDARD_RULES, actor="test", at_ms=0, change="first")
        await work(Watched(stage, folder))

    in_virtual_time(whole)


def test_files_come_into_force_change_and_go(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        (tmp_path / "night.yml").write_text(NIGHT)
        (tmp_path / "notes.txt").write_text("no rule")
        (tmp_path / ".mine.yaml.swp.yaml").write_text("an editor's")
        (tmp_path / "deeper.yaml").mkdir()
        standing = await on.look()
        assert await on.in_force() == {"mine.yaml": ["mine"], "night.yml": ["late"]}
        assert [(file.name, file.rules, file.problem) for file in standing.files] == [
            ("mine.yaml", 1, ""),
            ("night.yml", 1, ""),
        ]

        (tmp_path / "mine.yaml").write_text(MINE + MINE.replace("id: mine", "id: more"))
        await on.look()
        assert await on.in_force() == {"mine.yaml": ["mine", "more"], "night.yml": ["late"]}

        (tmp_path / "mine.yaml").unlink()
        await on.look()
        assert await on.in_force() == {"night.yml": ["late"]}
        assert await on.changes() == ["mine.yaml is gone", "took mine.yaml", "took mine.yaml, night.yml", "first"]
        newest = (await on.stage.catalogue.rules_history())[0]
        assert (newest.kind, newest.actor) == (VersionKind.FILES, "folder")

    watched(tmp_path, work)


def test_a_look_at_files_that_are_as_they_were_reads_none_and_changes_nothing(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        standing = await on.look()
        on.stage.clock.shift_ms += 60_000

        assert await on.look() == standing
        on.restart(tmp_path)
        assert await on.look() == standing
        assert len(await on.changes()) == 2
        assert looked_at(tmp_path, on.watch._stamps).changed == {}

    watched(tmp_path, work)


def test_a_broken_file_leaves_in_force_what_it_said_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        (tmp_path / "night.yaml").write_text(NIGHT)
        await on.look()
        (tmp_path / "mine.yaml").write_text(BROKEN)
        (tmp_path / "new.yaml").write_text("- {id: new}")

        with caplog.at_level(logging.WARNING):
            standing = await on.look()
            await on.look()

        assert await on.in_force() == {"mine.yaml": ["mine"], "night.yaml": ["late"]}
        mine, new, night = standing.files
        assert mine.rules == 1
        assert mine.problem.startswith("mine.yaml:4:17: no fact is called 'roud_count'. Did you mean 'round_count'?")
        assert (night.problem, new.rules, bool(new.problem)) == ("", 0, True)
        assert len(caplog.records) == 2
        assert standing.problems == (mine.problem, new.problem)

        (tmp_path / "third.yaml").write_text(BROKEN)
        with caplog.at_level(logging.WARNING):
            await on.look()
        assert len(caplog.records) == 3
        (tmp_path / "third.yaml").unlink()

        (tmp_path / "mine.yaml").write_text(MINE.replace("85", "86"))
        (tmp_path / "new.yaml").unlink()
        assert (await on.look()).problems == ()
        assert (await on.stage.catalogue.rule_book()).files[0].rules[0].priority == 86

    watched(tmp_path, work)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "it is no UTF-8 text"),
        (b" " * (TEXT_BYTES_MAX + 1), f"it is larger than {TEXT_BYTES_MAX:,} bytes"),
        (b"", "bad.yaml:1:1: the file holds no rule."),
        (b"- [", "bad.yaml:2:1: this is no YAML"),
        (b"- id: \x00", "bad.yaml:1:7: the character U+0000 can't be in a text file"),
    ],
)
def test_a_file_that_can_not_be_rules_is_said_to_be_so(tmp_path: Path, content: bytes, told: str) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "bad.yaml").write_bytes(content)

        (problem,) = (await on.look()).problems

        assert told in problem
        assert await on.changes() == ["first"]

    watched(tmp_path, work)


def test_a_folder_that_can_not_be_looked_into_keeps_what_its_files_said(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()

    async def work(on: Watched) -> None:
        (folder / "mine.yaml").write_text(MINE)
        await on.look()
        folder.rename(tmp_path / "elsewhere")

        standing = await on.look()

        assert standing.problem.startswith("it can't be looked into: No such file or directory.")
        assert standing.files == (FileStanding(name="mine.yaml", rules=1),)
        assert await on.in_force() == {"mine.yaml": ["mine"]}
        (tmp_path / "elsewhere").rename(folder)
        assert (await on.look()).problem == ""

    watched(folder, work)


def test_of_too_many_files_none_is_taken(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        await on.look()
        for number in range(FILES_MAX):
            (tmp_path / f"a{number}.yaml").write_text("[]")

        assert f"it holds {FILES_MAX + 1} files; at most {FILES_MAX} are taken." in (await on.look()).problem
        assert await on.in_force() == {"mine.yaml": ["mine"]}

    watched(tmp_path, work)


def test_what_is_made_by_hand_and_what_files_say_do_not_overwrite_one_another(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        await on.look()
        await on.desk.verbs["switch_rules"]({"rules": ["mine"], "enabled": False}, Asker(actor="operator"))
        (tmp_path / "mine.yaml").write_text(MINE.replace("85", "86"))
        await on.look()

        book = await on.stage.catalogue.rule_book()
        assert [rule.enabled for rule in book.rules if rule.id == "mine"] == [False]
        assert [rule.priority for rule in book.files[0].rules] == [86]
        await on.desk.verbs["undo_rules"]({}, Asker(actor="operator"))
        undone = await on.stage.catalogue.rule_book()
        assert ({*undone.rules}, undone.files) == ({*STANDARD_RULES}, book.files)

    watched(tmp_path, work)


def test_a_file_that_could_not_be_taken_is_taken_once_the_rules_beside_it_allow(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "a.yaml").write_text("sets: [{name: day, extends: later}]\n")
        assert (await on.look()).problems[0].startswith("a.yaml: no rule set is called 'later'.")

        await on.desk.verbs["load_rules"]({"text": NIGHT.replace("set: night", "set: later")}, Asker(actor="operator"))

        assert (await on.look()).problems == ()
        assert "took a.yaml" in await on.changes()

    watched(tmp_path, work)


def test_without_a_folder_the_rules_of_files_are_in_force_no_more(tmp_path: Path) -> None:
    async def work(on: Watched) -> None:
        (tmp_path / "mine.yaml").write_text(MINE)
        await on.look()
        on.restart(None)

        assert await on.look() == FolderStanding()
        assert await on.in_force() == {}
        assert (await on.changes())[0] == "no rules folder is set: mine.yaml is gone"
        assert (await on.look(), len(await on.changes())) == (FolderStanding(), 3)

    watched(tmp_path, work)


def test_sessions_follow_a_file_that_changes_while_they_run(tmp_path: Path) -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        office = driver_of(moot).office
        (tmp_path / "mine.yaml").write_text(MINE)
        office._folder = RulesFolder(stage.ports, office._desk, tmp_path, aside=at_once)

        await office.follow_folder()
        (tmp_path / "mine.yaml").write_text(BROKEN)
        await office.follow_folder()

        (changed,) = stage.events(session, RulesChanged)
        assert "mine" in stage.ports.library.rule_sets[changed.digest].by_id  # type: ignore[attr-defined]
        assert (await moot.rulebook.folder()).files[0].rules == 1
        await moot.stop()

    in_virtual_time(work)


async def test_whoever_drives_looks_at_the_folder_at_the_start_and_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stage.QUIET", Rhythm(metrics_seconds=None, health_seconds=None))
    monkeypatch.setattr("tests.virtual_time.VirtualClock.now_ms", lambda self: time.time_ns() // 1_000_000)
    (tmp_path / "mine.yaml").write_text(MINE)
    stage = Stage(rules_folder=tmp_path)
    moot = await stage.drive()
    assert str((await moot.rulebook.find("mine")).origin) == "own (mine.yaml)"
    assert "rules folder" in [job.name for job in driver_of(moot).jobs()]

    (tmp_path / "mine.yaml").write_text(BROKEN)
    other = stage.orchestrator()
    await other.start(drive=False)
    standing = await asyncio.wait_for(other.rulebook.look_at_folder(), 30)

    assert standing.problems == (await moot.rulebook.folder()).problems
    assert "roud_count" in standing.problems[0]
    await other.stop()
    await moot.stop()


def test_a_note_of_another_release_says_nothing() -> None:
    for text in ("", "{}", "[]", "no JSON", '{"schema": 1}', '{"schema": 2, "folder": "x"}'):
        assert folder_from_text(text) == FolderStanding()


def driver_of(moot: Orchestrator) -> Any:
    assert moot._driver is not None
    return moot._driver
