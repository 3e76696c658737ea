"""Can what waits for the operator be read, and answered, from a shell?"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.console.cli.process import MOTION, Moot, events_of, of_kind

ASKS_ONCE = (
    "- {id: ask_me, name: Ask me, priority: 99, when: {field: argument_count, greater_than: 0}, "
    "then: [{escalate_to_human: {question: Is this any good?, reason: first_turn}}]}\n"
)
CURIOUS = """
id: curious
rounds: 1
escalation: {answer_within: 2h, then: complete}
seats: [{id: proposer, role: proposer, may_ask: 1}, {id: opponent, role: opponent}, {id: judge, role: judge}]
steps:
  - {name: claim, seat: proposer, task: propose, instruction: Propose.}
  - {name: reply, seat: opponent, task: oppose, instruction: Oppose.}
verdict: {name: verdict, seat: judge, task: judge, expects: verdict, instruction: Judge.}
"""
SPEAKS = 'answers: {judge: "VERDICT: for", proposer: ["CLARIFY: Which week?", We should.], default: [We should not.]}\n'


def listed_in(moot: Moot, *words: str) -> list[dict[str, Any]]:
    """What a command that lists writes for programs."""
    found: list[dict[str, Any]] = json.loads(moot.run(*words).stdout)
    return found


@pytest.fixture
def asking(moot: Moot) -> str:
    """A debate in which a rule asks after the first turn."""
    rules = moot.home / "rules.yaml"
    rules.write_text(ASKS_ONCE, encoding="utf-8")
    moot.run("rules", "load", str(rules))
    done = moot.run("debate", MOTION, "--evidence", moot.evidence(), "--json", code=4)
    return str(events_of(done.stdout)[0]["session"])[:8]


@pytest.fixture
def curious(moot: Moot) -> str:
    """A debate whose proposer wants to know something first."""
    (moot.home / "curious.yaml").write_text(CURIOUS, encoding="utf-8")
    (moot.home / "script.yaml").write_text(SPEAKS, encoding="utf-8")
    moot.run("templates", "create", str(moot.home / "curious.yaml"))
    seats = f"all=scripted:{moot.home / 'script.yaml'}"
    done = moot.run("debate", MOTION, "--template", "curious", "--seat", seats, "--json", code=4)
    id_ = str(events_of(done.stdout)[0]["session"])[:8]
    assert f"session {id_}: proposer asks: Which week? To tell it: moot sessions answer {id_} clarify" in done.stderr
    assert re.search(r"due in (2 h|1 h 59 min)\. If nobody answers in time, proposer goes on without\.", done.stderr)
    return id_


def test_what_waits_is_listed_and_told_whole(moot: Moot, asking: str) -> None:
    listed = moot.run("sessions", "cases").stdout
    assert asking in listed
    assert "Is this any good?" in listed
    (case,) = listed_in(moot, "sessions", "cases", "--json")
    assert (case["rule"], case["due_ms"], case["kind"]) == ("ask_me", None, "escalation")

    told = moot.run("sessions", "cases", asking).stdout
    assert "asked by rule ask_me" in told
    assert "argument_count" in told
    assert "neither its format nor the settings name a deadline" in told
    assert "Begins round 2 of at most" in told
    (file,) = listed_in(moot, "sessions", "cases", asking, "--json")
    assert [each["answer"] for each in file["answers"]][-1] == "cancel"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("say", "--text", "Mind the weekend."), "StatementAdded"),
        (("amend", "--text", "We should move to five days."), "MotionAmended"),
        (("apply_template", "--template", "simple_debate"), "TemplateApplied"),
    ],
)
def test_an_answer_with_words_is_obeyed_and_the_debate_goes_on(
    moot: Moot, asking: str, words: tuple[str, ...], kind: str
) -> None:
    moot.run("rules", "disable", "ask_me")

    events = moot.json("sessions", "answer", asking, *words, "--json")

    assert of_kind(events, kind)
    assert events[-1]["kind"] == "SessionCompleted"
    assert moot.run("sessions", "cases").stdout == "nothing waits for your answer.\n"
    moot.run("sessions", "replay", asking, "--verify")


REFUSED = (
    (("say",), "--text: the answer say needs what you have to say."),
    (("apply_template",), "--template: the answer apply_template needs a format."),
    (("continue", "--text", "So."), "--text: it doesn't go with the answer continue."),
    (("amend", "--template", "simple_debate", "--text", "So."), "--template: it doesn't go with"),
    (("apply_template", "--template", "simple_debat"), "no template is called 'simple_debat'"),
    (("say", "--text", "so " * 10_000), "more than 20000 bytes"),
    (("clarify", "--text", "So."), "no participant asks for one"),
    (("continue", "--case", "1"), "no longer asks"),
    (("contine",), "no answer is called 'contine'. Did you mean 'continue'?"),
)
"""Answers that fit nothing that is asked, and what is said of each."""


def test_an_answer_that_does_not_fit_is_refused_and_the_question_waits_on(moot: Moot, asking: str) -> None:
    for words, why in REFUSED:
        assert why in moot.run("sessions", "answer", asking, *words, code=2).stderr

    assert asking in moot.run("sessions", "cases").stdout


def test_a_participant_is_told_what_it_asked_and_the_debate_is_played_to_its_end(moot: Moot, curious: str) -> None:
    told = moot.run("sessions", "cases", curious).stdout
    assert "asked by proposer" in told
    assert "If nobody answers in time, proposer goes on without." in told

    done = moot.run("sessions", "answer", curious, "clarify", "--text", "That of June.")

    assert "You to Proposer" in done.stdout
    assert "That of June." in done.stdout
    exported = moot.home / "told.md"
    moot.run("sessions", "export", curious, "--out", str(exported))
    assert "That of June" in exported.read_text(encoding="utf-8")
    moot.run("sessions", "replay", curious, "--verify")


def test_a_seat_alone_is_told(moot: Moot, asking: str) -> None:
    assert "before its next turn" in moot.run("sessions", "tell", asking, "opponent", "Be brief.").stdout
    assert "Opponent alone: Be brief." in moot.run("sessions", "show", asking).stdout
    assert "nobody sits as 'nobody'" in moot.run("sessions", "tell", asking, "nobody", "So.", code=2).stderr


def test_a_session_says_until_when_it_waits_and_where_the_answers_are_told(
    moot: Moot, curious: str, asking: str
) -> None:
    hurried = moot.run("sessions", "show", curious).stdout
    patient = moot.run("sessions", "show", asking).stdout

    assert re.search(r"^until +due in (2 h|1 h \d+ min)\. If nobody answers in time, proposer goes", hurried, re.M)
    assert re.search(rf"^answers +moot sessions cases {curious}$", hurried, re.M)
    assert re.search(r"^asks +Is this any good\?$", patient, re.M)
    assert not re.search(r"^until", patient, re.M), "nobody is hurried"


def test_a_session_that_asks_nothing_has_no_cases(moot: Moot) -> None:
    done = moot.run("debate", MOTION, "--evidence", moot.evidence(), "--json")
    id_ = str(events_of(done.stdout)[0]["session"])[:8]

    assert moot.run("sessions", "cases", id_).stdout == f"session {id_} asks nothing.\n"
    assert listed_in(moot, "sessions", "cases", "--json") == []
