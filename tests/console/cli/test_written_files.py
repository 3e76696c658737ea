"""Is what an operator names on the command line read and written without losing anything?"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from console.cli.written_files import put_text, text_given, typed_in
from core.domain.errors import StorageFailed, WrongUse

if TYPE_CHECKING:
    from pathlib import Path


class Typed(io.TextIOWrapper):
    """Standard input that counts what was taken from it."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)
        super().__init__(self._content)

    @property
    def taken(self) -> int:
        return self._content.tell()


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("# mine\n", encoding="utf-8")

    with pytest.raises(WrongUse, match="is there already"):
        put_text(file, "# other\n")

    assert file.read_text(encoding="utf-8") == "# mine\n"


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    put_text(tmp_path / "new.yaml", "name: Über\n")

    assert (tmp_path / "new.yaml").read_text(encoding="utf-8") == "name: Über\n"


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="can't be written: No such file or directory"):
        put_text(tmp_path / "nowhere" / "new.yaml", "a: 1\n")


def test_endless_input_is_refused_without_reading_it_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed(b"x" * 10_000)
    monkeypatch.setattr(sys, "stdin", typed)

    with pytest.raises(WrongUse, match="larger than 100 bytes"):
        typed_in(bytes_max=100)

    assert typed.taken < 10_000


def test_input_that_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(b"\xff\xfe\x00"))

    with pytest.raises(WrongUse, match="standard input: is no UTF-8 text"):
        text_given(tmp_path.__class__("-"))
