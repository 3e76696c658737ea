"""What do plugins say of a session, and what do their actions amount to?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.domain.commands import Command
from core.domain.errors import CommandRefused
from core.domain.facts import Facts, FactValue
from core.rules.action import PluginAction
from core.rules.extending import COMMANDS_MAX, DECIDING, STEERING, ActionSpec, FactPlugin, SessionView
from core.rules.units import INTEGER_MAX, is_of_unit


def plugin_facts(plugins: Iterable[FactPlugin], view: SessionView) -> dict[str, FactValue]:
    """The values that can be told; a fact whose plugin fails, or gives another type, is left out, so that rules about
    it err and no others do."""
    found: dict[str, FactValue] = {}
    for plugin in plugins:
        try:
            value = plugin.value(view)
        except Exception:  # a plugin's function can do anything; what comes of it is on record as the rules' error
            continue
        if value is None or (is_of_unit(value, plugin.spec.unit) and not _is_too_large(value)):
            found[plugin.spec.name] = value
    return found


def _is_too_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) > INTEGER_MAX


def commands_of_plugin(
    action: PluginAction, facts: Facts, actions: Mapping[str, ActionSpec], *, by: str
) -> tuple[Command, ...]:
    """The commands that a plugin's action amounts to now. Raises CommandRefused for what no action may come to."""
    spec = actions.get(action.name)
    if spec is None:
        raise CommandRefused(f"no plugin brings {action.name} here.")
    try:
        wanted = tuple(spec.commands(dict(action.fields), facts))
    except Exception as error:  # a plugin's function can do anything; what comes of it is on record
        raise CommandRefused(f"the plugin {spec.origin} failed with {type(error).__name__}.") from error
    if len(wanted) > COMMANDS_MAX:
        raise CommandRefused(f"the plugin {spec.origin} asks for {len(wanted)} commands; at most {COMMANDS_MAX} do.")
    return tuple(_permitted(command, spec, by) for command in wanted)


def _permitted(command: object, spec: ActionSpec, by: str) -> Command:
    may_be = (*DECIDING, *STEERING) if spec.decides else STEERING
    if not isinstance(command, may_be):
        name = type(command).__name__
        raise CommandRefused(f"the plugin {spec.origin} asks for {name}, which {spec.name} may not.")
    return replace(command, by=by)
