"""What does it take to ask many rules of an event, to make them ready, to switch one and to explain one?

Before anything is timed, each answer is compared with that of closures written by hand.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from statistics import median

from bench.measuring import Figure, interleaved, us_each
from bench.rule_peers import Matching, closures, missing, peers
from bench.rule_workload import SPECS, Facts, Workload, as_rules
from core.domain.ids import RuleId
from core.rules.compiled import CompiledRules, Memory, compile_rules
from core.rules.explanation import explain
from core.rules.rule import Rule

SIZES = (100, 1_000)
CONCERNED_SIZES = (10, 100, 1_000, 10_000)
EVENTS = 20
STREAM = 400
SWITCHES_PER_ROUND = 3

FEW_RULES_US_MAX = 15
MANY_RULES_US_MAX = 200
FEW_CHANGED_US_MAX = 60
GROWTH_MAX = 6
CONCERNED_US_MAX = 30
READY_MS_MAX = 50
SWITCHED_MS_MAX = 1
EXPLAINED_US_MAX = 100

NS_PER_MS = 1_000_000

ROUNDS_OF_PEERS_MAX = 3
"""Some of them take a hundred times as long."""


class WrongAnswer(Exception):
    """Something that is to be timed says another thing than the closures."""


def rules(*, rounds: int, sizes: tuple[int, int] = SIZES, concerned: Sequence[int] = CONCERNED_SIZES) -> list[Figure]:
    """Every figure about rules. `sizes` are few rules and many, `concerned` those of the curve."""
    work = Workload()
    _, many = sizes
    return [
        *_all_new(work, sizes, rounds=rounds),
        _few_changed(work, many, rounds=rounds),
        *_concerned(work, concerned, rounds=rounds),
        _made_ready(work, many, rounds=rounds),
        _switched(work, many, rounds=rounds),
        _explained(work, many, rounds=rounds),
        *_beside_peers(work, sizes, rounds=min(rounds, ROUNDS_OF_PEERS_MAX)),
    ]


def _all_new(work: Workload, sizes: tuple[int, int], *, rounds: int) -> list[Figure]:
    events = work.events(EVENTS)
    cases: dict[str, Callable[[], float]] = {}
    for count in sizes:
        drawn = work.rules(count)
        ready, by_hand = compile_rules(as_rules(drawn), facts=SPECS), closures(drawn)
        _require_same(by_hand, ready, events)
        cases[f"{count}"] = _asking(ready, events, times=200)
        cases[f"{count} by hand"] = _matching(by_hand, events, times=10)
    took = interleaved(cases, rounds=rounds)
    few, many = sizes
    return [
        Figure(
            case="rules",
            name=f"{count:,} rules, every fact new",
            value=took[f"{count}"],
            unit="µs",
            baseline=took[f"{count} by hand"],
            value_max=value_max,
            note="beside closures",
        )
        for count, value_max in ((few, FEW_RULES_US_MAX), (many, MANY_RULES_US_MAX))
    ] + [
        Figure(
            case="rules",
            name=f"{many:,} rules, every fact new, beside {few:,}",
            value=took[f"{many}"],
            unit="µs",
            baseline=took[f"{few}"],
            ratio_max=GROWTH_MAX,
            note="growth",
        )
    ]


def _few_changed(work: Workload, count: int, *, rounds: int) -> Figure:
    drawn, stream = work.rules(count), work.stream(STREAM)
    ready, by_hand = compile_rules(as_rules(drawn), facts=SPECS), closures(drawn)
    _require_same(by_hand, ready, stream, Memory())
    cases = {
        "moot": _asking(ready, stream, times=2, remembering=True),
        "by hand": _matching(by_hand, stream[:EVENTS], times=1),
    }
    took = interleaved(cases, rounds=rounds)
    return Figure(
        case="rules",
        name=f"{count:,} rules, few facts changed",
        value=took["moot"],
        unit="µs",
        baseline=took["by hand"],
        value_max=FEW_CHANGED_US_MAX,
        note="beside closures",
    )


def _concerned(work: Workload, sizes: Iterable[int], *, rounds: int) -> list[Figure]:
    """The growth with the number of rules, where an event concerns one in a hundred of them."""
    events = work.events(EVENTS)
    cases: dict[str, Callable[[], float]] = {}
    for count in sizes:
        drawn = work.rules(count, rooms=True)
        ready = compile_rules(as_rules(drawn), facts=SPECS)
        _require_same(closures(drawn), ready, events)
        cases[f"{count:,}"] = _asking(ready, events, times=100)
    took = interleaved(cases, rounds=rounds)
    return [
        Figure(
            case="rules",
            name=f"{count} rules, an event concerns one in a hundred",
            value=us,
            unit="µs",
            baseline=next(iter(took.values())),
            value_max=CONCERNED_US_MAX,
            note="growth",
        )
        for count, us in took.items()
    ]


def _made_ready(work: Workload, count: int, *, rounds: int) -> Figure:
    """From rules that were never looked at to the answer about a first event."""
    (event,) = work.events(1)
    drawn = work.rules(count)

    def make(known: list[Rule]) -> tuple[float, float]:
        return _milliseconds(lambda: compile_rules(known, facts=SPECS).evaluate(event))

    return _once(
        f"{count:,} rules made ready, the first event asked",
        [make(as_rules(drawn)) for _ in range(rounds)],
        READY_MS_MAX,
    )


def _switched(work: Workload, count: int, *, rounds: int) -> Figure:
    """From one rule that is switched off to the answer about the next event, the digest of the new set included."""
    (event,) = work.events(1)
    known = as_rules(work.rules(count))
    ready = compile_rules(known, facts=SPECS)
    ready.evaluate(event)

    def switch(number: int) -> tuple[float, float]:
        changed = [*known[:number], replace(known[number], enabled=False), *known[number + 1 :]]
        return _milliseconds(lambda: compile_rules(changed, facts=SPECS, earlier=[ready]).evaluate(event))

    took = [switch(number) for number in range(rounds * SWITCHES_PER_ROUND)]
    return _once(f"one of {count:,} rules switched, the next event asked", took, SWITCHED_MS_MAX)


def _milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """What is done once took, by the wall's clock and of the processor; garbage is collected before."""
    gc.collect()
    began_ns, busy_ns = time.perf_counter_ns(), time.process_time_ns()
    work()
    return (time.perf_counter_ns() - began_ns) / NS_PER_MS, (time.process_time_ns() - busy_ns) / NS_PER_MS


def _once(name: str, took: Sequence[tuple[float, float]], value_max: float) -> Figure:
    walls, processors = zip(*took, strict=True)
    note = f"least {min(walls):.2f}; of the processor {median(processors):.2f}, least {min(processors):.2f}"
    return Figure(case="rules", name=name, value=median(walls), unit="ms", value_max=value_max, note=note)


def _explained(work: Workload, count: int, *, rounds: int) -> Figure:
    known, events = as_rules(work.rules(count)), work.events(EVENTS)

    def explaining(times: int) -> None:
        for rule, facts in zip(islice(cycle(known), times), cycle(events), strict=False):
            explain(rule, facts, SPECS)

    return Figure(
        case="rules",
        name=f"one of {count:,} rules explained",
        value=median([us_each(explaining, count) for _ in range(rounds)]),
        unit="µs",
        value_max=EXPLAINED_US_MAX,
    )


def _beside_peers(work: Workload, sizes: Iterable[int], *, rounds: int) -> list[Figure]:
    """Every fact new, with each tool that is installed here; the last figure names those that aren't."""
    makers = peers()
    events = work.events(EVENTS)
    found: list[Figure] = []
    for count in sizes if makers else ():
        drawn = work.rules(count)
        ready, by_hand = compile_rules(as_rules(drawn), facts=SPECS), closures(drawn)
        cases = {"moot": _asking(ready, events, times=50)}
        for name, make in makers.items():
            theirs = make(drawn)
            if any(theirs(facts) != by_hand(facts) for facts in events):
                raise WrongAnswer(f"{name} says another thing than the closures.")
            cases[name] = _matching(theirs, events, times=1)
        took = interleaved(cases, rounds=rounds)
        for name in makers:
            figure = Figure(
                case="rules",
                name=f"{count:,} rules, every fact new: {name}",
                value=took[name],
                unit="µs",
                baseline=took["moot"],
                note="beside moot",
            )
            found.append(figure)
    if found and missing():
        found[-1] = replace(found[-1], note=f"{found[-1].note}; not installed: {', '.join(missing())}")
    return found


def _require_same(
    by_hand: Matching, ready: CompiledRules, events: Iterable[Facts], memory: Memory | None = None
) -> None:
    for facts in events:
        evaluation = ready.evaluate(facts, memory)
        wanted = {RuleId(f"rule_{number:05}") for number in by_hand(facts)}
        if evaluation.errors or evaluation.true_ids != wanted:
            raise WrongAnswer("moot says another thing than the closures.")


def _asking(
    ready: CompiledRules, events: Sequence[Facts], *, times: int, remembering: bool = False
) -> Callable[[], float]:
    """A reading in microseconds an event, of which each is asked so many times in turn."""

    def ask(count: int) -> None:
        memory = Memory() if remembering else None
        for facts in islice(cycle(events), count):
            ready.evaluate(facts, memory)

    return lambda: us_each(ask, times * len(events))


def _matching(matching: Matching, events: Sequence[Facts], *, times: int) -> Callable[[], float]:
    def match(count: int) -> None:
        for facts in islice(cycle(events), count):
            matching(facts)

    return lambda: us_each(match, times * len(events))
