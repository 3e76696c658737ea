"""Which commands does a session obey in which status, and what becomes of it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.domain.commands import (
    AddStatement,
    Admit,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    BeginAttempt,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    ChangeRules,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    RefuseSpend,
    Resume,
    ResumeRun,
    RetryStep,
    StartNewRound,
)
from core.domain.events import (
    AttemptSucceeded,
    SessionCompleted,
    SessionEscalated,
    SessionPaused,
    SessionResumed,
    SpendRefused,
    StepRetried,
)
from core.domain.ids import Digest, SeatId, StepId, TemplateId
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, DebateCompleted, DebateStarted, RoundStarted, VerdictReached
from core.rules.rule import PauseDebate
from tests.builders import (
    Move,
    Played,
    a_round,
    a_turn,
    after,
    at_least,
    begun,
    gave_up,
    kinds,
    opened,
    rule,
)

FIRST_TURN = StepId("r1.claim.proposer")

WAYS: dict[Status, tuple[Move, ...]] = {
    Status.CREATED: opened()[:1],
    Status.WAITING: (*opened()[:1], Queue()),
    Status.RUNNING: opened(),
    Status.PAUSED: (*opened(), Pause()),
    Status.ESCALATED: (*opened(), Escalate(question="Go on?")),
    Status.FAILED: (*opened(), gave_up),
    Status.COMPLETED: (*opened(), Played.play_on),
    Status.CANCELLED: (*opened(), Cancel()),
}

UNFINISHED = frozenset(Status) - {Status.COMPLETED, Status.CANCELLED}

OBEYED: dict[str, tuple[Command, frozenset[Status]]] = {
    "open": (Open(opening=Played().opening()), frozenset()),
    "queue": (Queue(), frozenset({Status.CREATED, Status.PAUSED})),
    "admit": (Admit(), frozenset({Status.CREATED, Status.WAITING})),
    "resume run": (ResumeRun(), UNFINISHED),
    "pause": (Pause(), frozenset({Status.CREATED, Status.WAITING, Status.RUNNING})),
    "resume": (Resume(), frozenset({Status.PAUSED})),
    "escalate": (Escalate(question="Go on?"), frozenset({Status.RUNNING, Status.PAUSED})),
    "answer": (AnswerEscalation(answer="continue"), frozenset({Status.ESCALATED})),
    "complete": (
        Complete(reason="enough"),
        frozenset({Status.RUNNING, Status.PAUSED, Status.ESCALATED, Status.FAILED}),
    ),
    "cancel": (Cancel(), UNFINISHED),
    "continue on": (ContinueOn(reason="asked"), frozenset({Status.RUNNING})),
    "start new round": (StartNewRound(reason="asked"), frozenset({Status.RUNNING})),
    "apply template": (ApplyTemplate(template=TemplateId("reviewed")), UNFINISHED),
    "change budget": (ChangeBudget(cap_microusd=9_000), UNFINISHED),
    "change rounds": (ChangeRounds(rounds_limit=3), UNFINISHED),
    "add statement": (AddStatement(text="Think of Mondays."), UNFINISHED),
    "amend motion": (AmendMotion(motion="It leaves on Mondays."), UNFINISHED),
    "retry step": (RetryStep(), frozenset({Status.FAILED})),
    "begin attempt": (
        BeginAttempt(
            step=FIRST_TURN,
            attempt=1,
            seat=SeatId("proposer"),
            route="scripted:alpha",
            cost_microusd_max=0,
            prompt_digest=Digest(""),
        ),
        frozenset({Status.RUNNING}),
    ),
    "refuse spend": (
        RefuseSpend(step=FIRST_TURN, cap="session", wanted_microusd=2, left_microusd=1),
        frozenset({Status.RUNNING}),
    ),
    "change rules": (ChangeRules(digest=Played().in_force.digest, templates={}), UNFINISHED),
    "reach deadline": (ReachDeadline(), frozenset({Status.RUNNING})),
}


@pytest.mark.parametrize("status", Status)
def test_each_status_is_reached(status: Status) -> None:
    assert after(*WAYS[status]).status is status


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", OBEYED)
def test_a_command_is_obeyed_in_these_statuses_and_refused_with_the_reason_in_all_others(
    name: str, status: Status
) -> None:
    command, obeyed = OBEYED[name]
    played = after(*WAYS[status])

    if status in obeyed:
        played.do(command)
    else:
        assert "5e555e55" in played.refuses(command)


@pytest.mark.parametrize("name", [name for name in OBEYED if name != "open"])
def test_a_session_of_which_nothing_is_recorded_obeys_nothing(name: str) -> None:
    played = Played()

    assert "5e555e55" in played.refuses(OBEYED[name][0])


def test_a_refusal_says_what_to_do_now() -> None:
    assert "Resume it first." in after(*WAYS[Status.PAUSED]).refuses(ContinueOn(reason="asked"))
    assert "Answer its question first." in after(*WAYS[Status.ESCALATED]).refuses(ContinueOn(reason="asked"))
    assert "Retry its failed turn first." in after(*WAYS[Status.FAILED]).refuses(ContinueOn(reason="asked"))


def test_a_pause_drains_the_turn_under_way_is_recorded_and_nothing_new_begins() -> None:
    played = after(*opened(), begun, Pause(reason="lunch"))

    played.answer("I have said it.")

    assert played.status is Status.PAUSED
    assert [turn.text for turn in played.debate.turns] == ["I have said it."]
    assert not played.wanted


def test_a_resumed_session_goes_on_where_it_stood() -> None:
    played = after(*opened(), a_turn(), Pause(), Resume())

    assert played.wanted == ("r1.reply.opponent",)


def test_a_round_that_ended_while_paused_is_closed_when_the_session_is_resumed() -> None:
    played = after(*opened(), a_turn(), begun, Pause())
    played.answer()

    assert "RoundCompleted" not in kinds(played.events)
    assert kinds(played.do(Resume())) == ["SessionResumed", "RoundCompleted", "RoundStarted"]


def test_a_session_paused_before_it_was_admitted_waits_for_its_place_again_when_resumed() -> None:
    played = after(*WAYS[Status.WAITING], Pause(), Resume())

    assert played.status is Status.WAITING
    assert not played.wanted
    assert "DebateStarted" in kinds(played.do(Admit()))


def test_what_gave_up_is_tried_again_when_a_place_is_found() -> None:
    played = after(*opened(), begun, Pause())
    played.fail(is_final=True)

    played.do(Queue())
    played.do(Admit())

    assert played.wanted == (FIRST_TURN,)


def test_a_debate_starts_once_however_often_it_waits_for_a_place() -> None:
    at_once = rule("at_once", at_least("round_count", 0), PauseDebate(reason="look"))
    played = after(*opened(at_once), Queue(), Admit(), a_turn(), Pause(), Queue(), Admit())

    assert len(played.of(DebateStarted)) == 1
    assert played.wanted == ("r1.reply.opponent",)


@pytest.mark.parametrize("command", [Complete(reason="enough"), Escalate(question="Go on?")])
def test_a_session_that_has_not_begun_has_nothing_to_complete_or_to_ask(command: Command) -> None:
    played = after(*opened()[:1], Pause())

    assert "has begun" in played.refuses(command)


@pytest.mark.parametrize("way", [Status.RUNNING, Status.PAUSED, Status.ESCALATED])
def test_completing_early_still_asks_the_judge_from_wherever_it_stands(way: Status) -> None:
    played = after(*opened(), a_turn("I agree."), *WAYS[way][2:], Complete(reason="enough"))

    assert played.wanted == ("verdict",)
    played.speak("The claim stands.\nVerdict: for")

    assert played.status is Status.COMPLETED
    assert played.of(VerdictReached)[0].outcome == "for"
    assert played.of(DebateCompleted)[0].reason == "enough"


def test_a_failed_session_can_be_completed_with_what_was_argued() -> None:
    played = after(*opened(), a_turn(), gave_up, Complete(reason="enough"))

    assert played.wanted == ("verdict",)


@pytest.mark.parametrize("way", [Status.RUNNING, Status.PAUSED, Status.ESCALATED, Status.FAILED])
def test_completing_before_anything_was_argued_ends_undecided_and_asks_no_judge(way: Status) -> None:
    played = after(*WAYS[way], Complete(reason="enough"))

    assert played.status is Status.COMPLETED
    assert played.of(VerdictReached)[0].outcome == "undecided"
    assert len(played.of(SessionCompleted)) == 1


def test_completing_waits_for_the_turn_under_way_and_then_asks_the_judge() -> None:
    played = after(*opened(), begun, Complete(reason="enough"))

    assert not played.wanted
    played.answer("One word at least.")

    assert len(played.of(ArgumentPresented)) == 1
    assert played.wanted == ("verdict",)


@pytest.mark.parametrize("is_final", [True, False])
def test_a_turn_under_way_that_fails_does_not_keep_a_session_from_its_end(is_final: bool) -> None:
    played = after(*opened(), begun, Complete(reason="enough"))

    played.fail(is_final=is_final)

    assert played.status is Status.COMPLETED
    assert played.of(VerdictReached)[0].text == "Nothing was argued."


def test_a_completing_session_that_is_paused_and_resumed_still_comes_to_its_verdict() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), Pause())
    assert not played.wanted

    played.do(Resume())

    assert played.wanted == ("verdict",)


def test_a_session_is_not_completed_twice_but_the_operator_may_rule_while_the_judge_thinks() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), begun)
    assert "verdict is due" in played.refuses(Complete(reason="again"))

    played.do(Complete(reason="again", verdict="I have heard enough.", outcome="for"))
    played.answer("Verdict: against")

    assert played.status is Status.COMPLETED
    assert [verdict.outcome for verdict in played.of(VerdictReached)] == ["for"]
    assert len(played.of(AttemptSucceeded)) == 2, "what the judge cost is on record"


@pytest.mark.parametrize(
    "command",
    [
        ContinueOn(reason="asked"),
        StartNewRound(reason="asked"),
        ApplyTemplate(template=TemplateId("reviewed")),
        ChangeRounds(rounds_limit=5),
    ],
)
def test_nobody_plays_on_once_the_end_is_decided(command: Command) -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"))

    assert "its end is decided" in played.refuses(command)


def test_a_verdict_that_failed_for_good_can_be_tried_again_or_given_by_the_operator() -> None:
    history = (*opened(), a_turn(), Complete(reason="enough"), gave_up)
    assert after(*history).status is Status.FAILED
    assert "completed twice" in after(*history).refuses(Complete(reason="again"))

    retried = after(*history, RetryStep())
    ruled = after(*history, Complete(reason="again", outcome="against"))

    assert retried.wanted == ("verdict",)
    assert ruled.status is Status.COMPLETED
    assert ruled.of(VerdictReached)[0].by == "operator"


def test_completion_is_an_event_and_never_inferred() -> None:
    played = after(*opened(), *a_round(), *a_round(), begun)
    assert played.status is Status.RUNNING

    assert kinds(played.answer("Verdict: for"))[-2:] == ["DebateCompleted", "SessionCompleted"]
    assert len(played.of(SessionCompleted)) == 1


def test_an_escalated_session_records_the_turn_under_way_and_asks_nothing_more() -> None:
    played = after(*opened(), begun, Escalate(question="Is this the right question?", reason="doubts"))

    played.answer("Said all the same.")

    assert played.status is Status.ESCALATED
    assert not played.wanted
    assert played.state.life.escalation is not None
    assert played.state.life.escalation.question == "Is this the right question?"


def test_an_escalation_needs_a_question() -> None:
    assert "without a question" in after(*opened()).refuses(Escalate(question="  "))


def test_answered_continue_a_session_goes_on() -> None:
    played = after(*WAYS[Status.ESCALATED], AnswerEscalation(answer="continue", note="fine"))

    assert played.wanted == (FIRST_TURN,)
    assert played.state.life.escalation is None


def test_answered_new_round_the_round_is_cut_short_and_the_next_begins() -> None:
    played = after(*opened(), a_turn(), Escalate(question="Go on?"), AnswerEscalation(answer="new_round"))

    assert [started.round for started in played.of(RoundStarted)] == [1, 2]
    assert played.wanted == ("r2.claim.proposer",)


def test_answered_complete_the_judge_is_asked() -> None:
    played = after(*opened(), a_turn(), Escalate(question="Go on?"), AnswerEscalation(answer="complete"))

    assert played.wanted == ("verdict",)


def test_answered_complete_with_a_verdict_the_operator_has_ruled() -> None:
    answer = AnswerEscalation(answer="complete", verdict="Fridays it is.", outcome="for")
    played = after(*opened(), a_turn(), Escalate(question="Go on?"), answer)

    assert played.status is Status.COMPLETED
    (verdict,) = played.of(VerdictReached)
    assert (verdict.outcome, verdict.text, verdict.by) == ("for", "Fridays it is.", "operator")


def test_answered_complete_where_the_end_was_decided_before_the_verdict_is_asked_for() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), Escalate(question="Sure?"))

    played.do(AnswerEscalation(answer="complete"))

    assert played.wanted == ("verdict",)


def test_answered_cancel_the_session_is_over() -> None:
    assert after(*WAYS[Status.ESCALATED], AnswerEscalation(answer="cancel")).status is Status.CANCELLED


def test_an_answer_that_amounts_to_a_refused_command_is_refused_whole() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), Escalate(question="Sure?"))

    assert "its end is decided" in played.refuses(AnswerEscalation(answer="new_round"))
    assert "no outcome" in played.refuses(AnswerEscalation(answer="complete", outcome="maybe"))
    assert played.status is Status.ESCALATED


def test_an_unknown_answer_is_refused_with_the_nearest() -> None:
    assert "'continue'" in after(*WAYS[Status.ESCALATED]).refuses(AnswerEscalation(answer="contine"))


def test_a_refused_reservation_pauses_with_the_cap_as_the_reason() -> None:
    refusal = RefuseSpend(step=FIRST_TURN, cap="day", wanted_microusd=2, left_microusd=1)
    played = after(*opened(), refusal)

    assert played.status is Status.PAUSED
    assert played.of(SpendRefused)[0].cap == "day"
    assert played.of(SessionPaused)[0].reason == "budget_spent_day"
    assert (
        after(*opened(), RefuseSpend(step=FIRST_TURN, cap="switch", wanted_microusd=2, left_microusd=0))
        .of(SessionPaused)[0]
        .reason
        == "spending_stopped"
    )


def test_a_failed_turn_is_retried() -> None:
    played = after(*WAYS[Status.FAILED], RetryStep(step=FIRST_TURN))

    assert played.status is Status.RUNNING
    assert played.wanted == (FIRST_TURN,)
    played.speak("Here I am.")
    assert played.of(ArgumentPresented)[0].text == "Here I am."


def test_a_turn_that_has_not_failed_is_not_retried() -> None:
    assert "not failed" in after(*WAYS[Status.FAILED]).refuses(RetryStep(step=StepId("r9.claim.proposer")))


def test_whoever_resumes_after_a_turn_gave_up_wants_it_tried_again() -> None:
    played = after(*opened(), begun, Pause())
    played.fail(is_final=True)
    assert played.status is Status.PAUSED

    played.do(Resume())

    assert played.status is Status.RUNNING
    assert played.wanted == (FIRST_TURN,)
    assert len(played.of(StepRetried)) == 1


def test_an_answer_to_a_question_retries_what_gave_up_meanwhile() -> None:
    played = after(*opened(), begun, Escalate(question="Go on?"))
    played.fail(is_final=True)

    played.do(AnswerEscalation(answer="continue"))

    assert played.wanted == (FIRST_TURN,)


def test_what_ends_after_the_end_is_counted_and_changes_nothing_else() -> None:
    played = after(*opened(), begun, Cancel())

    played.answer("Too late.", cost_microusd=70)

    assert played.status is Status.CANCELLED
    assert played.state.money.spent_microusd == 70
    assert played.of(ArgumentPresented) == []


@pytest.mark.parametrize("over", [Status.COMPLETED, Status.FAILED])
def test_an_open_question_is_gone_once_the_session_is_over(over: Status) -> None:
    ends: dict[Status, Callable[[Played], object]] = {
        Status.COMPLETED: lambda played: played.answer("Verdict: for"),
        Status.FAILED: lambda played: played.doubt(policy="fail"),
    }
    asked: tuple[Move, ...] = (Escalate(question="Sure?"),) if over is Status.COMPLETED else ()
    played = after(*opened(), a_turn(), Complete(reason="enough"), begun, *asked, ends[over])

    assert played.status is over
    assert played.state.life.escalation is None


def test_a_budget_below_what_a_call_under_way_may_cost_is_refused() -> None:
    played = after(*opened(cap_microusd=5_000), begun)
    held = sum(attempt.cost_microusd_max for attempt in played.state.work.open.values())

    assert held > 0
    assert str(held) in played.refuses(ChangeBudget(cap_microusd=held - 1))
    played.do(ChangeBudget(cap_microusd=held))


def test_raising_the_budget_below_what_is_spent_is_refused() -> None:
    played = after(*opened(cap_microusd=5_000), a_turn(cost_microusd=300))

    assert "name at least that" in played.refuses(ChangeBudget(cap_microusd=299))
    played.do(ChangeBudget(cap_microusd=300))
    assert played.state.money.cap_microusd == 300
    played.do(ChangeBudget(cap_microusd=None))
    assert played.state.money.cap_microusd is None


def test_a_session_says_who_asked() -> None:
    played = after(*opened(), Pause(by="inbox"), Resume(by="console"))

    assert played.of(SessionPaused)[0].by == "inbox"
    assert played.of(SessionResumed)[0].by == "console"
    assert played.of(SessionEscalated) == []
