"""Which plugin do the tests of plugins speak of?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.domain.commands import AddStatement, Command, Complete
from core.domain.facts import FactValue
from core.rules.admitting import ACTIONS, CONDITIONS, FACTS, Found, admitted
from core.rules.extending import (
    ActionSpec,
    ConditionSpec,
    FactPlugin,
    FactSpec,
    FactUnit,
    Plugins,
    SessionView,
    TurnKind,
)
from tests.builders import FACTS as OWN_FACTS

ORIGIN = "moot-words@1.0.0"


def longest(view: SessionView) -> FactValue:
    """Words of the longest argument; not known before there is one."""
    counts = [len(turn.text.split()) for turn in view.turns if turn.kind is TurnKind.ARGUMENT]
    return max(counts, default=None)


def reminded(fields: Mapping[str, str], facts: Mapping[str, FactValue]) -> Sequence[Command]:
    return (AddStatement(text=f"{fields['text']} ({facts['argument_count']} arguments so far)"),)


WORDIER_THAN = ConditionSpec(
    name="wordier_than",
    meaning="the text has more words than the value",
    units=frozenset({FactUnit.TEXT}),
    takes=FactUnit.COUNT,
    holds=lambda text, words: len(text.split()) > words,
    fault=lambda words: "a text always has more words than that." if words < 0 else "",
)
LONGEST = FactPlugin(
    spec=FactSpec(name="longest_argument_words", unit=FactUnit.COUNT, meaning="words of the longest one", example=120),
    value=longest,
)
REMIND = ActionSpec(name="remind", meaning="says it in the operator's name", commands=reminded, fields=("text",))
WRAP_UP = ActionSpec(
    name="wrap_up",
    meaning="reminds and completes",
    commands=lambda fields, facts: (AddStatement(text="Time is up."), Complete(reason="wrapped_up")),
    decides=True,
)

THINGS = ((CONDITIONS, WORDIER_THAN), (FACTS, LONGEST), (ACTIONS, REMIND), (ACTIONS, WRAP_UP))


def found(group: str, thing: object, *, name: str = "", origin: str = ORIGIN) -> Found:
    named = name or (thing.spec.name if isinstance(thing, FactPlugin) else getattr(thing, "name", "nameless"))
    return Found(group=group, name=named, origin=origin, thing=thing)


def installed(*, origin: str = ORIGIN) -> Plugins:
    """The plugin, as it is once it is loaded."""
    return admitted([found(group, thing, origin=origin) for group, thing in THINGS], facts=OWN_FACTS)


def with_value(value: Callable[[SessionView], object]) -> Plugins:
    """The plugin with another way to its fact's value."""
    broken = replace(LONGEST, value=value)  # type: ignore[arg-type]  # what a plugin may do wrong
    things = [(group, broken if thing is LONGEST else thing) for group, thing in THINGS]
    return admitted([found(group, thing) for group, thing in things], facts=OWN_FACTS)


def with_commands(commands: Callable[..., object]) -> Plugins:
    """The plugin with another way to what it reminds of."""
    broken = replace(REMIND, commands=commands)  # type: ignore[arg-type]  # what a plugin may do wrong
    things = [(group, broken if thing is REMIND else thing) for group, thing in THINGS]
    return admitted([found(group, thing) for group, thing in things], facts=OWN_FACTS)
