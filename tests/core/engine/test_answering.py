"""What may be answered to a session that asks, and what happens when nobody does?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import (
    Admit,
    AnswerEscalation,
    ApplyTemplate,
    Complete,
    Escalate,
    Open,
    ReachDeadline,
    ResumeRun,
)
from core.domain.events import (
    EscalationAnswered,
    EscalationExpired,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
)
from core.domain.ids import StepId, TemplateId
from core.domain.session import Status
from core.domain.unanswered import AnswerTerms, Then
from core.engine.answering import expired
from core.engine.replay import verify
from core.flows.debate_events import (
    RoundsLimitChanged,
    RoundStarted,
    StatementAdded,
    TemplateApplied,
)
from core.rules.rule import EscalateToHuman, Repeat
from tests.builders import SESSION, TINY, Move, Played, a_turn, after, at_least, begun, kinds, opened, rule
from tests.forked import fork_of

HOUR_MS = 3_600_000
ASKED: tuple[Move, ...] = (*opened(), a_turn(), Escalate(question="Go on?"))


def waiting(then: Then, *moves: Move, within_ms: int = HOUR_MS, rounds: int | None = None) -> Played:
    """A debate that asks, and whose format says what happens when nobody answers within an hour."""
    format = replace(TINY, escalation=AnswerTerms(answer_within_ms=within_ms, then=then))
    played = Played(templates=(format,))
    played.do(Open(opening=played.opening(rounds=rounds)))
    for move in (*opened()[1:], *(moves or (a_turn(), Escalate(question="Go on?")))):
        if callable(move):
            move(played)
        else:
            played.do(move)
    return played


def unanswered(played: Played) -> Played:
    due = played.next_deadline_ms
    assert due is not None
    played.do(ReachDeadline(), after_ms=due - played.now_ms)
    return played


# --- answers ------------------------------------------------------------------------------------------------------


def test_answered_with_another_format_it_follows_that_from_the_next_round() -> None:
    played = after(*ASKED, AnswerEscalation(answer="apply_template", template=TemplateId("reviewed")))

    assert played.status is Status.RUNNING
    assert [event.template for event in played.of(TemplateApplied)] == ["reviewed"]


def test_answered_with_another_motion_it_goes_on_about_that() -> None:
    played = after(*ASKED, AnswerEscalation(answer="amend", motion="It leaves on Mondays."))

    assert played.debate.motion == "It leaves on Mondays."
    assert played.wanted == ("r1.reply.opponent",)


def test_answered_with_words_every_seat_hears_them() -> None:
    played = after(*ASKED, AnswerEscalation(answer="say", statement="Mind the weekend."))

    assert [event.text for event in played.of(StatementAdded)] == ["Mind the weekend."]
    assert played.debate.turns[-1].text == "Mind the weekend."
    assert played.status is Status.RUNNING


def test_an_answer_and_what_it_brings_about_are_one_append() -> None:
    played = after(*ASKED)

    events = played.do(AnswerEscalation(answer="amend", motion="It leaves on Mondays."))

    assert kinds(events)[:2] == ["EscalationAnswered", "MotionAmended"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (AnswerEscalation(answer="apply_template", template=TemplateId("unheard_of")), "unheard_of"),
        (AnswerEscalation(answer="apply_template"), "Name one"),
        (AnswerEscalation(answer="amend"), "without words"),
        (AnswerEscalation(answer="amend", motion="\x1b[2J\x07"), "without words"),
        (AnswerEscalation(answer="say", statement="so " * 10_000), "more than 20000 bytes"),
        (AnswerEscalation(answer="say", statement=" \n"), "without words"),
        (AnswerEscalation(answer="continue", statement="Mind the weekend."), "'say'"),
        (AnswerEscalation(answer="new_round", motion="Otherwise."), "'amend'"),
        (AnswerEscalation(answer="say", template=TemplateId("reviewed"), statement="So."), "'apply_template'"),
        (AnswerEscalation(answer="clarify", statement="It is."), "no participant asks"),
        (AnswerEscalation(answer="x" * 10_000), "is one of"),
        (AnswerEscalation(answer="continue", note="so " * 10_000), "a note of more than 20,000 bytes"),
        (AnswerEscalation(answer="complete", outcome="for", verdict="so " * 10_000), "a verdict of more than 20,000"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_whole_with_the_reason(answer: AnswerEscalation, why: str) -> None:
    played = after(*ASKED)

    assert why in played.refuses(answer)
    assert played.status is Status.ESCALATED
    assert not played.of(EscalationAnswered)


def test_control_characters_in_an_answer_reach_no_log() -> None:
    answer = AnswerEscalation(answer="say", statement="Mind\x1b[2J the\x07 weekend.", note="A\x1b[2J note\x07.")
    played = after(*ASKED, answer)

    (said,), (answered,) = played.of(StatementAdded), played.of(EscalationAnswered)
    assert (said.text, answered.note) == ("Mind the weekend.", "A note.")


def test_an_answer_to_a_session_that_asks_nothing_is_refused() -> None:
    assert "is running can't be answered" in after(*opened()).refuses(AnswerEscalation(answer="continue"))


def test_of_two_answers_the_second_is_refused() -> None:
    played = after(*ASKED, AnswerEscalation(answer="continue"))

    assert "can't be answered" in played.refuses(AnswerEscalation(answer="new_round"))


def test_an_answer_to_an_earlier_question_does_not_answer_the_next_one() -> None:
    played = after(*ASKED)
    assert played.state.life.escalation is not None
    first = played.state.life.escalation.asked_seq
    played.do(AnswerEscalation(answer="continue", case=first))
    played.do(Escalate(question="And now?"))

    assert "no longer asks" in played.refuses(AnswerEscalation(answer="cancel", case=first))


def test_whoever_amends_or_speaks_has_what_failed_tried_again() -> None:
    for answer in (
        AnswerEscalation(answer="say", statement="Once more."),
        AnswerEscalation(answer="amend", motion="It leaves on Mondays."),
    ):
        played = after(*opened(), begun)
        played.doubt(policy="ask")
        played.do(answer)
        assert played.status is Status.RUNNING
        assert played.wanted == ("r1.claim.proposer",)


# --- deadlines ----------------------------------------------------------------------------------------------------


def test_without_terms_there_is_no_deadline() -> None:
    played = after(*ASKED)

    assert played.next_deadline_ms is None
    assert "as long as it takes" in played.refuses(ReachDeadline())


def test_before_its_deadline_nothing_happens() -> None:
    played = waiting(Then.CONTINUE)
    due = played.next_deadline_ms
    assert due is not None
    played.now_ms = due - 1

    assert "1 ms before" in played.refuses(ReachDeadline())


def test_unanswered_it_goes_on_where_it_stopped() -> None:
    played = unanswered(waiting(Then.CONTINUE))

    (told,) = played.of(EscalationExpired)
    assert (told.wanted, told.then, told.waited_ms) == ("continue", "continue", HOUR_MS)
    assert played.wanted == ("r1.reply.opponent",)


@pytest.mark.parametrize("then", [Then.CONTINUE, Then.PAUSE])
def test_what_may_have_been_paid_for_is_asked_again_by_nobody_but_a_person(then: Then) -> None:
    played = unanswered(waiting(then, begun, lambda played: played.doubt(policy="ask")))

    (told,) = played.of(EscalationExpired)
    assert told.then == "pause"
    assert ("paid for" in told.why) is (then is Then.CONTINUE)
    assert played.status is Status.PAUSED
    assert verify(played.engine, SESSION, played.log) is None


def test_a_call_in_doubt_is_left_behind_with_its_round() -> None:
    played = unanswered(waiting(Then.NEW_ROUND, begun, lambda played: played.doubt(policy="ask")))

    assert played.wanted == ("r2.claim.proposer",)


def test_unanswered_what_gave_up_is_tried_again_where_it_goes_on() -> None:
    played = waiting(Then.CONTINUE)
    gave_up = replace(played.state.work, exhausted=(StepId("r1.reply.opponent"),))
    terms = AnswerTerms(answer_within_ms=HOUR_MS, then=Then.CONTINUE)

    events = expired(replace(played.state, work=gave_up), terms, now_ms=played.now_ms + HOUR_MS)

    assert kinds(events) == ["StepRetried", "EscalationExpired"]


def test_unanswered_a_new_round_begins() -> None:
    played = unanswered(waiting(Then.NEW_ROUND))

    assert [started.round for started in played.of(RoundStarted)] == [1, 2]


def test_unanswered_it_is_completed_by_the_judge() -> None:
    assert unanswered(waiting(Then.COMPLETE)).wanted == ("verdict",)


def test_unanswered_it_pauses_and_says_why() -> None:
    played = unanswered(waiting(Then.PAUSE))

    assert played.status is Status.PAUSED
    assert played.of(SessionPaused)[-1].reason == "not_answered"


def test_unanswered_it_is_cancelled() -> None:
    assert unanswered(waiting(Then.CANCEL)).status is Status.CANCELLED


def test_unanswered_it_fails_and_can_be_gone_on_with() -> None:
    played = unanswered(waiting(Then.FAIL))

    assert played.status is Status.FAILED
    assert played.of(SessionFailed)[-1].reason == "not_answered"


def test_where_what_was_wanted_is_refused_it_pauses_and_says_what_was_in_its_way() -> None:
    played = waiting(Then.NEW_ROUND, a_turn(), Complete(reason="enough"), Escalate(question="Sure?"))

    unanswered(played)

    (told,) = played.of(EscalationExpired)
    assert (told.wanted, told.then) == ("new_round", "pause")
    assert "its end is decided" in told.why
    assert played.status is Status.PAUSED


def test_unanswered_where_the_end_was_decided_already_the_verdict_is_asked_for() -> None:
    played = waiting(Then.COMPLETE, a_turn(), Complete(reason="enough"), Escalate(question="Sure?"))

    assert unanswered(played).wanted == ("verdict",)


def test_the_time_of_everybody_counts_also_while_nobody_drives() -> None:
    played = waiting(Then.CANCEL)
    assert played.state.life.escalation is not None
    asked_at_ms = played.state.life.escalation.asked_at_ms

    played.do(ResumeRun(), after_ms=HOUR_MS // 2)

    assert played.next_deadline_ms == asked_at_ms + HOUR_MS


def test_what_the_clock_leapt_past_is_given_back() -> None:
    played = waiting(Then.CANCEL)
    before = played.next_deadline_ms
    assert before is not None

    played.do(ResumeRun(why="the clock leapt", leapt_ms=8 * HOUR_MS), after_ms=8 * HOUR_MS)

    assert played.next_deadline_ms == before + 8 * HOUR_MS
    assert "before an answer is due" in played.refuses(ReachDeadline())


def test_the_deadline_is_the_new_one_after_another_format_is_applied() -> None:
    patient = replace(TINY, id=TemplateId("patient"), escalation=AnswerTerms(answer_within_ms=5_000, then=Then.PAUSE))
    played = Played(templates=(TINY, patient))
    played.do(Open(opening=played.opening()))
    for move in (*opened()[1:], a_turn(), Escalate(question="Go on?")):
        move(played) if callable(move) else played.do(move)
    assert played.next_deadline_ms is None

    played.do(AnswerEscalation(answer="apply_template", template=TemplateId("patient")))
    played.do(Escalate(question="And now?"))

    assert played.next_deadline_ms == played.now_ms + 5_000


def reformatted(*, flow: str = "debate@2", before: AnswerTerms | None, after: AnswerTerms | None) -> Played:
    """A debate that asks, and to which another format is applied meanwhile."""
    first, second = replace(TINY, escalation=before), replace(TINY, id=TemplateId("second"), escalation=after)
    played = Played(templates=(first, second))
    played.do(Open(opening=replace(played.opening(), flow=flow)))
    for move in (*opened()[1:], a_turn(), Escalate(question="Go on?")):
        move(played) if callable(move) else played.do(move)
    played.do(ApplyTemplate(template=TemplateId("second"), by="operator"))
    return played


WITHIN_AN_HOUR = AnswerTerms(answer_within_ms=HOUR_MS, then=Then.CANCEL)
AT_ONCE = AnswerTerms(answer_within_ms=1_000, then=Then.PAUSE)


@pytest.mark.parametrize("after", [None, AT_ONCE])
def test_another_format_leaves_what_is_asked_its_deadline(after: AnswerTerms | None) -> None:
    played = reformatted(before=WITHIN_AN_HOUR, after=after)
    asked = next(record for record in played.log if isinstance(record.event, SessionEscalated))

    assert played.next_deadline_ms == asked.at_ms + HOUR_MS
    played.do(ApplyTemplate(template=TINY.id, by="operator"))
    assert played.next_deadline_ms == asked.at_ms + HOUR_MS, "however often it is changed"
    assert unanswered(played).status is Status.CANCELLED
    assert verify(played.engine, SESSION, played.log) is None


def test_another_format_brings_no_deadline_to_what_was_asked_without_one() -> None:
    played = reformatted(before=None, after=AT_ONCE)

    assert played.next_deadline_ms is None
    played.do(AnswerEscalation(answer="continue"))
    played.do(Escalate(question="And now?"))
    assert played.next_deadline_ms == played.now_ms + 1_000, "what is asked from then on has the new one"


def test_what_a_fork_asks_has_its_own_deadline_and_not_one_that_was_kept_in_its_origin() -> None:
    origin = reformatted(before=WITHIN_AN_HOUR, after=AT_ONCE)
    origin.do(AnswerEscalation(answer="continue"))
    fork = fork_of(origin)
    fork.do(Admit())
    fork.do(Escalate(question="And now?"))

    assert fork.next_deadline_ms == fork.now_ms + 1_000
    assert verify(fork.engine, SESSION, fork.log) is None


def test_in_a_debate_of_the_first_version_the_deadline_is_the_new_format_s() -> None:
    played = reformatted(flow="debate@1", before=WITHIN_AN_HOUR, after=None)

    assert played.next_deadline_ms is None
    assert played.of(TemplateApplied)[0].asked_until_seq == 0


def test_what_the_settings_say_holds_where_the_format_says_nothing() -> None:
    played = Played()
    terms = AnswerTerms(answer_within_ms=9_000, then=Then.PAUSE)
    played.do(Open(opening=replace(played.opening(), answer_terms=terms)))
    for move in (*opened()[1:], a_turn(), Escalate(question="Go on?")):
        move(played) if callable(move) else played.do(move)

    assert played.next_deadline_ms == played.now_ms + 9_000


def test_a_rule_that_escalates_at_every_event_does_not_ask_again_at_once() -> None:
    nagging = rule(
        "nag", at_least("argument_count", 1), EscalateToHuman(question="Still?", reason="nag"), repeat=Repeat.EVENT
    )
    format = replace(TINY, escalation=AnswerTerms(answer_within_ms=HOUR_MS, then=Then.CONTINUE))
    played = Played(templates=(format,))
    played.in_force = played.known((nagging,))
    played.do(Open(opening=played.opening()))
    played.do(opened()[1])  # type: ignore[arg-type]  # it is the command that admits
    played.speak()
    assert played.status is Status.ESCALATED

    unanswered(played)

    assert played.status is Status.RUNNING
    assert len(played.of(SessionEscalated)) == 1


@pytest.mark.parametrize("then", Then)
def test_every_decision_about_an_unanswered_question_is_taken_again_the_same(then: Then) -> None:
    played = unanswered(waiting(then))
    played.drive_home()

    assert verify(played.engine, SESSION, played.log) is None


@pytest.mark.parametrize(
    "answer",
    [
        AnswerEscalation(answer="amend", motion="It leaves on Mondays."),
        AnswerEscalation(answer="say", statement="Mind the weekend."),
        AnswerEscalation(answer="apply_template", template=TemplateId("reviewed")),
        AnswerEscalation(answer="complete", verdict="It does.", outcome="for"),
    ],
)
def test_every_answer_is_part_of_the_replay(answer: AnswerEscalation) -> None:
    played = after(*ASKED, answer)
    played.drive_home()

    assert verify(played.engine, SESSION, played.log) is None
    assert played.of(EscalationAnswered)[0].answer == answer.answer


def test_a_new_round_behind_the_last_one_raises_the_limit() -> None:
    played = unanswered(waiting(Then.NEW_ROUND, rounds=1))

    assert [changed.rounds_limit for changed in played.of(RoundsLimitChanged)] == [2]
    assert played.next_deadline_ms is None
