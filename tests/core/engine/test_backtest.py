"""Does a back-test say what other rules would have done, and does it stop where nobody can tell?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.commands import AddStatement, AnswerEscalation, ChangeRules, Pause, ReachDeadline, Resume, ResumeRun
from core.domain.errors import NotVerifiableHere
from core.domain.events import AttemptStarted, DeadlineReached, RuleErred, RuleFired, SessionPaused, Unreadable
from core.domain.ids import RuleId, TemplateId
from core.engine import backtest as engine_backtest
from core.engine.backtest import Revision, SessionTrial, Trial, backtest
from core.engine.backtest_report import BacktestTotals, DifferenceKind, SessionBacktest, Unread
from core.engine.engine import Engine
from core.flows.debate_events import ArgumentPresented, ConsensusUpdated, RoundCompleted, TemplateApplied
from core.rules import rule as asked
from core.rules.compiled import compile_rules
from core.rules.condition import AllOf
from core.rules.rule import Repeat, Rule
from tests.builders import (
    FACTS,
    MOVE_MILLISECONDS,
    SESSION,
    Played,
    a_round,
    a_turn,
    after,
    at_least,
    begun,
    complete_at,
    digest_of,
    lasted,
    opened,
    rule,
    rules_changed,
)
from tests.core.engine.strategies import histories, rule_sets

COMPLETE = asked.CompleteDebate(reason="enough")
PAUSE = asked.PauseDebate(reason="rest")
GO_ON = asked.ContinueDebate(reason="converging")
REVIEW = asked.ApplyTemplate(template=TemplateId("reviewed"), reason="contested")

UNTRUE = at_least("turn_count", 10_000)


AS_IT_WAS = Revision()


def trial(played: Played, revision: Revision = AS_IT_WAS) -> Trial:
    """The revision over every version of the rules that the catalogue holds."""
    sets, instead = dict(played.rule_sets), {}
    for digest, recorded in played.rule_sets.items():
        tried = compile_rules(revision.over(recorded.rules), facts=FACTS)
        sets[tried.digest], instead[digest] = tried, tried.digest
    return Trial(
        engine=Engine(flows=played.engine.flows, rule_sets=sets),
        instead=instead,
        pins={each.id: digest for digest, each in played.templates.items() if each.id in revision.templates},
        watched=revision.ids,
    )


def tried(played: Played, *rules: Rule, is_whole: bool = False) -> SessionBacktest:
    return backtest(trial(played, Revision(rules=rules, is_whole=is_whole)), SESSION, played.log)


def seqs_of(played: Played, kind: type) -> list[int]:
    return [record.seq for record in played.log if isinstance(record.event, kind)]


laws = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(histories())
def test_the_very_rules_that_were_in_force_make_no_difference(played: Played) -> None:
    found = backtest(trial(played), SESSION, played.log)

    assert found.is_unchanged
    assert found.events == len(played.log)


@laws
@given(histories(), st.integers(0, 3), st.booleans())
def test_a_rule_that_never_fires_in_either_form_makes_no_difference(
    played: Played, priority: int, enabled: bool
) -> None:
    found = tried(played, rule("silent", UNTRUE, COMPLETE, priority=priority, enabled=enabled))

    assert found.is_unchanged
    assert found.firings_count == 0


@laws
@given(histories(), rule_sets(), st.integers(1, 9))
def test_a_log_read_in_pages_says_what_the_whole_says(played: Played, rules: tuple[Rule, ...], page: int) -> None:
    against = trial(played, Revision(rules=rules))
    whole = backtest(against, SESSION, played.log)
    paged = SessionTrial(against, SESSION)
    for start in range(0, len(played.log), page):
        paged.read(played.log[start : start + page])

    assert paged.report() == whole


@laws
@given(histories(), rule_sets())
def test_what_would_be_otherwise_is_told_of_recorded_events_in_their_order(
    played: Played, rules: tuple[Rule, ...]
) -> None:
    found = tried(played, *rules)
    told = [each.after_seq for each in (*found.differences, *([found.branch] if found.branch else []))]

    assert found.unanswered is None
    assert told == sorted(told)
    assert all(0 < seq <= len(played.log) for seq in told)
    assert not found.is_unchanged or not told


def test_a_rule_that_would_have_ended_the_debate_earlier_is_where_the_record_ends() -> None:
    played = after(*opened(complete_at(rounds=2)), *a_round(), *a_round())

    found = tried(played, complete_at(rounds=1))

    branch = found.branch
    assert branch is not None
    assert (branch.kind, branch.rule) == (DifferenceKind.FIRES, "complete_at")
    assert branch.after_seq == seqs_of(played, RoundCompleted)[0]
    assert branch.happened == ()
    assert [(act.action, act.is_overruled) for act in branch.would] == [("complete_debate", False)]
    assert [(firing.after_seq, firing.is_by_time) for firing in found.firings] == [(branch.after_seq, False)]


def test_a_rule_switched_off_that_had_ended_the_debate_would_have_stayed_silent() -> None:
    played = after(*opened(complete_at(rounds=1), rounds=3), *a_round(), Played.play_on)

    found = tried(played, replace(complete_at(rounds=1), enabled=False))

    assert found.branch is not None
    assert (found.branch.kind, found.branch.rule) == (DifferenceKind.STAYS_SILENT, "complete_at")
    assert [act.rule for act in found.branch.happened] == ["complete_at"]
    assert found.answered_up_to == found.branch.after_seq


def test_of_two_that_decide_the_new_winner_is_named() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round())

    found = tried(played, rule("resting", at_least("round_count", 1), PAUSE, priority=90))

    assert found.branch is not None
    assert (found.branch.kind, found.branch.rule) == (DifferenceKind.OTHER_RULE_DECIDES, "resting")
    assert [(act.rule, act.is_overruled) for act in found.branch.would] == [("resting", False), ("complete_at", True)]


def test_a_rule_that_would_have_fired_and_been_overruled_leaves_the_record_standing() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round(), Played.play_on)

    found = tried(played, rule("resting", at_least("round_count", 1), PAUSE, priority=10))

    assert found.branch is None
    (only,) = found.differences
    assert (only.kind, only.rule) == (DifferenceKind.FIRES, "resting")
    assert [act.is_overruled for act in only.would] == [True]
    assert found.firings_count == 1
    assert not found.is_unchanged


def test_a_rule_that_continues_can_overrule_one_that_ended_the_debate() -> None:
    played = after(*opened(complete_at(rounds=1), rounds=3), *a_round())

    found = tried(played, rule("going_on", at_least("round_count", 1), GO_ON, priority=90))

    assert found.branch is not None
    assert (found.branch.kind, found.branch.rule) == (DifferenceKind.OTHER_RULE_DECIDES, "going_on")


def test_a_continuing_rule_that_defeats_nobody_changes_nothing_but_itself() -> None:
    played = after(*opened(), *a_round())

    found = tried(played, rule("going_on", at_least("argument_count", 1), GO_ON))

    assert found.branch is None
    assert [each.kind for each in found.differences] == [DifferenceKind.FIRES]


def test_a_branch_names_the_rule_that_made_it_and_not_one_heard_earlier_in_the_same_settlement() -> None:
    chatty = rule("chatty", at_least("argument_count", 1), GO_ON, priority=1, repeat=Repeat.EVENT)
    played = after(*opened(chatty, rounds=3), *a_round())

    found = tried(played, chatty, complete_at(rounds=1))

    assert found.branch is not None
    assert (found.branch.kind, found.branch.rule) == (DifferenceKind.OTHER_RULE_DECIDES, "complete_at")
    assert [(act.rule, act.is_overruled) for act in found.branch.happened] == [("chatty", False)]
    assert [(act.rule, act.is_overruled) for act in found.branch.would] == [("complete_at", False), ("chatty", True)]
    told = [(firing.rule, firing.is_new) for firing in found.firings]
    assert told == [("chatty", False), ("chatty", False), ("complete_at", True)]
    assert found.firings_count == 3


def test_a_rule_with_another_action_acts_otherwise() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round())

    found = tried(played, rule("complete_at", at_least("round_count", 1), PAUSE))

    assert found.branch is not None
    assert found.branch.kind is DifferenceKind.ACTS_OTHERWISE
    assert [act.action for act in found.branch.happened] == ["complete_debate"]
    assert [act.action for act in found.branch.would] == ["pause_debate"]


def test_another_reason_for_the_same_action_is_another_decision() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round())

    found = tried(played, rule("complete_at", at_least("round_count", 1), asked.CompleteDebate(reason="tired")))

    assert found.branch is not None
    assert found.branch.kind is DifferenceKind.ACTS_OTHERWISE


def test_a_rule_may_apply_a_template_that_was_not_pinned_then() -> None:
    played = after(*opened(), a_turn(), lambda each: each.change_rules([rule("silent", UNTRUE)]), a_turn())
    assert not played.state.ruling.templates

    found = tried(played, rule("reviewing", at_least("argument_count", 2), REVIEW))

    assert found.branch is not None
    assert found.branch.kind is DifferenceKind.FIRES
    assert found.branch.after_seq == seqs_of(played, ConsensusUpdated)[0]


def test_a_rule_that_errs_is_a_difference_and_so_is_one_that_was_mended() -> None:
    broken = rule("broken", at_least("round_kount", 9), COMPLETE)
    fine = rule("broken", at_least("round_count", 9), COMPLETE)
    sound, faulty = after(*opened(fine), *a_round()), after(*opened(broken), *a_round())

    assert {each.kind for each in tried(sound, broken).differences} == {DifferenceKind.ERRS}
    assert {each.kind for each in tried(faulty, fine).differences} == {DifferenceKind.ERRS_NO_MORE}
    assert len(tried(faulty, fine).differences) == len(faulty.of(RuleErred))


def test_the_rules_alone_are_tried_where_they_are_a_whole_set() -> None:
    played = after(*opened(complete_at(rounds=1), rounds=2), *a_round(), Played.play_on)

    assert tried(played).is_unchanged
    found = tried(played, is_whole=True)
    assert found.branch is not None
    assert found.branch.kind is DifferenceKind.STAYS_SILENT


def test_each_change_of_the_rules_on_record_is_followed() -> None:
    played = after(
        *opened(complete_at(rounds=1), rounds=3), rules_changed(without="complete_at"), *a_round(), *a_round()
    )

    assert tried(played, rule("silent", UNTRUE, COMPLETE)).is_unchanged
    found = tried(played, complete_at(rounds=1))
    assert found.branch is not None
    assert found.branch.after_seq == seqs_of(played, RoundCompleted)[0]


def test_a_toggle_that_happened_is_undone_by_trying_the_other_position() -> None:
    played = after(*opened(complete_at(rounds=1), rounds=3), *a_round()[:1], rules_changed(without="complete_at"))

    assert tried(played, replace(complete_at(rounds=1), enabled=False)).is_unchanged


def test_templates_that_a_change_brought_along_are_there_where_the_change_itself_is_none_under_trial() -> None:
    reviewing, toggled = rule("reviewing", at_least("round_count", 1), REVIEW), rule("toggled", UNTRUE, PAUSE)
    played = after(*opened(), lambda each: each.change_rules([reviewing, toggled]))
    later = played.known([reviewing, replace(toggled, enabled=False)])
    pins = {each.id: digest for digest, each in played.templates.items()}
    played.do(ChangeRules(digest=later.digest, templates=pins))
    for move in a_round():
        move(played)  # type: ignore[operator]

    assert played.of(TemplateApplied)
    assert tried(played, replace(toggled, enabled=False)).is_unchanged


# --- time -----------------------------------------------------------------------------------------------------------


def slow_turn(played: Played, *, took_ms: int) -> None:
    played.begin()
    played.do(played.answer_command("It is so."), after_ms=took_ms)


def test_time_alone_would_have_woken_a_rule_between_two_events() -> None:
    played = after(*opened(), a_turn(), lambda each: slow_turn(each, took_ms=60_000))
    begun_seq = seqs_of(played, AttemptStarted)[-1]

    found = tried(played, rule("impatient", lasted("silence_ms", 30_000), PAUSE))

    assert found.branch is not None
    assert (found.branch.kind, found.branch.is_by_time) == (DifferenceKind.FIRES, True)
    assert found.branch.after_seq == begun_seq
    answered_ms = next(each.at_ms for each in played.log if isinstance(each.event, ArgumentPresented))
    assert found.branch.at_ms == answered_ms + 30_000
    assert found.firings[0].is_by_time


def test_a_moment_that_the_rules_in_force_had_too_is_left_to_the_record() -> None:
    impatient = rule("impatient", lasted("silence_ms", 30_000), PAUSE)
    late = after(*opened(impatient), a_turn(), begun)
    late.do(ReachDeadline(), after_ms=30_250)  # the process was busy, or asleep

    assert isinstance(late.log[-1].event, SessionPaused)
    assert backtest(trial(late), SESSION, late.log).is_unchanged
    assert tried(late, rule("silent", UNTRUE, COMPLETE)).is_unchanged


def test_an_earlier_limit_is_seen_at_its_own_moment_and_a_later_one_at_the_recorded_one() -> None:
    played = after(*opened(rule("impatient", lasted("silence_ms", 30_000), PAUSE)), a_turn(), begun)
    played.do(ReachDeadline(), after_ms=30_000 - MOVE_MILLISECONDS)
    deadline = seqs_of(played, DeadlineReached)[0]

    earlier = tried(played, rule("impatient", lasted("silence_ms", 10_000), PAUSE)).branch
    later = tried(played, rule("impatient", lasted("silence_ms", 40_000), PAUSE)).branch

    assert earlier is not None
    assert later is not None
    assert (earlier.kind, earlier.is_by_time, earlier.after_seq) == (DifferenceKind.FIRES, True, deadline - 1)
    assert (later.kind, later.is_by_time, later.after_seq) == (DifferenceKind.STAYS_SILENT, False, deadline)


def test_a_rule_that_time_wakes_to_no_effect_is_noted_once_and_stays_fired() -> None:
    played = after(*opened(), a_turn(), lambda each: slow_turn(each, took_ms=60_000))

    found = tried(played, rule("patient", lasted("elapsed_ms", 30_000), GO_ON))

    assert found.branch is None
    assert [(each.kind, each.is_by_time) for each in found.differences] == [(DifferenceKind.FIRES, True)]


def test_a_rule_that_overrules_at_its_moment_keeps_the_other_from_acting_a_little_later() -> None:
    impatient = rule("impatient", lasted("silence_ms", 30_000), PAUSE)
    played = after(*opened(impatient), a_turn(), begun)
    played.do(ReachDeadline(), after_ms=30_250)

    found = tried(played, rule("calm", lasted("silence_ms", 30_000), GO_ON, priority=90))

    assert [(each.kind, each.rule) for each in found.differences] == [
        (DifferenceKind.FIRES, "calm"),
        (DifferenceKind.IS_OVERRULED, "impatient"),
    ]
    assert found.branch is not None
    assert (found.branch.kind, found.branch.rule) == (DifferenceKind.STAYS_SILENT, "impatient")


def test_time_in_which_nobody_drove_wakes_nobody() -> None:
    played = after(*opened(), a_turn())
    played.do(ResumeRun(), after_ms=3_600_000)

    assert tried(played, rule("impatient", lasted("silence_ms", 30_000), PAUSE)).is_unchanged


def test_time_in_which_the_session_was_paused_wakes_nobody() -> None:
    played = after(*opened(), a_turn(), Pause())
    played.do(Resume(), after_ms=3_600_000)

    assert tried(played, rule("impatient", lasted("silence_ms", 30_000), PAUSE)).is_unchanged


def test_more_moments_than_are_looked_at_end_the_answer_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_backtest, "MOMENTS_PER_GAP_MAX", 2)
    played = after(*opened(), a_turn(), lambda each: slow_turn(each, took_ms=60_000))
    rules = [rule(f"at_{second}", lasted("silence_ms", second * 1_000), GO_ON) for second in (10, 20, 30)]

    found = tried(played, *rules)

    assert found.unanswered is not None
    assert "time alone" in found.unanswered.why
    assert found.unanswered.seq == seqs_of(played, AttemptStarted)[-1] + 1


# --- what can't be answered -----------------------------------------------------------------------------------------


def test_a_log_that_is_decided_otherwise_today_blames_no_rule() -> None:
    played = after(*opened(complete_at(rounds=2)), *a_round(), *a_round())
    seq = seqs_of(played, ArgumentPresented)[1]
    bent = [
        replace(each, event=replace(each.event, number=99)) if each.seq == seq else each  # type: ignore[type-var]
        for each in played.log
    ]

    found = backtest(trial(played, Revision(rules=(complete_at(rounds=1),))), SESSION, bent)

    assert found.branch is None
    assert found.unanswered is not None
    assert found.unanswered.seq == seq - 1, "the append that holds it begins with the attempt's success"
    assert not found.is_unchanged


def test_a_log_without_its_commands_can_not_be_answered() -> None:
    played = after(*opened())
    found = backtest(trial(played), SESSION, [replace(played.log[0], envelope=None)])

    assert found.unanswered is not None
    assert found.unanswered.seq == 1


def test_what_lies_before_an_event_that_can_not_be_read_is_answered() -> None:
    played = after(*opened(complete_at(rounds=2)), *a_round(), *a_round())
    seq = seqs_of(played, AttemptStarted)[-1]
    newer = Unreadable(kind="Seance", version=3, why="the log holds a Seance.", now="Update moot.")
    log = [replace(each, event=newer) if each.seq == seq else each for each in played.log]

    found = backtest(trial(played), SESSION, log)
    sooner = backtest(trial(played, Revision(rules=(complete_at(rounds=1),))), SESSION, log)

    assert found.unanswered is not None
    assert (found.unanswered.seq, found.answered_up_to) == (seq, seq - 1)
    assert "the log holds a Seance. Update moot." in found.unanswered.why
    assert sooner.branch is not None
    assert sooner.unanswered is None


def test_a_log_that_pins_what_is_not_at_hand_is_not_verifiable_here() -> None:
    played = after(*opened(), *a_round())
    against = trial(played)

    with pytest.raises(NotVerifiableHere):
        backtest(replace(against, engine=replace(against.engine, flows={})), SESSION, played.log)


def test_an_empty_log_has_nothing_to_say() -> None:
    found = backtest(trial(Played()), SESSION, [])

    assert found.is_unchanged
    assert found.events == 0


def test_lists_are_cut_and_counts_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_backtest, "FIRINGS_KEPT_MAX", 3)
    monkeypatch.setattr(engine_backtest, "DIFFERENCES_KEPT_MAX", 2)
    played = after(*opened(rounds=9), *(AddStatement(text=f"No. {number}") for number in range(8)))

    found = tried(played, rule("loud", at_least("statement_count", 1), GO_ON, repeat=Repeat.EVENT))

    assert (len(found.firings), found.firings_count) == (3, 8)
    assert (len(found.differences), found.differences_count) == (2, 8)


def test_nothing_behind_a_branch_is_looked_at() -> None:
    asking = rule("asking", at_least("round_count", 1), asked.EscalateToHuman(question="Go on?", reason="unsure"))
    played = after(*opened(asking, rounds=3), *a_round(), AnswerEscalation(answer="continue"), *a_round())

    found = tried(played, replace(asking, enabled=False), rule("late", at_least("round_count", 2), PAUSE))

    assert found.branch is not None
    assert found.branch.rule == "asking"
    assert found.firings_count == 0


# --- a revision, and all sessions together --------------------------------------------------------------------------


def test_a_revision_replaces_by_id_and_adds_the_rest() -> None:
    one, two, other = complete_at(rounds=1), rule("two", UNTRUE, PAUSE), complete_at(rounds=5)

    assert Revision(rules=(other,)).over((one, two)) == (other, two)
    assert Revision(rules=(two,)).over((one,)) == (one, two)
    assert Revision(rules=(two,), is_whole=True).over((one,)) == (two,)
    assert Revision().over((one, two)) == (one, two)


def results() -> Iterable[SessionBacktest | Unread]:
    played = after(*opened(complete_at(rounds=1)), *a_round(), Played.play_on)
    yield tried(played)
    yield tried(played, replace(complete_at(rounds=1), enabled=False))
    yield tried(played, rule("resting", at_least("round_count", 1), PAUSE, priority=10))
    yield backtest(trial(played), SESSION, [replace(played.log[0], envelope=None)])
    yield Unread(session=SESSION, why="its template is gone")


def test_totals_count_each_session_once() -> None:
    totals = BacktestTotals()
    for found in results():
        totals = totals.plus(found)

    assert (totals.sessions, totals.unchanged, totals.differing, totals.undecided, totals.unread) == (5, 1, 2, 1, 1)
    assert totals.branched == 1
    assert totals.first_differences == {DifferenceKind.FIRES: 1, DifferenceKind.STAYS_SILENT: 1}
    assert [each.why for each in totals.unread_named] == ["its template is gone"]
    assert totals.sessions == totals.unchanged + totals.differing + totals.undecided + totals.unread


def test_a_rule_of_two_clauses_is_tried_like_any_other() -> None:
    both = rule("both", AllOf(parts=(at_least("round_count", 1), lasted("elapsed_ms", 1))), PAUSE)
    played = after(*opened(both), *a_round())

    assert played.of(RuleFired)
    assert tried(played, both).is_unchanged
    assert [firing.rule for firing in tried(played, both).firings] == [RuleId("both")]
    assert digest_of("x") not in trial(played).instead
