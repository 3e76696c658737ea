"""Does an operator get the criteria that they name, with the place of each mistake in a file of their own?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.criteria_files import SHIPPED, read_criteria_file
from core.domain.errors import WrongUse
from core.judging.criteria import Criteria
from core.judging.meetable import require_meetable


@pytest.mark.parametrize("name", SHIPPED)
def test_criteria_that_ship_can_be_met_and_need_no_command(name: str) -> None:
    read = read_criteria_file(Path(name), ())

    require_meetable(read, commands=())
    assert len(read.criteria) >= 5
    assert any(check.is_required for check in read.checks)


def test_a_file_of_ones_own_goes_before_criteria_that_ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prompt").write_text("criteria: [{id: mine, about: Is it mine?}]\n", encoding="utf-8")

    read = read_criteria_file(Path("prompt"), ())

    assert [criterion.id for criterion in read.criteria] == ["mine"]


def test_a_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("checks:\n  - id: a\n    command: deploy\n", encoding="utf-8")

    with pytest.raises(WrongUse, match=r"mine\.yaml:3:14: no command is allowed under the name 'deploy'"):
        read_criteria_file(path, ("compile",))


def test_a_name_that_nothing_ships_under_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(WrongUse, match=r"no such file\. Name a YAML file, or criteria that ship: prompt or report\."):
        read_criteria_file(Path("prompts"), ())


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\0")

    with pytest.raises(WrongUse, match="this is a binary file"):
        read_criteria_file(path, ())


def test_an_allowed_command_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("checks: [{id: a, command: compile}]\n", encoding="utf-8")

    assert isinstance(read_criteria_file(path, ("compile",)), Criteria)
