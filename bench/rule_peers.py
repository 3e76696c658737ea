"""How do other tools evaluate the same rules?

Each is used where it is installed, in the way that its documentation names as the quickest for asking the same rules of
many events, and is left out where it isn't. `closures` is what one writes by hand, the baseline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from bench.rule_workload import SPECS, Facts, Test, Tests
from core.domain.facts import FactUnit

Matching = Callable[[Facts], list[int]]
"""The numbers of the rules that hold."""


def closures(rules: Sequence[Tests]) -> Matching:
    """A function for each comparison, rules one after the other, each up to its first false one."""
    made = [(number, tuple(_closure(test) for test in tests)) for number, tests in enumerate(rules)]

    def matching(facts: Facts) -> list[int]:
        found = []
        for number, tests in made:
            for holds in tests:
                if not holds(facts):
                    break
            else:
                found.append(number)
        return found

    return matching


def _closure(test: Test) -> Callable[[Facts], bool]:
    fact, value = test.fact, test.value
    match test.way:
        case "above":
            return lambda facts: facts[fact] > value  # type: ignore[operator]  # the workload fits
        case "is":
            return lambda facts: facts[fact] == value
        case "has":
            return lambda facts: value in facts[fact]  # type: ignore[operator]
        case "among":
            among = frozenset(value)  # type: ignore[arg-type]
            return lambda facts: facts[fact] in among
        case "matches":
            search = re.compile(str(value)).search
            return lambda facts: search(facts[fact]) is not None  # type: ignore[arg-type]
        case _:
            return lambda facts: facts[fact] >= value  # type: ignore[operator]


def _rule_engine(rules: Sequence[Tests]) -> Matching:
    module = import_module("rule_engine")
    made = [module.Rule(" and ".join(_written(test, '{0} =~~ "{1}"') for test in tests)) for tests in rules]
    return lambda facts: [number for number, rule in enumerate(made) if rule.matches(facts)]


def _cel_in_rust(rules: Sequence[Tests]) -> Matching:
    module = import_module("cel")
    made = [module.compile(_in_cel(tests)) for tests in rules]

    def matching(facts: Facts) -> list[int]:
        context = module.Context(variables={**facts, "marks": list(facts["marks"])})  # type: ignore[arg-type]
        return [number for number, program in enumerate(made) if program.execute(context)]

    return matching


def _cel_by_google(rules: Sequence[Tests]) -> Matching:
    module = import_module("cel_expr_python.cel")
    types = {
        **dict.fromkeys((FactUnit.WORD, FactUnit.TEXT), module.Type.STRING),
        FactUnit.WORDS: module.Type.List(module.Type.STRING),
    }
    known = module.NewEnv(variables={name: types.get(spec.unit, module.Type.INT) for name, spec in SPECS.items()})
    made = [known.compile(_in_cel(tests)) for tests in rules]

    def matching(facts: Facts) -> list[int]:
        activation = known.Activation({**facts, "marks": list(facts["marks"])})  # type: ignore[arg-type]
        return [number for number, program in enumerate(made) if program.eval(activation).value()]

    return matching


def _zen(rules: Sequence[Tests]) -> Matching:
    module = import_module("zen")
    contains = 'contains({0}, "{1}")'
    made = [
        module.compile_expression(
            " and ".join(_written(test, 'matches({0}, "{1}")', has=contains, takes_escapes=False) for test in tests)
        )
        for tests in rules
    ]

    def matching(facts: Facts) -> list[int]:
        plain = {**facts, "marks": list(facts["marks"])}  # type: ignore[arg-type]
        return [number for number, expression in enumerate(made) if expression.evaluate(plain)]

    return matching


def _in_cel(tests: Tests) -> str:
    return " && ".join(
        _written(test, '{0}.matches("{1}")', has='"{1}" in {0}' if test.fact == "marks" else '{0}.contains("{1}")')
        for test in tests
    )


def _written(test: Test, matches: str, *, has: str = '"{1}" in {0}', takes_escapes: bool = True) -> str:
    """A comparison as nearly all of these languages write it."""
    fact, value = test.fact, test.value
    match test.way:
        case "above":
            return f"{fact} > {value}"
        case "is":
            return f'{fact} == "{value}"'
        case "has":
            return has.format(fact, value)
        case "among":
            return f"{fact} in [{', '.join(map(_quoted, value))}]"  # type: ignore[arg-type]
        case "matches":
            return matches.format(fact, str(value) if not takes_escapes else str(value).replace("\\", "\\\\"))
        case _:
            return f"{fact} >= {value}"


def _quoted(word: str) -> str:
    return f'"{word}"'


_MAKERS: Mapping[str, Callable[[Sequence[Tests]], Matching]] = {
    "rule-engine": _rule_engine,
    "common-expression-language": _cel_in_rust,
    "cel-expr-python": _cel_by_google,
    "zen-engine": _zen,
}


def peers() -> Mapping[str, Callable[[Sequence[Tests]], Matching]]:
    """How to make rules ready with each tool that is installed, by its name and version."""
    found = {}
    for name, maker in _MAKERS.items():
        try:
            found[f"{name} {version(name)}"] = maker
        except PackageNotFoundError:
            continue
    return found


def missing() -> tuple[str, ...]:
    """The tools that are not installed."""
    there = {each.partition(" ")[0] for each in peers()}
    return tuple(name for name in _MAKERS if name not in there)
