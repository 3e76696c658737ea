"""Which versions of the rules are there, what is different between two, and how do sets stand upon one another?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import age
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell, Row
from core.domain.commands import OPERATOR
from core.rules.layers import NOTHING
from core.rules.versions import VersionKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.ports.catalogue import RulesVersion
    from core.rules.differences import Differences, PartChanged
    from core.rules.layers import Origin, Placed, RuleSetSpec
    from core.runtime.rulebook import SetView

REPLACES = "▴"
"""Stands behind the origin of a rule that replaces one of a lower set."""

RULES_TOLD_MAX = 12
"""Rules that a confirmation names one by one."""

_BY_ITSELF = (VersionKind.FILES, VersionKind.PLUGINS)


def version_row(version: RulesVersion, *, now_ms: int, is_newest: bool) -> Row:
    """number, how long ago, who, what."""
    ink = "muted" if version.kind in _BY_ITSELF else "text"
    ago = age(now_ms - version.made_at_ms)
    return Row(
        str(version.number),
        (
            Cell(str(version.number), "accent strong" if is_newest else "muted"),
            Cell(ago, "muted"),
            Cell("you" if version.actor == OPERATOR else version.actor, ink),
            Cell(version.change, ink),
        ),
    )


def difference_lines(found: Differences) -> tuple[Paragraph, ...]:
    """Rule by rule, and part by part where one was changed."""
    lines = [Paragraph(((found.in_words(), "text strong"),)), Paragraph()]
    lines += [Paragraph(((str(each), "ok"),), "+ ", "ok strong") for each in found.added]
    lines += [Paragraph(((str(each), "failed"),), "- ", "failed strong") for each in found.removed]
    for each in found.changed:
        lines.append(Paragraph(((str(each), "text strong"),), "~ ", "attention strong"))
        for part in each.parts:
            lines += _part(part)
    for part in found.sets:
        before, after = part.before or "not defined", part.after or "not defined"
        lines.append(Paragraph(((f"the set {part.part}: {before} → {after}", "text"),), "~ ", "attention strong"))
    return tuple(lines)


def _part(part: PartChanged) -> tuple[Paragraph, ...]:
    lead = f"    {part.part}: "
    return (
        Paragraph(((part.before, "muted"),), f"{lead}- ", "muted"),
        Paragraph(((part.after, "text"),), f"{' ' * len(lead)}+ ", "muted"),
    )


def difference_text(found: Differences, *, unchanged: int = 0) -> str:
    """What is about to become different, for a confirmation."""
    told = [
        *(f"+ {each}" for each in found.added),
        *(f"- {each}" for each in found.removed),
        *(f"~ {each}: {', '.join(part.part for part in each.parts)}" for each in found.changed),
        *(f"~ the set {part.part}: {part.after or 'not defined'}" for part in found.sets),
    ]
    more = len(told) - RULES_TOLD_MAX
    listed = [*told[:RULES_TOLD_MAX], *([f"… and {more} more"] if more > 0 else [])]
    as_it_is = f"; {unchanged} as {'it is' if unchanged == 1 else 'they are'} already" if unchanged else ""
    return "\n".join((f"{found.in_words()}{as_it_is}", *listed))


def set_row(view: SetView, specs: Mapping[str, RuleSetSpec], *, is_shown: bool) -> Row:
    """shown, name, what it stands upon, own rules, rules that hold, rules that are on, where from, templates, about."""
    name = view.spec.name
    ink = "text strong" if is_shown else "text"
    upon = layering(name, specs)[1:]
    made = ", ".join(view.files) or ("shipped" if view.spec.extends == NOTHING and not upon else "hand")
    return Row(
        name,
        (
            Cell("●" if is_shown else "○", "accent" if is_shown else "muted"),
            Cell(name, ink),
            Cell(" → ".join(upon) or "nothing", "muted"),
            Cell(str(view.own), "text"),
            Cell(str(view.holding), "text"),
            Cell(str(view.enabled), "text"),
            Cell(made, "muted"),
            Cell(", ".join(view.templates) or "–", "muted"),
            Cell(view.spec.description, "muted"),
        ),
    )


def layering(name: str, specs: Mapping[str, RuleSetSpec]) -> tuple[str, ...]:
    """A set and those that it stands upon, the lowest last."""
    found: list[str] = []
    while name in specs and name not in found:
        found.append(name)
        name = specs[name].extends
    return tuple(found)


def origin_short(placed: Placed) -> str:
    """`own ▴`: where a rule comes from, and whether it replaces another one."""
    return place_of(placed.origin) + (f" {REPLACES}" if placed.over else "")


def place_of(origin: Origin) -> str:
    """The file of a rule that comes from one, else its set."""
    return origin.file or origin.rule_set


def replaced(over: Sequence[Origin]) -> str:
    """`, replaces that of standard`; "" where there is none."""
    return f", replaces that of {' and of '.join(str(origin) for origin in over)}" if over else ""
