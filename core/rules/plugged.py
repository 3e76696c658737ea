"""What does a plugin's kind of condition take, and why can it not be asked of a fact?"""

from __future__ import annotations

from core.domain.facts import ConditionSpec, FactSpec, FactUnit, PluginName
from core.rules.units import ADVICE, INTEGER_MAX, KIND, is_of_unit

LIST_ADVICE = "Write texts in [ ]."


def unit_taken(name: PluginName, spec: FactSpec) -> FactUnit:
    """The unit in which a rule names its value; the fact's own where nobody says."""
    kind = spec.condition(name)
    return spec.unit if kind is None or kind.takes is None else kind.takes


def fault_of_plugged(name: PluginName, spec: FactSpec, value: object) -> tuple[str, str]:
    """Why this fact can't be compared so, and what would be taken; two empty strings where it can."""
    kind = spec.condition(name)
    if kind is None:
        return f"no condition is called {name.value!r} for {spec.name!r}, which is {KIND[spec.unit]}.", ""
    unit = unit_taken(name, spec)
    if not is_of_unit(value, unit) or (isinstance(value, int) and abs(value) > INTEGER_MAX):
        wanted = "a list of texts" if unit is FactUnit.WORDS else KIND[unit]
        now = LIST_ADVICE if unit is FactUnit.WORDS else ADVICE[unit]
        return f"{name.value!r} takes {wanted}, and not {value!r:.60}.", now
    return _asked(kind, value), ""


def _asked(kind: ConditionSpec, value: object) -> str:
    """What the plugin says against a value; that it failed is a fault too."""
    try:
        said = kind.fault(value)
    except Exception as error:  # a plugin's function can do anything
        return f"the plugin {kind.origin} can't judge this value: {type(error).__name__}."
    return f"{kind.name!r} refuses this value: {said}" if said else ""
