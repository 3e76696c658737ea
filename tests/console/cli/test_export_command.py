"""Do records leave by a command, whole, where they are asked for, and are such files checked by one?"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from console.cli.export import _watched
from console.cli.moments import DAY_MS, HOUR_MS, moment_ms
from core.domain.errors import WrongUse
from core.exporting.kinds import Form, Kind
from core.runtime.exporting.wanted import Tell, Told
from tests.console.cli.process import Moot

NOW_MS = 1_790_000_000_123


def plain(path: Path | str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def test_what_was_recorded_leaves_and_is_found_equal_by_the_check(moot: Moot, tmp_path: Path) -> None:
    recorded = moot.debate()
    out = tmp_path / "out"

    file, summary = moot.run("export", "events", "--out", str(out)).stdout.split()
    (told,) = moot.json("export", "events", "--format", "csv", "--out", str(out), "--json")
    checked = moot.json("export", "check", str(out), "--json")

    rows = plain(file)["rows"]
    assert isinstance(rows, list)
    assert {row["kind"] for row in rows} >= {str(each["kind"]) for each in recorded}
    assert plain(summary)["rows"] == told["rows"] == len(rows)
    assert str(told["file"]).endswith(".csv")
    assert [each["found"] for each in checked] == ["equal", "equal"]
    schema = json.loads(moot.run("export", "schema", "events").stdout)
    Draft202012Validator(schema).validate(plain(file))


def test_a_file_that_was_changed_ends_the_check_with_the_code_of_a_fault(moot: Moot, tmp_path: Path) -> None:
    moot.debate()
    file = Path(moot.run("export", "sessions", "--out", str(tmp_path)).stdout.split()[0])
    file.write_bytes(file.read_bytes().replace(b'"turns":', b'"turns": ', 1))

    done = moot.run("export", "check", str(file), code=3)

    assert f"{file}: differs" in done.stdout


def test_of_no_sessions_a_file_is_written_and_a_word_said(moot: Moot, tmp_path: Path) -> None:
    done = moot.run("export", "events", "--out", str(tmp_path))

    assert "nothing was recorded yet" in done.stderr
    assert plain(done.stdout.split()[0])["rows"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("events", "--format", "jsn"), "Did you mean 'json'?"),
        (("events", "--since", "yesterday"), "Write 30d, 12h"),
        (("events", "--since", "1h", "--until", "2h"), "nothing lies between"),
        (("rules", "--since", "1h"), "counted over all sessions and all time"),
        (("metrics", "--session", "ab"), "no session"),
        (("events", "--out", "-"), "Name a folder"),
        (("schema", "event"), "Did you mean 'events'?"),
        (("schema", "events", "--format", "html"), "has no JSON Schema"),
        (("check", "/nowhere/events.json"), "no such file"),
    ],
)
def test_what_can_t_be_meant_is_refused_with_what_can(moot: Moot, words: tuple[str, ...], told: str) -> None:
    assert told in moot.run("export", *words, code=2).stderr


def test_a_folder_that_can_t_be_made_is_named_with_what_to_do(moot: Moot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = moot.run("export", "rules", "--out", str(tmp_path / "file"), code=3)

    assert str(tmp_path / "file") in done.stderr
    assert "name another folder with --out" in done.stderr


@pytest.mark.parametrize("name", [*Kind, "summary"])
def test_every_schema_that_ships_is_a_schema(moot: Moot, name: str) -> None:
    Draft202012Validator.check_schema(json.loads(moot.run("export", "schema", name).stdout))
    if name != "summary":
        of_cells = moot.run("export", "schema", name, "--format", Form.CSV).stdout
        Draft202012Validator.check_schema(json.loads(of_cells))


def test_without_pyarrow_it_is_said_which_command_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.runtime.exporting.forms import pyarrow

    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(WrongUse, match=r"pip install 'moot\[parquet\]'"):
        pyarrow()


def test_a_session_leaves_as_a_page_and_replaces_none_unasked(moot: Moot, tmp_path: Path) -> None:
    moot.debate()
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    id_, page = str(row["session"])[:8], tmp_path / "debate.html"

    moot.run("sessions", "export", id_, "--out", str(page))
    page.write_text("mine", encoding="utf-8")
    refused = moot.run("sessions", "export", id_, "--out", str(page), code=2)

    assert page.read_text(encoding="utf-8") == "mine"
    assert "there is such a file already" in refused.stderr
    moot.run("sessions", "export", id_, "--format", "html", "--out", str(page), "--force")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    piped = moot.run("sessions", "export", id_, "--format", "html", "--out", "-").stdout
    assert piped == page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "htm"), "Did you mean 'html'?"),
        (("--format", "html", "--out", "debate.md"), "say two things"),
        (("--format", "html", "--bundle"), "a form of its own"),
    ],
)
def test_a_format_that_can_t_be_meant_is_refused(moot: Moot, words: tuple[str, ...], told: str) -> None:
    assert told in moot.run("sessions", "export", "ab", *words, code=2).stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_the_work_before_the_command_ends(number: signal.Signals) -> None:
    has_ended = False

    async def work(tell: Tell) -> int:
        nonlocal has_ended
        tell(Told(rows=1, done=1, whole=2))
        signal.raise_signal(number)
        try:
            await asyncio.Event().wait()
        finally:
            has_ended = True
        return 0

    assert await _watched("exporting", work) is None
    assert has_ended


@pytest.mark.parametrize(
    ("text", "back_ms"),
    [("30d", 30 * DAY_MS), ("1h30m", HOUR_MS + 30 * 60_000), ("2w", 14 * DAY_MS), (" 12h ", 12 * HOUR_MS), ("0s", 0)],
)
def test_a_stretch_of_time_is_counted_back_from_now(text: str, back_ms: int) -> None:
    assert moment_ms(text, now_ms=NOW_MS, where="--since") == NOW_MS - back_ms


def test_a_date_is_the_operators_own_unless_it_names_a_zone() -> None:
    own = datetime(2026, 11, 20).astimezone()  # the operator's own day is what is meant

    assert moment_ms("2026-11-20", now_ms=NOW_MS, where="--since") == int(own.timestamp()) * 1_000
    assert moment_ms("2026-11-20T14:30:00Z", now_ms=NOW_MS, where="--since") == 1_795_185_000_000
