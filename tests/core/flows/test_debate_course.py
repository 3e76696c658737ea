"""Are turns repeated, skipped and ended as the format, its judge and its money say?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.answers import AnswerForm
from core.domain.commands import AddStatement
from core.domain.events import CompletionDecided, SessionCompleted
from core.domain.ids import TemplateId
from core.domain.participants import Role
from core.domain.session import Status
from core.flows.debate_events import (
    AnswerGiven,
    BreakConsidered,
    RoundCompleted,
    RoundStarted,
    StepSkipped,
    TemplateApplied,
    VerdictReached,
)
from core.flows.debate_state import step_name
from core.rules.condition import ConditionType
from core.rules.rule import ApplyTemplate
from core.rules.standard import STANDARD_RULES
from core.templates.template import Block, Expects, Occurs, Template
from tests.builders import rule, seat_spec, step_spec, template, when
from tests.core.flows.panels import PANEL, Panel, answers, asked, panel

FOR, AGAINST = "It holds.\nANSWER: for", "It doesn't.\nANSWER: against"


def repeated(times: int = 3, until: object = None, when_: object = None) -> Template:
    """A block of two turns taken up to so many times, and a closing one with a condition."""
    probing = Block(id="probing", times=times, until=until)  # type: ignore[arg-type]
    return panel(
        asked("probe", "ada", block="probing"),
        asked("check", "ben", block="probing"),
        asked("close", "cleo", block="", when=when_),  # type: ignore[arg-type]
        blocks=(probing,),
        rounds=1,
    )


def play_out(played: Panel, text: str = FOR) -> list[str]:
    names: list[str] = []
    while played.wanted:
        (step,) = played.begin_all()
        names.append(step_name(step))
        played.end(step, text)
    return names


def test_a_block_is_taken_as_often_as_it_says() -> None:
    assert play_out(Panel(repeated(3))) == ["probe", "check", "probe~2", "check~2", "probe~3", "check~3", "close"]


def test_a_block_is_repeated_no_more_once_its_condition_holds_and_each_turn_left_out_is_on_record() -> None:
    played = Panel(repeated(3, until=when(ConditionType.COUNT_THRESHOLD, "argument_count", 4)))

    assert play_out(played) == ["probe", "check", "probe~2", "check~2", "close"]
    assert [(step_name(skip.step), skip.reason) for skip in played.of(StepSkipped)] == [
        ("probe~3", "argument_count is 4: that is enough"),
        ("check~3", "the repetition that it belongs to is not taken"),
    ]
    assert played.of(RoundCompleted)[0].arguments == 5


def test_a_repetition_that_has_begun_is_finished_though_its_condition_comes_to_hold() -> None:
    played = Panel(repeated(3, until=when(ConditionType.COUNT_THRESHOLD, "argument_count", 3)))

    assert play_out(played) == ["probe", "check", "probe~2", "check~2", "close"]


def test_a_step_is_skipped_where_its_condition_does_not_hold_as_its_turn_comes() -> None:
    played = Panel(repeated(1, when_=when(ConditionType.EQUALS, "leading_answer", "against")))

    assert play_out(played) == ["probe", "check"]
    assert played.of(StepSkipped)[0].reason == "leading_answer is for: its condition does not hold"


def test_a_condition_is_not_asked_before_the_turns_in_front_of_it_are_taken() -> None:
    later = when(ConditionType.COUNT_THRESHOLD, "argument_count", 3)
    played = Panel(panel(*answers(), asked("close", "ada", block="", when=later), rounds=1), form=AnswerForm())
    begun = played.begin_all()
    played.end(begun[0], FOR)
    played.do(AddStatement(text="Mind the rota."))

    assert played.of(StepSkipped) == []
    played.end(begun[1], FOR)
    played.end(begun[2], FOR)
    assert played.wanted_seats == ["ada"]


def test_a_statement_during_a_call_skips_nothing_behind_it() -> None:
    later = when(ConditionType.COUNT_THRESHOLD, "argument_count", 1)
    played = Panel(
        panel(asked("open", "ada", block=""), asked("close", "ben", block="", when=later), blocks=(), rounds=1)
    )
    (step,) = played.begin_all()
    played.do(AddStatement(text="Mind the rota."))
    played.end(step, FOR)

    assert played.wanted_seats == ["ben"]


def test_whoever_was_asked_once_is_not_passed_over_because_of_what_others_have_answered_meanwhile() -> None:
    none_yet = when(ConditionType.LESS_THAN, "argument_count", 1)
    steps = (asked("answer_ada", "ada"), asked("answer_ben", "ben", when=none_yet))
    played = Panel(panel(*steps, seats=("ada", "ben"), rounds=1))
    begun = played.begin_all()
    played.fail_step(begun[1])
    played.end(begun[0], FOR)

    assert played.of(StepSkipped) == []
    assert played.wanted == (begun[1],)


def test_a_seat_of_a_block_at_once_is_left_out_where_its_condition_does_not_hold_as_the_block_begins() -> None:
    never = when(ConditionType.COUNT_THRESHOLD, "argument_count", 9)
    steps = (asked("answer_ada", "ada"), asked("answer_ben", "ben", when=never), asked("answer_cleo", "cleo"))
    played = Panel(panel(*steps, rounds=1))

    assert played.wanted_seats == ["ada", "cleo"]


def test_a_round_in_which_every_turn_is_skipped_ends_the_debate() -> None:
    once = when(ConditionType.LESS_THAN, "argument_count", 3)
    played = Panel(panel(*answers(when=once), rounds=5))
    played.play(FOR, FOR, AGAINST)

    assert played.of(CompletionDecided)[0].reason == "nothing_left_to_say"
    assert played.of(VerdictReached)[0].outcome == "for"
    assert played.debate.rounds_completed == 2
    assert played.of(RoundCompleted)[-1].arguments == 0


def test_a_round_in_which_every_turn_is_skipped_is_followed_by_the_next_one_in_which_some_turn_is_not() -> None:
    rebut = when(ConditionType.LESS_THAN, "leading_share_ppm", 1_000_000)
    late = when(ConditionType.COUNT_THRESHOLD, "current_round", 4)
    played = Panel(
        panel(
            *answers(occurs=Occurs.FIRST),
            asked("rebut", "ada", block="", occurs=Occurs.MIDDLE, when=rebut),
            asked("look_back", "ben", block="", occurs=Occurs.MIDDLE, when=late),
            asked("close", "cleo", block="", occurs=Occurs.LAST),
            rounds=5,
        )
    )
    played.play(FOR, FOR, FOR)

    assert (played.debate.round, [step_name(step) for step in played.wanted]) == (4, ["look_back"])
    assert play_out(played) == ["look_back", "close"]
    assert [round_.round for round_ in played.of(RoundStarted)] == [1, 2, 4, 5]


def test_a_first_round_in_which_every_turn_is_skipped_is_no_end() -> None:
    asked_before = when(ConditionType.COUNT_THRESHOLD, "statement_count", 1)
    played = Panel(
        panel(asked("clarify", "ada", block="", occurs=Occurs.FIRST, when=asked_before), *answers(occurs=Occurs.LATER))
    )

    assert played.wanted_seats == list(PANEL)


def test_a_format_that_is_applied_is_followed_though_every_turn_of_the_last_round_was_skipped() -> None:
    once = when(ConditionType.LESS_THAN, "argument_count", 3)
    other = replace(panel(rounds=5), id=TemplateId("other"))
    change = rule(
        "change", when(ConditionType.EQUALS, "round_count", 2), ApplyTemplate(template=other.id, reason="stuck")
    )
    played = Panel(panel(*answers(when=once), rounds=5), change, others=(other,))
    played.play(FOR, FOR, AGAINST)

    assert played.of(TemplateApplied)[0].template == "other"
    assert played.wanted_seats == list(PANEL)


def test_a_debate_in_which_nothing_was_ever_asked_is_undecided() -> None:
    never = when(ConditionType.COUNT_THRESHOLD, "argument_count", 1)
    played = Panel(panel(*answers(when=never)))

    assert played.of(VerdictReached)[0].reason == "nothing was argued"
    assert len(played.of(SessionCompleted)) == 1


JUDGED = template(
    "judged",
    rounds=3,
    seats=(seat_spec(Role.PROPOSER), seat_spec(Role.OPPONENT), seat_spec(Role.JUDGE)),
    steps=(
        step_spec("claim", "proposer"),
        step_spec("reply", "opponent"),
        asked("enough", "judge", expects=Expects.BREAK, block="", occurs=Occurs.BEFORE_LAST),
    ),
)


def test_a_judge_who_has_heard_enough_ends_nothing_by_itself() -> None:
    played = Panel(JUDGED)
    for text in ("It is so.", "It is not so.", "One point stands.\nVERDICT: for"):
        played.play(text)

    assert played.of(BreakConsidered)[0].outcome == "for"
    assert played.debate.round == 2
    assert played.status is Status.RUNNING


def test_the_shipped_rule_asks_for_the_verdict_once_the_judge_has_heard_enough() -> None:
    played = Panel(JUDGED, *STANDARD_RULES)
    for text in ("It is so.", "It is not so.", "Both owe an answer.\nVERDICT: go on"):
        played.play(text)
    assert played.debate.round == 2
    for text in ("It is so.", "It is not so.", "One point stands.\nVERDICT: against"):
        played.play(text)

    assert "complete_when_judge_decides" in played.fired
    assert played.of(CompletionDecided)[0].reason == "judge_decided"
    assert played.is_verdict_wanted()


def test_a_vote_whose_own_budget_is_spent_ends_with_the_answers_that_it_has() -> None:
    played = Panel(panel(rounds=3), cap_microusd=1_000)
    played.play(FOR, FOR, AGAINST)

    played.refuse()

    assert played.of(CompletionDecided)[0].reason == "budget_spent"
    assert played.of(VerdictReached)[0].outcome == "for"
    assert played.status is Status.COMPLETED


def test_such_a_vote_waits_for_what_the_calls_under_way_leave_over() -> None:
    played = Panel(panel(rounds=1), cap_microusd=1_000)
    first, second, third = (step.id for step in played.engine.flow(played.state).plan(played.state))
    played.begin()
    played.refuse()
    assert played.status is Status.RUNNING
    assert not played.of(CompletionDecided)

    played.end(first, FOR)
    played.refuse()

    assert {second, third} & {given.step for given in played.of(AnswerGiven)} == set()
    assert played.of(VerdictReached)[0].text == "Counted: for: 1."


@pytest.mark.parametrize("cap", ["day", "switch"])
def test_money_that_may_come_again_is_waited_for(cap: str) -> None:
    played = Panel(panel(rounds=3))
    played.play(FOR, FOR, AGAINST)

    played.refuse(cap)

    assert played.status is Status.PAUSED


def test_a_vote_without_any_answer_and_a_debate_with_a_judge_wait_for_more_money() -> None:
    before_any = Panel(panel(rounds=3))
    before_any.refuse()
    judged = Panel(JUDGED)
    judged.play("It is so.")
    judged.refuse()

    assert before_any.status is judged.status is Status.PAUSED


def test_a_tie_whose_judge_can_not_be_paid_waits_for_more_money() -> None:
    played = Panel(panel(judge="chair", rounds=1), cap_microusd=1_000)
    played.play(FOR, AGAINST, "I abstain.")

    played.refuse()

    assert played.status is Status.PAUSED
    assert played.of(VerdictReached) == []
