"""Is each file of the templates' folder meant for something, and is it said where one is not?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.message_templates import read_sources
from console.settings import Settings
from core.domain.errors import WrongUse

PARTS = {"log": ("line",), "ops": ("body",), "team": ("subject", "text", "html"), "live": ()}


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "config" / "notifications"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.j2").write_text(text, encoding="utf-8")
    return folder


def test_files_are_found_by_channel_and_part(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ops="one", team__subject="two", team__html="three")
    (folder / "notes.txt").write_text("not a template")
    (folder / ".team.text.j2.swp.j2").write_text("of an editor")
    found = read_sources(folder, PARTS)

    assert {channel: {part: each.text for part, each in of.items()} for channel, of in found.items()} == {
        "ops": {"body": "one"},
        "team": {"subject": "two", "html": "three"},
    }


def test_no_folder_is_no_template(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "nowhere", PARTS) == {}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("opps", "no channel is called 'opps'. Did you mean 'ops'?"),
        ("team", "has 3 parts, and this names none. Call it team.subject.j2, team.text.j2, team.html.j2."),
        ("team__txt", "what goes by team has no 'txt'."),
        ("live", "what goes by live has one form. Take the file away."),
    ],
)
def test_a_file_that_is_meant_for_nothing_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read_sources(folder_with(tmp_path, **{name: "x"}), PARTS)

    assert why in str(refused.value)
    assert f"{name.replace('__', '.')}.j2" in str(refused.value)


@pytest.mark.parametrize(("content", "why"), [(b"\xff\xfe", "is no UTF-8 text"), (b"x" * 90_000, "is larger than")])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    folder = folder_with(tmp_path)
    (folder / "ops.j2").write_bytes(content)
    with pytest.raises(WrongUse, match=why):
        read_sources(folder, PARTS)


def test_a_template_that_is_none_is_refused_at_the_start_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    folder = folder_with(tmp_path, log="fine\n{{ titel }}")
    settings = Settings(database=tmp_path / "moot.db", metrics_export_path=tmp_path / "metrics")

    with pytest.raises(WrongUse) as refused:
        open_orchestrator(settings)
    assert str(refused.value).startswith(f"{folder / 'log.j2'}:2: no value is called 'titel'. Did you mean 'title'?")


def test_a_demo_meets_no_template_of_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    folder_with(tmp_path, log="{{ titel }}")
    settings = Settings(database=tmp_path / "moot.db", metrics_export_path=tmp_path / "metrics")

    assert open_orchestrator(settings, is_demo=True) is not None
