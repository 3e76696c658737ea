"""Do the lines about a session say what holds of it now?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters.session_detail import DetailFold, head_lines, standing_lines
from core.domain.cases import Case, CaseKind
from core.domain.ids import SessionId, TemplateId
from core.domain.status import Status
from core.domain.summary import SessionSummary

MINUTE_MS = 60_000
RUNNING = SessionSummary(
    session=SessionId("a1b2c3d4" * 4),
    seq=1,
    position=1,
    flow="debate@1",
    title="Split billing?",
    motion="Split billing?",
    template=TemplateId("standard_debate"),
    status=Status.RUNNING,
    round=1,
    rounds_limit=3,
    is_rehearsal=True,
    active_ms=MINUTE_MS,
    changed_at_ms=0,
)


def said(summary: SessionSummary, *, is_driven: bool = True) -> str:
    (_, facts) = head_lines(summary, None, now_ms=9 * MINUTE_MS, is_driven=is_driven)
    return "".join(text for text, _ in facts.parts)


def standing(summary: SessionSummary, *, is_driven: bool = True) -> str:
    keys = {"take_wheel": "w", "export": "x", "new_debate": "c"}
    lines, _ = standing_lines(summary, DetailFold({}), keys, now_ms=0, is_driven=is_driven)
    return "\n".join("".join(text for text, _ in line.parts) for line in lines)


def test_a_rehearsal_says_so_before_all_else() -> None:
    assert said(RUNNING) == "rehearsal · standard debate · round 1 of 3 · 10 min · a1b2c3d4"


@pytest.mark.parametrize("status", [Status.RUNNING, Status.PAUSED])
def test_time_in_which_nobody_drives_is_not_counted(status: Status) -> None:
    assert " 1 min " in said(replace(RUNNING, status=status), is_driven=False)


def test_what_is_left_says_how_it_goes_on_from_here_and_from_a_shell() -> None:
    assert standing(RUNNING, is_driven=False) == (
        "○ left  nobody drives it\n"
        "w takes the wheel: what was left goes on here\n"
        "moot drive or moot sessions resume a1b2c3d4 too"
    )


def test_what_is_done_says_what_can_be_done_with_it() -> None:
    done = replace(RUNNING, status=Status.COMPLETED, outcome="for", reason="rounds_played", consensus_ppm=620_000)

    assert standing(done) == (
        "✓ verdict for  all rounds are played, consensus 62 %\nx writes it to a file   c starts another"
    )


def test_what_asks_says_until_when_what_happens_then_and_what_else_is_asked() -> None:
    asks = replace(RUNNING, status=Status.ESCALATED, question="Go on?", reason="deadlock")
    first = Case(
        session=asks.session,
        title="Split billing?",
        flow="debate",
        kind=CaseKind.ESCALATION,
        question="Go on?",
        reason="deadlock",
        rule="",
        asked_seq=7,
        asked_at_ms=0,
        due_ms=12 * MINUTE_MS,
        then="continue",
        then_does="If nobody answers in time, it goes on where it stopped.",
    )
    patient = replace(first, asked_seq=9, due_ms=None)

    def told(*cases: Case, now_ms: int = 0) -> list[str]:
        lines, _ = standing_lines(asks, DetailFold({}), {"answer": "a"}, now_ms=now_ms, cases=cases)
        return ["".join(text for text, _ in line.parts) for line in lines]

    assert told(first)[2] == "due in 12 min. If nobody answers in time, it goes on where it stopped."
    assert told(patient, first)[2] == told(first)[2], "what is due first"
    assert told(patient, first)[0].endswith("and 1 further question")
    assert told(first, now_ms=13 * MINUTE_MS)[2].startswith("the time is up. ")
    assert told(patient)[2] == "a shows all seven answers, and what each would do", "nobody is hurried"


def test_a_title_that_is_the_beginning_of_the_motion_leaves_the_room_to_the_facts() -> None:
    motion = "We should move to a four-day week,\nand no later than the end of the coming quarter"
    summary = replace(RUNNING, motion=motion, title="We should move to a four-day week, and no later …")

    (_, facts) = head_lines(summary, None, now_ms=0)
    (_, named) = head_lines(replace(summary, title="Four days"), None, now_ms=0)

    assert "We should" not in "".join(text for text, _ in facts.parts)
    assert named.parts[0][0].strip() == "Four days"
