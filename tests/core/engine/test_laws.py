"""What holds of every history, whoever asked for what and whichever rules were in force?"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from core.domain.commands import Admit, Open
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    CompletionDecided,
    Recorded,
    SessionCancelled,
    SessionCompleted,
    StepRetried,
)
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, ROUNDS_MAX, Status
from core.domain.summary import SessionSummary
from core.engine.replay import fold_session, verify
from core.engine.summarise import summarise
from core.flows.debate_events import DebateCompleted, RoundStarted, VerdictReached
from core.rules.standard import STANDARD_RULES
from core.templates.template import Template
from tests.builders import REVIEWED, SESSION, TINY, Played
from tests.core.engine.strategies import histories

ROOT = Path(__file__).resolve().parents[3]

laws = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(histories())
def test_every_decision_of_a_log_is_taken_again_in_the_same_way(played: Played) -> None:
    assert verify(played.engine, SESSION, played.log) is None


@laws
@given(histories())
def test_a_log_folds_to_the_state_that_was_settled_on(played: Played) -> None:
    assert fold_session(played.engine, SESSION, played.log) == played.state
    assert played.state.seq == len(played.log)


@laws
@given(histories())
def test_what_is_spent_is_the_sum_of_what_was_recorded_and_never_below_nothing(played: Played) -> None:
    spent = 0
    for event in played.events:
        match event:
            case AttemptSucceeded() | AttemptFailed():
                spent += event.cost_microusd
            case AttemptInDoubt():
                spent += event.cost_microusd_max
            case AttemptSettled():
                spent -= event.difference_microusd
            case _:
                pass
        assert spent >= 0
    assert played.state.money.spent_microusd == spent


@laws
@given(histories())
def test_the_row_in_a_list_says_what_the_state_says(played: Played) -> None:
    row: SessionSummary | None = None
    for record in played.log:
        row = summarise(row, record, played.engine.flows)

    assert row is not None
    state = played.state
    life, money, work = state.life, state.money, state.work
    assert (row.status, row.seq) == (life.status, state.seq)
    assert (row.spent_microusd, row.cap_microusd) == (money.spent_microusd, money.cap_microusd)
    assert (row.tokens_input, row.tokens_output) == (money.tokens_input, money.tokens_output)
    assert (row.turns, row.attempts, row.errors) == (work.turns, work.attempts, work.errors)
    assert (row.round, row.rounds_limit) == (played.debate.round, played.debate.rounds_limit)
    assert (row.escalations, row.rules_fired) == (life.escalations, state.ruling.fired)
    assert (row.consensus_ppm, row.outcome) == (played.debate.agreement.ppm, played.debate.outcome)
    assert row.question == (life.escalation.question if life.escalation else "")
    assert row.motion == played.debate.motion
    assert row.active_ms == state.time.at(state.at_ms)


@laws
@given(histories())
def test_every_attempt_ends_once_or_is_still_under_way(played: Played) -> None:
    ends = [
        (event.step, event.attempt)
        for event in played.events
        if isinstance(event, AttemptSucceeded | AttemptFailed | AttemptInDoubt)
    ]
    begun = [(event.step, event.attempt) for event in played.of(AttemptStarted)]
    still_open = [(attempt.step, attempt.attempt) for attempt in played.state.work.open.values()]

    assert len(begun) == len(set(begun)), "an attempt's number names it for ever"
    assert sorted(ends + still_open) == sorted(begun)


@laws
@given(histories())
def test_an_end_is_reached_once_with_one_verdict_and_nothing_is_wanted_behind_it(played: Played) -> None:
    ends = [event for event in played.events if isinstance(event, SessionCompleted | SessionCancelled)]
    assert len(ends) == int(played.status.is_over)
    assert len(played.of(VerdictReached)) == len(played.of(DebateCompleted)) == len(played.of(SessionCompleted))
    assert len(played.of(CompletionDecided)) <= 1
    if played.status is not Status.RUNNING:
        assert not played.wanted


@laws
@given(histories())
def test_a_running_session_wants_something_or_waits_for_a_call(played: Played) -> None:
    if played.status is Status.RUNNING:
        assert played.wanted or played.state.work.open


@laws
@given(histories())
def test_a_step_is_tried_no_oftener_than_it_may_between_two_retries(played: Played) -> None:
    tries: Counter[str] = Counter()
    for event in played.events:
        if isinstance(event, AttemptStarted):
            tries[event.step] += 1
            assert tries[event.step] <= ATTEMPTS_PER_ROUTE_MAX
        elif isinstance(event, StepRetried):
            tries[event.step] = 0


@laws
@given(histories())
def test_rounds_count_upwards_and_have_a_bound(played: Played) -> None:
    rounds = [event.round for event in played.of(RoundStarted)]

    assert rounds == sorted(set(rounds))
    assert played.debate.rounds_limit <= ROUNDS_MAX


@laws
@given(histories())
def test_the_wanted_steps_follow_from_the_log_alone(played: Played) -> None:
    again = Played()
    again.engine, again.state = played.engine, fold_session(played.engine, SESSION, played.log)

    assert again.wanted == played.wanted
    assert len(set(played.wanted)) == len(played.wanted)


@laws
@given(histories())
def test_a_prompt_can_be_made_for_whatever_is_wanted(played: Played) -> None:
    flow = played.engine.flow(played.state)
    for step in played.wanted:
        request = flow.request(played.state, played.next_step())
        assert request.step == step
        assert request == flow.request(fold_session(played.engine, SESSION, played.log), played.next_step())


@settings(laws, max_examples=20)
@given(histories(deeds_max=8))
def test_a_session_whose_every_question_is_answered_comes_to_an_end(played: Played) -> None:
    played.drive_home()

    assert played.status.is_over


def a_debate_under_the_standard_rules() -> Played:
    """A debate in which many things happen, always the same ones."""
    sides: tuple[Template, ...] = (TINY, REVIEWED)
    played = Played(STANDARD_RULES, templates=sides)
    played.do(Open(opening=played.opening(cap_microusd=2_000, rounds=4)))
    played.do(Admit())
    played.speak("I agree that it costs sleep.")
    played.begin()
    played.fail()
    for each in STANDARD_RULES:
        played.switch(each.id, on=True)
    played.drive_home()
    return played


def log_digest(played: Played) -> str:
    return hashlib.sha256("\n".join(map(repr, played.log)).encode()).hexdigest()


def test_the_same_inputs_bring_the_same_events_in_another_process_with_another_seed_of_hashes() -> None:
    ask = "from tests.core.engine import test_laws as t; print(t.log_digest(t.a_debate_under_the_standard_rules()))"
    digests = {
        subprocess.run(
            [sys.executable, "-c", ask],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.strip()
        for seed in ("1", "2", "77")
    }

    assert digests == {log_digest(a_debate_under_the_standard_rules())}


def test_a_debate_under_the_standard_rules_is_verified() -> None:
    played = a_debate_under_the_standard_rules()

    assert verify(played.engine, SESSION, played.log) is None
    assert isinstance(played.log[0], Recorded)
    assert played.fired
