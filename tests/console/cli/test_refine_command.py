"""Does `moot refine` print the best draft and nothing else, and end with a code that a script can rely on?"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.console.cli.process import SECONDS_MAX, Moot, events_of, of_kind, read_until
from tests.console.cli.refining import BRIEF, a_review, a_script, nothing_recorded, refine, session_of

STOPS_AT_ONCE = {"MOOT_DRAIN_SECONDS_MAX": "0", "MOOT_IN_DOUBT_POLICY": "retry"}


def test_standard_output_carries_the_approved_text_and_nothing_else(moot: Moot) -> None:
    done = refine(moot, a_script(moot, 0.4, 0.9))

    assert done.stdout == "Two.\n"
    for said in (f"Brief: {BRIEF}", "Iteration 2 of 5", "Say when.", "Name the day.", "draft 2 is approved"):
        assert said in done.stderr
    assert "Two." not in done.stderr


def test_a_draft_that_is_not_approved_is_the_best_and_never_merely_the_last(moot: Moot) -> None:
    done = refine(moot, a_script(moot, 0.7, 0.5, 0.4), "--patience", "2", code=8)

    assert done.stdout == "One.\n"
    assert "draft 1 is the best there is and is not approved: it scores 0.70, and 0.85 is wanted" in done.stderr


def test_json_is_one_event_a_line_and_nothing_else(moot: Moot) -> None:
    events = events_of(refine(moot, a_script(moot, 0.4, 0.9), "--json").stdout)

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["kind"]) == ("SessionOpened", "SessionCompleted")
    assert [draft["text"] for draft in of_kind(events, "DraftPresented")] == ["One.", "Two."]
    refine(moot, a_script(moot, 0.4), "--max-iterations", "1", "--json", code=8)


def test_terms_and_files_reach_the_refinement(moot: Moot, tmp_path: Path) -> None:
    model = a_script(moot, 0.6, 0.6)
    (tmp_path / "brief.md").write_text("# A notice\n\nAbout the rota.", encoding="utf-8")
    (tmp_path / "draft.md").write_text("There is a rota.", encoding="utf-8")

    words = ("--file", str(tmp_path / "brief.md"), "--draft", str(tmp_path / "draft.md"), "--threshold", "0.6")
    done = moot.run("refine", *words, "--reviewer", model, "--json", "--seed", "5", "--title", "Rota")

    opening = events_of(done.stdout)[0]["opening"]
    assert isinstance(opening, dict)
    assert (opening["motion"], opening["title"], opening["seed"]) == ("# A notice\n\nAbout the rota.", "Rota", 5)
    terms = json.loads(str(opening["terms"]))
    assert (terms["threshold_ppm"], terms["draft"]) == (600_000, "There is a rota.")
    assert [draft["by"] for draft in of_kind(events_of(done.stdout), "DraftPresented")] == ["brief"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "without a brief"),
        ((" \n",), "without a brief"),
        (("x" * 30_000,), "bytes"),
        ((BRIEF, "--threshold", "1.7"), "--threshold: '1.7' is no score. Write one from 0 to 1"),
        ((BRIEF, "--threshold", "nan"), "is no score"),
        ((BRIEF, "--threshold", "-0.1"), "is no score"),
        ((BRIEF, "--threshold", "0.12345678"), "is no score"),
        ((BRIEF, "--max-iterations", "0"), "Name one from 1 to 50"),
        ((BRIEF, "--patience", "0"), "Name one from 1"),
        ((BRIEF, "--strategy", "adversrial"), "Did you mean 'adversarial'?"),
        ((BRIEF, "--strategy", "self", "--reviewer", "rehearsal"), "reviewers are named"),
        ((BRIEF, "--strategy", "panel", "--reviewer", "rehearsal"), "a panel of one"),
        ((BRIEF, "--strategy", "human", "--reviewer", "rehearsal"), "a model is named"),
        ((BRIEF, "--reviewer", "rehearsl"), "Did you mean 'rehearsal'?"),
        ((BRIEF, "--budget-usd", "much"), "no amount in dollars"),
        ((BRIEF, "--rules", "nobody"), "nobody"),
        ((BRIEF, "--file", "brief.md"), "two briefs"),
        (("--file", "missing.md"), "missing.md: it can't be read: no such file or directory"),
        (("--file", "binary.md"), "binary.md: this is a binary file"),
        (("--file", "empty.md"), "empty.md: the file is empty"),
        (("--file", "huge.md"), "huge.md: there are more than 1,000,000 bytes"),
        ((BRIEF, "--draft", "binary.md"), "binary.md: this is a binary file"),
        ((BRIEF, "--draft", "."), "this is no file"),
        ((BRIEF, "--draft", "huge.md"), "Refine it part by part"),
        ((BRIEF, "--criteria", "criteria.yaml"), "criteria.yaml:2:"),
        ((BRIEF, "--out", "texts"), "--out: one brief is printed"),
        ((BRIEF, "--concurrency", "2"), "--concurrency: one brief is printed"),
        (("--file", "briefs.jsonl"), "Give --out DIR"),
        (("--file", "briefs.jsonl", "--out", "texts", "--draft", "empty.md"), "one draft for many briefs"),
    ],
)
def test_a_refinement_that_cannot_be_held_is_refused_before_anything_is_spent(
    moot: Moot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.md").write_bytes(bytes(range(256)))
    (tmp_path / "empty.md").write_text(" \n", encoding="utf-8")
    (tmp_path / "huge.md").write_text("x" * 1_000_001, encoding="utf-8")
    (tmp_path / "criteria.yaml").write_text("criteria:\n  - id: Not a name\n", encoding="utf-8")
    (tmp_path / "briefs.jsonl").write_text(json.dumps({"brief": BRIEF}), encoding="utf-8")
    words = tuple(str(tmp_path / word) if word in (*os.listdir(tmp_path), ".") else word for word in words)

    done = moot.run("refine", *words, code=2)

    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2_000
    assert nothing_recorded(moot)


def test_several_reviewers_are_a_panel_unless_something_else_is_said(moot: Moot) -> None:
    model = a_script(moot, 0.9)

    done = refine(moot, model, "--reviewer", model, "--reviewer", model)

    assert done.stdout == "One.\n"
    assert "reviewer_2" in done.stderr
    assert "panel" in done.stderr


@pytest.mark.parametrize(
    ("reviewers", "seats"),
    [
        (("human:1h",), {"writer": "rehearsal", "reviewer": "human:1h"}),
        (("human:1h", "MODEL"), {"writer": "MODEL", "reviewer_1": "human:1h", "reviewer_2": "MODEL"}),
    ],
)
def test_a_person_who_is_to_review_is_not_made_the_writer_too(
    moot: Moot, tmp_path: Path, reviewers: tuple[str, ...], seats: dict[str, str]
) -> None:
    model = a_script(moot, 0.9)
    (tmp_path / "rota.md").write_text("# The rota\n\n+ The rota names a day for each notice.\n", encoding="utf-8")
    words = [word for name in reviewers for word in ("--reviewer", name.replace("MODEL", model))]
    process = moot.start("refine", BRIEF, *words, "--evidence", str(tmp_path), "--json")
    try:
        opening = read_until(process, "SessionOpened")[0]["opening"]
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)

    assert isinstance(opening, dict)
    cast = {seat["id"]: seat["participant"]["model"] for seat in opening["seats"]}
    assert cast == {seat: name.replace("MODEL", model) for seat, name in seats.items()}


def test_what_a_refinement_is_said_to_cost_has_the_debates_about_its_drafts_in_it(moot: Moot, tmp_path: Path) -> None:
    model = a_script(moot, 0.9, more={"judge": "VERDICT: for", "default": "It can be used as it is. " * 200})

    done = refine(moot, model, "--strategy", "debate")
    moot.run("sessions", "export", session_of(done), "--out", str(tmp_path / "notice.md"))
    shown = moot.run("sessions", "show", session_of(done)).stdout

    assert ", debates included" in " ".join(done.stderr.split())
    assert ", debates included" in (tmp_path / "notice.md").read_text(encoding="utf-8")
    assert "by the sessions that it waited for" in shown


def test_criteria_and_checks_are_told_with_their_scores(moot: Moot) -> None:
    criteria = moot.home / "criteria.yaml"
    criteria.write_text(
        "criteria:\n"
        "  - {id: clarity, about: Is it clear at first reading?}\n"
        "checks:\n"
        "  - {id: names_a_day, contains: Friday, required: true}\n",
        encoding="utf-8",
    )
    review = json.dumps({"feedback": "Good.", "suggestions": [], "criteria": {"clarity": 0.9}})
    model = a_script(moot, drafts=["On Monday.", "On Friday."], reviews=[review])

    done = refine(moot, model, "--criteria", str(criteria))

    assert done.stdout == "On Friday.\n"
    assert "✗ check names_a_day failed" in done.stderr
    assert "✓ check names_a_day passed" in done.stderr
    assert "clarity 0.90" in done.stderr


def interrupted(moot: Moot) -> str:
    """A refinement that was stopped while its second draft was being written; from now on all is written at once."""
    hanging = a_script(moot, 0.4, 0.6, drafts=["One.", {"text": "Two.", "faults": ["hang"]}])
    process = moot.start("refine", BRIEF, "--writer", hanging, "--json", **STOPS_AT_ONCE)
    id_ = str(read_until(process, "DraftDecided")[0]["session"])[:8]
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 130
    assert f"moot sessions resume {id_}" in stderr
    a_script(moot, 0.4, 0.95)
    return id_


def test_ctrl_c_drains_and_prints_the_command_that_goes_on_and_prints_the_text(moot: Moot) -> None:
    id_ = interrupted(moot)

    done = moot.run("sessions", "resume", id_, **STOPS_AT_ONCE)

    assert done.stdout == "Two.\n"
    assert len(of_kind(moot.json("sessions", "show", id_, "--json"), "DraftPresented")) == 2


def test_the_best_draft_of_one_that_was_cancelled_can_still_be_read(moot: Moot) -> None:
    id_ = interrupted(moot)
    moot.run("sessions", "cancel", id_)

    assert moot.run("sessions", "draft", id_).stdout == "One.\n"
    assert moot.run("sessions", "draft", id_, "--draft", "1").stdout == "One.\n"
    assert "it has no draft 7" in moot.run("sessions", "draft", id_, "--draft", "7", code=2).stderr


def test_the_operator_takes_a_draft_as_it_is(moot: Moot) -> None:
    id_ = interrupted(moot)

    assert "it has no draft 7" in moot.run("sessions", "accept", id_, "--draft", "7", code=2).stderr
    assert moot.run("sessions", "accept", id_, "--draft", "1", **STOPS_AT_ONCE).stdout == "One.\n"
    assert "nothing more can happen" in moot.run("sessions", "accept", id_, code=2).stderr


def test_the_best_draft_is_taken_unless_another_is_named_and_is_told_beside_the_newest(moot: Moot) -> None:
    hanging = a_script(moot, 0.6, 0.4, drafts=["One.", "Two.", {"text": "Three.", "faults": ["hang"]}])
    process = moot.start("refine", BRIEF, "--writer", hanging, "--json", **STOPS_AT_ONCE)
    id_ = str(read_until(process, "DraftDecided")[0]["session"])[:8]
    read_until(process, "DraftDecided")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS_MAX)

    done = moot.run("sessions", "accept", id_, **STOPS_AT_ONCE)

    assert done.stdout == moot.run("sessions", "draft", id_).stdout == "One.\n"
    told = f"session {id_}: draft 1 is taken, the best so far: 0.60. The newest is draft 2: --draft 2 takes that one."
    assert told in done.stderr


def test_the_operator_puts_a_draft_of_their_own_in_its_place_and_it_is_reviewed_as_any_other(
    moot: Moot, tmp_path: Path
) -> None:
    id_ = interrupted(moot)
    own = tmp_path / "own.md"
    own.write_bytes(b"\0\1")
    assert "binary file" in moot.run("sessions", "revise", id_, "--draft-file", str(own), code=2).stderr
    own.write_text("My own words.\n", encoding="utf-8")

    done = moot.run("sessions", "revise", id_, "--draft-file", str(own), **STOPS_AT_ONCE)

    assert done.stdout == "My own words.\n"
    assert "0.95" in done.stderr


def test_the_log_reads_as_interactions(moot: Moot) -> None:
    id_ = session_of(refine(moot, a_script(moot, 0.4, 0.9)))

    found = json.loads(moot.run("sessions", "show", id_, "--interactions", "--json").stdout)

    assert found["session"]["status"] == "completed"
    assert found["session"]["metadata"]["score"] == 0.9
    written = [(each["id"], each["type"], each["content"]) for each in found["interactions"]]
    assert written[0] == ("draft.1", "prompt", "One.")
    assert written[2][:2] == ("draft.2", "refinement")
    assert [(each["interaction_id"], each["score"]) for each in found["reviews"]] == [
        ("draft.1", 0.4),
        ("draft.2", 0.9),
    ]
    assert found["reviews"][0]["feedback"] == "Say when."
    assert found["reviews"][0]["suggestions"][0]["text"] == "Name the day."
    assert [each["type"] for each in found["requests"]] == ["generate", "review", "refine", "review"]
    assert any(BRIEF in message["text"] for message in found["requests"][0]["prompt"])
    assert found["requests"][0]["parameters"]["model"].startswith("scripted:")
    assert [each["request_id"] for each in found["responses"]] == [each["id"] for each in found["requests"]]
    assert found["responses"][1]["content"] == a_review(0.4)
    assert all(isinstance(each["latency_ms"], int) for each in found["responses"])
    text = moot.run("sessions", "show", id_, "--interactions").stdout
    assert "── draft.2 · refinement" in text
    assert "score 0.4" in text


def test_calls_that_failed_are_among_the_interactions_and_say_why(moot: Moot) -> None:
    late = {"text": "One.", "faults": [{"error": "overloaded"}]}
    id_ = session_of(refine(moot, a_script(moot, 0.9, drafts=[late])))

    found = json.loads(moot.run("sessions", "show", id_, "--interactions", "--json").stdout)

    first, second, _ = found["responses"]
    assert [each["id"] for each in found["requests"]][:2] == ["r1.draft.writer#1", "r1.draft.writer#2"]
    assert (first["request_id"], first["content"], first["latency_ms"]) == ("r1.draft.writer#1", "", None)
    assert first["metadata"]["error"] == "overloaded"
    assert second["content"] == "One."
    assert found["interactions"][0]["metadata"]["request"] == "r1.draft.writer#2"


def test_a_fork_shows_what_it_took_along_among_its_interactions(moot: Moot) -> None:
    id_ = session_of(refine(moot, a_script(moot, 0.4, 0.9)))
    events = moot.json("sessions", "show", id_, "--json")
    (first, _) = of_kind(events, "ReviewGiven")
    fork = moot.run("sessions", "fork", id_, "--at", str(int(str(first["seq"])) - 2))
    made = next(word for word in fork.stderr.split() if len(word) == 8 and word != id_ and word.isalnum())

    found = json.loads(moot.run("sessions", "show", made, "--interactions", "--json").stdout)

    assert found["interactions"][0]["id"] == "draft.1"
    assert fork.stdout == "Two.\n"


def test_a_refinement_is_listed_shown_exported_and_verified_in_its_own_words(moot: Moot, tmp_path: Path) -> None:
    id_ = session_of(refine(moot, a_script(moot, 0.4, 0.9)))

    listed = moot.run("sessions", "list").stdout
    shown = moot.run("sessions", "show", id_).stdout
    moot.run("sessions", "export", id_, "--out", str(tmp_path / "notice.md"))
    exported = (tmp_path / "notice.md").read_text(encoding="utf-8")

    assert "score" in listed
    assert "0.90" in listed
    assert "  Two." in shown
    assert "draft 2 is kept, approved (0.90)" in shown
    assert "## Kept: draft 2\n\n> Two." in exported
    moot.run("sessions", "replay", id_, "--verify")


def test_words_of_a_model_neither_reach_the_terminal_as_codes_nor_the_document_as_markup(
    moot: Moot, tmp_path: Path
) -> None:
    model = a_script(
        moot, drafts=["\x1b[31mRed\x1b[0m <script>"], reviews=[a_review(0.9, "# Not a heading \x1b]0;x\x07")]
    )

    done = refine(moot, model)
    moot.run("sessions", "export", session_of(done), "--out", str(tmp_path / "notice.md"))

    assert "\x1b" not in done.stdout + done.stderr
    assert "> \\# Not a heading" in (tmp_path / "notice.md").read_text(encoding="utf-8")


def test_what_a_first_draft_may_cost_is_bounded(moot: Moot) -> None:
    done = refine(moot, a_script(moot, 0.4), "--budget-usd", "0.000001", code=5)

    assert done.stdout == ""
    assert "its budget is spent" in done.stderr
