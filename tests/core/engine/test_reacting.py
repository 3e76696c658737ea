"""Do rules do to a running session what they say, when they say it, and no oftener?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from core.domain.commands import (
    AddStatement,
    AnswerEscalation,
    ChangeBudget,
    Complete,
    Pause,
    Resume,
    StartNewRound,
)
from core.domain.events import (
    ActionOverruled,
    CascadeStopped,
    CompletionDecided,
    RuleErred,
    RuleFired,
    RuleRearmed,
    RuleRecovered,
    RulesChanged,
    RuleSwitchedOff,
    SessionEscalated,
    SessionPaused,
)
from core.domain.facts import FactValue
from core.domain.ids import Digest, RuleId, TemplateId
from core.domain.session import ROUNDS_MAX, Ruling, SessionState, Status
from core.engine.evolve import ruling_after
from core.engine.react import PASSES_MAX, RULE_ERRORS_IN_A_ROW_MAX
from core.flows.debate import DebateFlow
from core.flows.debate_events import RoundsLimitChanged, TemplateApplied
from core.rules import rule as asked
from core.rules.condition import AllOf, AnyOf, Condition, ConditionType, Not
from core.rules.rule import Action, Repeat, Rule
from tests.builders import (
    Move,
    Played,
    a_round,
    a_turn,
    after,
    at_least,
    begun,
    complete_at,
    gave_up,
    kinds,
    lasted,
    opened,
    rule,
    rules_changed,
    when,
)

COMPLETE = asked.CompleteDebate(reason="enough")
PAUSE = asked.PauseDebate(reason="rest")
GO_ON = asked.ContinueDebate(reason="converging")
NEW_ROUND = asked.StartNewRound(reason="once_more")
ESCALATE = asked.EscalateToHuman(question="Go on?", reason="unsure")
REVIEW = asked.ApplyTemplate(template=TemplateId("reviewed"), reason="contested")

WHEN_ONE_HAS_SPOKEN = at_least("argument_count", 1)


def test_a_rule_toggled_off_mid_debate_no_longer_fires() -> None:
    rules = opened(complete_at(rounds=2), rounds=3)

    assert after(*rules, *a_round(), *a_round()).fired == ["complete_at"]
    assert after(*rules, *a_round(), rules_changed(without="complete_at"), *a_round()).fired == []


def test_a_rule_toggled_on_mid_debate_fires_at_once_where_it_holds() -> None:
    played = after(*opened(complete_at(rounds=1), rounds=3), rules_changed(without="complete_at"), *a_round())
    assert played.fired == []

    assert "CompletionDecided" in kinds(played.switch("complete_at", on=True))


def test_a_rule_toggled_while_paused_is_heard_when_the_session_is_resumed() -> None:
    off = opened(complete_at(rounds=1), rounds=3), rules_changed(without="complete_at")
    played = after(*off[0], off[1], *a_round(), Pause(), rules_changed(with_="complete_at"))
    assert played.fired == []

    played.do(Resume())

    assert played.fired == ["complete_at"]


def test_rules_that_are_in_force_already_change_nothing() -> None:
    assert after(*opened(complete_at(rounds=2))).change_rules([complete_at(rounds=2)]) == ()


@pytest.mark.parametrize(
    ("condition", "moves"),
    [
        (when(ConditionType.EQUALS, "last_role", "proposer"), (a_turn(),)),
        (when(ConditionType.GREATER_THAN, "argument_count", 0), (a_turn(),)),
        (
            AllOf(parts=(at_least("argument_count", 1), when(ConditionType.LESS_THAN, "turn_count", 2))),
            (a_turn(),),
        ),
        (when(ConditionType.CONTAINS, "last_text", "rollback"), (a_turn("Every Rollback hurts."),)),
        (when(ConditionType.IN_LIST, "last_role", ("proposer", "judge")), (a_turn(),)),
        (when(ConditionType.REGEX_MATCH, "last_text", r"\b\d+ %"), (a_turn("That is 12 % more."),)),
        (lasted("elapsed_ms", 2_000), (a_turn(),)),
        (at_least("round_count", 1), a_round()),
        (Not(part=when(ConditionType.EQUALS, "turn_count", 0)), (a_turn(),)),
        (AnyOf(parts=(at_least("error_count", 9), at_least("turn_count", 1))), (a_turn(),)),
        (when(ConditionType.CONTAINS, "roles", "judge"), ()),
    ],
    ids=lambda value: value.type.value if hasattr(value, "type") else type(value).__name__,
)
def test_each_kind_of_condition_wakes_its_rule_in_a_running_session(
    condition: Condition, moves: tuple[Move, ...]
) -> None:
    played = after(*opened(rule("waiting", condition, PAUSE)))
    for move in moves:
        assert played.fired == []
        move(played) if callable(move) else played.do(move)

    assert played.fired == ["waiting"]
    assert played.status is Status.PAUSED


def test_a_rule_records_what_it_saw() -> None:
    condition = AllOf(parts=(WHEN_ONE_HAS_SPOKEN, when(ConditionType.EQUALS, "last_role", "proposer")))
    (fired,) = after(*opened(rule("seeing", condition, PAUSE)), a_turn()).of(RuleFired)

    assert dict(fired.seen) == {"argument_count": 1, "last_role": "proposer"}
    assert (fired.priority, fired.actions) == (50, ("pause_debate",))


def test_complete_debate_asks_for_the_verdict() -> None:
    played = after(*opened(rule("ending", WHEN_ONE_HAS_SPOKEN, COMPLETE)), a_turn())

    assert played.wanted == ("verdict",)
    assert played.of(CompletionDecided)[0].by == "rule:ending"


def test_pause_debate_pauses() -> None:
    played = after(*opened(rule("resting", WHEN_ONE_HAS_SPOKEN, PAUSE)), a_turn())

    assert (played.status, played.wanted) == (Status.PAUSED, ())
    assert played.of(SessionPaused)[0].reason == "rest"


def test_escalate_to_human_asks_the_operator() -> None:
    played = after(*opened(rule("asking", WHEN_ONE_HAS_SPOKEN, ESCALATE)), a_turn())

    (question,) = played.of(SessionEscalated)
    assert (question.question, question.reason, question.rule) == ("Go on?", "unsure", "asking")
    assert (played.status, played.wanted) == (Status.ESCALATED, ())


def test_start_new_round_cuts_the_round_short() -> None:
    played = after(*opened(rule("renewing", WHEN_ONE_HAS_SPOKEN, NEW_ROUND)), a_turn())

    assert played.wanted == ("r2.claim.proposer",)
    assert played.debate.rounds_limit == 2


def test_start_new_round_in_the_last_round_raises_the_limit() -> None:
    played = after(*opened(rule("renewing", WHEN_ONE_HAS_SPOKEN, NEW_ROUND), rounds=1), a_turn())

    assert played.wanted == ("r2.claim.proposer",)
    assert played.of(RoundsLimitChanged)[0].rounds_limit == 2


def test_apply_template_changes_the_format_from_the_next_round() -> None:
    played = after(*opened(rule("reviewing", WHEN_ONE_HAS_SPOKEN, REVIEW)), a_turn())

    assert played.wanted == ("r1.reply.opponent",)
    played.speak()
    played.speak()
    played.speak()
    assert played.wanted == ("r2.review.reviewer",)
    assert played.debate.rounds_limit == 3


def test_continue_debate_plays_one_more_round_where_the_last_is_over() -> None:
    played = after(*opened(rule("converging", at_least("round_count", 2), GO_ON)), *a_round(), *a_round())

    assert played.wanted == ("r3.claim.proposer",)
    assert played.of(CompletionDecided) == []


def test_continue_debate_in_the_midst_changes_nothing_but_outranks_those_that_would_end_it() -> None:
    rules = (
        rule("converging", WHEN_ONE_HAS_SPOKEN, GO_ON, priority=60),
        rule("ending", WHEN_ONE_HAS_SPOKEN, COMPLETE, priority=50),
    )
    played = after(*opened(*rules, rounds=1), a_turn())

    assert played.wanted == ("r1.reply.opponent",)
    assert played.debate.rounds_limit == 1
    assert played.of(ActionOverruled)[0].rule == "ending"


def test_a_rule_fires_on_the_rising_edge_only() -> None:
    once = rule("resting", at_least("argument_count", 1), PAUSE)
    played = after(*opened(once), a_turn(), Resume(), a_turn(), a_turn())

    assert played.fired == ["resting"]


def test_a_rule_is_armed_again_when_its_condition_became_false() -> None:
    on_claims = rule("on_claims", when(ConditionType.EQUALS, "last_role", "proposer"), PAUSE)
    played = after(*opened(on_claims), a_turn(), Resume(), a_turn(), a_turn())

    assert played.fired == ["on_claims", "on_claims"]
    assert len(played.of(RuleRearmed)) == 1


def test_a_rule_repeated_by_round_fires_once_for_what_each_round_came_to() -> None:
    review = rule("review", at_least("round_count", 1), PAUSE, repeat=Repeat.ROUND)
    played = after(*opened(review, rounds=3), *a_round())
    assert played.status is Status.PAUSED

    played.do(Resume())
    assert played.wanted == ("r2.claim.proposer",), "the round that was reviewed is not reviewed again"
    played.speak()
    played.speak()

    assert played.status is Status.PAUSED
    assert played.fired == ["review", "review"]


def test_a_rule_that_adds_a_round_once_a_round_lets_that_round_be_played() -> None:
    adding = rule("adding", at_least("round_count", 1), NEW_ROUND, repeat=Repeat.ROUND)
    played = after(*opened(adding, rounds=1), *a_round(), a_turn())

    assert played.wanted == ("r2.reply.opponent",)
    assert played.fired == ["adding"]


def test_a_rule_repeated_by_event_fires_after_every_event_after_which_it_holds() -> None:
    each_turn = rule("each_turn", WHEN_ONE_HAS_SPOKEN, GO_ON, repeat=Repeat.EVENT)
    played = after(*opened(each_turn, rounds=3), a_turn(), AddStatement(text="Mind the weekend."))
    assert played.fired == ["each_turn"] * 2

    ending = kinds(after(*opened(each_turn, rounds=3), a_turn(), begun).answer())

    heard = [before for before, event in pairwise(ending) if event == "RuleFired"]
    assert heard == ["ConsensusUpdated", "RoundCompleted", "RoundStarted"]
    assert played.of(RuleRearmed) == []


@pytest.mark.parametrize("action", [PAUSE, ESCALATE])
def test_a_rule_that_stops_a_session_after_every_event_lets_whoever_resumes_have_the_next_turn(action: Action) -> None:
    played = after(*opened(rule("every_turn", WHEN_ONE_HAS_SPOKEN, action, repeat=Repeat.EVENT)), a_turn())

    played.do(Resume() if action is PAUSE else AnswerEscalation(answer="continue"))

    assert played.wanted == ("r1.reply.opponent",)
    played.speak()
    assert played.status in (Status.PAUSED, Status.ESCALATED)


def test_a_rule_that_always_goes_on_is_heard_after_the_last_round_too() -> None:
    converging = rule("converging", WHEN_ONE_HAS_SPOKEN, GO_ON, repeat=Repeat.EVENT, priority=90)
    played = after(*opened(converging, complete_at(rounds=1), rounds=1), *a_round())

    assert played.wanted == ("r2.claim.proposer",)
    assert [each.rule for each in played.of(ActionOverruled)] == ["complete_at"]


def test_a_rule_is_not_heard_twice_on_the_same_news() -> None:
    played = after(*opened(rule("once", WHEN_ONE_HAS_SPOKEN, NEW_ROUND, repeat=Repeat.ROUND), rounds=9), a_turn())

    assert played.fired == ["once"]
    assert played.wanted == ("r2.claim.proposer",)


def test_higher_priorities_are_heard_first_and_ties_by_id() -> None:
    rules = [
        rule("beta", WHEN_ONE_HAS_SPOKEN, GO_ON, priority=10),
        rule("alpha", WHEN_ONE_HAS_SPOKEN, GO_ON, priority=10),
        rule("last", WHEN_ONE_HAS_SPOKEN, GO_ON, priority=0),
        rule("first", WHEN_ONE_HAS_SPOKEN, GO_ON, priority=1_000),
    ]

    assert after(*opened(*rules), a_turn()).fired == ["first", "alpha", "beta", "last"]


def test_the_first_decisive_action_wins_and_the_others_are_overruled_with_the_reason() -> None:
    rules = [
        rule("resting", WHEN_ONE_HAS_SPOKEN, PAUSE, priority=90),
        rule("ending", WHEN_ONE_HAS_SPOKEN, COMPLETE, ESCALATE, priority=80),
        rule("reviewing", WHEN_ONE_HAS_SPOKEN, REVIEW, priority=70),
    ]
    played = after(*opened(*rules), a_turn())

    assert played.status is Status.PAUSED
    assert [(each.rule, each.action, each.reason) for each in played.of(ActionOverruled)] == [
        ("ending", "complete_debate", "resting has decided already"),
        ("ending", "escalate_to_human", "resting has decided already"),
    ]
    assert len(played.of(TemplateApplied)) == 1, "a template decides nothing and is applied all the same"


def test_a_refused_action_is_recorded_as_overruled_and_the_next_rule_is_heard() -> None:
    unknown = asked.ApplyTemplate(template=TemplateId("unheard_of"), reason="contested")
    rules = [
        rule("lost", WHEN_ONE_HAS_SPOKEN, unknown, priority=90),
        rule("resting", WHEN_ONE_HAS_SPOKEN, PAUSE, priority=80),
    ]
    played = after(*opened(*rules), a_turn())

    (overruled,) = played.of(ActionOverruled)
    assert overruled.rule == "lost"
    assert "'unheard_of'" in overruled.reason
    assert played.status is Status.PAUSED


def test_a_decisive_action_that_is_refused_leaves_the_decision_to_the_next_rule() -> None:
    rules = [
        rule("renewing", WHEN_ONE_HAS_SPOKEN, NEW_ROUND, priority=90),
        rule("resting", WHEN_ONE_HAS_SPOKEN, PAUSE, priority=80),
    ]
    played = after(*opened(*rules, rounds=ROUNDS_MAX))
    for _ in range(ROUNDS_MAX - 1):
        played.do(StartNewRound(reason="asked"))
    played.speak()

    assert [each.rule for each in played.of(ActionOverruled)] == ["renewing"]
    assert played.status is Status.PAUSED


def test_nothing_that_a_rule_asks_for_makes_a_session_endless() -> None:
    played = after(*opened(rule("forever", at_least("round_count", 1), GO_ON, repeat=Repeat.EVENT)))

    played.play_on()

    assert played.status is Status.COMPLETED
    assert played.debate.rounds_completed == ROUNDS_MAX


def test_rules_that_wake_rules_are_bounded_and_the_session_goes_on() -> None:
    chain = [rule(f"skip_{number}", at_least("current_round", number), NEW_ROUND) for number in range(1, 9)]
    played = after(*opened(*chain, rounds=50), begun)
    settled = kinds(played.answer())

    assert played.of(CascadeStopped)[0].passes == PASSES_MAX
    assert settled.count("CascadeStopped") <= 1
    played.play_on()
    assert played.status is Status.COMPLETED


def test_a_rule_woken_by_another_is_heard_in_the_same_settlement() -> None:
    rules = [
        rule("renewing", WHEN_ONE_HAS_SPOKEN, NEW_ROUND),
        rule("resting", at_least("current_round", 2), PAUSE),
    ]
    played = after(*opened(*rules), begun)

    played.answer()

    assert played.fired == ["renewing", "resting"]
    assert played.status is Status.PAUSED


@pytest.mark.parametrize("ender", [Pause(), Complete(reason="enough")])
def test_rules_have_no_say_once_the_session_stands_or_its_end_is_decided(ender: Pause | Complete) -> None:
    played = after(*opened(rule("asking", at_least("argument_count", 2), ESCALATE)), a_turn(), begun, ender)

    played.answer()

    assert played.fired == []


def test_what_became_true_while_paused_fires_on_the_way_back() -> None:
    played = after(*opened(rule("asking", at_least("argument_count", 2), ESCALATE)), a_turn(), begun, Pause())
    played.answer()

    played.do(Resume())

    assert played.fired == ["asking"]
    assert played.status is Status.ESCALATED


def test_a_question_answered_is_not_asked_again_while_nothing_changed() -> None:
    played = after(*opened(rule("asking", WHEN_ONE_HAS_SPOKEN, ESCALATE)), a_turn())

    played.do(AnswerEscalation(answer="continue"))

    assert played.status is Status.RUNNING
    assert played.fired == ["asking"]


def test_a_rule_about_money_fires_when_the_budget_changes_under_it() -> None:
    dear = rule("dear", when(ConditionType.GREATER_THAN, "budget_used_ppm", 900_000), COMPLETE)
    played = after(*opened(dear, cap_microusd=10_000), a_turn(cost_microusd=100))
    assert played.fired == []

    assert "CompletionDecided" in kinds(played.do(ChangeBudget(cap_microusd=110)))


def test_a_rule_that_cannot_be_told_stops_no_other_and_each_error_in_a_row_is_counted() -> None:
    broken = rule("broken", at_least("round_kount", 1), COMPLETE)
    played = after(*opened(broken, rule("resting", at_least("argument_count", 2), PAUSE)), *a_round())

    erred = played.of(RuleErred)
    assert {each.rule for each in erred} == {"broken"}
    assert "'round_count'" in erred[0].message
    assert [each.in_a_row for each in erred] == [1, 2, 3]
    assert played.status is Status.PAUSED


def test_a_rule_that_errs_too_often_in_a_row_is_no_longer_heard() -> None:
    broken = rule("broken", at_least("round_kount", 1), COMPLETE)
    resting = rule("resting", at_least("round_count", 4), PAUSE)
    played = after(*opened(broken, resting, rounds=6), *(a_turn() for _ in range(8)))

    assert played.of(RuleSwitchedOff) == [RuleSwitchedOff(rule=RuleId("broken"), errors=RULE_ERRORS_IN_A_ROW_MAX)]
    assert len(played.of(RuleErred)) == RULE_ERRORS_IN_A_ROW_MAX
    assert played.of(RuleRearmed) == []
    assert played.fired == ["resting"]


@pytest.mark.parametrize("turns", [2, 6], ids=["while it errs", "once it is no longer heard"])
def test_a_rule_that_is_mended_is_heard_as_if_it_were_new(turns: int) -> None:
    broken = rule("broken", at_least("round_kount", 1), COMPLETE)
    played = after(*opened(broken, rounds=6), *(a_turn() for _ in range(turns)))
    mended = rule("broken", at_least("round_count", 1), COMPLETE)

    played.change_rules([mended])

    assert played.state.ruling.switched_off == frozenset()
    assert played.fired == ["broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MumblingFlow(DebateFlow):
    """A debate of which nobody can say how many arguments it had while the last one was mumbled."""

    def facts(self, state: SessionState) -> dict[str, FactValue]:
        told = DebateFlow.facts(self, state)
        return told | {"argument_count": "who knows"} if told["last_text"] == "Mumble." else told


def mumbling(*rules: Rule) -> Played:
    played = Played()
    flow = MumblingFlow(templates=played.templates, documents={})
    played.engine = replace(played.engine, flows={"debate@2": flow})
    for move in opened(*rules, rounds=20):
        move(played) if callable(move) else played.do(move)
    return played


def test_errors_are_in_a_row_only_while_the_rule_can_not_be_told_at_all() -> None:
    played = mumbling(rule("resting", at_least("argument_count", 100), PAUSE))

    for text in ("Mumble.", "Mumble.", "Mumble.", "Mumble.", "Clear.", "Mumble.", "Mumble."):
        played.speak(text)

    assert [event.in_a_row for event in played.of(RuleErred)] == [1, 2, 3, 4, 1, 2]
    assert played.of(RuleSwitchedOff) == []
    assert len(played.of(RuleRearmed)) == 1


def test_a_rule_that_holds_after_it_erred_has_recovered_and_fires_once_it_was_false() -> None:
    played = mumbling(rule("going", at_least("argument_count", 1), GO_ON))

    for text in ("Mumble.", "Mumble.", "Clear.", "Mumble."):
        played.speak(text)

    assert played.of(RuleRecovered) == [RuleRecovered(rule=RuleId("going"))]
    assert [event.in_a_row for event in played.of(RuleErred)] == [1, 2, 1]
    assert played.fired == []


def test_a_rule_that_fired_and_then_errs_is_reported_too() -> None:
    played = mumbling(rule("going", at_least("argument_count", 1), GO_ON))

    for text in ("Clear.", "Mumble.", "Clear."):
        played.speak(text)

    assert played.fired == ["going"]
    assert len(played.of(RuleErred)) == len(played.of(RuleRecovered)) == 1


def test_a_rule_of_each_round_that_errs_is_not_armed_by_the_end_of_a_round() -> None:
    broken = rule("broken", at_least("round_kount", 1), COMPLETE, repeat=Repeat.ROUND)
    played = after(*opened(broken), *a_round())

    assert [event.in_a_row for event in played.of(RuleErred)] == [1, 2, 3]


def test_a_rule_that_was_removed_while_spent_starts_afresh_when_it_comes_back() -> None:
    resting = rule("resting", WHEN_ONE_HAS_SPOKEN, PAUSE)
    played = after(*opened(resting), a_turn(), Resume())
    played.change_rules([])
    assert played.status is Status.RUNNING

    played.change_rules([resting])

    assert played.fired == ["resting", "resting"]


def test_actions_of_one_rule_are_taken_in_order() -> None:
    both = rule("both", WHEN_ONE_HAS_SPOKEN, REVIEW, NEW_ROUND)
    played = after(*opened(both), a_turn())

    assert played.debate.template.id == "reviewed"
    assert played.wanted == ("r2.claim.proposer",)


@pytest.mark.parametrize("action", [COMPLETE, PAUSE, ESCALATE, NEW_ROUND, GO_ON, REVIEW])
def test_an_action_on_the_last_failure_is_taken_before_the_session_would_fail(action: Action) -> None:
    played = after(*opened(rule("caring", at_least("error_count", 1), action)), a_turn(), gave_up)

    saved = action in (COMPLETE, PAUSE, ESCALATE, NEW_ROUND)
    assert (played.status is not Status.FAILED) is saved


def test_a_disabled_rule_is_never_heard() -> None:
    sleeping: Rule = rule("sleeping", WHEN_ONE_HAS_SPOKEN, PAUSE, enabled=False)

    assert after(*opened(sleeping), *a_round()).fired == []


def test_rules_are_pinned_by_the_opening() -> None:
    played = Played()

    assert played.opening().rules_digest == played.in_force.digest


def test_a_change_of_the_rules_lets_one_that_could_not_be_evaluated_be_heard_as_new_though_it_was_withheld() -> None:
    late, early = RuleId("late"), RuleId("early")
    ruling = Ruling(
        digest=Digest("0" * 64),
        templates={},
        spent=frozenset((late, early)),
        withheld=frozenset((late, early)),
        erring={late: 1},
    )

    changed = ruling_after(ruling, RulesChanged(digest=Digest("1" * 64), templates={}))

    assert (changed.spent, changed.withheld) == ({early}, {early})
