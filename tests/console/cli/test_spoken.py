"""Does a debate read well as text, and does nothing that matters go unsaid?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.cli.spoken import SpokenSession
from console.cli.spoken_debate import SpokenDebate
from console.exit_codes import ExitCode
from console.headless import ending_of
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    Event,
    Recorded,
    RuleFired,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
)
from core.domain.facts import FactSpec, FactUnit
from core.domain.ids import Digest, RuleId, SeatId, SessionId, StepId
from core.domain.participants import Role
from core.flows.debate_events import ArgumentPresented, ConsensusUpdated, RoundCompleted, RoundStarted, VerdictReached

FACTS = {
    "consensus_ppm": FactSpec(name="consensus_ppm", unit=FactUnit.PPM, meaning="", example=1),
    "elapsed_ms": FactSpec(name="elapsed_ms", unit=FactUnit.MILLISECONDS, meaning="", example=1),
}


def said(*events: Event, width: int = 80) -> str:
    spoken = SpokenSession(width=width, facts=FACTS)
    spoken.words = SpokenDebate(spoken.page, rounds_limit=3)
    return "\n".join(
        line
        for number, event in enumerate(events, start=1)
        for line in spoken.lines(
            Recorded(session=SessionId("ab" * 16), seq=number, position=number, at_ms=0, event=event)
        )
    )


def argument(text: str) -> ArgumentPresented:
    return ArgumentPresented(
        step=StepId("r1.opening.proposer"),
        seat=SeatId("proposer"),
        role=Role.PROPOSER,
        round=1,
        number=1,
        text=text,
        tokens_output=3,
        cost_microusd=0,
        model="rehearsal",
    )


def consensus(ppm: int, reason: str) -> ConsensusUpdated:
    return ConsensusUpdated(round=1, ppm=ppm, measure="keywords@1", inputs={}, reason=reason)


def test_a_turn_stands_below_its_round_and_its_seat() -> None:
    text = said(RoundStarted(round=1, steps=("opening",)), argument("Release time fell."))

    assert text.splitlines()[1].startswith("── Round 1 of 3 ──")
    assert "Proposer (rehearsal)\n  Release time fell." in text


def test_a_round_ends_with_its_consensus_and_the_reason() -> None:
    text = said(
        consensus(300_000, "an older reading"),
        consensus(620_000, "both sides concede"),
        RoundCompleted(round=1, arguments=2, consensus_ppm=620_000),
    )

    assert "= consensus after round 1: 62 % by keywords@1: both sides concede" in text
    assert "older" not in text


def test_a_round_without_a_reading_says_so() -> None:
    assert "not measured yet" in said(RoundCompleted(round=1, arguments=2, consensus_ppm=None))


def test_a_rule_that_fired_says_what_it_saw_in_its_units() -> None:
    fired = RuleFired(
        rule=RuleId("complete_on_consensus"),
        priority=90,
        actions=("complete_debate",),
        seen={"consensus_ppm": 820_000, "elapsed_ms": 900_000},
        stays_armed=False,
    )

    text = said(fired, width=200)

    assert text == "◆ rule complete_on_consensus fired: complete_debate (consensus 82 %, elapsed 15 min)"


def test_the_verdict_stands_out() -> None:
    verdict = VerdictReached(
        step=StepId("verdict"),
        seat=SeatId("judge"),
        by="seat:judge",
        outcome="for",
        text="It holds.",
        reason="",
        model="m",
    )

    assert said(verdict).splitlines()[1].startswith("── Verdict: for ──")


def concluded(by: str, *, model: str = "") -> VerdictReached:
    return VerdictReached(
        step=StepId("verdict"), seat=SeatId("judge"), by=by, outcome="for", text="Mine.", reason="", model=model
    )


def test_a_verdict_of_the_operators_own_is_not_put_into_the_judges_mouth() -> None:
    text = said(concluded("operator"))

    assert "The operator ruled\n  Mine." in text
    assert "Judge" not in text


def test_a_verdict_of_the_judge_names_the_model_that_was_asked() -> None:
    assert "Judge (m)\n  Mine." in said(concluded("seat:judge", model="m"))


def test_where_nothing_was_argued_nobody_judged() -> None:
    assert "Nobody had to judge\n" in said(concluded("nobody"))


def test_a_pause_by_the_runtime_is_told_in_words_for_people() -> None:
    assert said(SessionPaused(reason="budget_spent_session", by="runtime")) == (
        "‖ paused by moot: the session's budget is spent"
    )
    assert said(SessionPaused(reason="review_each_round", by="rule:mine")) == (
        "‖ paused by the rule mine: review each round"
    )


def test_what_a_call_cost_that_brought_no_turn_is_told() -> None:
    step = StepId("r1.claim.proposer")
    failed = AttemptFailed(step=step, attempt=2, error="timeout_idle", message="it fell silent", cost_microusd=9_000)
    doubted = AttemptInDoubt(step=step, attempt=3, route="a:b", cost_microusd_max=20_000, why="stopped")
    settled = AttemptSettled(step=step, attempt=3, cost_microusd=4_000, difference_microusd=16_000, by="operator")

    assert said(failed) == "✗ r1.claim.proposer, attempt 2: timeout idle: it fell silent; it cost $0.009"
    assert said(replace(failed, cost_microusd=0)).endswith("it fell silent")
    assert said(doubted, width=100).endswith("meanwhile; charged at $0.020 until that is settled")
    assert said(settled) == "◇ r1.claim.proposer, attempt 3, cost $0.004, said you"


def test_an_answer_that_was_kept_says_so_and_what_it_saved() -> None:
    kept = AttemptSucceeded(
        step=StepId("s"),
        attempt=1,
        tokens_input=0,
        tokens_output=0,
        cost_microusd=0,
        latency_ms=0,
        model="m",
        stop_reason="stop",
        is_cached=True,
        saved_microusd=52_000,
    )

    assert said(kept, width=120).endswith("nobody was asked, which saved $0.052")
    assert said(replace(kept, saved_microusd=0), width=120).endswith("nobody was asked")


def test_what_only_the_engine_needs_is_left_out() -> None:
    started = AttemptStarted(
        step=StepId("s"), attempt=1, seat=SeatId("x"), route="r", cost_microusd_max=0, prompt_digest=Digest("d")
    )

    assert said(started) == ""


def test_long_turns_keep_within_the_width() -> None:
    assert all(len(line) <= 40 for line in said(argument("word " * 200), width=40).splitlines())


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (SessionCompleted(reason="x"), ExitCode.COMPLETED),
        (SessionFailed(reason="x", step=StepId("s")), ExitCode.FAILED),
        (SessionCancelled(reason="x", by="operator"), ExitCode.FAILED),
        (SessionPaused(reason="asked", by="operator"), ExitCode.WAITS),
        (SessionPaused(reason="budget_spent_session", by="runtime"), ExitCode.BUDGET_SPENT),
        (SessionPaused(reason="budget_spent_day", by="runtime"), ExitCode.BUDGET_SPENT),
        (SessionPaused(reason="spending_stopped", by="runtime"), ExitCode.WAITS),
        (SessionEscalated(question="?", reason="", rule=""), ExitCode.WAITS),
    ],
)
def test_how_a_session_stands_still_is_the_exit_code(event: Event, code: ExitCode) -> None:
    ending = ending_of(event)

    assert ending is not None
    assert ending.code is code


def test_a_session_that_goes_on_has_no_ending() -> None:
    assert ending_of(RoundStarted(round=1, steps=())) is None
