"""Are the words of the command line understood, and wrong ones refused before anything is done?"""

from __future__ import annotations

import pytest

from console.cli.debate import read_casting
from console.exit_codes import MEANINGS
from console.opening import console_options
from console.settings import read_budget
from core.domain.errors import WrongUse
from tests.console.cli.process import Moot


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ([], {}),
        (["--theme", "moot-light"], {"theme": "moot-light"}),
        (["--theme=moot-light", "--no-mouse"], {"theme": "moot-light", "mouse": False}),
        (["--database", "x.db"], {"database": "x.db"}),
        (["sessions", "list"], None),
        (["--theme"], None),
        (["--help"], None),
        (["--no-mouse", "debate"], None),
    ],
)
def test_words_for_the_console_are_told_from_commands(words: list[str], given: dict[str, object] | None) -> None:
    assert console_options(words) == given


def test_without_seats_every_one_is_rehearsed() -> None:
    assert read_casting([]) == {"": "rehearsal"}


def test_seats_are_cast_one_by_one_or_all_at_once() -> None:
    assert read_casting(["judge=claude", "all=gemini"]) == {"": "gemini", "judge": "claude"}


@pytest.mark.parametrize("word", ["judge", "judge=", "=claude", ""])
def test_a_seat_without_a_model_is_refused(word: str) -> None:
    with pytest.raises(WrongUse, match="names no seat and who takes it"):
        read_casting([word])


@pytest.mark.parametrize("words", [["judge=a", "judge=b"], ["all=a", "all=b"]])
def test_a_seat_cast_twice_is_refused(words: list[str]) -> None:
    with pytest.raises(WrongUse, match="cast twice"):
        read_casting(words)


def test_a_budget_is_read_in_dollars() -> None:
    assert read_budget("$0.25") == 250_000


@pytest.mark.parametrize("text", ["much", "-1", "none", "nan", ""])
def test_a_budget_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="is no amount in dollars"):
        read_budget(text)


def test_help_names_every_exit_code(moot: Moot) -> None:
    for words in (("--help",), ("debate", "--help")):
        said = moot.run(*words).stdout
        assert all(meaning in said for meaning in MEANINGS.values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("debat", "x"), "Did you mean"),
        (("debate",), "MOTION"),
        (("debate", "x", "--round", "3"), "--rounds"),
        (("debate", "x", "--rounds", "many"), "'--rounds'"),
        (("sessions",), "sessions --help"),
        (("sessions", "list", "--state", "pausd"), "Did you mean 'paused'?"),
        (("sessions", "answer", "ab", "contineu"), "Did you mean 'continue'?"),
        (("sessions", "answer", "ab", "cancel", "--verdict", "mine"), "ends the debate"),
        (("sessions", "complete", "ab", "--outcome", "for"), "--verdict"),
        (("--theme", "x", "sessions", "list"), "are for the console"),
        (("debate", "x", "--budget-usd", "much"), "no amount in dollars"),
        (("debate", "x", "--evidence", "/nowhere/at/all"), "/nowhere/at/all"),
    ],
)
def test_wrong_words_are_refused_with_advice(moot: Moot, words: tuple[str, ...], said: str) -> None:
    done = moot.run(*words, code=2)

    assert done.stdout == ""
    assert done.stderr.startswith("moot: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_without_a_terminal_the_console_says_what_to_do_instead(moot: Moot) -> None:
    assert "moot debate" in moot.run(code=2).stderr
