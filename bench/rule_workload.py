"""Which rules and events are the tools compared on?

Rules of two or three comparisons, all of which have to hold, each in one of seven ways, equally likely; about one rule
in ten holds. A text has sixty words out of two hundred. All is drawn from a seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.ids import RuleId
from core.rules.rule import AllOf, Compare, CompleteDebate, Condition, ConditionType, Rule

Value = int | str | tuple[str, ...]
Facts = dict[str, FactValue]
Tests = tuple["Test", ...]
"""Of one rule."""

NAMED: dict[str, tuple[str, ...]] = {
    "speaker": ("proposer", "opponent", "judge", "chair"),
    "part": ("debater", "critic", "referee", "writer"),
    "stage": ("claims", "replies", "questions", "closing"),
    "engine": ("one", "two", "three", "four", "five", "six"),
    "happening": ("turn", "ballot", "remark", "lookup", "fault"),
}
AMOUNTS: dict[str, tuple[FactUnit, int, int]] = {
    "round_number": (FactUnit.COUNT, 20, 1),
    "turn_number": (FactUnit.COUNT, 100, 1),
    "tokens": (FactUnit.COUNT, 8_000, 1),
    "spent": (FactUnit.MICROUSD, 5_000_000, 10_000),
    "certainty": (FactUnit.PPM, 1_000_000, 10_000),
    "latency": (FactUnit.MILLISECONDS, 30_000, 10),
}
"""Unit, bound, and the step in which rules name limits."""

COUNTED = {"messages": 200, "interruptions": 20, "lookups": 40, "faults": 10}
LASTING = {"since_start": 3_600_000, "since_turn": 120_000, "since_word": 600_000}
MARKS = tuple(f"mark_{number:02}" for number in range(12))
MARKS_SEEN = 5
WORDS_SEEN = 60
VOCABULARY = 200
ROOMS = 100
"""How many hundredths there are of which an event concerns one."""

CHANGES = 3
TEXT_EVERY = 4
CLOCK_MS = 250


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison, for whoever compares; `way` is one of WAYS."""

    way: str
    fact: str
    value: Value


TYPES = {
    "above": ConditionType.GREATER_THAN,
    "is": ConditionType.EQUALS,
    "has": ConditionType.CONTAINS,
    "among": ConditionType.IN_LIST,
    "matches": ConditionType.REGEX_MATCH,
    "lasted": ConditionType.TIME_ELAPSED,
    "reached": ConditionType.COUNT_THRESHOLD,
}
WAYS = tuple(TYPES)

SPECS: dict[str, FactSpec] = {
    name: FactSpec(name=name, unit=unit, meaning=name, example=None)
    for name, unit in {
        **dict.fromkeys((*NAMED, "room"), FactUnit.WORD),
        **{name: unit for name, (unit, _, _) in AMOUNTS.items()},
        **dict.fromkeys(COUNTED, FactUnit.COUNT),
        **dict.fromkeys(LASTING, FactUnit.MILLISECONDS),
        "marks": FactUnit.WORDS,
        "said": FactUnit.TEXT,
    }.items()
}


class Workload:
    """Rules and events from one seed each; a new instance draws the same ones again."""

    def __init__(self) -> None:
        words = random.Random(3)
        self.words = sorted(
            {"".join(words.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6)) for _ in range(VOCABULARY)}
        )

    def rules(self, count: int, *, rooms: bool = False) -> list[Tests]:
        """With `rooms`, each rule is first of all about one of a hundred rooms."""
        chance = random.Random(17)
        drawn = [tuple(self._test(chance) for _ in range(chance.choice((2, 3)))) for _ in range(count)]
        if rooms:
            drawn = [(Test("is", "room", f"room_{number % ROOMS}"), *tests) for number, tests in enumerate(drawn)]
        return drawn

    def events(self, count: int) -> list[Facts]:
        """Events of which each is new in everything."""
        chance = random.Random(29)
        return [self._event(chance) for _ in range(count)]

    def stream(self, count: int) -> list[Facts]:
        """Events of one session: the clocks go on, three facts change, and with every fourth event the text."""
        chance = random.Random(31)
        facts = self._event(chance)
        stream = [facts]
        names = [name for name in facts if name not in ("said", "room")]
        for number in range(1, count):
            fresh = self._event(chance)
            later = {name: int(str(facts[name])) + CLOCK_MS for name in LASTING}
            facts = {**facts, **later, **{name: fresh[name] for name in chance.sample(names, CHANGES)}}
            if number % TEXT_EVERY == 0:
                facts["said"] = fresh["said"]
            stream.append(facts)
        return stream

    def _event(self, chance: random.Random) -> Facts:
        return {
            **{name: chance.choice(values) for name, values in NAMED.items()},
            **{name: chance.randrange(bound) for name, (_, bound, _) in AMOUNTS.items()},
            **{name: chance.randrange(bound) for name, bound in COUNTED.items()},
            **{name: chance.randrange(bound) for name, bound in LASTING.items()},
            "marks": tuple(chance.sample(MARKS, MARKS_SEEN)),
            "said": " ".join(chance.choice(self.words) for _ in range(WORDS_SEEN)),
            "room": f"room_{chance.randrange(ROOMS)}",
        }

    def _test(self, chance: random.Random) -> Test:
        way = chance.choice(WAYS)
        share = chance.uniform(0.4, 0.8)
        match way:
            case "above":
                fact = chance.choice(tuple(AMOUNTS))
                _, bound, step = AMOUNTS[fact]
                return Test(way, fact, int(bound * share) // step * step)
            case "is":
                fact = chance.choice(tuple(NAMED))
                return Test(way, fact, chance.choice(NAMED[fact]))
            case "has" if chance.random() < 0.5:
                return Test(way, "marks", chance.choice(MARKS))
            case "has":
                return Test(way, "said", chance.choice(self.words))
            case "among":
                fact = chance.choice(tuple(NAMED))
                values = NAMED[fact]
                return Test(way, fact, tuple(sorted(chance.sample(values, max(2, len(values) // 2)))))
            case "matches":
                return Test(way, "said", rf"\b(?:{'|'.join(chance.sample(self.words, 2))})\b")
            case "lasted":
                fact = chance.choice(tuple(LASTING))
                return Test(way, fact, int(LASTING[fact] * share) // 100 * 100)
            case _:
                fact = chance.choice(tuple(COUNTED))
                return Test(way, fact, int(COUNTED[fact] * share))


def as_rules(drawn: list[Tests]) -> list[Rule]:
    """The same as moot's rules; ids are in the order of the list."""
    return [
        Rule(
            id=RuleId(f"rule_{number:05}"),
            name=f"Rule {number}",
            priority=50,
            when=AllOf(parts=tuple(_condition(test) for test in tests)),
            then=(CompleteDebate(reason="enough"),),
        )
        for number, tests in enumerate(drawn)
    ]


def _condition(test: Test) -> Condition:
    return Compare(type=TYPES[test.way], field=test.fact, value=test.value)
