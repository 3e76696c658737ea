"""Which questions do the tests of the answer dialog put before the operator?"""

from __future__ import annotations

from dataclasses import replace

from core.domain.cases import CLARIFICATION, Case, CaseFile, CaseKind, PossibleAnswer
from core.domain.ids import NO_SEAT, SeatId, SessionId

ASKED_AT_MS = 1_700_000_000_000
NOW_MS = ASKED_AT_MS + 240_000
ANSWERS = (
    PossibleAnswer(answer="continue", label="continue", does="It goes on where it stopped. Next to speak: opponent."),
    PossibleAnswer(answer="new_round", label="another round", does="Begins round 4 of at most 5. About $0.02."),
    PossibleAnswer(answer="complete", label="finish", does="Ends it: judge is asked for the verdict."),
    PossibleAnswer(answer="apply_template", label="another format", does="It goes on by another format."),
    PossibleAnswer(answer="amend", label="amend the motion", does="It goes on, about the motion in its place."),
    PossibleAnswer(answer="say", label="say something", does="Every seat hears you, and it goes on."),
    PossibleAnswer(answer="cancel", label="cancel", does="It ends with nothing decided."),
)
TO_A_SEAT = (
    PossibleAnswer(answer="clarify", label="tell opponent", does="opponent is told, and asked for its turn again."),
    PossibleAnswer(answer="continue", label="go on without", does="opponent takes its turn without knowing it."),
    PossibleAnswer(answer="complete", label="finish", does="Ends it: judge is asked for the verdict."),
    PossibleAnswer(answer="cancel", label="cancel", does="It ends with nothing decided."),
)


def case_file(question: str = "Shall it go on?", *, why: tuple[str, ...] = (), refused: str = "") -> CaseFile:
    """A question of a rule's; with `refused`, no other round can be had."""
    case = Case(
        session=SessionId("5e55" * 8),
        title="Split billing?",
        flow="debate",
        kind=CaseKind.ESCALATION,
        question=question,
        reason="error_rate",
        rule="too_many_errors",
        asked_seq=41,
        asked_at_ms=ASKED_AT_MS,
        due_ms=NOW_MS + 3_600_000,
        then="continue",
        then_does="If nobody answers in time, it goes on where it stopped.",
    )
    answers = tuple(replace(each, refused=refused) if each.answer == "new_round" else each for each in ANSWERS)
    return CaseFile(case=case, why=why, turns=(), answers=answers)


def clarification() -> CaseFile:
    """A participant's question."""
    file = case_file("Which Friday is meant?")
    case = replace(
        file.case, kind=CaseKind.CLARIFICATION, reason=CLARIFICATION, rule="", seat=SeatId("opponent"), due_ms=None
    )
    assert file.case.seat == NO_SEAT
    return replace(file, case=case, answers=TO_A_SEAT)
