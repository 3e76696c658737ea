"""Is evidence read whole, or refused with the place?"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from console import evidence_files
from console.evidence_files import read_evidence
from core.domain.errors import WrongUse


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / (name.replace("__", "/").replace("_", ".") if "_" in name else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_folder_gives_its_texts_by_name_and_leaves_out_what_is_hidden_or_no_text(tmp_path: Path) -> None:
    written(tmp_path, b_md="B", a_txt="A", sub__c_markdown="C", code_py="x = 1", sub__d_MD="D")
    written(tmp_path / ".git", hidden_md="H")

    found = read_evidence([tmp_path])

    assert [(document.name, document.text) for document in found] == [
        ("a.txt", "A"),
        ("b.md", "B"),
        ("sub/c.markdown", "C"),
        ("sub/d.MD", "D"),
    ]
    assert found[0].digest == sha256(b"A").hexdigest()


def test_a_file_given_by_name_is_read_whatever_it_is_called_and_only_once(tmp_path: Path) -> None:
    written(tmp_path, LICENSE="words", a_md="A")

    found = read_evidence([tmp_path / "LICENSE", tmp_path / "a.md", tmp_path])

    assert [document.name for document in found] == ["LICENSE", "a.md"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    one, other = written(tmp_path / "one", notes_md="1"), written(tmp_path / "other", notes_md="2", only_md="3")

    names = [document.name for document in read_evidence([one, other])]

    assert names == ["one/notes.md", "other/notes.md", "only.md"]


def test_a_byte_order_mark_and_escape_codes_are_taken_out_and_lines_stay(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\n\x1b[31mtwo\x1b[0m\tthree\n")

    assert read_evidence([tmp_path])[0].text == "one\ntwo\tthree\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("binary.md", b"ab\x00cd", r"binary\.md: this is a binary file, not text\. Give Markdown"),
        ("latin.md", b"one\ntwo\nth\xe9\n", r"latin\.md:3: this is not UTF-8 text\. Save it as UTF-8"),
        ("empty.md", b" \n", r"empty\.md: the file is empty"),
        ("only_codes.md", b"\x1b[31m\n", r"only_codes\.md: the file is empty"),
        ("large.md", b"x" * 1_000_001, r"large\.md: the file is larger than 1 MB"),
    ],
)
def test_what_cannot_be_cited_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(WrongUse, match=message):
        read_evidence([tmp_path / name])


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"missing\.md: there is no such file or folder"):
        read_evidence([tmp_path / "missing.md"])
    with pytest.raises(WrongUse, match=r"the folder holds no evidence"):
        read_evidence([tmp_path])


def test_too_many_files_and_too_much_in_all_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, a_md="aaaa", b_md="bbbb", c_md="cccc")

    monkeypatch.setattr(evidence_files, "BYTES_MAX", 10)
    with pytest.raises(WrongUse, match=r"c\.md: the evidence is larger"):
        read_evidence([tmp_path])
    monkeypatch.setattr(evidence_files, "FILES_MAX", 2)
    with pytest.raises(WrongUse, match="more than 2 evidence files"):
        read_evidence([tmp_path])


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, a_md="A")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(WrongUse, match=r"a\.md: it can't be read: permission denied\. Check its permissions"):
        read_evidence([tmp_path / "a.md"])


def test_a_folder_below_that_may_not_be_read_is_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, a_md="A")
    locked = tmp_path / "locked"
    locked.mkdir()
    look = os.scandir

    def refuse(path: str) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(WrongUse, match=r"locked: it can't be read: permission denied\. Check its permissions"):
        read_evidence([tmp_path])


def test_a_folder_that_tells_its_names_alone_is_refused_at_the_first_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    written(locked, b_md="B")
    look = Path.stat

    def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.parent == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(WrongUse, match=r"b\.md: it can't be read: permission denied\. Check its permissions"):
        read_evidence([tmp_path])


def test_a_path_that_the_machine_takes_for_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"x: it can't be read: file name too long\."):
        read_evidence([tmp_path / ("x" * 5_000)])


def test_no_evidence_given_is_no_evidence() -> None:
    assert read_evidence([]) == ()
