"""Is every line read once, in order, from the newest back and as it comes in, also where the file is begun anew?"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs import reading
from console.logs.reading import LogFiles
from console.logs.rotating import SharedLogFile
from console.presenters.log_lines import LogLine

WRITER = """
import logging, sys
from pathlib import Path
from console.logs.rotating import SharedLogFile
handler = SharedLogFile(Path(sys.argv[1]), bytes_max=2_000, files_kept=50)
for number in range(300):
    handler.handle(logging.LogRecord("w", logging.INFO, "", 1, f"{number:03} " + "x" * 20, None, None))
"""


def line(number: int) -> str:
    return json.dumps({"message": f"line {number}", "level": "info"})


def messages(lines: object) -> list[str]:
    return [str(each.values["message"]) for each in lines]  # type: ignore[attr-defined]


def write(path: Path, *numbers: int) -> None:
    with path.open("a", encoding="utf-8") as opened:
        opened.write("".join(f"{line(number)}\n" for number in numbers))


def rotate(path: Path) -> None:
    with closing(SharedLogFile(path, bytes_max=1, files_kept=3)) as handler:
        handler.doRollover()


def all_back(files: LogFiles, page: int) -> list[str]:
    found: list[LogLine] = []
    before = None
    while True:
        back = files.back(before=before, limit=page)
        found = [*back.lines, *found]
        before = back.from_place
        if back.is_whole:
            assert [each.place for each in found] == sorted({each.place for each in found})
            return messages(found)


@pytest.mark.parametrize("page", [1, 3, 100])
def test_pages_back_hold_every_line_of_every_file_in_order(tmp_path: Path, page: int) -> None:
    path = tmp_path / "moot.log"
    for first in (0, 5, 10):
        write(path, *range(first, first + 5))
        if first < 10:
            rotate(path)

    assert all_back(LogFiles(path), page) == [f"line {number}" for number in range(15)]


@given(
    texts=st.lists(st.text(st.characters(blacklist_characters="\n\r", blacklist_categories=["Cs"])), max_size=30),
    block=st.integers(1, 40),
)
def test_blocks_of_any_size_give_the_same_lines(
    texts: list[str], block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("log") / "moot.log"
    lines = [f"at {number}: {text}" for number, text in enumerate(texts)]
    path.write_bytes("".join(f"{each}\n" for each in lines).encode())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", block)
        assert all_back(LogFiles(path), 7) == lines


def test_what_comes_in_is_read_once_also_behind_a_new_beginning(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    write(path, 0, 1)
    files = LogFiles(path)
    place = files.end()
    seen: list[str] = []
    for number in range(2, 12):
        write(path, number)
        if number % 3 == 0:
            rotate(path)
        if number % 2:
            new, place = files.after(place)
            seen += messages(new)
    new, place = files.after(place)

    assert [*seen, *messages(new)] == [f"line {number}" for number in range(2, 12)]
    assert files.after(place)[0] == []


def test_a_line_comes_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    path.touch()
    files = LogFiles(path)
    place = files.end()
    path.write_text('{"message": "ha', encoding="utf-8")
    new, place = files.after(place)
    assert new == []

    path.write_text('{"message": "half"}\n', encoding="utf-8")

    assert messages(files.after(place)[0]) == ["half"]


def test_an_emptied_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    write(path, 1, 2, 3)
    files = LogFiles(path)
    _, place = files.after((0, 0))
    path.write_text("", encoding="utf-8")
    write(path, 4)

    seen, place = files.after(place)
    again, _ = files.after(place)

    assert messages([*seen, *again]) == ["line 4"]


def test_a_log_that_nobody_has_written_yet_is_empty_and_can_be_followed(tmp_path: Path) -> None:
    files = LogFiles(tmp_path / "moot.log")
    place = files.end()
    assert files.back(limit=5).is_whole
    assert files.after(place) == ([], place)

    write(tmp_path / "moot.log", 1)

    assert messages(files.after(place)[0]) == ["line 1"]


def test_only_what_is_wanted_is_found_and_a_look_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    write(path, *range(100))
    files = LogFiles(path)

    found = files.back(is_wanted=lambda each: str(each.values["message"]).endswith("5"), limit=3)
    bounded = files.back(is_wanted=lambda each: False, limit=3, read_max=10)

    assert messages(found.lines) == ["line 75", "line 85", "line 95"]
    assert (bounded.lines, bounded.is_whole) == ((), False)
    assert messages(files.back(before=bounded.from_place, limit=1).lines) == ["line 89"]


def test_the_lines_of_a_traceback_are_one_line_s(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    path.write_text("it broke\n  | Traceback\n  | ValueError: odd\nnext\n", encoding="utf-8")
    files = LogFiles(path)

    (broke, following), _ = files.after((0, 0))

    assert broke.values == {"message": "it broke", "exception": "Traceback\nValueError: odd"}
    assert messages([following]) == ["next"]
    assert messages(files.back(limit=5).lines) == ["it broke", "next"]


def test_another_process_is_followed_through_every_file_that_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    path.touch()
    files = LogFiles(path, files_kept=50)
    place = files.end()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)])
    seen: list[LogLine] = []
    while True:
        is_over = writer.poll() is not None
        new, place = files.after(place)
        seen += new
        if is_over and not new:
            break

    assert writer.returncode == 0
    assert [int(each[:3]) for each in messages(seen)] == list(range(300))
    assert len({each.place[0] for each in seen}) > 3
