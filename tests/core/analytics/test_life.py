"""Is a debate's life told as its log tells it?"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest
from hypothesis import given

from core.analytics.life import FLOW_KINDS, MOTION_CHARACTERS_MAX, READINGS_MAX, DebateLife, ModelUse, fold_life, use_of
from core.analytics.measures import FLOW_COUNTERS, FLOW_PARTS, REFINED
from core.domain.commands import Pause, Resume, ResumeRun, RetryStep
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    Recorded,
    RuleFired,
    SessionAdmitted,
)
from core.domain.session import Status
from core.engine.summarise import summarise
from core.flows.debate_events import DEBATE_EVENTS, ConsensusReached, ConsensusUpdated, RoundCompleted
from core.flows.refinement_events import REFINEMENT_EVENTS
from tests.builders import MOTION, OPENED_AT_MS, ROUTE, TURN_COST_MICROUSD, TURN_COST_MICROUSD_MAX, Played
from tests.core.analytics.histories import AGREES, a_debate, played, settle_doubt, to_its_end


def life_of(records: list[Recorded]) -> DebateLife:
    life = None
    for record in records:
        life = fold_life(life, record)
    assert life is not None
    return life


@given(a_debate)
def test_a_life_agrees_with_the_row_in_the_list_and_with_the_state(debate: Played) -> None:
    life, row = life_of(debate.log), None
    for record in debate.log:
        row = summarise(row, record, debate.engine.flows)
    assert row is not None
    state = debate.state

    assert (life.status, life.reason if life.status is not Status.RUNNING else "") == (
        row.status,
        row.reason if row.status is not Status.RUNNING else "",
    )
    assert (life.status, life.arguments, life.rounds_completed) == (
        state.life.status,
        state.flow.arguments,
        state.flow.rounds_completed,
    )
    assert life.active_ms == row.active_ms == state.time.at(state.at_ms)
    assert life.cost_microusd == row.spent_microusd == state.money.spent_microusd
    assert (life.attempts, life.failures, life.escalations) == (row.attempts, row.errors, row.escalations)
    assert (life.tokens_input, life.tokens_output) == (row.tokens_input, row.tokens_output)
    assert (life.consensus_ppm, life.outcome) == (row.consensus_ppm, row.outcome)
    assert (life.opened_at_ms, life.ended_at_ms, life.changed_at_ms) == (
        row.opened_at_ms,
        row.ended_at_ms,
        row.changed_at_ms,
    )
    assert sum(life.rules_fired.values()) == row.rules_fired


@given(a_debate)
def test_a_life_counts_what_is_on_record(debate: Played) -> None:
    life = life_of(debate.log)

    assert life.rules_fired == Counter(event.rule for event in debate.of(RuleFired))
    assert life.overruled == len(debate.of(ActionOverruled))
    assert life.failures == len(debate.of(AttemptFailed))
    assert [reading.ppm for reading in life.consensus] == [event.ppm for event in debate.of(ConsensusUpdated)]
    assert life.is_consensus_reached == bool(debate.of(ConsensusReached))
    assert [(each.number, each.arguments, each.consensus_ppm) for each in life.rounds if each.ended_at_ms] == [
        (event.round, event.arguments, event.consensus_ppm) for event in debate.of(RoundCompleted)
    ]


@given(a_debate)
def test_what_models_cost_adds_up_to_what_the_debate_cost(debate: Played) -> None:
    life = life_of(debate.log)

    assert sum(use.cost_microusd for use in life.models.values()) == life.cost_microusd
    assert sum(use.attempts for use in life.models.values()) == life.attempts
    assert life.asked == {step: attempt.route for step, attempt in debate.state.work.open.items()}
    assert life.doubted == {f"{doubt.step}#{doubt.attempt}": doubt.route for doubt in debate.state.work.doubtful}


def test_a_debate_that_was_played_to_its_end_has_its_whole_life_told() -> None:
    life = life_of(to_its_end().log)

    assert (life.status, life.reason, life.outcome) == (Status.COMPLETED, "rounds_played", "against")
    assert (life.title, life.motion, life.template) == ("Fridays", MOTION, "tiny")
    assert OPENED_AT_MS < life.opened_at_ms < life.started_at_ms < life.ended_at_ms
    assert [(each.number, each.arguments) for each in life.rounds] == [(1, 2), (2, 2)]
    assert (life.arguments, life.attempts, life.models[ROUTE].answers) == (4, 5, 5)
    assert life.cost_microusd == 5 * TURN_COST_MICROUSD


def test_a_night_in_pause_and_a_crash_are_no_active_time() -> None:
    debate = played(())
    debate.speak(AGREES)
    debate.do(Pause(), after_ms=1_000)
    before = life_of(debate.log).active_ms

    debate.do(Resume(), after_ms=8 * 3_600_000)
    debate.do(ResumeRun(), after_ms=8 * 3_600_000)

    assert life_of(debate.log).active_ms == before


def test_an_attempt_in_doubt_is_charged_at_its_maximum_until_it_is_settled() -> None:
    debate = played(())
    debate.begin()
    debate.doubt(policy="retry")
    doubted = life_of(debate.log)
    settle_doubt(debate)
    settled = life_of(debate.log)

    assert (doubted.cost_microusd, doubted.in_doubt) == (TURN_COST_MICROUSD_MAX, 1)
    assert settled.models[ROUTE].cost_microusd == settled.cost_microusd == TURN_COST_MICROUSD_MAX // 3


def test_a_life_begins_with_an_opening_or_not_at_all() -> None:
    with pytest.raises(ValueError, match="does not begin with its opening"):
        fold_life(None, to_its_end().log[1])


def test_a_page_long_motion_is_shortened_and_readings_are_bounded() -> None:
    debate = to_its_end()
    record = next(each for each in debate.log if isinstance(each.event, ConsensusUpdated))
    life = replace(life_of(debate.log), arguments=7)
    for _ in range(READINGS_MAX + 5):
        life = fold_life(life, record)
    opening = debate.log[0]
    long = replace(opening, event=replace(opening.event, opening=debate.opening(motion="so " * 5_000)))

    assert len(life.consensus) == READINGS_MAX
    assert len(fold_life(None, long).motion) == MOTION_CHARACTERS_MAX


READ_OF = {
    "RoundStarted": {"round"},
    "RoundCompleted": {"round", "arguments", "consensus_ppm", "is_cut_short"},
    "ConsensusUpdated": {"round", "ppm"},
    "VerdictReached": {"outcome"},
    "MotionAmended": {"motion"},
    "TemplateApplied": {"template"},
    "IterationStarted": {"iteration"},
    "DraftDecided": {"iteration"},
    "RefinementCompleted": {"is_approved"},
}


def test_every_name_that_is_looked_up_is_a_kind_of_a_flow_with_the_fields_that_are_read() -> None:
    kinds = {kind.__name__: {field.name for field in fields(kind)} for kind in (*DEBATE_EVENTS, *REFINEMENT_EVENTS)}

    assert (FLOW_KINDS.keys() | FLOW_COUNTERS.keys() | FLOW_PARTS.keys() | {REFINED}) <= kinds.keys()
    assert READ_OF.keys() <= FLOW_KINDS.keys()
    assert [name for name, read in READ_OF.items() if not read <= kinds[name]] == []


def test_a_debate_that_goes_on_after_a_failure_has_not_ended() -> None:
    debate = played(())
    debate.begin()
    debate.fail(is_final=True)
    failed = life_of(debate.log)
    debate.do(RetryStep())

    assert failed.ended_at_ms > 0
    assert life_of(debate.log).ended_at_ms == 0


def test_a_debate_that_waited_for_a_place_started_when_it_was_given_one() -> None:
    debate = played((), is_queued=True)
    (admitted_at_ms,) = (record.at_ms for record in debate.log if isinstance(record.event, SessionAdmitted))

    assert life_of(debate.log).started_at_ms == admitted_at_ms


@given(a_debate)
def test_each_call_adds_to_its_model_what_is_said_to_be_its_use(debate: Played) -> None:
    log = list(debate.log)
    life = fold_life(None, log[0])
    for record in log[1:]:
        before, life = life, fold_life(life, record)
        event = record.event
        if not isinstance(event, AttemptStarted | AttemptSucceeded):
            continue
        model = event.route if isinstance(event, AttemptStarted) else before.asked[event.step]
        used, now = before.models.get(model, ModelUse()), life.models[model]
        added = {each.name: getattr(now, each.name) - getattr(used, each.name) for each in fields(ModelUse)}
        assert {name: amount for name, amount in added.items() if amount} == {
            name: amount for name, amount in use_of(event).items() if amount
        }
        assert (life.attempts, life.tokens_output, life.cost_microusd) == tuple(
            getattr(before, name) + added[name] for name in ("attempts", "tokens_output", "cost_microusd")
        )


def test_a_life_told_without_its_rounds_is_otherwise_the_same() -> None:
    log = list(to_its_end().log)
    whole, short = fold_life(None, log[0]), fold_life(None, log[0], in_full=False)
    for record in log[1:]:
        whole, short = fold_life(whole, record), fold_life(short, record, in_full=False)

    assert whole.rounds
    assert short == replace(whole, rounds=(), consensus=())
