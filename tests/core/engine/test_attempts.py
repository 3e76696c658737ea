"""What becomes of a call that is begun: is each recorded, bounded and paid for once?"""

from __future__ import annotations

import pytest

from core.domain.commands import (
    AnswerEscalation,
    BeginAttempt,
    Cancel,
    Complete,
    Escalate,
    GiveUp,
    MarkInDoubt,
    Pause,
    RecordFailure,
    Resume,
    RetryStep,
    SettleAttempt,
    StartNewRound,
)
from core.domain.events import AttemptFailed, AttemptInDoubt, AttemptSettled, SessionFailed, StepExhausted
from core.domain.ids import Digest, SeatId, StepId
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, Status
from core.engine.plan import next_attempt
from core.rules.rule import EscalateToHuman, PauseDebate
from core.rules.rule import StartNewRound as NewRoundAsked
from tests.builders import (
    ROUTE,
    TURN_COST_MICROUSD_MAX,
    Played,
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


def attempt_at(step: str, *, seat: str = "proposer", number: int = 1) -> BeginAttempt:
    return BeginAttempt(
        step=StepId(step),
        attempt=number,
        seat=SeatId(seat),
        route=ROUTE,
        cost_microusd_max=1,
        prompt_digest=Digest(""),
    )


def failed_at(played: Played, *, times: int) -> None:
    for _ in range(times):
        played.begin()
        played.fail()


def test_the_intent_is_recorded_before_the_call_and_wanted_no_more() -> None:
    played = after(*opened(), begun)

    assert not played.wanted
    assert played.state.work.open[FIRST_TURN].cost_microusd_max == TURN_COST_MICROUSD_MAX


def test_a_turn_is_not_asked_for_twice_at_once() -> None:
    assert "twice" in after(*opened(), begun).refuses(attempt_at(FIRST_TURN))


@pytest.mark.parametrize("number", [0, 2])
def test_attempts_are_counted_without_a_gap(number: int) -> None:
    assert "out of turn" in after(*opened()).refuses(attempt_at(FIRST_TURN, number=number))


@pytest.mark.parametrize(
    "command",
    [
        attempt_at("r1.reply.opponent", seat="opponent"),
        attempt_at("r2.claim.proposer"),
        attempt_at("verdict", seat="judge"),
        attempt_at(FIRST_TURN, seat="opponent"),
        attempt_at("nonsense"),
    ],
)
def test_nothing_is_begun_that_is_not_wanted_now(command: BeginAttempt) -> None:
    assert "not what is wanted now" in after(*opened()).refuses(command)


def test_an_outcome_is_recorded_once() -> None:
    played = after(*opened(), begun)
    again = played.answer_command("It is so.")
    played.do(again)

    assert "its end is on record" in played.refuses(again)
    assert "its end is on record" in played.refuses(
        RecordFailure(step=FIRST_TURN, attempt=1, error="late", message="", cost_microusd=0)
    )


def test_a_failed_call_is_wanted_again_with_the_next_number_and_what_it_cost_counts() -> None:
    played = after(*opened(), begun)

    played.fail(cost_microusd=30)

    assert played.wanted == (FIRST_TURN,)
    assert next_attempt(played.state, FIRST_TURN) == 2
    assert played.state.money.spent_microusd == 30
    assert (played.state.work.errors, played.state.work.consecutive_errors) == (1, 1)


def test_an_answer_ends_a_row_of_errors() -> None:
    played = after(*opened(), begun)
    played.fail()
    played.speak()

    assert (played.state.work.errors, played.state.work.consecutive_errors) == (1, 0)
    assert played.state.work.tries == {}


def test_a_turn_that_failed_as_often_as_it_may_fails_the_session_and_says_why() -> None:
    played = after(*opened())
    failed_at(played, times=ATTEMPTS_PER_ROUTE_MAX - 1)
    assert played.status is Status.RUNNING

    failed_at(played, times=1)

    assert played.status is Status.FAILED
    assert played.of(StepExhausted)[0].attempts == ATTEMPTS_PER_ROUTE_MAX
    (failed,) = played.of(SessionFailed)
    assert (failed.reason, failed.step) == ("turn_failed", FIRST_TURN)


def test_a_failure_that_trying_again_cannot_help_is_not_tried_again() -> None:
    assert kinds(after(*opened(), gave_up).events)[-3:] == ["AttemptFailed", "StepExhausted", "SessionFailed"]


def test_a_rule_that_acts_on_the_last_failure_keeps_the_session_from_failing() -> None:
    pausing = rule("pause_on_errors", at_least("consecutive_error_count", 3), PauseDebate(reason="errors"))
    played = after(*opened(pausing))

    failed_at(played, times=ATTEMPTS_PER_ROUTE_MAX)

    assert played.status is Status.PAUSED
    assert played.of(SessionFailed) == []
    played.do(Resume())
    assert played.wanted == (FIRST_TURN,)


def test_a_rule_that_asks_when_a_turn_gave_up_lets_the_operator_go_on() -> None:
    asking = rule("ask_on_error", at_least("error_count", 1), EscalateToHuman(question="Again?", reason="error"))
    played = after(*opened(asking), gave_up)
    assert played.status is Status.ESCALATED

    played.do(AnswerEscalation(answer="continue"))

    assert played.wanted == (FIRST_TURN,)


def test_a_turn_that_gave_up_and_is_wanted_no_more_fails_nothing() -> None:
    moving_on = rule("move_on", at_least("error_count", 1), NewRoundAsked(reason="error"))
    played = after(*opened(moving_on), gave_up)

    assert played.status is Status.RUNNING
    assert played.wanted == ("r2.claim.proposer",)


@pytest.mark.parametrize("policy", ["retry", "ask", "fail"])
def test_a_call_in_doubt_is_listed_and_charged_at_its_maximum_until_settled(policy: str) -> None:
    played = after(*opened(), begun)
    played.doubt(policy=policy)

    assert [doubt.attempt for doubt in played.state.work.doubtful] == [1]
    assert played.state.money.spent_microusd == TURN_COST_MICROUSD_MAX

    played.do(SettleAttempt(step=FIRST_TURN, attempt=1, cost_microusd=120))

    assert played.state.work.doubtful == ()
    assert played.state.money.spent_microusd == 120
    assert played.of(AttemptSettled)[0].difference_microusd == TURN_COST_MICROUSD_MAX - 120


def test_in_doubt_with_the_policy_retry_the_call_is_wanted_again() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="retry")

    assert played.wanted == (FIRST_TURN,)
    assert next_attempt(played.state, FIRST_TURN) == 2


@pytest.mark.parametrize("cost_microusd_max", [0, 500])
def test_doubts_are_retried_no_more_often_than_failures(cost_microusd_max: int) -> None:
    played = after(*opened())
    for _ in range(ATTEMPTS_PER_ROUTE_MAX):
        assert played.status is Status.RUNNING
        played.begin(cost_microusd_max=cost_microusd_max)
        played.doubt(policy="retry")

    assert played.status is Status.FAILED


def test_in_doubt_with_the_policy_ask_the_operator_decides_whether_to_ask_again() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="ask")

    assert played.status is Status.ESCALATED
    assert played.state.life.reason == "attempt_in_doubt"
    played.do(AnswerEscalation(answer="continue"))
    assert played.wanted == (FIRST_TURN,)


def test_in_doubt_with_the_policy_fail_the_session_fails_until_the_turn_is_retried() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="fail")

    assert played.status is Status.FAILED
    assert played.of(SessionFailed)[0].reason == "attempt_in_doubt"
    played.do(RetryStep())
    assert played.wanted == (FIRST_TURN,)


def test_a_session_that_waits_because_of_a_doubt_can_be_given_up_and_retried_later() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="ask")
    played.do(GiveUp())

    assert played.status is Status.FAILED
    assert played.state.life.reason == "attempt_in_doubt"
    assert played.wanted == ()
    played.do(RetryStep())
    assert played.wanted == (FIRST_TURN,)


def test_only_what_a_doubt_holds_up_can_be_given_up() -> None:
    assert "can't be given up" in after(*opened(), begun).refuses(GiveUp())
    asked = after(*opened(), Escalate(question="Shall it go on?"))
    assert "no call in doubt holds it up" in asked.refuses(GiveUp())


@pytest.mark.parametrize("policy", ["ask", "fail"])
def test_a_call_that_could_not_have_cost_anything_is_simply_asked_again(policy: str) -> None:
    played = after(*opened())
    played.begin(cost_microusd_max=0)
    played.doubt(policy=policy)

    assert played.wanted == (FIRST_TURN,)


def test_a_doubt_while_paused_is_not_forgotten_on_the_way_back() -> None:
    asked = after(*opened(), begun, Pause())
    asked.doubt(policy="ask")
    failed = after(*opened(), begun, Pause())
    failed.doubt(policy="fail")

    assert asked.status is Status.ESCALATED
    assert failed.status is Status.FAILED


@pytest.mark.parametrize("policy", ["ask", "fail"])
def test_a_doubt_while_a_question_is_open_joins_it(policy: str) -> None:
    played = after(*opened(), begun, Escalate(question="Go on?"))
    played.doubt(policy=policy)

    assert played.status is Status.ESCALATED
    assert played.state.life.escalation is not None
    first, second = played.state.life.escalation.question.split("\n")
    assert first == "Go on?"
    assert FIRST_TURN in second


def test_a_doubt_about_the_verdict_is_asked_about_and_the_judge_then_asked_again() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), begun)
    played.doubt(policy="ask")
    assert played.status is Status.ESCALATED

    played.do(AnswerEscalation(answer="complete"))
    played.speak("Verdict: for")

    assert played.status is Status.COMPLETED


def test_a_doubt_after_the_end_is_recorded_and_asks_nothing() -> None:
    played = after(*opened(), begun, Cancel())
    played.doubt(policy="ask")

    assert played.status is Status.CANCELLED
    assert len(played.of(AttemptInDoubt)) == 1


def test_an_answer_to_a_call_in_doubt_comes_too_late() -> None:
    played = after(*opened(), begun)
    late = played.answer_command("Here after all.")
    played.doubt(policy="retry")

    assert "its end is on record" in played.refuses(late)


@pytest.mark.parametrize("cost_microusd", [-1, TURN_COST_MICROUSD_MAX + 1])
def test_a_doubt_is_settled_within_what_it_can_have_cost(cost_microusd: int) -> None:
    played = after(*opened(), begun)
    played.doubt(policy="retry")

    assert "0 to 500" in played.refuses(SettleAttempt(step=FIRST_TURN, attempt=1, cost_microusd=cost_microusd))
    assert "not in doubt" in played.refuses(SettleAttempt(step=FIRST_TURN, attempt=2, cost_microusd=1))


def test_two_doubts_about_one_turn_are_settled_one_by_one() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="fail")
    played.do(RetryStep())
    played.begin()
    played.doubt(policy="fail")
    assert [doubt.attempt for doubt in played.state.work.doubtful] == [1, 2]

    played.do(SettleAttempt(step=FIRST_TURN, attempt=1, cost_microusd=0))

    assert [doubt.attempt for doubt in played.state.work.doubtful] == [2]
    assert played.state.money.spent_microusd == TURN_COST_MICROUSD_MAX


def test_a_retried_turn_may_fail_as_often_as_at_first() -> None:
    played = after(*opened())
    failed_at(played, times=ATTEMPTS_PER_ROUTE_MAX)
    played.do(RetryStep())

    failed_at(played, times=ATTEMPTS_PER_ROUTE_MAX - 1)
    assert played.status is Status.RUNNING
    failed_at(played, times=1)

    assert played.of(StepExhausted)[1].attempts == 2 * ATTEMPTS_PER_ROUTE_MAX
    assert played.status is Status.FAILED


def test_a_doubt_can_be_settled_after_the_end() -> None:
    played = after(*opened(), begun)
    played.doubt(policy="fail")
    played.do(Cancel())

    played.do(SettleAttempt(step=FIRST_TURN, attempt=1, cost_microusd=0))

    assert played.state.money.spent_microusd == 0


def test_only_a_call_under_way_can_be_doubted() -> None:
    doubt = MarkInDoubt(step=FIRST_TURN, attempt=1, why="crash", policy="ask")

    assert "No such call is under way" in after(*opened()).refuses(doubt)


def test_a_call_of_a_round_that_was_cut_short_may_still_end_in_any_way() -> None:
    for end in (Played.answer, Played.fail, lambda played: played.doubt(policy="retry")):
        played = after(*opened(), begun, StartNewRound(reason="asked"))
        assert not played.wanted, "one call at a time"

        end(played)

        assert played.wanted == ("r2.claim.proposer",)


def test_what_a_failure_cost_after_the_end_still_counts() -> None:
    played = after(*opened(), begun, Cancel())
    played.fail(cost_microusd=40, is_final=True)

    assert played.state.money.spent_microusd == 40
    assert len(played.of(AttemptFailed)) == 1
    assert played.of(StepExhausted) == []
