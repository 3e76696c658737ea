"""Which files of a folder go, which stay, and what is left where an export can't be finished?"""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path

import pytest

from core.domain.errors import StorageFailed
from core.exporting.kinds import Form, Kind
from core.runtime.exporting.folder import drafted, kept_exports, let_go
from tests.core.runtime.test_metrics_files import AT_MS

HOUR_MS = 3_600_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def placed(folder: Path, at_ms: int, *, kind: Kind = Kind.EVENTS, form: Form = Form.JSON) -> Path:
    with drafted(folder, kind, form, at_ms) as draft:
        draft.file.write(b"{}")
        draft.finish()
        draft.place(json.dumps({"file": draft.path.name}).encode())
    return draft.path


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_of_each_kind_the_newest_stay_with_their_summaries_and_each_that_goes_is_logged(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = [placed(folder, AT_MS + count * HOUR_MS) for count in range(5)]
    other = placed(folder, AT_MS, kind=Kind.RULES)

    with caplog.at_level(logging.INFO):
        gone = let_go(folder, Kind.EVENTS, now_ms=AT_MS + 5 * HOUR_MS, files_max=2, age_ms_max=None)

    assert [each.file for each in kept_exports(folder)] == [paths[4], paths[3], other]
    assert {path.name for path in gone} >= {path.name for path in paths[:3]}
    assert all(any(path.name in line for line in caplog.messages) for path in paths[:3])


def test_what_is_too_old_goes_but_the_newest_of_its_kind(folder: Path) -> None:
    paths = [placed(folder, AT_MS + count) for count in range(3)]

    let_go(folder, Kind.EVENTS, now_ms=AT_MS + 90 * HOUR_MS, files_max=30, age_ms_max=HOUR_MS)

    assert [each.file for each in kept_exports(folder)] == [paths[2]]


def test_no_file_goes_that_no_export_wrote(folder: Path) -> None:
    for at_ms in (AT_MS, AT_MS + 1):
        placed(folder, at_ms)
    strangers = {
        "events_20200101T000000.000Z.json": "mine, though it is called so",
        "events_20200102T000000.000Z.json": "mine too",
        "summary_events_20200102T000000.000Z.json": '{"file": "another.json"}',
        "events_20200103T000000.000Z.txt": "",
        "events_2020.json": "",
        "holiday.jpg": "",
        "metrics_20200101T000000.000Z.json": "a metrics file",
        "summary_20200101T000000.000Z.json": "its summary",
    }
    for name, text in strangers.items():
        (folder / name).write_text(text)

    for kind in Kind:
        let_go(folder, kind, now_ms=AT_MS + 10_000 * HOUR_MS, files_max=1, age_ms_max=1)

    assert set(strangers) <= set(listed(folder))
    assert len(kept_exports(folder)) == 1


def test_what_a_killed_export_left_goes_once_nobody_has_written_into_it_for_long(folder: Path) -> None:
    left, new = ".events_20260901T000000.000Z.unfinished", ".rules_20260901T000000.000Z.unfinished"
    strange = ".holiday.unfinished"
    for name, at_ms in ((left, 0), (f"{left}.summary", 0), (new, AT_MS), (strange, 0)):
        (folder / name).write_text("half of it")
        os.utime(folder / name, (at_ms / 1_000, at_ms / 1_000))

    path = placed(folder, AT_MS + 1)

    assert listed(folder) == sorted((new, strange, path.name, f"summary_{path.stem}.json"))


def test_a_moment_that_is_taken_by_any_form_is_passed_over(folder: Path) -> None:
    (folder / "events_20260921T141320.123Z.html").write_text("somebody's")
    (folder / ".events_20260921T141320.124Z.unfinished").write_text("another process's")

    assert placed(folder, AT_MS, form=Form.CSV).name == "events_20260921T141320.125Z.csv"
    assert (folder / "events_20260921T141320.123Z.html").read_text() == "somebody's"


def met_with(path: Path) -> None:
    """Export, and have somebody else write `path` just before it is placed."""
    with drafted(path.parent, Kind.EVENTS, Form.JSON, AT_MS) as draft:
        path.write_text("somebody's")
        draft.finish()
        draft.place(b"{}")


def test_a_file_that_appears_under_the_name_meanwhile_is_not_written_over(folder: Path) -> None:
    path = folder / "events_20260921T141320.123Z.json"

    with pytest.raises(StorageFailed):
        met_with(path)

    assert listed(folder) == [path.name]
    assert path.read_text() == "somebody's"


def test_where_the_summary_can_t_be_placed_neither_file_is_there(folder: Path) -> None:
    summary = folder / "summary_events_20260921T141320.123Z.json"

    with pytest.raises(StorageFailed):
        met_with(summary)

    assert listed(folder) == [summary.name]


def test_without_links_a_file_gets_its_name_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*paths: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)

    path = placed(folder, AT_MS)

    assert [each.file for each in kept_exports(folder)] == [path]
    assert len(listed(folder)) == 2


def refused_with(number: int, folder: Path) -> None:
    with drafted(folder, Kind.EVENTS, Form.JSON, AT_MS) as draft:
        draft.file.write(b"half of it")
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "can't be written to"), (errno.EIO, "failed")],
)
def test_what_the_disk_refuses_is_said_with_where_and_what_now(folder: Path, number: int, told: str) -> None:
    with pytest.raises(StorageFailed, match=told) as refused:
        refused_with(number, folder)

    assert str(folder) in refused.value.where
    assert refused.value.now
    assert listed(folder) == []
