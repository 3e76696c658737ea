"""What can a plugin add to rules?

A kind of condition, a fact, an action: each a frozen record of what it is, with one pure function. A plugin is asked in
the middle of a decision, and asked again when a log is verified: its functions depend on nothing but what they are
given, change nothing, and are quick. `origin` is filled in where a plugin is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.domain.commands import (
    AddStatement,
    AmendMotion,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    Pause,
    StartNewRound,
)
from core.domain.facts import ConditionSpec, Facts, FactSpec, FactUnit, FactValue
from core.domain.transcript import Turn, TurnKind

__all__ = [
    "NO_PLUGINS",
    "ActionSpec",
    "ConditionSpec",
    "FactPlugin",
    "FactSpec",
    "FactUnit",
    "PluginFault",
    "Plugins",
    "SessionView",
    "Turn",
    "TurnKind",
    "Vocabulary",
]

DECIDING = (Cancel, Complete, ContinueOn, Escalate, Pause, StartNewRound)
"""Commands that say how a session goes on: what an action that decides may come to."""

STEERING = (AddStatement, AmendMotion, ChangeBudget, ChangeRounds)
"""Commands that any action may come to. All others belong to the runtime, or to the template that a session pins."""

COMMANDS_MAX = 8
"""Commands of one action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """What a fact is made from: moot's own facts of this moment, and all that was said, oldest first."""

    facts: Facts
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPlugin:
    """A fact, and its value in a session: of the spec's unit, or None as long as there is none.

    It is asked after every command; one that fails or gives another type has no value there, and rules about it err.
    """

    spec: FactSpec
    value: Callable[[SessionView], FactValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """An action: its name, what it does, the texts that a rule gives it, and the commands that it amounts to, one after
    the other or none of them. `by` is filled in. With `decides` it says how the session goes on, and only one of such
    actions wins; without, its commands are of those in STEERING.
    """

    name: str
    meaning: str
    commands: Callable[[Mapping[str, str], Facts], Sequence[Command]]
    fields: tuple[str, ...] = ()
    decides: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFault:
    """Why something that a plugin brings was left out. `origin` is the plugin as `name@version`, `entry` what it calls
    it: `moot.facts: word_count`."""

    origin: str
    entry: str
    why: str

    def __str__(self) -> str:
        return f"the plugin {self.origin} ({self.entry}) is left out: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """All that was taken of the plugins installed here, by name, and what was left out."""

    conditions: Mapping[str, ConditionSpec] = field(default_factory=dict)
    facts: Mapping[str, FactPlugin] = field(default_factory=dict)
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    faults: tuple[PluginFault, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """The plugins of which something was taken, as `name@version`."""
        origins = {each.origin for each in self.conditions.values()} | {each.origin for each in self.actions.values()}
        return tuple(sorted(origins | {fact.spec.origin for fact in self.facts.values()}))


NO_PLUGINS = Plugins()


class Vocabulary(dict[str, FactSpec]):
    """The facts that rules may name, with the conditions that plugins add in them; beside them, the plugins' actions.

    It stands wherever the facts do, so that whoever reads, explains or compiles a rule knows the same words.
    """

    def __init__(self, facts: Iterable[FactSpec], plugins: Plugins = NO_PLUGINS) -> None:
        own = (*facts, *(fact.spec for fact in plugins.facts.values()))
        super().__init__((spec.name, _with_conditions(spec, plugins.conditions.values())) for spec in own)
        self.conditions = plugins.conditions
        self.actions = plugins.actions
        self.origins = frozenset(plugins.origins)


def conditions_of(facts: Mapping[str, FactSpec]) -> Mapping[str, ConditionSpec]:
    """The kinds of comparison that plugins add to these facts' language, whichever facts they are about."""
    return facts.conditions if isinstance(facts, Vocabulary) else NO_PLUGINS.conditions


def actions_of(facts: Mapping[str, FactSpec]) -> Mapping[str, ActionSpec]:
    """The actions that plugins add to these facts' language."""
    return facts.actions if isinstance(facts, Vocabulary) else NO_PLUGINS.actions


def origins_of(facts: Mapping[str, FactSpec]) -> frozenset[str]:
    """The plugins, as `name@version`, that these facts' language has words of."""
    return facts.origins if isinstance(facts, Vocabulary) else frozenset()


def _with_conditions(spec: FactSpec, conditions: Iterable[ConditionSpec]) -> FactSpec:
    fitting = tuple(each for each in conditions if spec.unit in each.units)
    return replace(spec, conditions=fitting) if fitting else spec
