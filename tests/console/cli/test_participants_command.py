"""Can an operator bring participants of their own, see them, and seat them?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.templates.participants import SHIPPED_PARTICIPANTS
from tests.console.cli.process import MOTION, Moot, of_kind

MINE = """\
- id: terse_rehearsal
  name: Terse
  model: rehearsal
  role: opponent
  tokens_output_max: 200
"""


@pytest.fixture
def moot(tmp_path: Path) -> Moot:
    return Moot(tmp_path)


def loaded(moot: Moot, text: str, code: int = 0) -> str:
    file = moot.home / "people.yaml"
    file.write_text(text, encoding="utf-8")
    done = moot.run("participants", "load", str(file), code=code)
    return done.stdout + done.stderr


def test_one_that_is_loaded_is_listed_shown_and_written(moot: Moot) -> None:
    assert "1 added, 0 replaced" in loaded(moot, MINE)
    assert "0 added, 1 replaced" in loaded(moot, MINE)

    listed = json.loads(moot.run("participants", "list", "--json").stdout)
    assert {"proposer", "judge", "terse_rehearsal"} <= {each["id"] for each in listed}
    assert "at most 200 tokens" in moot.run("participants", "show", "terse_rehearsal").stdout
    assert MINE.splitlines()[0] in moot.run("participants", "write").stdout


def test_what_is_written_loads_again(moot: Moot) -> None:
    written = moot.run("participants", "write").stdout

    assert f"0 added, {len(SHIPPED_PARTICIPANTS)} replaced" in loaded(moot, written)
    assert moot.run("participants", "write").stdout == written


def test_one_takes_a_seat_and_the_log_says_who(moot: Moot) -> None:
    loaded(moot, MINE)

    (opened,) = of_kind(moot.debate("--seat", "opponent=terse_rehearsal"), "SessionOpened")

    seats = {seat["id"]: seat["participant"] for seat in opened["opening"]["seats"]}  # type: ignore[index]
    assert (seats["opponent"]["id"], seats["opponent"]["tokens_output_max"]) == ("terse_rehearsal", 200)
    assert seats["proposer"]["id"] == "proposer"


def test_a_bad_file_is_refused_whole(moot: Moot) -> None:
    said = loaded(moot, MINE + "- id: rehearsal\n  model: rehersal\n", code=2)

    assert "people.yaml:6:7: 'rehearsal' is the name of a provider." in said
    assert "people.yaml:7:10: no provider serves the model 'rehersal'. Did you mean 'rehearsal'?" in said
    assert "terse_rehearsal" not in moot.run("participants", "list").stdout


def test_an_unknown_one_is_refused_with_the_nearest(moot: Moot) -> None:
    assert "Did you mean 'judge'?" in moot.run("participants", "show", "juge", code=2).stderr


def test_one_of_ones_own_is_removed_and_an_unknown_one_is_refused_with_the_nearest(moot: Moot) -> None:
    loaded(moot, MINE)

    assert "Did you mean 'terse_rehearsal'?" in moot.run("participants", "remove", "terse_rehersal", code=2).stderr
    assert moot.run("participants", "remove", "terse_rehearsal").stdout == "terse_rehearsal is removed.\n"
    assert "terse_rehearsal" not in moot.run("participants", "list").stdout


def test_one_that_stood_in_for_a_shipped_one_makes_room_for_it_again(moot: Moot) -> None:
    shipped = moot.run("participants", "show", "judge").stdout
    loaded(moot, MINE.replace("terse_rehearsal", "judge"))
    assert moot.run("participants", "show", "judge").stdout != shipped

    assert "comes with moot again" in moot.run("participants", "remove", "judge").stdout
    assert moot.run("participants", "show", "judge").stdout == shipped
    assert "judge comes with moot. Cast another" in moot.run("participants", "remove", "judge", code=2).stderr


def test_a_model_whose_key_is_missing_is_refused_before_the_start(moot: Moot) -> None:
    said = moot.run("debate", MOTION, "--seat", "all=openai:gpt-4o-mini", code=2).stderr

    assert "OPENAI_API_KEY is not set" in said
    assert moot.run("sessions", "list", "--json").stdout.strip() == "[]"
