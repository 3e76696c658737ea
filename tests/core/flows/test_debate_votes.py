"""Do stances and ballots decide as the format says, and is the whole count on record?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.session import Status
from core.engine.replay import fold_session
from core.flows.debate_events import (
    AnswerGiven,
    ConsensusReached,
    ConsensusUpdated,
    StanceDeclared,
    VerdictReached,
    VoteCast,
)
from core.judging.ballots import BALLOTS_PIN
from core.judging.lexical import LEXICAL_PIN
from core.judging.stances import STANCE_PIN
from core.rules.condition import ConditionType
from core.rules.standard import STANDARD_RULES
from core.templates.template import DecidedBy, Expects, Occurs, StepSpec, Template
from tests.builders import SESSION, rule, when
from tests.core.flows.panels import PANEL, Panel, answers, panel

LETTERED = AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B", "C"))
NUMBER = AnswerForm(kind=AnswerKind.NUMBER)


def stances(**how: object) -> tuple[StepSpec, ...]:
    return answers(expects=Expects.STANCE, **how)


def ballots(**how: object) -> tuple[StepSpec, ...]:
    return answers(expects=Expects.BALLOT, **how)


def stance_panel(*, judge: str = "", rounds: int = 1) -> Template:
    format_ = panel(*stances(), decided_by=DecidedBy.CONFIDENCE, judge=judge, rounds=rounds)
    return replace(format_, measure=STANCE_PIN)


def ballot_panel(decided_by: DecidedBy, *, judge: str = "") -> Template:
    return replace(panel(*ballots(), decided_by=decided_by, judge=judge, rounds=1), measure=BALLOTS_PIN)


def verdict_of(played: Panel) -> VerdictReached:
    (verdict,) = played.of(VerdictReached)
    return verdict


def test_one_seat_that_is_sure_outweighs_two_that_are_not() -> None:
    played = Panel(stance_panel())
    played.play("STANCE: for (confidence 90%)", "STANCE: against (confidence 30%)", "STANCE: against (confidence 40%)")

    verdict = verdict_of(played)
    assert (verdict.outcome, verdict.by) == ("for", "vote")
    assert verdict.text == (
        "Counted: each seat's stance, by how sure it is. Confidence in sum: for: 0.9 from 1, against: 0.7 from 2."
    )
    assert verdict.reason == "for has 0.9 of 1.6 confidence in sum behind it"
    assert fold_session(played.engine, SESSION, played.log) == played.state


def test_what_could_not_be_read_is_on_record_and_counts_for_nothing() -> None:
    played = Panel(stance_panel())
    played.play("STANCE: for (confidence 170%)", "A long essay without an end.", "STANCE: against, 55 % sure")

    assert [(each.stance, each.is_repaired, each.reason) for each in played.of(StanceDeclared)] == [
        ("", False, "'170%' is no confidence"),
        ("", False, "no line declares a stance"),
        ("against", True, "its last lines are read as against (confidence 55%)"),
    ]
    assert verdict_of(played).outcome == "against"
    assert not played.of(ConsensusUpdated)


def test_a_seat_whose_new_stance_can_t_be_read_stands_for_nothing_any_more() -> None:
    played = Panel(stance_panel(rounds=2))
    played.play("STANCE: for (confidence 90%)", "STANCE: against (confidence 50%)", "STANCE: for (confidence 1%)")
    played.play("STANCE: NaN", "STANCE: against (confidence 60%)", "STANCE: against (confidence 60%)")

    assert verdict_of(played).outcome == "against"


def test_agreement_is_read_once_all_who_were_asked_have_declared_themselves() -> None:
    played = Panel(stance_panel())
    begun = played.begin_all()
    played.end(begun[0], "STANCE: for (confidence 80%)")
    played.end(begun[1], "STANCE: for (confidence 80%)")
    assert not played.of(ConsensusUpdated)
    played.end(begun[2], "STANCE: against (confidence 40%)")

    (updated,) = played.of(ConsensusUpdated)
    assert (updated.ppm, updated.measure, updated.is_advice) == (800_000, STANCE_PIN, False)
    assert updated.inputs["cleo.stance"] == "against"
    assert played.of(ConsensusReached)


def test_level_confidence_is_left_to_the_judge_or_undecided() -> None:
    ends = ("STANCE: for (confidence 60%)", "STANCE: against (confidence 60%)", "I can't say.")
    judged, counted = Panel(stance_panel(judge="chair")), Panel(stance_panel())
    judged.play(*ends)
    counted.play(*ends)

    assert judged.is_verdict_wanted()
    assert verdict_of(counted).outcome == "undecided"
    assert verdict_of(counted).reason == "against and for have as much confidence behind them"


@pytest.mark.parametrize(
    ("decided_by", "winner", "told"),
    [
        (DecidedBy.RANKED, "undecided", "Counted: ballots, in instant runoff. Count 1: A: 1, B: 1, C: 1."),
        (DecidedBy.BORDA, "A", "Counted: ballots, by points (Borda). Points: A: 4, B: 3, C: 2."),
        (
            DecidedBy.CONDORCET,
            "A",
            "Counted: ballots, two by two (Condorcet). Two by two: A 2:1 B, A 2:1 C, B 2:1 C.",
        ),
    ],
)
def test_the_same_ballots_are_counted_as_the_format_says(decided_by: DecidedBy, winner: str, told: str) -> None:
    played = Panel(ballot_panel(decided_by), form=LETTERED)
    played.play("BALLOT: A > B > C", "BALLOT: B > A > C", "BALLOT: C > A > B")

    assert (verdict_of(played).outcome, verdict_of(played).text) == (winner, told)


def test_ties_all_the_way_go_to_the_judge_where_there_is_one() -> None:
    played = Panel(ballot_panel(DecidedBy.RANKED, judge="chair"), form=LETTERED)
    played.play("BALLOT: A", "BALLOT: B", "BALLOT: C")

    assert played.is_verdict_wanted()


def test_ballots_that_name_nobody_or_two_winners_are_recorded_and_left_out() -> None:
    played = Panel(ballot_panel(DecidedBy.RANKED), form=LETTERED)
    played.play("BALLOT:", "BALLOT: A = B > C", "BALLOT: C > A")

    assert [(each.ranking, each.reason) for each in played.of(VoteCast)] == [
        ((), "the ballot names nobody"),
        ((), "'A = B' sets two level; a ballot puts one before the other"),
        (("C", "A"), "its last line orders 2 of 3"),
    ]
    assert (verdict_of(played).outcome, verdict_of(played).reason) == ("C", "C has 1 of 1 ballots at once")


def test_where_no_ballot_can_be_read_the_answers_decide_and_it_says_so() -> None:
    steps = (*answers(occurs=Occurs.FIRST), *ballots(occurs=Occurs.LAST))
    renamed = tuple(replace(each, name=f"vote_{each.seat}", block="") for each in steps[3:])
    format_ = panel(*steps[:3], *renamed, decided_by=DecidedBy.BORDA, rounds=2)
    played = Panel(format_, form=NUMBER)
    played.play("ANSWER: 42", "ANSWER: 42", "ANSWER: 17")
    for _ in PANEL:
        played.speak("I won't vote.")

    assert verdict_of(played).outcome == "42"
    assert verdict_of(played).reason == "no ballot was cast, and most answers are 42"


def test_a_question_is_voted_on_by_the_answers_that_were_given() -> None:
    steps = (*answers(occurs=Occurs.FIRST), *ballots(occurs=Occurs.LAST))
    renamed = tuple(replace(each, name=f"vote_{each.seat}", block="") for each in steps[3:])
    played = Panel(panel(*steps[:3], *renamed, decided_by=DecidedBy.RANKED, rounds=2), form=NUMBER)
    played.play("ANSWER: 42", "ANSWER: 17", "ANSWER: 5")

    assert sorted(played.request("vote_ada").brief.options) == ["17", "42", "5"]
    assert "What can be voted on: " in played.prompt("vote_ada")
    played.speak("BALLOT: 17 > 42")
    played.speak("BALLOT: 17 > 5")
    played.speak("BALLOT: 3 > 17")

    assert played.of(VoteCast)[2].reason == "'3' is not to be voted on"
    assert verdict_of(played).outcome == "17"


def test_most_first_places_decide_where_seats_decide() -> None:
    played = Panel(ballot_panel(DecidedBy.SEATS), form=LETTERED)
    played.play("BALLOT: A > B", "BALLOT: B > A", "BALLOT: B")

    assert (verdict_of(played).outcome, verdict_of(played).reason) == ("B", "2 of 3 answers are B")


def test_a_stance_is_an_answer_to_every_rule_and_measure_that_knows_answers() -> None:
    played = Panel(panel(*stances(), decided_by=DecidedBy.SEATS, rounds=1))
    played.play("STANCE: for (confidence 10%)", "STANCE: for (confidence 10%)", "STANCE: against (confidence 99%)")

    assert not played.of(AnswerGiven)
    assert played.of(ConsensusUpdated)[0].measure == "answers@1"
    assert verdict_of(played).outcome == "for"


def test_each_seat_is_told_exactly_which_line_is_read() -> None:
    played = Panel(stance_panel())
    assert (
        played.prompt("answer_ada")
        .rstrip()
        .endswith("STANCE: for (confidence N%)\nSTANCE: against (confidence N%)\nSTANCE: undecided (confidence N%)")
    )
    asked = Panel(stance_panel(), form=NUMBER).prompt("answer_ada")
    assert asked.rstrip().endswith("STANCE: ... (confidence N%)")

    balloting = Panel(ballot_panel(DecidedBy.BORDA), form=LETTERED)
    shown = balloting.request("answer_ada").brief.options
    assert f"What can be voted on: {', '.join(shown)}." in balloting.prompt("answer_ada")
    assert balloting.prompt("answer_ada").rstrip().endswith(f"it would read 'BALLOT: {' > '.join(shown)}'.")


def test_what_can_be_voted_on_stands_in_an_order_drawn_for_each_seat() -> None:
    orders = {
        Panel(ballot_panel(DecidedBy.BORDA), form=LETTERED, seed=seed).request(f"answer_{seat}").brief.options
        for seed in range(20)
        for seat in PANEL
    }

    assert len(orders) == 6
    assert {tuple(sorted(order)) for order in orders} == {("A", "B", "C")}


def test_a_person_is_told_what_is_missing_at_the_end_of_their_turn() -> None:
    declaring, voting = Panel(stance_panel()), Panel(ballot_panel(DecidedBy.BORDA), form=LETTERED)
    of_stances = declaring.engine.flow(declaring.state)
    of_ballots = voting.engine.flow(voting.state)
    step, ballot = declaring.step("answer_ada").id, voting.step("answer_ada").id

    assert "STANCE: for (confidence N%)" in of_stances.fault_in(declaring.state, step, "I am for it.")
    assert of_stances.fault_in(declaring.state, step, "STANCE: for (confidence 70%)") == ""
    assert "BALLOT: A > B > C" in of_ballots.fault_in(voting.state, ballot, "BALLOT: A = B")
    assert of_ballots.fault_in(voting.state, ballot, "BALLOT: B") == ""


def test_alike_words_are_recorded_and_reach_nothing() -> None:
    level = rule("stop", when(ConditionType.GREATER_THAN, "consensus_ppm", 1))
    format_ = replace(panel(rounds=2), measure=LEXICAL_PIN, consensus_ppm=1)
    played = Panel(format_, level, *STANDARD_RULES)
    played.play(*["The night shift is necessary for the ward.\nANSWER: for"] * 3)

    assert [(each.ppm, each.is_advice) for each in played.of(ConsensusUpdated)] == [(1_000_000, True)] * 2
    assert not played.of(ConsensusReached)
    assert played.engine.facts(played.state, now_ms=played.now_ms)["consensus_ppm"] is None
    assert "stop" not in played.fired
    assert (played.status, played.debate.round) == (Status.RUNNING, 2)
