"""Is the best draft kept, does a refinement stop where it should, and does it say why?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import (
    AddStatement,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    Cancel,
    ChangeRounds,
    ChangeSeats,
    Complete,
    ContinueOn,
    Escalate,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    RecordChild,
    RecordChildEnd,
    RecordFailure,
    RefuseSpend,
    Resume,
    StartNewRound,
)
from core.domain.errors import CommandRefused
from core.domain.ids import SessionId, StepId, TemplateId
from core.domain.session import Status
from core.engine.evolve import unopened
from core.engine.replay import verify
from core.engine.settle import settle
from core.flows.refinement import BRIEF_BYTES_MAX
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.flows.refinement_events import (
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    RefinementCompleted,
    RefinementStarted,
    ReviewGiven,
)
from core.flows.refinement_terms import ITERATIONS_MAX, RefinementTerms, Strategy, terms_as_json, terms_from_json
from core.judging.criteria import Check, CheckKind, Criteria, Criterion
from core.prompts.refining import DRAFT_CHARACTERS_MAX
from core.rules.action import ContinueDebate
from core.rules.condition import ConditionType
from core.rules.rule import Repeat
from core.rules.standard import STANDARD_RULES
from tests.builders import SESSION, at_least, kinds, participant, rule, when
from tests.core.flows.refining import BRIEF, Refined, panel, review, single


def ended(refined: Refined) -> RefinementCompleted:
    (event,) = refined.of(RefinementCompleted)
    assert refined.status is Status.COMPLETED
    assert verify(refined.engine, SESSION, refined.log) is None
    return event


def test_a_draft_that_is_good_enough_ends_it_at_once() -> None:
    refined = single()

    refined.write("Draft 1.")
    events = refined.score(0.9)

    assert kinds(events)[1:] == [
        "ReviewGiven", "DraftScored", "DraftDecided", "CompletionDecided", "RefinementCompleted", "SessionCompleted",
    ]  # fmt: skip
    end = ended(refined)
    assert (end.draft, end.score_ppm, end.is_approved, end.reason, end.iterations) == (1, 900_000, True, "approved", 1)
    assert refined.of(DraftDecided)[0].why == "it scores 0.90, and 0.85 is enough"


def test_drafts_are_written_reviewed_and_decided_about_in_turn() -> None:
    refined = single()

    assert refined.wanted == ("r1.draft.writer",)
    refined.write("Draft 1.")
    assert refined.wanted == ("r1.review.reviewer",)
    refined.score(0.5)
    assert refined.wanted == ("r2.draft.writer",)
    assert refined.of(DraftDecided)[0].decision == "refine"


def test_the_best_draft_is_kept_and_not_the_last() -> None:
    refined = single(patience=2)

    refined.go_through(0.5, 0.8, 0.6, 0.7)

    end = ended(refined)
    assert (end.draft, end.score_ppm, end.is_approved, end.reason) == (2, 800_000, False, "no_gain")
    assert refined.of(DraftDecided)[-1].why == ("the last 2 drafts have not beaten draft 2, which scores 0.80, by 0.01")


@pytest.mark.parametrize(("score", "is_enough"), [(0.8, True), (0.799, False)])
def test_a_draft_that_scores_exactly_what_is_wanted_is_good_enough(score: float, is_enough: bool) -> None:
    refined = single(threshold_ppm=800_000)

    refined.go_through(score)

    assert bool(refined.of(RefinementCompleted)) is is_enough


def test_scores_that_stand_still_are_no_gain() -> None:
    refined = single(patience=1)

    refined.go_through(0.5, 0.505)

    assert (ended(refined).reason, ended(refined).draft) == ("no_gain", 2)
    assert refined.of(DraftDecided)[-1].why == "the last draft has not beaten the best before by 0.01"


def test_it_stops_once_its_iterations_are_used() -> None:
    refined = single(iterations_max=3)

    refined.go_through(0.2, 0.4, 0.6)

    assert (ended(refined).reason, ended(refined).draft, ended(refined).iterations) == ("iterations_used", 3, 3)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8), st.integers(1, 4), st.integers(1, 8))
def test_whatever_the_scores_the_first_of_the_best_is_kept(milli: list[int], patience: int, iterations: int) -> None:
    refined = single(patience=patience, iterations_max=iterations, threshold_ppm=1_000_000)

    for score in milli:
        if refined.status is not Status.RUNNING:
            break
        refined.go_through(f'{{"score": {score / 1_000}}}')
    if refined.status is Status.RUNNING:
        refined.do(Complete(reason="asked"))

    scores = [event.score_ppm for event in refined.of(DraftScored)]
    known = [score for score in scores if score is not None]
    end = ended(refined)
    assert end.score_ppm == max(known)
    assert end.draft == scores.index(end.score_ppm) + 1
    assert end.is_approved == (end.score_ppm == 1_000_000)
    assert len(scores) <= iterations


def test_a_draft_that_was_given_is_reviewed_first_and_counts() -> None:
    refined = single(draft="Given.", iterations_max=2)

    assert refined.wanted == ("r1.review.reviewer",)
    refined.score(0.4)
    refined.write("Written.")
    refined.score(0.3)

    drafts = refined.of(DraftPresented)
    assert [(draft.by, draft.number, draft.text) for draft in drafts] == [
        ("brief", 1, "Given."),
        ("writer", 2, "Written."),
    ]
    assert ended(refined).draft == 1


def test_a_review_that_can_not_be_read_gives_no_score_and_its_words_are_told_to_the_writer() -> None:
    refined = single(patience=2)

    refined.write("Draft 1.")
    refined.score("It never says who is on call.")

    (scored,) = refined.of(DraftScored)
    assert (scored.score_ppm, scored.is_best) == (None, False)
    assert refined.of(ReviewGiven)[0].reason
    step = refined.next_step()
    asked = refined.engine.flow(refined.state).request(refined.state, step)
    assert "It never says who is on call." in asked.messages[-1].text


@pytest.mark.parametrize("score", ["1.7", "NaN", "-1", '"very good"'])
def test_a_score_that_can_not_be_is_no_score(score: str) -> None:
    refined = single(patience=1)

    refined.write("Draft 1.")
    refined.score(f'Good.\n{{"score": {score}}}')

    end = ended(refined)
    assert (end.score_ppm, end.is_approved, end.draft, end.reason) == (None, False, 1, "no_gain")


def test_where_nothing_is_known_of_any_draft_the_first_is_kept() -> None:
    refined = single(patience=3)

    refined.go_through("Hm.", "Hm.", "Hm.")

    assert ended(refined).draft == 1


def test_a_panel_is_asked_at_once_and_its_middle_counts() -> None:
    refined = panel()

    refined.write("Draft 1.")
    assert refined.wanted == tuple(f"r1.review.reviewer_{number}" for number in (1, 2, 3))
    refined.score(0.0, 0.9, 1.0)

    (scored,) = refined.of(DraftScored)
    assert (scored.score_ppm, scored.spread_ppm) == (900_000, 1_000_000)


def test_reviewers_of_a_panel_do_not_see_one_anothers_words() -> None:
    refined = panel(reviewers=2)

    refined.write("Draft 1.")
    refined.heard(refined.asked("review", "reviewer_1"), review(0.5, "Say who is on call."))
    request = refined.engine.flow(refined.state).request(refined.state, refined.next_step())

    assert "who is on call" not in "".join(message.text for message in request.messages)
    assert not request.brief.turns


def test_each_draft_is_compared_with_the_best_in_both_orders() -> None:
    refined = single(is_pairwise=True, iterations_max=2)

    refined.write("Draft 1.")
    refined.score(0.5)
    refined.write("Draft 2.")
    assert refined.wanted == ("r2.review.reviewer", "r2.prefer_new.reviewer", "r2.prefer_best.reviewer")
    first = refined.engine.flow(refined.state).request(
        refined.state, next(step for step in _plan(refined) if step.id == "r2.prefer_new.reviewer")
    )
    assert (first.brief.draft, first.brief.other) == ("Draft 2.", "Draft 1.")
    refined.score(0.5)
    refined.heard(refined.asked("prefer_new"), "It is clearer.\nPREFERRED: first")
    refined.heard(refined.asked("prefer_best"), "It is clearer.\nPREFERRED: second")

    assert [(each.first, each.second, each.preferred) for each in refined.of(DraftsCompared)] == [(2, 1, 2), (1, 2, 2)]
    assert refined.of(DraftScored)[-1].parts == {"reviews": 500_000, "pairwise": 750_000}
    assert ended(refined).draft == 2


def _plan(refined: Refined):  # type: ignore[no-untyped-def]
    return refined.engine.flow(refined.state).plan(refined.state)


SAYS_WHEN = Check(id="says_when", kind=CheckKind.CONTAINS, value="Monday", is_required=True)


def test_no_draft_that_fails_a_required_check_is_approved_and_one_that_passes_is_better() -> None:
    refined = single(criteria=Criteria(checks=(SAYS_WHEN,)), iterations_max=2, weight_checks_ppm=0)

    refined.write("It changes.")
    refined.score(0.95)
    refined.write("It changes on Monday.")
    refined.score(0.3)

    assert [each.has_passed for each in refined.of(DraftChecked)] == [False, True]
    assert refined.of(DraftDecided)[0].why == "it fails a check that is required"
    assert (ended(refined).draft, ended(refined).is_approved) == (2, False)


def test_drafts_that_fail_what_is_required_end_it_in_words_that_say_so_and_not_by_their_scores() -> None:
    refined = single(criteria=Criteria(checks=(SAYS_WHEN,)), patience=2, weight_checks_ppm=0)
    refined.write("It changes on Monday.")
    refined.score(0.565)

    refined.write("It changes.")
    refined.score(0.66)
    refined.write("It has changed.")
    refined.score(0.7)

    assert ended(refined).draft == 1
    assert refined.of(DraftDecided)[-1].why == (
        "the last 2 drafts fail a check that is required, and draft 1, which scores 0.565, fails none"
    )


def test_of_drafts_that_brought_no_gain_those_are_named_that_fail_what_is_required() -> None:
    refined = single(criteria=Criteria(checks=(SAYS_WHEN,)), patience=2, weight_checks_ppm=0)
    refined.write("It changes on Monday.")
    refined.score(0.5)

    refined.write("It changes.")
    refined.score(0.7)
    refined.write("It has changed on Monday.")
    refined.score(0.4)

    assert refined.of(DraftDecided)[-1].why == (
        "the last 2 drafts have not beaten draft 1, which scores 0.50, by 0.01; draft 2 fails a check that is required"
    )


def test_checks_alone_approve_nothing_where_no_review_could_be_read() -> None:
    refined = single(criteria=Criteria(checks=(SAYS_WHEN,)), iterations_max=1)

    refined.write("It changes on Monday.")
    refined.score("Hm.")

    assert (refined.of(DraftScored)[0].score_ppm, ended(refined).is_approved) == (1_000_000, False)


def test_a_draft_that_nobody_could_review_never_stands_before_one_that_was_reviewed() -> None:
    refined = single(criteria=Criteria(checks=(SAYS_WHEN,)), iterations_max=2, threshold_ppm=1_000_000)

    refined.write("It changes on Monday.")
    refined.score(0.8)
    refined.write("Monday.")
    refined.score("Hm.")

    assert [event.score_ppm for event in refined.of(DraftScored)] == [900_000, 1_000_000]
    assert (ended(refined).draft, ended(refined).score_ppm) == (1, 900_000)


def test_a_panel_does_without_a_reviewer_who_gave_up_and_says_who() -> None:
    refined = panel()

    refined.write("Draft 1.")
    step = refined.asked("review", "reviewer_1")
    refined.do(RecordFailure(step=step, attempt=1, error="refused", message="", cost_microusd=0, is_final=True))
    assert refined.status is Status.RUNNING
    refined.score(0.9, 0.9)

    assert refined.of(DraftScored)[0].reason.endswith("; reviewer_1 gave no review")
    assert ended(refined).is_approved


def test_a_panel_of_whom_nobody_can_be_asked_any_more_waits_for_the_operator() -> None:
    refined = panel(reviewers=2)

    refined.write("Draft 1.")
    for name in ("reviewer_1", "reviewer_2"):
        step = refined.asked("review", name)
        refined.do(RecordFailure(step=step, attempt=1, error="refused", message="", cost_microusd=0, is_final=True))

    assert refined.status is Status.FAILED


def test_what_was_said_of_the_draft_at_hand_counts_though_a_rule_ends_it_first() -> None:
    enough = rule("enough", at_least("turn_count", 4))
    refined = Refined(rules=[enough], threshold_ppm=750_000).began()

    refined.go_through(0.3, 0.8)

    end = ended(refined)
    assert (end.draft, end.score_ppm, end.is_approved, end.reason) == (2, 800_000, True, "enough")


def test_a_review_that_was_under_way_when_it_was_completed_counts() -> None:
    refined = single()

    refined.go_through(0.3)
    refined.write("Draft 2.")
    step = refined.asked("review")
    refined.do(Complete(reason="asked"))
    refined.heard(step, review(0.8))

    assert (ended(refined).draft, ended(refined).score_ppm) == (2, 800_000)


def test_a_panel_whose_money_is_spent_goes_by_those_who_were_heard() -> None:
    refined = panel(cap_microusd=1_000)

    refined.write("Draft 1.")
    refined.score(0.9)
    for step in refined.wanted:
        refined.do(RefuseSpend(step=step, cap="session", wanted_microusd=900, left_microusd=1))

    assert (ended(refined).score_ppm, ended(refined).is_approved) == (900_000, True)


def test_criteria_are_scored_one_by_one_and_weighed() -> None:
    criteria = Criteria(
        criteria=(Criterion(id="clear", about="Can it be followed?"), Criterion(id="whole", about="All?"))
    )
    refined = single(criteria=criteria)

    refined.write("Draft 1.")
    refined.score('Good.\n{"criteria": {"clear": 1, "whole": 0.8}}')

    assert ended(refined).score_ppm == 900_000
    assert refined.of(ReviewGiven)[0].criteria == {"clear": 1_000_000, "whole": 800_000}


def test_who_looks_for_the_worst_flaw_says_how_grave_it_is() -> None:
    refined = single(strategy=Strategy.ADVERSARIAL)

    refined.write("Draft 1.")
    step = refined.next_step()
    assert step.task == "flaw"
    refined.score('It leaves out the weekend.\n{"severity": 0.1}')

    assert ended(refined).score_ppm == 900_000


def test_the_writer_is_shown_the_best_draft_and_what_was_said_of_a_later_attempt() -> None:
    refined = single(patience=5)

    refined.write("The good one.")
    refined.score(review(0.7, "Name the day."))
    refined.write("The worse one.")
    refined.score(review(0.4, "Name the month."))
    text = refined.engine.flow(refined.state).request(refined.state, refined.next_step()).messages[-1].text

    assert "which scores 0.700 of 1" in text
    assert ("The good one." in text, "Name the day." in text, "Name the month." in text) == (True, True, True)
    assert "The worse one." not in text


# --- the operator ----------------------------------------------------------------------------------------------------


def test_a_draft_is_accepted_as_it_is() -> None:
    refined = single()

    refined.write("Draft 1.")
    refined.score(0.2)
    refined.do(AcceptDraft(draft=1))

    end = ended(refined)
    assert (end.draft, end.is_approved, end.reason) == (1, True, "accepted")
    assert refined.of(DraftAccepted)[0].by == "operator"


def test_an_accepted_draft_is_kept_though_another_is_better() -> None:
    refined = single()

    refined.go_through(0.8, 0.2)
    refined.do(AcceptDraft(draft=2))

    assert ended(refined).draft == 2


def test_a_call_under_way_is_heard_before_it_ends_with_the_draft_that_was_accepted() -> None:
    refined = single()

    refined.write("Draft 1.")
    step = refined.asked("review")
    refined.do(AcceptDraft())
    assert refined.status is Status.RUNNING
    refined.heard(step, review(0.1))

    end = ended(refined)
    assert (end.draft, end.is_approved) == (1, True)
    assert len(refined.of(ReviewGiven)) == 1


@pytest.mark.parametrize("standing", ["paused", "escalated"])
def test_a_draft_is_accepted_whatever_it_stands_at(standing: str) -> None:
    refined = single()

    refined.write("Draft 1.")
    refined.do(Pause() if standing == "paused" else Escalate(question="Is it good?"))
    refined.do(AcceptDraft())

    assert ended(refined).is_approved


def test_nothing_is_accepted_of_one_that_waits_for_a_place() -> None:
    refined = single()

    refined.write("Draft 1.")
    refined.do(Pause())
    refined.do(Queue())

    assert "waits for a place" in refined.refuses(AcceptDraft())


def test_what_can_not_be_accepted_is_refused_with_what_can() -> None:
    refined = single()

    assert "no draft to accept" in refined.refuses(AcceptDraft())
    refined.write("Draft 1.")
    assert "Name one from 1 to 1." in refined.refuses(AcceptDraft(draft=2))
    refined.do(Cancel())
    assert "cancelled" in refined.refuses(AcceptDraft())


def test_an_edited_draft_takes_the_place_of_the_one_at_hand_and_is_reviewed_as_any_other() -> None:
    refined = single()

    refined.write("Draft 1.")
    refined.do(ReviseDraft(text="Mine.\x1b[2J"))
    assert refined.wanted == ("r2.review.reviewer",)
    refined.score(0.9)

    assert [(each.by, each.text) for each in refined.of(DraftPresented)] == [
        ("writer", "Draft 1."),
        ("operator", "Mine."),
    ]
    assert (ended(refined).draft, ended(refined).reason) == (2, "approved")


def test_a_review_of_a_draft_that_was_edited_meanwhile_is_recorded_with_the_draft_that_it_speaks_of() -> None:
    refined = single()

    refined.write("Draft 1.")
    step = refined.asked("review")
    refined.do(ReviseDraft(text="Mine."))
    refined.heard(step, review(1.0))

    assert [(each.draft, each.score_ppm) for each in refined.of(ReviewGiven)] == [(1, 1_000_000)]
    assert refined.status is Status.RUNNING
    refined.score(0.9)
    assert ended(refined).draft == 2


def test_a_draft_that_comes_after_the_operators_own_is_on_record_and_set_aside() -> None:
    refined = single()

    step = refined.asked("draft")
    refined.do(ReviseDraft(text="Mine."))
    refined.heard(step, "Too late.")

    assert [draft.text for draft in refined.refinement.drafts] == ["Mine.", "Too late."]
    assert refined.refinement.at_hand is not None
    assert refined.refinement.at_hand.text == "Mine."
    refined.score(0.9)
    assert ended(refined).draft == 1


def test_an_edit_beyond_the_last_iteration_makes_room_for_itself() -> None:
    refined = single(iterations_max=1)

    refined.write("Draft 1.")
    refined.do(ReviseDraft(text="Mine."))

    assert (refined.refinement.iteration, refined.refinement.iterations_limit) == (2, 2)


@pytest.mark.parametrize(("text", "why"), [("  \n", "without words"), ("x" * (DRAFT_CHARACTERS_MAX + 1), "characters")])
def test_no_edit_without_words_or_without_end_is_taken(text: str, why: str) -> None:
    assert why in single().refuses(ReviseDraft(text=text))


def test_edits_come_to_an_end() -> None:
    refined = single(iterations_max=ITERATIONS_MAX)
    for number in range(ITERATIONS_MAX):
        refined.do(ReviseDraft(text=f"Mine {number}."))

    assert "the most there are" in refined.refuses(ReviseDraft(text="One more."))
    assert len(refined.refinement.drafts) == ITERATIONS_MAX


def test_what_the_operator_says_is_told_to_everybody_from_then_on() -> None:
    refined = single()

    refined.do(AddStatement(text="It is for night workers."))
    refined.do(AmendMotion(motion="A short notice."))
    text = refined.engine.flow(refined.state).request(refined.state, refined.next_step()).messages[-1].text

    assert ("It is for night workers." in text, "A short notice." in text, BRIEF in text) == (True, True, False)


def test_completing_it_keeps_the_best_draft_so_far() -> None:
    refined = single()

    refined.go_through(0.6, 0.4)
    refined.do(Complete(reason="enough"))

    end = ended(refined)
    assert (end.draft, end.reason, end.is_approved) == (1, "enough", False)


def test_it_can_be_completed_before_there_is_any_draft() -> None:
    refined = single()

    refined.do(Complete(reason="asked"))

    assert (ended(refined).draft, ended(refined).is_approved) == (0, False)


def test_a_verdict_and_a_format_are_nothing_that_it_has() -> None:
    refined = single()

    assert "ends with a draft" in refined.refuses(Complete(reason="asked", verdict="Good."))
    assert "follows no format" in refined.refuses(ApplyTemplate(template=TemplateId("tiny")))


@pytest.mark.parametrize("limit", [0, ITERATIONS_MAX + 1])
def test_its_number_of_iterations_is_changed_within_bounds(limit: int) -> None:
    refined = single(iterations_max=1)

    assert "number of iterations" in refined.refuses(ChangeRounds(rounds_limit=limit))
    refined.do(ChangeRounds(rounds_limit=2))
    refined.go_through(0.2, 0.3)
    assert ended(refined).iterations == 2


# --- rules and money -------------------------------------------------------------------------------------------------


def test_a_rule_that_continues_wins_a_further_draft_where_it_would_stop_but_none_where_one_is_approved() -> None:
    going_on = rule("go_on", at_least("draft_count", 1), ContinueDebate(reason="try"), repeat=Repeat.EVENT)
    refined = Refined(rules=[going_on], iterations_max=1).began()

    refined.go_through(0.2)
    assert refined.refinement.iterations_limit == 2
    refined.go_through(0.95)
    assert (ended(refined).reason, ended(refined).draft) == ("approved", 2)


def test_a_rule_that_always_continues_comes_to_an_end() -> None:
    going_on = rule("go_on", at_least("draft_count", 1), ContinueDebate(reason="try"), repeat=Repeat.EVENT)
    refined = Refined(rules=[going_on], iterations_max=ITERATIONS_MAX, patience=ITERATIONS_MAX).began()

    refined.go_through(*[0.5] * ITERATIONS_MAX)

    assert ended(refined).iterations == ITERATIONS_MAX


def test_rules_know_the_scores() -> None:
    worse = rule("worse", when(ConditionType.LESS_THAN, "score_gain_ppm", -100_000))
    refined = Refined(rules=[worse], patience=9).began()

    refined.go_through(0.6, 0.4)

    assert refined.fired == ["worse"]
    assert (ended(refined).reason, ended(refined).draft) == ("worse", 1)


def test_the_shipped_rules_that_are_about_debates_never_speak_and_none_errs() -> None:
    refined = Refined(rules=[replace(each, enabled=True) for each in STANDARD_RULES], iterations_max=9).began()

    refined.go_through(*[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])

    assert not [event for event in refined.events if type(event).__name__ == "RuleErred"]
    assert set(refined.fired) <= {each.id for each in STANDARD_RULES if not _is_about_debates(each)}


def _is_about_debates(each: object) -> bool:
    return any(word in str(each) for word in ("round_count", "consensus", "argument_count", "leading_", "judge_"))


def test_an_escalated_decision_can_ask_for_a_further_draft() -> None:
    refined = single(iterations_max=1)

    refined.write("Draft 1.")
    refined.do(Escalate(question="Is it good?"))
    refined.do(AnswerEscalation(answer="new_round"))
    refined.score(0.95)

    assert refined.of(DraftDecided)[0].why == "a further draft was asked for by operator"
    assert refined.wanted == ("r2.draft.writer",)


def test_one_whose_money_is_spent_ends_with_the_best_draft() -> None:
    refined = single(cap_microusd=1_000)

    refined.go_through(0.6)
    step = refined.next_step()
    refined.do(RefuseSpend(step=step.id, cap="session", wanted_microusd=900, left_microusd=20))

    assert (ended(refined).draft, ended(refined).reason) == (1, "budget_spent")


def test_one_that_can_not_pay_its_first_draft_waits_for_money() -> None:
    refined = single(cap_microusd=10)

    refined.do(RefuseSpend(step=refined.next_step().id, cap="session", wanted_microusd=900, left_microusd=10))

    assert (refined.status, refined.state.life.reason) == (Status.PAUSED, "budget_spent_session")


def test_nobody_is_silent_while_a_child_speaks() -> None:
    refined = single(strategy=Strategy.DEBATE)

    def silence() -> object:
        return refined.engine.facts(refined.state, now_ms=refined.now_ms)["silence_ms"]

    refined.write("Draft 1.")
    step, child = StepId("r1.debate"), SessionId("c1d0" * 8)
    refined.do(RecordChild(step=step, child=child, is_awaited=True))
    refined.do(ReachDeadline(), after_ms=3_600_000)
    assert silence() == 0
    refined.do(RecordChildEnd(step=step, child=child, status="completed", outcome="for", text="Good.", cost_microusd=0))
    assert silence() == 0
    refined.do(ReachDeadline(), after_ms=5_000)
    assert silence() == 5_000


def test_it_goes_on_where_it_stood_after_a_pause() -> None:
    refined = single()

    refined.write("Draft 1.")
    refined.do(Pause())
    assert refined.wanted == ()
    refined.do(Resume())
    assert refined.wanted == ("r1.review.reviewer",)


def test_new_rounds_and_going_on_are_no_more_than_asked_for() -> None:
    refined = single(iterations_max=2)

    refined.write("Draft 1.")
    assert refined.do(ContinueOn(reason="asked")) == ()
    refined.do(StartNewRound(reason="asked"))
    refined.score(0.95)

    assert refined.wanted == ("r2.draft.writer",)
    assert refined.refinement.iterations_limit == 2


# --- how it opens ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"motion": "  "}, "a brief without words"),
        ({"motion": "x" * (BRIEF_BYTES_MAX + 1)}, "a brief of more than"),
        ({"rounds_limit": 0}, "number of iterations"),
        ({"cap_microusd": -1}, "below nothing"),
        ({"seats": ()}, "nobody sits as writer"),
        ({"terms": terms_as_json(RefinementTerms(threshold_ppm=1_700_000))}, "1700000 can't be its threshold"),
        ({"terms": terms_as_json(RefinementTerms(patience=0))}, "0 can't be its patience"),
        (
            {"terms": terms_as_json(RefinementTerms(weight_reviews_ppm=0, weight_checks_ppm=0, weight_pairwise_ppm=0))},
            "no kind of score has a weight",
        ),
    ],
)
def test_what_could_not_be_refined_is_refused_before_anything_is_recorded(fields: dict[str, object], why: str) -> None:
    refined = Refined()

    opening = replace(refined.opening(), **fields)  # type: ignore[arg-type]
    with pytest.raises(CommandRefused, match=why):
        settle(refined.engine, unopened(SessionId("1")), Open(opening=opening), now_ms=1)


def test_a_reviewer_is_needed() -> None:
    refined = Refined()
    refined.seats = refined.seats[:1]

    assert "nobody reviews" in refined.refuses(Open(opening=refined.opening()))


TERMS = st.builds(
    RefinementTerms,
    strategy=st.sampled_from(Strategy),
    threshold_ppm=st.integers(0, 1_000_000),
    draft=st.text(),
    criteria=st.builds(
        Criteria,
        criteria=st.lists(st.builds(Criterion, id=st.text(), about=st.text()), max_size=3).map(tuple),
        checks=st.lists(
            st.builds(Check, id=st.text(), kind=st.sampled_from(CheckKind), value=st.text()), max_size=3
        ).map(tuple),
    ),
    is_pairwise=st.booleans(),
)


@given(TERMS)
def test_terms_come_back_as_they_were_written(terms: RefinementTerms) -> None:
    assert terms_from_json(terms_as_json(terms)) == terms


def test_a_refinement_says_what_it_began_with() -> None:
    (started,) = single(threshold_ppm=700_000, patience=3).of(RefinementStarted)

    assert (started.brief, started.threshold_ppm, started.patience) == (BRIEF, 700_000, 3)


def test_who_sits_as_a_reviewer_from_now_on_is_who_reviews() -> None:
    refined = panel(2)
    recast = replace(refined.seats[2], participant=participant("beta"))

    refined.do(ChangeSeats(seats=(recast,)))

    assert refined.refinement.reviewers == (refined.seats[1], recast)
