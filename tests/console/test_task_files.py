"""Is a file of tasks read line by line, and is each mistake told with its line?"""

from __future__ import annotations

import json
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from console.task_files import read_tasks
from core.domain.errors import WrongUse


def written(folder: Path, *lines: object) -> Path:
    path = folder / "tasks.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(WrongUse) as refused:
        list(read_tasks(path))
    return str(refused.value)


def test_tasks_without_an_id_are_called_by_their_lines_and_blank_lines_are_none(tmp_path: Path) -> None:
    path = written(tmp_path, {"question": "One?"}, "", {"id": "b", "question": "Two?"}, {"question": "Three?"})

    assert [task.id for task in read_tasks(path)] == ["line-1", "b", "line-4"]


def test_an_id_that_is_taken_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "a", "question": "One?"}, {"question": "Two?"}, {"id": "a", "question": "Three?"})

    assert "tasks.jsonl:3: the id 'a' is taken by line 1." in refusal(path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "there is no task in it"),
        (("", "  "), "there is no task in it"),
        (({"question": "One?"}, "{"), "tasks.jsonl:2"),
        (({"question": "One?"}, '["a"]'), "tasks.jsonl:2: this is no JSON object"),
        (('{"question": "One?", "answer": NaN}',), "tasks.jsonl:1: NaN is no number"),
        (('{"question": "One?", "answer": 1, "answer": 2}',), "'answer' is given twice"),
        (({"question": "One?", "answer": 1}, {"answer": 2}), "tasks.jsonl:2: there is neither"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_with_its_line(
    tmp_path: Path, lines: tuple[object, ...], said: str
) -> None:
    assert said in refusal(written(tmp_path, *lines))


def test_a_file_that_is_not_there_or_is_no_text_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in refusal(tmp_path / "none.jsonl")
    binary = tmp_path / "tasks.bin"
    binary.write_bytes(b'{"question": "\xff\xfe"}\n')
    assert "not UTF-8" in refusal(binary)


def test_of_a_large_file_no_more_is_held_than_a_line_and_what_tells_its_ids_apart(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    line = json.dumps({"question": "x" * 4_000, "answer": 1}) + "\n"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line for _ in range(4_000))

    tracemalloc.start()
    try:
        assert sum(1 for _ in read_tasks(path)) == 4_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert path.stat().st_size > 16_000_000
    assert peak < 2_000_000


def test_a_limit_reads_so_many_and_looks_no_further(tmp_path: Path) -> None:
    path = written(tmp_path, {"question": "One?"}, {"question": "Two?"}, "broken", "broken")

    assert len(list(islice(read_tasks(path, limit=1), 5))) == 1
    assert [task.id for task in read_tasks(path, limit=1)] == ["line-1"]
