"""Are events and log lines written whole, never over another file, and so that no spreadsheet obeys them?"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from console.event_files import COLUMNS, write_entries
from console.presenters.event_entries import EventEntry
from console.presenters.log_lines import read_line
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import Recorded, SessionPaused
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from pathlib import Path

EVENT = EventEntry(
    record=Recorded(
        session=SessionId("ab" * 16),
        seq=5,
        position=41,
        at_ms=1_795_185_120_000,
        event=SessionPaused(reason="=HYPERLINK()", by="operator"),
    )
)
LINE = read_line('{"message":"the inbox waits","level":"warning","error":"disk \\"full\\""}', place=(0, 0))


def test_json_lines_hold_all_that_each_says(tmp_path: Path) -> None:
    write_entries([EVENT, LINE], tmp_path / "out.jsonl")

    event, line = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (event["kind"], event["reason"], event["position"]) == ("SessionPaused", "=HYPERLINK()", 41)
    assert line == LINE.values


def test_csv_has_a_row_each_and_no_formula(tmp_path: Path) -> None:
    write_entries([EVENT, LINE], tmp_path / "out.csv")

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as opened:
        head, event, line = csv.reader(opened)
    assert tuple(head) == COLUMNS
    assert event[:7] == [
        "2026-11-20T14:32:00.000Z", "info", "SessionPaused", "ab" * 16, "5", "41", "'=HYPERLINK() · operator",
    ]  # fmt: skip
    assert json.loads(event[7])["reason"] == "=HYPERLINK()"
    assert line[:7] == ["", "warning", "", "", "", "", 'the inbox waits · disk "full"']


def test_no_file_is_written_over_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine", encoding="utf-8")

    with pytest.raises(WrongUse, match="is there already"):
        write_entries([EVENT], tmp_path / "out.csv")
    with pytest.raises(WrongUse, match=r"\.jsonl or \.csv"):
        write_entries([EVENT], tmp_path / "out.txt")
    with pytest.raises(StorageFailed, match="can't be written"):
        write_entries([EVENT], tmp_path / "none" / "out.csv")

    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["out.csv"]
