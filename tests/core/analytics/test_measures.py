"""Do counts add up, however the log is cut?"""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.book import Book, advanced, gauges_of, place_of
from core.analytics.histogram import both, empty, observed
from core.analytics.measures import Counters, FlowUse, Measures, Timer, fold_measures
from core.analytics.tallies import added
from core.domain.commands import AnswerEscalation, ApplyTemplate, Escalate, RetryStep
from core.domain.events import (
    AttemptStarted,
    Recorded,
    RuleFired,
    SessionCompleted,
    SessionEscalated,
    SessionOpened,
    SessionPaused,
)
from core.domain.ids import TemplateId
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented
from core.flows.refinement_events import DraftPresented
from tests.builders import Played
from tests.core.analytics.histories import a_debate, a_log, as_one_log, number, played, to_its_end
from tests.core.flows.refining import single


def counted(log: list[Recorded]) -> Book:
    return advanced(Book(), log)


@given(a_log, st.lists(st.integers(0, 120), max_size=6))
def test_it_does_not_matter_in_which_pages_the_log_is_read(log: list[Recorded], cuts: list[int]) -> None:
    book, begin = Book(), 0
    for end in (*sorted(cuts), len(log)):
        book = advanced(book, log[begin:end], lives_max=2)
        begin = max(begin, end)

    assert book == advanced(Book(), log, lives_max=2)


@given(a_log)
def test_templates_models_rules_and_lives_add_up_to_the_counters(log: list[Recorded]) -> None:
    book = counted(log)
    measures, counters, lives = book.measures, book.measures.counters, book.lives.values()

    assert counters.cost_microusd == sum(use.cost_microusd for use in measures.templates.values())
    assert counters.cost_microusd == sum(use.cost_microusd for use in measures.models.values())
    assert counters.cost_microusd == sum(life.cost_microusd for life in lives)
    assert counters.answers == sum(use.answers for use in measures.models.values())
    assert counters.rules_fired == sum(use.fired for use in measures.rules.values())
    assert counters.actions_asked == sum(use.asked for use in measures.actions.values())
    assert counters.actions_overruled == sum(use.overruled for use in measures.actions.values())
    assert counters.debates_escalated == sum(1 for life in lives if life.escalations)
    assert counters.debates_ended == sum(1 for life in lives if life.status.is_over or life.status is Status.FAILED)
    assert counters.debates_with_consensus == sum(1 for life in lives if life.is_consensus_reached)
    for name in ("opened", "completed", "cancelled", "failed", "taken_up_again", "escalated", "with_consensus"):
        of_templates = sum(getattr(use, name) for use in measures.templates.values())
        assert of_templates == getattr(counters, f"debates_{name}"), name


@given(a_log)
def test_counters_count_what_is_on_record(log: list[Recorded]) -> None:
    counters = counted(log).measures.counters

    def times(kind: type) -> int:
        return sum(1 for record in log if isinstance(record.event, kind))

    assert counters.debates_opened == times(SessionOpened)
    assert counters.debates_completed == times(SessionCompleted)
    assert counters.arguments == times(ArgumentPresented)
    assert counters.attempts == times(AttemptStarted)
    assert counters.rules_fired == times(RuleFired)
    assert counters.pauses == times(SessionPaused)
    assert counters.escalations == times(SessionEscalated)


@given(a_debate)
def test_without_a_life_only_what_a_life_tells_is_left_out(debate: Played) -> None:
    alone = Measures()
    for record in debate.log:
        alone = fold_measures(alone, record)
    whole = counted(debate.log).measures

    assert alone.counters.arguments == whole.counters.arguments
    assert (alone.rules, alone.actions) == (whole.rules, whole.actions)
    assert alone.models == alone.templates == {}
    assert alone.histograms.debate_duration_ms.count == 0


def test_a_debate_that_failed_and_went_on_ended_once() -> None:
    debate = played(())
    debate.begin()
    debate.fail(is_final=True)
    stands = counted(debate.log).measures.counters
    played_on = played(())
    played_on.begin()
    played_on.fail(is_final=True)
    played_on.do(RetryStep())
    played_on.play_on()
    went_on = counted(played_on.log).measures.counters

    assert (stands.debates_failed, stands.debates_ended) == (1, 1)
    assert (went_on.debates_failed, went_on.debates_taken_up_again, went_on.debates_ended) == (1, 1, 1)
    assert went_on.debates_completed == 1


def test_gauges_say_how_many_debates_stand_where() -> None:
    paused = played([lambda debate: debate.speak(), lambda debate: debate.begin()])
    log = as_one_log([to_its_end().log, paused.log, played(()).log])

    assert gauges_of(counted(log)) == {
        "sessions_created": 0,
        "sessions_waiting": 0,
        "sessions_running": 2,
        "sessions_paused": 0,
        "sessions_escalated": 0,
        "sessions_failed": 0,
    }


def test_a_debate_that_is_not_over_is_never_pushed_out_by_newer_ones() -> None:
    log = as_one_log([played(()).log, to_its_end().log, to_its_end().log, to_its_end().log])
    book = advanced(Book(), log, lives_max=2)

    assert set(book.lives) == {number(1), number(4)}
    assert book.measures.counters.debates_completed == 3
    assert book.last == place_of(log[-1])
    assert (log[-1].session, book.position) == (number(4), log[-1].position)


@given(st.lists(st.integers(-5, 50)), st.lists(st.integers(-5, 50)))
def test_a_histogram_of_all_values_is_the_sum_of_two(one: list[int], other: list[int]) -> None:
    def of(values: list[int]) -> object:
        histogram = empty((0, 10, 20))
        for value in values:
            histogram = observed(histogram, value)
        return histogram

    whole = of(one + other)

    assert both(of(one), of(other)) == whole  # type: ignore[arg-type]
    assert (whole.count, whole.total) == (len(one + other), sum(one + other))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("value", "bucket"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_bound_belongs_to_the_bucket_below_it(value: int, bucket: int) -> None:
    assert observed(empty((0, 10, 20)), value).counts.index(1) == bucket


def test_histograms_with_different_bounds_are_not_added() -> None:
    with pytest.raises(ValueError, match="different bounds"):
        both(empty((1,)), empty((2,)))


def test_every_counter_is_added() -> None:
    ones = Counters(**{field.name: 1 for field in fields(Counters)})

    assert {getattr(added(ones, ones), field.name) for field in fields(Counters)} == {2}


def test_a_timers_mean_is_of_what_it_counted() -> None:
    assert (Timer(count=3, total_ns=10).mean_ns, Timer().mean_ns) == (3, 0)


def test_a_debate_that_asked_a_person_twice_escalated_once() -> None:
    debate = played(())
    for _ in range(2):
        debate.do(Escalate(question="Who is right?"))
        debate.do(AnswerEscalation(answer="continue"))
    counters = counted(debate.log).measures.counters

    assert (counters.escalations, counters.debates_escalated) == (2, 1)


def test_a_debate_counts_for_the_template_that_it_was_opened_by() -> None:
    debate = played([lambda debate: debate.do(ApplyTemplate(template=TemplateId("reviewed")))])
    debate.play_on()
    book = counted(debate.log)

    assert [life.template for life in book.lives.values()] == ["reviewed"]
    assert set(book.measures.templates) == {"tiny"}
    assert book.measures.templates[TemplateId("tiny")].completed == 1


def test_what_is_recorded_late_of_a_debate_that_was_pushed_out_is_counted_all_the_same() -> None:
    log = as_one_log([to_its_end().log])
    book = advanced(Book(), log[1:])

    assert (book.lives, book.position) == ({}, log[-1].position)
    assert book.measures.counters.arguments == 4


def refined(scores: list[float]) -> list[Recorded]:
    """A refinement with these scores, as far as any is wanted."""
    refinement = single(iterations_max=4)
    refinement.go_through(*scores[:1])
    for score in scores[1:]:
        if refinement.status is Status.RUNNING:
            refinement.go_through(score)
    return refinement.log


@given(a_log, st.lists(st.lists(st.sampled_from((0.3, 0.5, 0.9)), min_size=1, max_size=4), max_size=3))
def test_refinements_are_counted_as_such_and_change_no_figure_of_the_debates(
    debates: list[Recorded], scores: list[list[float]]
) -> None:
    alone = counted(debates)
    logs = [[record for record in debates if record.session == life] for life in alone.lives]
    refinements = [refined(each) for each in scores]

    both = counted(as_one_log([*logs, *refinements]))

    measures, before = both.measures, alone.measures
    of_debates = [each.name for each in fields(Counters) if each.name.startswith("debates_")]
    assert [getattr(measures.counters, name) for name in of_debates] == [
        getattr(before.counters, name) for name in of_debates
    ]
    assert (measures.templates, measures.flips) == (before.templates, before.flips)
    assert measures.histograms.debate_cost_microusd == before.histograms.debate_cost_microusd
    assert measures.counters.cost_microusd == sum(use.cost_microusd for use in measures.flows.values())
    use = measures.flows.get("refinement", FlowUse())
    assert use.opened == use.started == len(scores)
    assert use.pieces == sum(1 for log in refinements for record in log if isinstance(record.event, DraftPresented))
    approved = [life for life in both.lives.values() if life.outcome == "approved"]
    assert use.reached == len(approved)
