"""Are figures for the outside the same whoever counts them, bounded, and never going down?"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.analytics import family_specs as specs
from core.analytics.book import Book, advanced
from core.analytics.families import OTHER, VALUE_CHARACTERS_MAX, Family, Kind, Sample, Spread, bounded
from core.analytics.gathered import Gathered
from core.analytics.histogram import empty, observed
from core.analytics.life import ModelUse
from core.analytics.log_families import log_families
from core.analytics.measures import FlowUse, Measures, RuleUse, TemplateUse, Timer
from core.analytics.process_families import ProcessReadings, process_families
from core.analytics.watched import Watched
from core.domain.events import Recorded, RuleFired, SessionOpened
from core.domain.ids import Digest, RuleId, TemplateId
from core.domain.session import Status
from tests.core.analytics.histories import RULES, a_log, as_one_log, played, settle_doubt, to_its_end

PLAIN = (
    *("debates_started", "debates_escalated", "debates_with_consensus"),
    *("rounds", "arguments", "escalations", "pauses", "spend_refused"),
)
NOW_MS = 1_800_000_000_000


class EveryVersion(dict[Digest, tuple[RuleId, ...]]):
    """Whatever the version: these three rules are heard."""

    def get(self, key: Digest, default: object = None) -> tuple[RuleId, ...]:  # type: ignore[override]
        return tuple(rule.id for rule in RULES)


def families_of(book: Book) -> dict[str, Family]:
    made = log_families(book, heard=EveryVersion(), now_ms=NOW_MS, since_ms=1)
    return {family.spec.name: family for family in made}


def total(families: dict[str, Family], name: str) -> int:
    return sum(sample.value for sample in families[name].samples if isinstance(sample, Sample))


def figures(family: Family) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Each sample as the numbers that may only grow."""
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for sample in family.samples:
        match sample:
            case Sample():
                found[sample.labels] = (sample.value,)
            case Spread():
                found[sample.labels] = (*sample.histogram.counts, sample.histogram.total)
    return found


@given(a_log, st.lists(st.integers(0, 120), max_size=4))
def test_families_that_were_kept_up_are_those_that_are_made_anew(log: list[Recorded], cuts: list[int]) -> None:
    book, begin = Book(), 0
    for end in (*sorted(cuts), len(log)):
        book = advanced(book, log[begin:end])
        begin = max(begin, end)
        families_of(book)

    assert families_of(book) == families_of(advanced(Book(), log))


@given(a_log)
def test_a_counter_never_goes_down(log: list[Recorded]) -> None:
    book = Book()
    before = families_of(book)
    for record in log:
        book = advanced(book, [record])
        after = families_of(book)
        for name, family in after.items():
            if family.spec.kind in (Kind.COUNTER, Kind.HISTOGRAM):
                for labels, values in figures(before[name]).items():
                    assert all(now >= then for then, now in zip(values, figures(family)[labels], strict=True)), name
        before = after


@given(a_log)
def test_the_names_that_were_asked_for_tell_what_is_on_record(log: list[Recorded]) -> None:
    book = advanced(Book(), log)
    families = families_of(book)

    standing = [life.status for life in book.lives.values()]
    assert total(families, "orchestration_debates_total") == sum(isinstance(each.event, SessionOpened) for each in log)
    assert total(families, "orchestration_errors_total") == sum(book.measures.watched.errors.values())
    assert total(families, "orchestration_rule_evaluations_total") == len(RULES) * sum(
        book.measures.watched.decisions.values()
    )
    assert total(families, "orchestration_active_sessions") == sum(
        not (status.is_over or status is Status.FAILED) for status in standing
    )
    (duration,) = families["orchestration_debate_duration_seconds"].samples
    assert isinstance(duration, Spread)
    assert duration.histogram.count == standing.count(Status.COMPLETED)
    started, reached = book.measures.counters.debates_started, book.measures.counters.debates_with_consensus
    rate = families["orchestration_consensus_rate"].samples
    assert [sample.value for sample in rate if isinstance(sample, Sample)] == (
        [reached * 1_000_000 // started] if started else []
    )


@given(a_log)
def test_dollars_charged_less_those_returned_are_what_was_spent(log: list[Recorded]) -> None:
    book = advanced(Book(), log)
    families = families_of(book)

    charged = total(families, specs.COST.name)
    assert charged - total(families, specs.COST_RETURNED.name) == book.measures.counters.cost_microusd


def test_what_a_doubtful_call_cost_less_than_charged_makes_no_counter_go_down() -> None:
    moves = (lambda one: one.begin(), lambda one: one.doubt(policy="ask"))
    doubtful = advanced(Book(), played(moves).log)
    settled = advanced(Book(), played((*moves, settle_doubt)).log)

    before, after = families_of(doubtful), families_of(settled)

    assert total(before, specs.COST.name) == total(after, specs.COST.name) > 0
    assert total(before, specs.COST_RETURNED.name) == 0
    returned = doubtful.measures.counters.cost_microusd - settled.measures.counters.cost_microusd
    assert total(after, specs.COST_RETURNED.name) == returned > 0


@given(a_log)
def test_plain_counts_are_those_of_the_book(log: list[Recorded]) -> None:
    book = advanced(Book(), log)
    families, counters = families_of(book), book.measures.counters

    told = {name: total(families, f"orchestration_{name}_total") for name in PLAIN}
    assert told == {name: getattr(counters, name) for name in PLAIN}
    for outcome in ("completed", "failed", "cancelled"):
        ended = figures(families[specs.DEBATES_ENDED.name])[(outcome,)]
        assert ended == (getattr(counters, f"debates_{outcome}"),)
    answered = sum(value for labels, (value,) in figures(families[specs.CALLS.name]).items() if labels[0] == "answered")
    assert answered == counters.answers
    tokens = figures(families[specs.TOKENS.name]).items()
    assert sum(value for labels, (value,) in tokens if labels[0] == "output") == counters.tokens_output


def test_a_rule_that_fired_is_counted_under_its_name() -> None:
    debate = played((lambda one: one.play_on(),), is_ruled=True)
    fired = [each.event.rule for each in debate.log if isinstance(each.event, RuleFired)]

    families = families_of(advanced(Book(), as_one_log([debate.log])))

    assert fired
    assert figures(families[specs.RULES_FIRED.name]) == {(rule,): (fired.count(rule),) for rule in dict.fromkeys(fired)}


def test_the_session_that_runs_longest_is_told_by_its_active_time() -> None:
    book = advanced(Book(), as_one_log([played(()).log, to_its_end().log]))
    running = next(life for life in book.lives.values() if life.status is Status.RUNNING)

    (longest,) = families_of(book)[specs.LONGEST.name].samples

    assert isinstance(longest, Sample)
    assert longest.value == running.active_ms + NOW_MS - running.changed_at_ms


def test_before_the_first_debate_there_is_no_rate_and_nothing_else_lacks() -> None:
    families = families_of(Book())

    assert families["orchestration_consensus_rate"].samples == ()
    assert total(families, "orchestration_debates_total") == 0
    assert list(families) == [spec.name for spec in specs.LOG_SPECS]


def test_a_thousand_values_of_a_label_become_a_hundred_and_the_rest() -> None:
    made = Gathered(since_ms=0)
    made.of_models(specs.COST, [((f"alpha:{number}",), 1) for number in range(1_000)])

    (family,) = made.of([specs.COST])

    assert len(family.samples) == 101
    assert figures(family)[("alpha", OTHER)] == (900,)
    assert family.cut == 900
    assert sum(values[0] for values in figures(family).values()) == 1_000


def test_a_log_with_a_thousand_of_everything_comes_to_a_page_of_bounded_size() -> None:
    names = [f"p{number}:{'m' * 300}{number}" for number in range(1_000)]
    measures = Measures(
        models={name: ModelUse(attempts=1, answers=1, cost_microusd=1) for name in names},
        templates={TemplateId(name): TemplateUse(opened=1) for name in names},
        flows={name: FlowUse(opened=1) for name in names},
        rules={RuleId(name): RuleUse(fired=1) for name in names},
        watched=Watched(errors=dict.fromkeys(names, 1), latencies={name: observed(empty((1,)), 1) for name in names}),
    )

    families = families_of(Book(measures=measures))

    assert sum(len(family.samples) for family in families.values()) < 3_000
    for name in (specs.ERRORS.name, specs.COST.name, specs.RULES_FIRED.name, specs.SESSIONS.name):
        assert total(families, name) == 1_000
        assert families[name].cut
    latencies = figures(families[specs.LATENCY.name])
    assert len(latencies) == specs.PROVIDERS_MAX + 1
    assert sum(sum(values[:-1]) for values in latencies.values()) == 1_000


def test_what_is_counted_together_is_said() -> None:
    made = Gathered(since_ms=0)
    made.add(specs.ERRORS, [((f"error {number}",), 1) for number in range(130)])
    readings = ProcessReadings(
        began_ms=1,
        version="1",
        python="3",
        timers={f"rule_evaluation.r{number}": Timer(count=1, total_ns=1) for number in range(207)},
    )

    told = {family.spec.name: family for family in process_families(readings, cut=made.cut)}

    assert figures(told[specs.CUT.name]) == {(specs.ERRORS.name,): (30,), (specs.RULE_TIME.name,): (7,)}


@given(st.lists(st.text(max_size=8)), st.integers(1, 5))
def test_whoever_has_a_series_keeps_it_when_others_come(values: list[str], values_max: int) -> None:
    seen = [bounded(values[:end], values_max).shown for end in range(len(values) + 1)]

    for before, after in pairwise(seen):
        assert {value: after[value] for value in before} == before
    assert len(set(seen[-1].values()) - {OTHER}) <= values_max


def test_a_name_that_is_long_or_can_not_be_written_is_shown_as_far_as_it_can() -> None:
    shown = bounded(["m" * 500, "bad\ud800name\n", ""]).shown

    assert [len(each) <= VALUE_CHARACTERS_MAX for each in shown.values()] == [True] * 3
    assert list(shown.values())[1:] == ["bad?name?", "unknown"]


def test_the_specs_have_names_of_their_own_that_say_what_they_count() -> None:
    names = [spec.name for spec in specs.SPECS]

    bare = [name.removesuffix("_total") for name in names]
    assert len(set(bare)) == len(bare), "two families of one name can't be told apart without their suffix"
    for spec in specs.SPECS:
        assert spec.name.endswith("_total") == (spec.kind is Kind.COUNTER), spec.name
        assert spec.about.endswith("."), spec.name
