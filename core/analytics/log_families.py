"""What do recorded sessions come to, as metrics?

The book in, families out: whoever deletes what is stored and counts again has the same, whatever the pages in which the
log was read. Counters never go down while no session is deleted, also over restarts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.analytics import family_specs as specs
from core.analytics.book import Book
from core.analytics.families import Family
from core.analytics.gathered import Gathered
from core.analytics.overview import overview
from core.domain.ids import Digest, RuleId
from core.domain.session import Status

UNKNOWN = "unknown"
OUTCOMES = ("completed", "failed", "cancelled")
Heard = Mapping[Digest, Sequence[RuleId]]
"""Which rules are enabled in a version of them."""


def log_families(book: Book, *, heard: Heard, now_ms: int, since_ms: int) -> tuple[Family, ...]:
    """Each of `LOG_SPECS`, in that order. `since_ms` is when the first event on record came; `heard` has each version
    of the rules that the book names."""
    counters = book.measures.counters
    histograms = book.measures.histograms
    made = Gathered(since_ms)
    for spec, count in (
        (specs.DEBATES, counters.debates_opened),
        (specs.DEBATES_STARTED, counters.debates_started),
        (specs.DEBATES_ESCALATED, counters.debates_escalated),
        (specs.DEBATES_WITH_CONSENSUS, counters.debates_with_consensus),
        (specs.ROUNDS, counters.rounds),
        (specs.ARGUMENTS, counters.arguments),
        (specs.ESCALATIONS, counters.escalations),
        (specs.PAUSES, counters.pauses),
        (specs.SPEND_REFUSED, counters.spend_refused),
    ):
        made.add(spec, [((), count)])
    made.add(specs.DEBATES_ENDED, [((each,), getattr(counters, f"debates_{each}")) for each in OUTCOMES])
    for spec, histogram in (
        (specs.DURATION, histograms.debate_duration_ms),
        (specs.DEBATE_ROUNDS, histograms.debate_rounds),
        (specs.DEBATE_ARGUMENTS, histograms.debate_arguments),
        (specs.DEBATE_CONSENSUS, histograms.debate_consensus_ppm),
        (specs.DEBATE_COST, histograms.debate_cost_microusd),
    ):
        made.spread(spec, {"": histogram})
    _kinds(made, book)
    _models(made, book)
    _rules(made, book, heard)
    made.add(specs.ERRORS, [((kind,), count) for kind, count in book.measures.watched.errors.items()])
    made.spread(specs.LATENCY, book.measures.watched.latencies)
    _standing(made, book, now_ms=now_ms)
    return made.of(specs.LOG_SPECS)


def _kinds(made: Gathered, book: Book) -> None:
    flows, templates = book.measures.flows, book.measures.templates
    made.add(specs.SESSIONS, [((kind,), use.opened) for kind, use in flows.items()])
    made.add(
        specs.SESSIONS_ENDED, [((each, kind), getattr(use, each)) for kind, use in flows.items() for each in OUTCOMES]
    )
    made.add(
        specs.DEBATES_BY_TEMPLATE,
        [((each, id), getattr(use, each)) for id, use in templates.items() for each in ("opened", *OUTCOMES)],
    )


def _models(made: Gathered, book: Book) -> None:
    models, returned = book.measures.models, book.measures.watched.returned_microusd
    outcomes = {"answered": "answers", "failed": "failures", "in_doubt": "in_doubt"}
    made.of_models(
        specs.CALLS,
        [((name, model), getattr(use, part)) for model, use in models.items() for name, part in outcomes.items()],
    )
    made.of_models(
        specs.TOKENS,
        [
            ((direction, model), getattr(use, f"tokens_{direction}"))
            for model, use in models.items()
            for direction in ("input", "output")
        ],
    )
    # What is given back is no cost that goes down: a counter doesn't, and what was charged was charged.
    charged = [((model,), use.cost_microusd + returned.get(model, 0)) for model, use in models.items()]
    made.of_models(specs.COST, charged)
    made.of_models(specs.COST_RETURNED, [((model,), returned.get(model, 0)) for model in models])


def _rules(made: Gathered, book: Book, heard: Heard) -> None:
    measures = book.measures
    made.add(
        specs.RULE_EVALUATIONS,
        [
            ((rule,), decisions)
            for digest, decisions in measures.watched.decisions.items()
            for rule in heard.get(digest, (UNKNOWN,))
        ],
    )
    made.add(specs.RULES_FIRED, [((rule,), use.fired) for rule, use in measures.rules.items()])
    made.add(specs.ACTIONS, [((action,), use.asked) for action, use in measures.actions.items()])
    made.add(specs.ACTIONS_OVERRULED, [((action,), use.overruled) for action, use in measures.actions.items()])


def _standing(made: Gathered, book: Book, *, now_ms: int) -> None:
    lives = tuple(book.lives.values())
    counts = {status: sum(1 for life in lives if life.status is status) for status in Status if not status.is_over}
    made.add(specs.STANDING, [((status.value,), count) for status, count in counts.items()])
    made.add(specs.ACTIVE, [((), sum(counts.values()) - counts[Status.FAILED])])
    active = [life.active_ms + max(0, now_ms - life.changed_at_ms) for life in lives if life.status is Status.RUNNING]
    made.add(specs.LONGEST, [((), max(active, default=0))])
    rate_ppm = overview(book.measures, ()).rates_ppm.consensus_reached
    made.add(specs.CONSENSUS_RATE, [] if rate_ppm is None else [((), rate_ppm)])
    made.add(specs.POSITION, [((), book.position)])
