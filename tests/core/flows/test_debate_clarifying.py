"""What happens when a seat asks for what it needs to know, instead of taking its turn?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import (
    AnswerEscalation,
    Complete,
    Escalate,
    MarkInDoubt,
    Open,
    Pause,
    ReachDeadline,
    Resume,
    TellParticipant,
)
from core.domain.events import (
    AttemptStarted,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    SessionPaused,
)
from core.domain.ids import SeatId
from core.domain.participants import Role
from core.domain.session import Status
from core.domain.steered import ParticipantTold
from core.domain.transcript import TurnKind
from core.domain.unanswered import AnswerTerms, Then
from core.engine.plan import plan
from core.engine.replay import verify
from core.engine.summarise import summarise
from core.flows.debate_events import ArgumentPresented, ConsensusUpdated
from core.flows.told import DELIVERIES_MAX, TOLD_MAX
from core.judging.questions import QUESTION_CHARACTERS_MAX, question_in
from core.templates.template import Block, Template
from tests.builders import SESSION, TINY, Played, a_turn, after, kinds, opened, seat_spec, step_spec, template

ASKS = "Before I can say anything:\nCLARIFY: Which Friday is meant?"
PROPOSER = SeatId("proposer")


def asking(times: int = 2, *, terms: AnswerTerms | None = None, by: str = "") -> Template:
    """A format whose proposer may ask."""
    seats = tuple(replace(seat, may_ask=times) if seat.id == PROPOSER else seat for seat in TINY.seats)
    seats = (*seats, seat_spec(Role.MODERATOR)) if by else seats
    return replace(TINY, seats=seats, escalation=terms, clarified_by=SeatId(by))


def begun(format: Template | None = None) -> Played:
    played = Played(templates=(format or asking(),))
    played.do(Open(opening=played.opening()))
    played.do(opened()[1])  # type: ignore[arg-type]  # it is the command that admits
    return played


def prompt_of(played: Played) -> str:
    step = plan(played.engine, played.state)[0]
    return played.engine.flow(played.state).request(played.state, step).messages[-1].text


def status_of_row(played: Played) -> tuple[Status, str]:
    row = None
    for record in played.log:
        row = summarise(row, record, played.engine.flows)
    assert row is not None
    return row.status, row.question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("CLARIFY: Which?", "Which?"),
        ("I can't.\n\n**CLARIFY:** Which *one*?  \n", "Which *one*?"),
        ("clarify : which", "which"),
        ("CLARIFY: Which?\nI go on all the same.", ""),
        ("We should clarify: it is so.", ""),
        ("CLARIFY:   ", ""),
        ("CLARIFY: \x1b[31mred\x07?", "red?"),
        ("CLARIFY: " + "so " * 5_000, ("so " * 5_000)[:QUESTION_CHARACTERS_MAX]),
        ("", ""),
    ],
)
def test_a_question_is_read_from_the_last_line_alone(text: str, question: str) -> None:
    assert question_in(text) == question


def test_a_seat_that_asks_has_not_spoken_and_the_debate_waits_for_the_operator() -> None:
    played = begun()

    played.speak(ASKS)

    (asked,) = played.of(ClarificationAsked)
    assert (asked.seat, asked.question, asked.number, asked.number_max) == ("proposer", "Which Friday is meant?", 1, 2)
    assert not played.of(ArgumentPresented)
    assert not played.of(ConsensusUpdated)
    assert played.status is Status.ESCALATED
    assert played.wanted == ()
    assert status_of_row(played) == (Status.ESCALATED, "proposer asks: Which Friday is meant?")


def test_answered_its_turn_is_asked_for_again_by_another_attempt_that_knows_the_answer() -> None:
    played = begun()
    played.speak(ASKS)

    played.do(AnswerEscalation(answer="clarify", statement="The first of each month."))

    assert played.wanted == ("r1.claim.proposer",)
    assert 'proposer asked: "Which Friday is meant?"\nThe first of each month.' in prompt_of(played)
    assert played.debate.turns[-1].kind is TurnKind.STATEMENT
    played.speak()
    assert [event.attempt for event in played.of(AttemptStarted)] == [1, 2]
    assert [event.seat for event in played.of(ArgumentPresented)] == ["proposer"]


def test_how_often_it_may_ask_is_in_its_prompt_and_beyond_that_it_is_told_to_go_on() -> None:
    played = begun(asking(1))
    assert "CLARIFY: " in prompt_of(played)
    played.speak(ASKS)
    played.do(AnswerEscalation(answer="clarify", statement="Any."))

    assert "asked as often as you may" in prompt_of(played)
    played.speak(ASKS)

    assert len(played.of(ClarificationAsked)) == 1
    assert [event.text for event in played.of(ArgumentPresented)] == [ASKS]
    assert "you may ask" not in prompt_of(played).partition("Your task now")[2]  # of the opponent, who may not


def test_where_a_format_lets_nobody_ask_the_line_is_an_argument_like_any_other() -> None:
    played = begun(TINY)

    played.speak(ASKS)

    assert kinds(played.log[-1:]) != ["ClarificationAsked"]
    assert played.status is Status.RUNNING
    assert [event.text for event in played.of(ArgumentPresented)] == [ASKS]


def test_let_go_on_without_it_is_told_so() -> None:
    played = begun()
    played.speak(ASKS)

    played.do(AnswerEscalation(answer="continue"))

    (forgone,) = played.of(ClarificationForgone)
    assert (forgone.reason, forgone.by) == ("asked", "operator")
    assert "goes on without" in prompt_of(played)
    assert status_of_row(played) == (Status.RUNNING, "")


def test_unanswered_in_time_it_goes_on_without_whatever_else_is_said_to_happen() -> None:
    played = begun(asking(terms=AnswerTerms(answer_within_ms=60_000, then=Then.CANCEL)))
    played.speak(ASKS)
    assert played.next_deadline_ms == played.now_ms + 60_000

    played.do(ReachDeadline(), after_ms=60_000)

    (forgone,) = played.of(ClarificationForgone)
    assert forgone.reason == "expired"
    assert played.wanted == ("r1.claim.proposer",)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (AnswerEscalation(answer="clarify"), "without words"),
        (AnswerEscalation(answer="clarify", statement="\x07\x1b[2J"), "without words"),
        (AnswerEscalation(answer="clarify", statement="so " * 10_000), "more than 20,000 bytes"),
        (AnswerEscalation(answer="new_round"), "proposer wants to know something"),
        (AnswerEscalation(answer="say", statement="So."), "proposer wants to know something"),
        (AnswerEscalation(answer="clarify", statement="So.", case=1), "no longer asks"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(answer: AnswerEscalation, why: str) -> None:
    played = begun()
    played.speak(ASKS)

    assert why in played.refuses(answer)
    assert played.status is Status.ESCALATED


@pytest.mark.parametrize(("answer", "status"), [("cancel", Status.CANCELLED), ("complete", Status.RUNNING)])
def test_a_question_can_be_answered_with_the_end(answer: str, status: Status) -> None:
    played = begun()
    played.speak()
    played.speak()
    played.speak(ASKS)

    played.do(AnswerEscalation(answer=answer))

    assert played.status is status
    assert played.state.life.questions == ()
    assert status_of_row(played)[0] is status


def at_once() -> Template:
    """Two seats that speak at once, both of whom may ask."""
    steps = tuple(replace(step_spec(name, seat), block="both") for name, seat in (("a", "proposer"), ("b", "opponent")))
    return replace(
        template(steps=steps, seats=(replace(seat, may_ask=1) for seat in TINY.seats)),
        blocks=(Block(id="both", is_at_once=True),),
    )


def begin_both(played: Played) -> None:
    for _ in played.wanted:
        played.begin()


def answer_of(played: Played, step: str, text: str) -> None:
    attempt = played.state.work.open[step]  # type: ignore[index]
    whole = played.state
    played.state = replace(whole, work=replace(whole.work, open={attempt.step: attempt}))
    command = played.answer_command(text)
    played.state = whole
    played.do(command)


def test_of_two_that_ask_at_once_each_is_answered() -> None:
    played = begun(at_once())
    begin_both(played)
    answer_of(played, "r1.a.proposer", "CLARIFY: Which Friday?")
    answer_of(played, "r1.b.opponent", "CLARIFY: Which train?")
    assert status_of_row(played) == (
        Status.ESCALATED,
        "proposer asks: Which Friday?\nopponent asks: Which train?",
    )
    first, second = played.state.life.questions

    played.do(AnswerEscalation(answer="clarify", statement="The slow one.", case=second.asked_seq))
    assert played.status is Status.ESCALATED
    assert status_of_row(played) == (Status.ESCALATED, "proposer asks: Which Friday?")

    played.do(AnswerEscalation(answer="clarify", statement="Each.", case=first.asked_seq))
    assert played.wanted == ("r1.a.proposer", "r1.b.opponent")
    assert status_of_row(played) == (Status.RUNNING, "")
    assert [event.still_waits for event in played.of(ClarificationAnswered)] == [True, False]


def test_a_question_that_comes_while_the_session_stands_for_another_reason_is_gone_on_without() -> None:
    played = begun()
    played.begin()
    played.do(Pause())

    played.answer(ASKS)

    assert played.of(ClarificationForgone)[0].reason == "not_now"
    assert played.status is Status.PAUSED
    assert status_of_row(played)[0] is Status.PAUSED
    played.do(Resume())
    assert played.wanted == ("r1.claim.proposer",)


def test_a_call_in_doubt_beside_a_question_is_asked_about_as_well() -> None:
    played = begun(at_once())
    begin_both(played)
    answer_of(played, "r1.a.proposer", "CLARIFY: Which Friday?")
    (attempt,) = played.state.work.open.values()
    played.do(MarkInDoubt(step=attempt.step, attempt=attempt.attempt, why="time_out", policy="ask"))
    assert played.state.life.escalation is not None

    played.do(AnswerEscalation(answer="clarify", statement="Each.", case=played.state.life.questions[0].asked_seq))
    assert played.status is Status.ESCALATED
    played.do(AnswerEscalation(answer="continue"))

    assert played.wanted == ("r1.a.proposer", "r1.b.opponent")
    assert status_of_row(played) == (Status.RUNNING, "")


def test_answering_an_escalation_first_lets_the_question_go() -> None:
    played = begun(at_once())
    begin_both(played)
    answer_of(played, "r1.a.proposer", "CLARIFY: Which Friday?")
    (attempt,) = played.state.work.open.values()
    played.do(MarkInDoubt(step=attempt.step, attempt=attempt.attempt, why="time_out", policy="ask"))

    played.do(AnswerEscalation(answer="continue"))

    assert [event.reason for event in played.of(ClarificationForgone)] == ["asked"]
    assert played.status is Status.RUNNING


def test_where_the_format_names_a_seat_that_seat_answers_and_nobody_waits() -> None:
    played = begun(asking(by="moderator"))
    played.speak(ASKS)
    assert played.status is Status.RUNNING
    assert played.wanted == ("r1.clarify_proposer_1.moderator",)
    assert "Which Friday is meant?" in prompt_of(played)

    played.speak("The first of each month.")

    (answered,) = played.of(ClarificationAnswered)
    assert (answered.by, answered.text) == ("seat:moderator", "The first of each month.")
    assert played.wanted == ("r1.claim.proposer",)
    assert "The moderator, round 1:\nproposer asked:" in prompt_of(played)
    assert not played.of(ArgumentPresented)


def test_a_question_to_a_seat_is_over_with_its_round() -> None:
    played = begun(asking(by="moderator"))
    played.speak(ASKS)

    played.do(Complete(reason="enough"))

    assert not any("clarify" in step for step in played.wanted)


def test_the_whole_of_it_is_decided_again_the_same() -> None:
    for format in (asking(), asking(by="moderator"), asking(terms=AnswerTerms(answer_within_ms=5_000, then=Then.FAIL))):
        played = begun(format)
        played.speak(ASKS)
        if format.escalation is not None:
            played.do(ReachDeadline(), after_ms=5_000)
        if played.status is Status.ESCALATED:
            played.do(AnswerEscalation(answer="clarify", statement="Any."))
        played.drive_home()
        assert played.status is Status.COMPLETED
        assert verify(played.engine, SESSION, played.log) is None


# --- what one seat alone is told --------------------------------------------------------------------------------


def test_what_a_seat_is_told_is_in_its_prompts_and_in_no_other() -> None:
    played = after(*opened(), TellParticipant(seat=PROPOSER, text="You have\x07 two rounds."))
    assert "Told to you alone:\n- You have two rounds." in prompt_of(played)

    a_turn()(played)  # type: ignore[operator]  # it is the move that speaks

    assert "two rounds" not in prompt_of(played)
    assert len(played.debate.turns) == 1


def test_of_one_delivery_nobody_is_told_twice() -> None:
    told = TellParticipant(seat=PROPOSER, text="It began.", delivery="n-17")
    played = after(*opened(), told)

    assert played.do(told) == ()
    assert len(played.of(ParticipantTold)) == 1


def test_prompts_hold_the_newest_of_what_was_told() -> None:
    tells = (TellParticipant(seat=PROPOSER, text=f"Number {n}.", delivery=f"n-{n}") for n in range(DELIVERIES_MAX + 5))
    played = after(*opened(), *tells)

    assert prompt_of(played).count("- Number ") == TOLD_MAX
    assert len(played.debate.asides.told.deliveries) == DELIVERIES_MAX


@pytest.mark.parametrize(
    ("seat", "text", "why"),
    [
        ("nobody", "So.", "nobody sits as 'nobody'"),
        ("proposer", "\x1b[2J ", "without words"),
        ("proposer", "so " * 1_000, "more than 2000 bytes"),
    ],
)
def test_what_can_not_be_told_is_refused(seat: str, text: str, why: str) -> None:
    assert why in after(*opened()).refuses(TellParticipant(seat=SeatId(seat), text=text))


def test_a_session_that_is_over_is_told_nothing() -> None:
    played = after(*opened(), Played.play_on)

    assert "nothing more can happen" in played.refuses(TellParticipant(seat=PROPOSER, text="So."))
    assert not played.of(SessionPaused)


def test_an_escalated_session_can_be_told_something() -> None:
    played = after(*opened(), Escalate(question="Go on?"), TellParticipant(seat=PROPOSER, text="So."))

    assert played.status is Status.ESCALATED
