"""Does agreement end a debate early only where it has shown that it tells something?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.calibration import Calibration, CalibrationBin
from core.domain.commands import ApplyTemplate, Complete
from core.domain.events import ActionOverruled, CompletionDecided, RuleRearmed
from core.domain.facts import FactValue
from core.domain.ids import TemplateId
from core.domain.session import Status
from core.engine.replay import fold_session, verify
from core.flows.debate_early_stop import CONSENSUS_FACTS
from core.flows.debate_events import ConsensusReached, EarlyStopWithheld
from core.judging.measure import PPM
from core.rules.condition import AllOf, AnyOf, Condition, ConditionType, Not
from core.rules.rule import Repeat
from core.rules.standard import STANDARD_RULES
from core.templates.template import EarlyStop, Template
from tests.builders import FACTS, SESSION, at_least, digest_of, rule, when
from tests.core.flows.panels import Panel, answers, panel

FOUR = ("ada", "ben", "cleo", "dora", "emil")
SURE = "ANSWER: for"
NOT_SO = "ANSWER: against"

UNANIMITY_TELLS = Calibration(
    measure="answers@1",
    sessions=200,
    bins=(
        CalibrationBin(floor_ppm=800_000, counted=100, right=60, mended=10, spoiled=2),
        CalibrationBin(floor_ppm=PPM, counted=100, right=98),
    ),
)
"""Four of five have been right no more often than not; all five nearly always."""

NOTHING_KNOWN = Calibration(measure="answers@1", sessions=0)

LEVEL = when(ConditionType.GREATER_THAN, "consensus_ppm", 799_999)


def calibrated(*, rounds: int = 4) -> Template:
    return replace(panel(*answers(*FOUR), seats=FOUR, rounds=rounds), early_stop=EarlyStop.CALIBRATED)


def four_of_five(played: Panel) -> None:
    played.play(SURE, SURE, SURE, SURE, NOT_SO)


def all_five(played: Panel) -> None:
    played.play(*[SURE] * 5)


def informative(played: Panel) -> FactValue:
    return played.engine.facts(played.state, now_ms=played.now_ms)["is_consensus_informative"]


def test_a_format_that_trusts_its_measure_ends_at_the_level_as_ever() -> None:
    played = Panel(panel(*answers(*FOUR), seats=FOUR, rounds=4), *STANDARD_RULES, calibration=UNANIMITY_TELLS)
    four_of_five(played)

    assert (played.status, played.debate.rounds_completed) == (Status.COMPLETED, 1)
    assert not played.of(EarlyStopWithheld)


def test_a_calibrated_format_goes_on_at_a_reading_that_tells_nothing_and_says_so() -> None:
    played = Panel(calibrated(), *STANDARD_RULES, calibration=UNANIMITY_TELLS)
    four_of_five(played)

    why = "of 100 sessions that read about as much, 60 were right: perhaps 50 %, and it takes 80 %"
    assert [(each.round, each.ppm, each.why) for each in played.of(EarlyStopWithheld)] == [(1, 800_000, why)]
    assert [each.level_ppm for each in played.of(ConsensusReached)] == [800_000]
    (overruled,) = played.of(ActionOverruled)
    assert (overruled.rule, overruled.action, overruled.is_withheld) == (
        "complete_on_consensus",
        "complete_debate",
        True,
    )
    assert f"its early stop is calibrated, and {why}" in overruled.reason
    assert (played.status, played.debate.round, informative(played)) == (Status.RUNNING, 2, False)


def test_a_rule_that_was_withheld_acts_at_the_reading_that_tells_something() -> None:
    played = Panel(calibrated(), *STANDARD_RULES, calibration=UNANIMITY_TELLS)
    four_of_five(played)
    four_of_five(played)
    assert played.fired.count("complete_on_consensus") == 1
    all_five(played)

    assert [each.rule for each in played.of(RuleRearmed)] == ["complete_on_consensus"]
    assert [each.by for each in played.of(CompletionDecided)] == ["rule:complete_on_consensus"]
    assert (played.status, played.debate.rounds_completed) == (Status.COMPLETED, 3)
    assert fold_session(played.engine, SESSION, played.log) == played.state
    assert verify(played.engine, SESSION, played.log) is None


def test_it_is_said_once_a_round_and_anew_when_the_reading_is_another() -> None:
    played = Panel(calibrated(), calibration=NOTHING_KNOWN)
    four_of_five(played)
    all_five(played)
    four_of_five(played)

    assert [(each.round, each.ppm) for each in played.of(EarlyStopWithheld)] == [
        (1, 800_000),
        (2, PPM),
        (3, 800_000),
    ]
    assert {each.why for each in played.of(EarlyStopWithheld)} == {"no recorded session tells how often it was right"}


def test_it_plays_all_its_rounds_where_nothing_is_known() -> None:
    played = Panel(calibrated(rounds=3), *STANDARD_RULES, calibration=NOTHING_KNOWN)
    for _ in range(3):
        all_five(played)

    assert [each.reason for each in played.of(CompletionDecided)] == ["rounds_played"]
    assert (played.debate.outcome, played.debate.rounds_completed) == ("for", 3)


@pytest.mark.parametrize("fact", sorted(CONSENSUS_FACTS))
def test_every_fact_about_agreement_counts_as_agreement(fact: str) -> None:
    assert fact in FACTS
    played = Panel(calibrated(), calibration=UNANIMITY_TELLS)
    flow = played.engine.flow(played.state)
    four_of_five(played)

    assert flow.keeps_from_ending(played.state, frozenset({fact, "round_count"}))
    assert flow.keeps_from_ending(played.state, frozenset({"round_count", "cost_microusd"})) == ""


def test_what_ends_a_debate_for_another_reason_ends_it() -> None:
    played = Panel(calibrated(), rule("late", at_least("round_count", 1)), calibration=NOTHING_KNOWN)
    four_of_five(played)

    assert played.status is Status.COMPLETED


@pytest.mark.parametrize("level", [LEVEL, Not(part=LEVEL), AllOf(parts=(LEVEL, at_least("round_count", 1)))])
def test_a_rule_that_holds_whatever_is_agreed_ends_it_though_it_names_agreement_too(level: Condition) -> None:
    either = rule("either", AnyOf(parts=(level, at_least("round_count", 2))))
    played = Panel(calibrated(), either, calibration=NOTHING_KNOWN)
    four_of_five(played)
    assert played.status is Status.RUNNING
    four_of_five(played)

    assert [each.by for each in played.of(CompletionDecided)] == ["rule:either"]
    assert (played.status, played.debate.rounds_completed) == (Status.COMPLETED, 2)
    assert verify(played.engine, SESSION, played.log) is None


def test_a_rule_that_holds_only_as_long_as_agreement_is_read_as_it_is_stays_withheld() -> None:
    both = AllOf(
        parts=(Not(part=AnyOf(parts=(Not(part=LEVEL), at_least("round_count", 4)))), at_least("round_count", 1))
    )
    played = Panel(calibrated(), rule("both", both), calibration=NOTHING_KNOWN)
    four_of_five(played)
    four_of_five(played)

    assert (played.status, played.debate.rounds_completed) == (Status.RUNNING, 2)
    assert played.of(ActionOverruled)


def test_an_operator_ends_a_debate_whatever_is_calibrated() -> None:
    played = Panel(calibrated(), calibration=NOTHING_KNOWN)
    four_of_five(played)
    played.do(Complete(reason="enough"))

    assert played.status is Status.COMPLETED


def test_a_rule_about_little_agreement_is_withheld_too_and_one_on_every_event_each_time() -> None:
    hopeless = AllOf(parts=(Not(part=LEVEL), at_least("round_count", 1)))
    played = Panel(calibrated(), rule("hopeless", hopeless, repeat=Repeat.EVENT), calibration=UNANIMITY_TELLS)
    played.play(SURE, SURE, NOT_SO, NOT_SO, NOT_SO)

    assert played.status is Status.RUNNING
    assert all(each.is_withheld for each in played.of(ActionOverruled))
    assert played.of(ActionOverruled)


def test_no_consensus_at_all_ends_nothing_where_it_is_calibrated() -> None:
    played = Panel(calibrated(), rule("silent", Not(part=LEVEL)), calibration=UNANIMITY_TELLS)

    assert [each.reason for each in played.of(ActionOverruled)] == [
        "session 5e555e55: its early stop is calibrated, and no consensus is measured yet."
    ]
    assert informative(played) is False


ENDS = st.lists(st.lists(st.sampled_from((SURE, NOT_SO)), min_size=5, max_size=5), min_size=4, max_size=4)


@given(ENDS)
def test_no_calibrated_debate_ends_early_but_at_a_reading_that_tells_something(rounds: list[list[str]]) -> None:
    played = Panel(calibrated(), *STANDARD_RULES, calibration=UNANIMITY_TELLS)
    for ends in rounds:
        if played.wanted:
            played.play(*ends)

    (decided,) = played.of(CompletionDecided)
    if decided.reason == "rounds_played":
        assert played.debate.rounds_completed == 4
    else:
        assert played.debate.agreement.ppm == PPM


def test_a_format_that_a_session_changes_to_ends_nothing_by_what_was_not_pinned() -> None:
    trusting = panel(*answers(*FOUR), seats=FOUR, rounds=4)
    careful = replace(calibrated(), id=TemplateId("careful"))
    played = Panel(trusting, others=(careful,))
    played.do(ApplyTemplate(template=TemplateId("careful"), digest=digest_of("careful")))
    all_five(played)
    all_five(played)

    assert [(each.round, each.why) for each in played.of(EarlyStopWithheld)] == [
        (2, "what such readings tell was not pinned when the session was opened")
    ]
