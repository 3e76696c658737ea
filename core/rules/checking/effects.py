"""Which facts does an action change, as surely as it is obeyed?

What depends on the words that are spoken afterwards is not among them: nobody can tell before.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.action import (
    Action,
    ApplyTemplate,
    CompleteDebate,
    ContinueDebate,
    EscalateToHuman,
    PauseDebate,
    PluginAction,
    StartNewRound,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A fact that an action changes: it becomes the word `becomes`, or grows by one where that is ""."""

    field: str
    becomes: str = ""


_ONE_MORE_ROUND = tuple(Effect(field=name) for name in ("round_count", "current_round", "rounds_limit"))
_ONE_MORE_SPOKEN = tuple(Effect(field=name) for name in ("turn_count", "attempt_count", "argument_count", "elapsed_ms"))
"""What the turns of that round add."""


def effects_of(action: Action) -> tuple[Effect, ...]:
    """What an action changes, sooner or later; nothing where no rule is heard afterwards, or nobody can tell."""
    match action:
        case ContinueDebate() | StartNewRound():
            return (*_ONE_MORE_ROUND, *_ONE_MORE_SPOKEN)
        case EscalateToHuman():
            return (Effect(field="escalation_count"),)
        case ApplyTemplate(template=template):
            return (Effect(field="template", becomes=template),)
        case PauseDebate() | CompleteDebate() | PluginAction():
            return ()


def adds_rounds(action: Action) -> bool:
    """True of an action after which one more round is played, so that rules that act once a round act again."""
    return isinstance(action, (ContinueDebate, StartNewRound))


def at_once(action: Action) -> tuple[Effect, ...]:
    """What an action changes as an event by itself, after which rules that act after every event are heard again."""
    return _ONE_MORE_ROUND if isinstance(action, StartNewRound) else ()
