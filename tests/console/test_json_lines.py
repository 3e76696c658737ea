"""Is a file of JSON lines read whole or refused at the line where its mistake is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.json_lines import LINE_BYTES_MAX, read_lines
from core.domain.errors import WrongUse


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(content)
    return path


def test_each_line_is_an_object_with_its_place_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, b'\xef\xbb\xbf{"id": "a"}\n\n  \n{"id": "b"}')

    assert [(line.place, line.values) for line in read_lines(path)] == [
        (f"{path}:1", {"id": "a"}),
        (f"{path}:4", {"id": "b"}),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": ', "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"id": "a", "id": "b"}', "'id' is given twice"),
        (b'{"n": NaN}', "NaN"),
        (b'{"n": 1e999}', "1e999"),
        (b'{"n": ' + b"1" * 5_000 + b"}", "digits"),
        (b'{"id": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"id": "' + b"x" * LINE_BYTES_MAX + b'"}', "longer than"),
    ],
)
def test_a_line_that_is_no_object_is_refused_by_its_number(tmp_path: Path, line: bytes, said: str) -> None:
    path = written(tmp_path, b'{"id": "a"}\n' + line + b"\n")

    with pytest.raises(WrongUse) as refused:
        list(read_lines(path))

    assert f"{path}:2" in str(refused.value)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no such file"):
        list(read_lines(tmp_path / "none.jsonl"))


def test_a_field_that_nobody_knows_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (line,) = read_lines(written(tmp_path, b'{"breif": "x", "tags": ["a"], "id": " "}'))

    with pytest.raises(WrongUse, match="Did you mean 'brief'"):
        line.only(("id", "brief", "tags"))
    with pytest.raises(WrongUse, match="'id' has to be a text"):
        line.text("id")
    assert line.texts("tags") == ("a",)
    assert line.text("title", "none") == "none"
