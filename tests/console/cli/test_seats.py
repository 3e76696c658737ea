"""Can a person take part in a debate from a shell, at a keyboard and without one, and change its format?"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.console.cli.process import MOTION, ROOT, SECONDS_MAX, Moot, events_of, of_kind, read_until, rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKS = 'answers: {judge: "VERDICT: for", default: [We should.]}\n'


def seated(moot: Moot) -> str:
    """`--seat` for participants who say the same at no cost."""
    path = moot.home / "script.yaml"
    path.write_text(SPEAKS, encoding="utf-8")
    return f"all=scripted:{path}"


class Keyboard:
    """A command with a terminal of its own: what it says is read until a word comes, what is typed goes in."""

    def __init__(self, moot: Moot, *words: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            moot.command(*words), cwd=ROOT, env=moot.environ, stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        self.said = ""

    def until(self, word: str) -> str:
        """All that was said up to this word and behind the last one that was waited for."""
        ends = time.monotonic() + SECONDS_MAX
        while word not in self.said:
            ready, _, _ = select.select([self.master], [], [], max(0.0, ends - time.monotonic()))
            assert ready, f"{word!r} never came:\n{self.said[-2000:]}"
            try:
                piece = os.read(self.master, 65_536)
            except OSError:  # its end is closed: nothing more comes
                piece = b""
            assert piece, f"it ended before {word!r}:\n{self.said[-2000:]}"
            self.said += piece.decode(errors="replace")
        before, _, self.said = self.said.partition(word)
        return before + word

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=SECONDS_MAX)
        os.close(self.master)


@pytest.fixture
def at_the_keyboard(moot: Moot) -> Iterator[Keyboard]:
    """A debate whose opponent is whoever sits at the terminal."""
    words = ("debate", MOTION, "--template", "simple_debate", "--seat", seated(moot), "--seat", "opponent=human:1h")
    keyboard = Keyboard(moot, *words)
    yield keyboard
    keyboard.close()


def test_whoever_follows_at_a_keyboard_types_their_turn_or_passes(at_the_keyboard: Keyboard) -> None:
    at_the_keyboard.until("you speak as opponent, within 1 h")
    at_the_keyboard.type("Not like this.\nNever.\n.\n")
    at_the_keyboard.until("Opponent (human")
    assert "Never." in at_the_keyboard.until("Round 2 of 2")
    at_the_keyboard.until("you speak as opponent")
    at_the_keyboard.type("/pass\n")
    said = at_the_keyboard.until("Verdict: for")

    assert "The person passed: whoever stands in speaks." in said.replace("\r\n  ", " ").replace("\r\n", " ")
    assert "✗" not in said


def test_of_two_who_are_asked_at_once_one_types_after_the_other(moot: Moot) -> None:
    people = ("--seat", "first_voter=human:1h", "--seat", "third_voter=human:1h")
    keyboard = Keyboard(moot, "debate", MOTION, "--template", "vote_only", "--seat", seated(moot), *people)
    try:
        keyboard.until("you speak as first_voter")
        keyboard.type("Yes.\nANSWER: for\n.\n")
        keyboard.until("you speak as third_voter")
        keyboard.type("Yes.\nANSWER: for\n.\n")
        keyboard.until("Verdict: for")
    finally:
        keyboard.close()


def test_a_turn_that_does_not_end_as_it_has_to_is_refused_and_gone_on_with(moot: Moot) -> None:
    words = ("debate", MOTION, "--template", "simple_debate", "--seat", seated(moot), "--seat", "judge=human:1h")
    keyboard = Keyboard(moot, *words)
    try:
        keyboard.until("you speak as judge")
        keyboard.type("They have it.\n.\n")
        keyboard.until("what you typed is kept")
        keyboard.type("VERDICT: against\n.\n")
        keyboard.until("Judge (human), first order: against")
        assert "They have it." in keyboard.until("Verdict: against")
        keyboard.until("completed")
    finally:
        keyboard.close()


def test_without_a_keyboard_the_command_is_said_that_speaks_from_elsewhere(moot: Moot) -> None:
    words = ("--template", "simple_debate", "--seat", seated(moot), "--seat", "opponent=human:1h", "--json")
    process = moot.start("debate", MOTION, *words)
    started = read_until(process, "AttemptStarted")
    id_ = str(started[0]["session"])[:8]
    try:
        assert process.stderr is not None
        assert f"moot sessions speak {id_} TEXT" in read_line_with(process, "is to speak within 1 h")
        assert "does not end" not in moot.run("sessions", "speak", id_, "Not like this.").stdout
        read_line_with(process, "is to speak within 1 h")
        assert "passes" in moot.run("sessions", "speak", id_, "--pass").stdout
        out, _ = rest_of(process)
        arguments = of_kind(events_of(out), "ArgumentPresented")
        assert process.returncode == 0
        assert arguments
    finally:
        process.kill()
        process.wait(timeout=SECONDS_MAX)


def test_whoever_goes_on_with_a_debate_says_what_is_left_of_a_persons_time(moot: Moot) -> None:
    words = ("--template", "simple_debate", "--seat", seated(moot), "--seat", "opponent=human:1h", "--json")
    process = moot.start("debate", MOTION, *words)
    id_ = str(read_until(process, "AttemptStarted")[0]["session"])[:8]
    try:
        read_line_with(process, "is to speak within 1 h:")
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)
    process = moot.start("sessions", "resume", id_, "--json")
    try:
        read_line_with(process, "is to speak within 59 min")
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)


def test_who_reviews_a_draft_is_told_at_once_that_a_score_ends_it_and_the_list_says_that_they_are_to_speak(
    moot: Moot,
) -> None:
    writer = seated(moot).removeprefix("all=")
    process = moot.start("refine", "Say what changes.", "--writer", writer, "--strategy", "human", "--json")
    id_ = str(read_until(process, "AttemptStarted")[0]["session"])[:8]
    try:
        said = read_line_with(process, "is to speak within")
        assert f"moot sessions speak {id_} TEXT" in said
        assert "End with a line such as SCORE: 0.8" in said
        assert "◆ speak" in moot.run("sessions", "list").stdout
        assert id_ in moot.run("sessions", "list", "--state", "speak").stdout
        waits = moot.run("sessions", "cases").stdout
        assert f"session {id_} waits for your turn. You are to speak as reviewer. moot sessions speak {id_}" in waits
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)


def read_line_with(process: subprocess.Popen[str], words: str) -> str:
    """The next line on standard error that holds these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"{words!r} was never said")


def test_speaking_where_nobody_drives_says_what_to_do(moot: Moot) -> None:
    done = moot.run("debate", MOTION, "--template", "simple_debate", "--seat", seated(moot), "--json")
    id_ = str(events_of(done.stdout)[0]["session"])[:8]

    assert "nobody drives this database" in moot.run("sessions", "speak", id_, "Hm.", code=2).stderr
    assert "nothing to say" in moot.run("sessions", "speak", id_, code=2).stderr


def test_a_seat_is_taken_and_left_and_one_that_is_not_there_is_refused(moot: Moot) -> None:
    words = ("--template", "simple_debate", "--seat", seated(moot), "--seat", "opponent=human:1h", "--json")
    process = moot.start("debate", MOTION, *words)
    id_ = str(read_until(process, "AttemptStarted")[0]["session"])[:8]
    try:
        assert (
            "judge is yours from its next turn on" in moot.run("sessions", "take", id_, "judge", "--wait", "2h").stdout
        )
        assert "judge is left to scripted:" in moot.run("sessions", "leave", id_, "judge").stdout
        assert "Did you mean 'judge'?" in moot.run("sessions", "take", id_, "jugde", code=2).stderr
        assert "no time to wait" in moot.run("sessions", "take", id_, "judge", "--wait", "soon", code=2).stderr
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)


def test_a_format_is_changed_once_what_it_changes_was_seen(moot: Moot) -> None:
    words = ("--template", "simple_debate", "--seat", seated(moot), "--seat", "opponent=human:1h", "--json")
    process = moot.start("debate", MOTION, *words)
    id_ = str(read_until(process, "AttemptStarted")[0]["session"])[:8]
    try:
        asked = moot.run("sessions", "reformat", id_, "complex_debate", code=2)
        assert "simple_debate → complex_debate, from round 2 on" in asked.stdout
        done = moot.run("sessions", "reformat", id_, "complex_debate", "--yes")
        assert "reviewer" in done.stdout
        assert "follows complex_debate from the next round on" in done.stdout
        assert "Did you mean 'council'?" in moot.run("sessions", "reformat", id_, "councl", "--yes", code=2).stderr
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)


def test_a_control_answers_the_same_and_is_told_beside_the_debate(moot: Moot) -> None:
    words = ("--template", "simple_debate", "--seat", seated(moot), "--control", "consultancy")
    said = moot.run("debate", MOTION, *words).stdout

    assert "control: consultancy answers the same at the same spend, as session" in " ".join(said.split())
    assert "debate: for, 6 turns, $0.00 · consultancy: for" in " ".join(said.split())
    assert "they agree" in said
    refused = moot.run("debate", MOTION, "--control", "consultncy", "--seat", seated(moot), code=2).stderr
    assert "Did you mean 'consultancy'?" in refused
