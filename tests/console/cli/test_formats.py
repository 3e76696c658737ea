"""Does every shipped format run to its verdict in rehearsal, verify, and read well when it is written down?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.template import Expects, Template
from tests.console.cli.process import MOTION, NOTES, Moot, of_kind

HOW_MANY = "How many garages are in the centre?"
every_format = pytest.mark.parametrize("format_", SHIPPED_TEMPLATES, ids=lambda each: each.id)


def played(moot: Moot, question: str, *words: str, code: int = 0) -> list[dict[str, object]]:
    notes = moot.home / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    done = moot.run("debate", question, "--evidence", str(notes), "--seed", "5", "--json", *words, code=code)
    return [json.loads(line) for line in done.stdout.splitlines()]


@every_format
def test_a_format_runs_to_its_verdict_verifies_and_is_written_down(
    format_: Template, moot: Moot, tmp_path: Path
) -> None:
    events = played(moot, MOTION, "--template", format_.id)
    id_ = str(events[0]["session"])

    (verdict,) = of_kind(events, "VerdictReached")
    assert verdict["outcome"] in ("for", "against", "undecided")
    assert of_kind(events, "SessionCompleted")
    assert not of_kind(events, "AttemptFailed")
    assert all(given["answer"] for given in of_kind(events, "AnswerGiven"))
    assert all(given["ranking"] for given in of_kind(events, "RankingGiven"))
    assert all(given["stance"] and not given["is_repaired"] for given in of_kind(events, "StanceDeclared"))
    assert all(given["ranking"] for given in of_kind(events, "VoteCast"))
    answering = any(step.expects is Expects.ANSWER for step in format_.steps)
    assert bool(of_kind(events, "AnswerGiven")) == answering

    assert "verdict  same" in moot.run("sessions", "replay", id_, "--verify").stdout
    written = tmp_path / "session.md"
    moot.run("sessions", "export", id_, "--out", str(written))
    text = written.read_text(encoding="utf-8")
    assert f"## Verdict: {verdict['outcome']}" in text
    whole = tmp_path / "session.json"
    moot.run("sessions", "export", id_, "--out", str(whole))
    assert json.loads(whole.read_text(encoding="utf-8"))["session"]["outcome"] == verdict["outcome"]


@every_format
def test_the_same_seed_says_the_same_words(format_: Template, moot: Moot) -> None:
    said = [
        sorted((str(turn["step"]), str(turn["text"])) for turn in of_kind(events, "ArgumentPresented"))
        for events in (played(moot, MOTION, "--template", format_.id) for _ in range(2))
    ]

    assert said[0] == said[1]


@every_format
def test_what_a_rehearsal_quotes_stands_in_the_evidence(format_: Template, moot: Moot) -> None:
    lines = NOTES.splitlines()
    events = played(moot, MOTION, "--template", format_.id)
    quoted = [
        quotation
        for turn in (*of_kind(events, "ArgumentPresented"), *of_kind(events, "VerdictReached"))
        for quotation in re.findall(r"“([^”]+)” \(notes\.md:(\d+)\)", str(turn["text"]))
    ]

    assert len(quoted) >= 3
    for words, line in quoted:
        assert words.removesuffix(" …") in lines[int(line) - 1]


def test_a_question_is_answered_by_a_number_that_stands_in_the_evidence(moot: Moot) -> None:
    events = played(moot, HOW_MANY, "--template", "vote_only", "--answers", "number")

    assert [given["answer"] for given in of_kind(events, "AnswerGiven")] == ["2"] * 5
    assert of_kind(events, "VerdictReached")[0]["outcome"] == "2"
    shown = moot.run("sessions", "show", str(events[0]["session"])).stdout
    assert f"Question: {HOW_MANY}" in shown
    assert "answered by a number" in shown
    assert "Verdict: 2" in shown
    assert "By the answers that were given" in shown


def test_a_question_is_answered_by_the_choice_for_which_most_speaks(moot: Moot) -> None:
    asked = ("--template", "council", "--answers", "garages, buses")

    lost = played(moot, "What lost customers in the centre?", *asked)
    better = played(moot, "What should be better in the centre?", *asked)

    assert of_kind(lost, "VerdictReached")[0]["outcome"] == "garages"
    assert of_kind(better, "VerdictReached")[0]["outcome"] == "buses"


def test_a_question_that_the_evidence_does_not_answer_is_refused_before_the_start(moot: Moot) -> None:
    notes = moot.home / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    asked = ("debate", "How many trams cross the centre?", "--answers", "number", "--template", "vote_only")
    done = moot.run(*asked, "--evidence", str(notes), code=ExitCode.WRONG_USE)

    assert "none says it in one number" in done.stderr
    assert "a rehearsal answers only what it can read" in done.stderr


def test_a_format_with_sides_can_not_be_asked_for_a_number(moot: Moot) -> None:
    done = moot.run("debate", HOW_MANY, "--answers", "number", code=ExitCode.WRONG_USE)

    assert "standard_debate argues for and against a motion, and can't be asked for a number" in done.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--answers", "numbr"), "'numbr' is no form of answer. Did you mean 'number'?"),
        (("--answers", "A,A"), "two choices are the same"),
        (("--set", "level=9"), "level can't be 9. It goes from 0 to 3"),
        (("--set", "level"), "'level' sets no dial to a number"),
        (("--set", "level=1", "--set", "level=2"), "level is set twice"),
        (("--set", "volume=1"), "tit_for_tat has no dial 'volume'"),
    ],
)
def test_what_can_not_be_asked_for_or_set_is_refused_with_what_can(
    words: tuple[str, ...], why: str, moot: Moot
) -> None:
    done = moot.run("debate", MOTION, "--template", "tit_for_tat", *words, code=ExitCode.WRONG_USE)

    assert why in done.stderr


def test_a_dial_is_set_for_one_session_and_no_other(moot: Moot) -> None:
    notes = moot.home / "notes.md"
    notes.write_text(NOTES, encoding="utf-8")
    asked = ("debate", MOTION, "--template", "tit_for_tat", "--evidence", str(notes), "--json")
    done = moot.run(*asked, "--set", "level=3")
    first = json.loads(done.stdout.splitlines()[0])
    second = json.loads(moot.run(*asked).stdout.splitlines()[0])

    assert "level 3 of 0 to 3: how much the sides disagree" in done.stderr
    digests = [each["opening"]["template_digest"] for each in (first, second)]
    assert digests[0] != digests[1]
    assert "verdict  same" in moot.run("sessions", "replay", str(first["session"]), "--verify").stdout


def test_the_operator_rules_a_question_with_its_answer(moot: Moot) -> None:
    events = played(moot, HOW_MANY, "--template", "vote_only", "--answers", "number")
    done = moot.run(
        "sessions",
        "complete",
        str(events[0]["session"]),
        "--verdict",
        "Counted.",
        "--outcome",
        "2",
        code=ExitCode.WRONG_USE,
    )

    assert "completed" in done.stderr
