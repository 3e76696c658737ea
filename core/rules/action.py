"""What may a rule do to a session?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from core.domain.errors import WrongUse, nearest
from core.domain.facts import PluginName
from core.domain.ids import TemplateId


class ActionType(StrEnum):
    """The kinds of action. Each value is the key that a rule file uses."""

    CONTINUE_DEBATE = "continue_debate"
    PAUSE_DEBATE = "pause_debate"
    COMPLETE_DEBATE = "complete_debate"
    START_NEW_ROUND = "start_new_round"
    ESCALATE_TO_HUMAN = "escalate_to_human"
    APPLY_TEMPLATE = "apply_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueDebate:
    """Go on, whatever rules of a lower priority ask for."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDebate:
    """Let the running turn finish, then wait until somebody resumes."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteDebate:
    """Ask for the verdict and end."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartNewRound:
    """Let every seat speak once more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateToHuman:
    """Put `question` to the operator and wait for the answer."""

    question: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate:
    """Go on by another template from the next round."""

    template: TemplateId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginAction:
    """What a plugin's action of that name does, told these texts. `decides` says that it is decisive."""

    name: PluginName
    fields: tuple[tuple[str, str], ...]
    decides: bool


OwnAction = ContinueDebate | PauseDebate | CompleteDebate | StartNewRound | EscalateToHuman | ApplyTemplate
Action = OwnAction | PluginAction

ACTION_CLASSES: dict[ActionType, type[OwnAction]] = {
    ActionType.CONTINUE_DEBATE: ContinueDebate,
    ActionType.PAUSE_DEBATE: PauseDebate,
    ActionType.COMPLETE_DEBATE: CompleteDebate,
    ActionType.START_NEW_ROUND: StartNewRound,
    ActionType.ESCALATE_TO_HUMAN: EscalateToHuman,
    ActionType.APPLY_TEMPLATE: ApplyTemplate,
}

_TYPES: dict[type, ActionType] = {class_: type_ for type_, class_ in ACTION_CLASSES.items()}

PLUGIN_KEY = "plugin"
"""Marks in the plain form what a plugin brought, so that it is kept where the plugin isn't installed."""


def type_of(action: Action) -> ActionType | PluginName:
    """Which of the six an action is, or what a plugin calls it."""
    return action.name if isinstance(action, PluginAction) else _TYPES[type(action)]


def is_decisive(action: Action) -> bool:
    """True of an action that says how the session goes on: the first of these wins, continuing included."""
    return action.decides if isinstance(action, PluginAction) else not isinstance(action, ApplyTemplate)


def parameters_of(type_: ActionType) -> tuple[str, ...]:
    """The names of what an action needs to be told, all of them texts."""
    return tuple(field.name for field in fields(ACTION_CLASSES[type_]))


def action_from(type_: ActionType, parameters: dict[str, str]) -> OwnAction:
    """The action of that type; `parameters` are exactly those that `parameters_of` names."""
    match type_:
        case ActionType.CONTINUE_DEBATE:
            return ContinueDebate(**parameters)
        case ActionType.PAUSE_DEBATE:
            return PauseDebate(**parameters)
        case ActionType.COMPLETE_DEBATE:
            return CompleteDebate(**parameters)
        case ActionType.START_NEW_ROUND:
            return StartNewRound(**parameters)
        case ActionType.ESCALATE_TO_HUMAN:
            return EscalateToHuman(**parameters)
        case ActionType.APPLY_TEMPLATE:
            return ApplyTemplate(template=TemplateId(parameters["template"]), reason=parameters["reason"])


def in_words(action: Action) -> str:
    """The action as a sentence in a rule's explanation goes on: `complete the debate, reason "stalled"`."""
    match action:
        case PluginAction(name=name, fields=fields):
            told = [f'{field.replace("_", " ")} "{text}"' for field, text in fields]
            return ", ".join((name.replace("_", " "), *told))
        case ContinueDebate():
            said = "continue the debate"
        case PauseDebate():
            said = "pause the debate"
        case CompleteDebate():
            said = "complete the debate"
        case StartNewRound():
            said = "start a new round"
        case EscalateToHuman(question=question):
            said = f'ask the operator "{question}"'
        case ApplyTemplate(template=template):
            said = f"apply the template {template}"
    return f'{said}, reason "{action.reason.replace("_", " ")}"'


def as_written(action: Action) -> dict[str, object]:
    """The action as a rule file says it."""
    if isinstance(action, PluginAction):
        return {action.name.value: dict(action.fields)}
    type_ = _TYPES[type(action)]
    return {type_.value: {name: getattr(action, name) for name in parameters_of(type_)}}


def action_to_plain(action: Action) -> dict[str, object]:
    """The action as storage keeps it: much as a rule file would say it."""
    if isinstance(action, PluginAction):
        told = {"name": action.name.value, "decides": action.decides, "fields": dict(action.fields)}
        return {PLUGIN_KEY: told}
    return as_written(action)


def action_from_plain(plain: object) -> Action:
    """The inverse of `action_to_plain`. Raises WrongUse for anything that it did not write."""
    match plain:
        case {"plugin": {"name": str(plugged), "decides": bool(decides), "fields": dict(texts)}}:
            told = tuple((str(field), str(text)) for field, text in texts.items())
            return PluginAction(name=PluginName(plugged), fields=told, decides=decides)
        case {**entries} if len(entries) == 1:
            ((name, parameters),) = entries.items()
        case _:
            raise WrongUse(f"This is no action: {plain!r:.80}", now="It is one name with what the action needs.")
    try:
        type_ = ActionType(str(name))
    except ValueError as error:
        raise WrongUse(
            f"No action is called {name!r}.", now=nearest(str(name), [known.value for known in ActionType])
        ) from error
    wanted = parameters_of(type_)
    if not isinstance(parameters, dict) or set(parameters) != set(wanted):
        raise WrongUse(f"The action {name} needs exactly {' and '.join(wanted)}.")
    if not all(isinstance(value, str) for value in parameters.values()):
        raise WrongUse(f"The action {name} takes texts alone.")
    return action_from(type_, parameters)
