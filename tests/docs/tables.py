"""Which tables of the pages follow from the code, and what do they hold?

Each stands on its page between two comments that name it. `python -m tests.docs.tables` writes them anew; a test
compares them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from console.actions import ACTIONS, PLACE_TITLES
from console.cli.app import app
from console.exit_codes import MEANINGS
from console.keys import shown_key
from console.setting_specs import SPECS
from console.settings import Settings
from core.analytics.family_specs import SPECS as METRICS
from core.channels.templates import FILTERS, VALUES
from core.domain.events import ENGINE_EVENTS
from core.domain.facts import FactSpec, FactUnit
from core.engine.facts import SESSION_FACTS
from core.exporting.tables import TABLES as EXPORTED
from core.exporting.tables import Holds
from core.flows.debate import DEBATE_FACTS
from core.flows.debate_events import DEBATE_EVENTS
from core.flows.refinement_events import REFINEMENT_EVENTS
from core.flows.refinement_facts import REFINEMENT_FACTS
from core.rules.action import ActionType, parameters_of
from core.rules.comparing import UNITS_FOR
from core.rules.condition import ConditionType
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.rules.units import KIND, NUMERIC, shown, written
from core.rules.writing import written_parts
from core.templates.standard import STANDARD_TEMPLATES, TEMPLATE_DEFAULT
from core.templates.steps_library import STEPS
from tests.docs.pages import ROOT, pages

CONDITION_SAYS: Mapping[ConditionType, str] = {
    ConditionType.EQUALS: "the fact is exactly this value",
    ConditionType.GREATER_THAN: "the fact is above the value",
    ConditionType.LESS_THAN: "the fact is below the value",
    ConditionType.CONTAINS: "the text holds these characters; the list of words holds this word",
    ConditionType.IN_LIST: "the fact is one of the values listed",
    ConditionType.REGEX_MATCH: "the expression, in RE2's form, is found somewhere in the text",
    ConditionType.TIME_ELAPSED: "the duration has reached the value",
    ConditionType.COUNT_THRESHOLD: "the count has reached the value",
}

CONDITION_EXAMPLES: Mapping[ConditionType, str] = {
    ConditionType.EQUALS: "{field: last_role, equals: opponent}",
    ConditionType.GREATER_THAN: "{field: round_count, greater_than: 4}",
    ConditionType.LESS_THAN: "{field: consensus_ppm, less_than: 30 %}",
    ConditionType.CONTAINS: "{field: roles, contains: reviewer}",
    ConditionType.IN_LIST: "{field: template, in_list: [simple_debate, standard_debate]}",
    ConditionType.REGEX_MATCH: '{field: last_text, regex_match: "(?i)cannot agree"}',
    ConditionType.TIME_ELAPSED: "{field: elapsed_ms, time_elapsed: 30m}",
    ConditionType.COUNT_THRESHOLD: "{field: error_count, count_threshold: 5}",
}

ACTION_SAYS: Mapping[ActionType, str] = {
    ActionType.CONTINUE_DEBATE: "goes on, whatever rules of a lower priority ask for; behind the last planned round it"
    " adds one",
    ActionType.PAUSE_DEBATE: "begins no further turn until somebody resumes",
    ActionType.COMPLETE_DEBATE: "asks the judge for the verdict and ends",
    ActionType.START_NEW_ROUND: "closes the round under way and opens the next, adding one where it was the last",
    ActionType.ESCALATE_TO_HUMAN: "puts the question to you and waits for the answer",
    ActionType.APPLY_TEMPLATE: "follows another template from the next round on",
}

HOLDS: Mapping[Holds, str] = {
    Holds.INTEGER: "a whole number",
    Holds.TEXT: "a text",
    Holds.TRUTH: "true or false",
    Holds.PLAIN: "any JSON",
}

WHERE_IT_LIES = {
    "database": "`moot.db` in the data folder",
    "metrics_export_path": "`metrics` in the data folder",
    "exports.folder": "`exports` in the data folder",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = tuple(head)
    lines = [names, ("---",) * len(names), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(text: str) -> str:
    return f"`{text}`"


def facts() -> str:
    return table(
        ("fact", "is", "meaning", "for instance"),
        ((code(spec.name), KIND[spec.unit], _meaning(spec), _example(spec)) for spec in _all_facts()),
    )


def _all_facts() -> tuple[FactSpec, ...]:
    listed = (*SESSION_FACTS, *DEBATE_FACTS, *REFINEMENT_FACTS)
    return tuple({spec.name: spec for spec in listed}.values())


def _meaning(spec: FactSpec) -> str:
    said = f"{spec.meaning}; runs on by itself" if spec.grows_with_time else spec.meaning
    return f"{said}; only in a {spec.flow}" if spec.flow else said


def _example(spec: FactSpec) -> str:
    if isinstance(spec.example, int) and spec.unit in NUMERIC:
        return code(str(written(spec.example, spec.unit)))
    return code(shown(spec.example, spec.unit))


def conditions() -> str:
    return table(
        ("condition", "holds when", "facts", "example"),
        (
            (code(kind.value), CONDITION_SAYS[kind], _units(UNITS_FOR[kind]), code(CONDITION_EXAMPLES[kind]))
            for kind in ConditionType
        ),
    )


def _units(units: frozenset[FactUnit]) -> str:
    numbers = ("any number",) if units >= NUMERIC else ()
    rest = units - NUMERIC if numbers else units
    return ", ".join((*numbers, *(KIND[unit] for unit in FactUnit if unit in rest)))


def actions() -> str:
    return table(
        ("action", "needs", "what it does"),
        ((code(kind.value), ", ".join(code(each) for each in parameters_of(kind)), ACTION_SAYS[kind])
         for kind in ActionType),
    )  # fmt: skip


def standard_rules() -> str:
    return table(
        ("rule", "priority", "switch", "repeat", "when", "what it does"),
        (
            (
                code(rule.id),
                str(rule.priority),
                "on" if rule.enabled else "off",
                rule.repeat.value,
                code(_asked(rule)),
                rule.description,
            )
            for rule in STANDARD_RULES
        ),
    )


def _asked(rule: Rule) -> str:
    """The condition as a rule file writes it, with the units that a fact is compared in."""
    return written_parts(rule, facts={spec.name: spec for spec in _all_facts()})["when"]


def _written(value: str) -> str:
    return code(value) if value else "–"


def settings() -> str:
    defaults = Settings()
    return table(
        ("in the file", "in the environment", "default", "what it does"),
        (
            (
                code(spec.key),
                ", ".join(code(name) for name in spec.variables),
                WHERE_IT_LIES.get(spec.key) or _written(spec.written(getattr(defaults, spec.field))),
                spec.about,
            )
            for spec in SPECS
        ),
    )


def message_values() -> str:
    return table(("value", "what it is"), ((code(name), about) for name, about in VALUES.items()))


def message_filters() -> str:
    """In one row, because each does what its name says."""
    return table(("filters",), ((", ".join(map(code, FILTERS)),),))


def export_columns() -> str:
    return table(
        ("kind", "column", "holds", "what it is"),
        (
            (
                code(kind.value) if number == 0 else "",
                code(column.name),
                f"{HOLDS[column.holds]}, or nothing" if column.may_lack else HOLDS[column.holds],
                column.about,
            )
            for kind, exported in EXPORTED.items()
            for number, column in enumerate(exported.columns)
        ),
    )


def metrics() -> str:
    """The metrics that can be fetched from outside."""
    return table(
        ("metric", "is a", "of the", "labels", "what it counts"),
        (
            (
                code(spec.name),
                spec.kind.value,
                spec.source.value,
                ", ".join(code(label) for label in spec.labels) or "–",
                spec.about,
            )
            for spec in METRICS
        ),
    )


def exit_codes() -> str:
    return table(("code", "meaning"), ((str(number.value), meaning) for number, meaning in MEANINGS.items()))


def templates() -> str:
    rows = []
    for template in STANDARD_TEMPLATES:
        default = " (unless another is named)" if template.id == TEMPLATE_DEFAULT else ""
        rows.append(
            (
                code(template.id) + default,
                template.complexity.value,
                str(template.rounds),
                ", ".join(seat.id for seat in template.seats),
                str(template.minutes_expected),
                shown(template.cost_microusd_expected, FactUnit.MICROUSD),
            )
        )
    return table(("template", "complexity", "rounds", "seats", "minutes", "dollars"), rows)


def library_steps() -> str:
    rows = [
        (
            code(step.id),
            ", ".join(step.roles) + (f"; else {' or '.join(step.stand_ins)}" if step.stand_ins else ""),
            "after the last round" if step.is_verdict else f"{step.occurs.replace('_', ' ')}",
            step.about,
        )
        for step in STEPS
    ]
    return table(("step", "for", "round", "what it is"), rows)


def engine_events() -> str:
    return _events(ENGINE_EVENTS)


def debate_events() -> str:
    return _events(DEBATE_EVENTS)


def refinement_events() -> str:
    return _events(kind for kind in REFINEMENT_EVENTS if kind not in DEBATE_EVENTS)


def _events(kinds: Iterable[type]) -> str:
    return table(
        ("kind", "fields", "meaning"),
        ((code(kind.__name__), ", ".join(code(each.name) for each in fields(kind)) or "–", _said_of(kind))
         for kind in kinds),
    )  # fmt: skip


def _said_of(kind: type) -> str:
    """The docstring's first paragraph; a dataclass without one has its signature there."""
    said = (kind.__doc__ or "").split("\n\n")[0]
    if said.startswith(f"{kind.__name__}("):
        return EVENTS_THAT_SAY_IT_ALL[kind.__name__]
    return " ".join(said.split())


EVENTS_THAT_SAY_IT_ALL = {
    "SessionResumed": "It goes on.",
    "SessionCompleted": "It is over, with a verdict.",
    "SessionCancelled": "It is over, without a verdict.",
    "MotionAmended": "Another motion is debated from the next turn on.",
    "RoundsLimitChanged": "So many rounds are to be played from now on.",
}


def keys() -> str:
    rows = []
    for place, title in PLACE_TITLES.items():
        for each in ACTIONS:
            if each.place == place:
                shown_keys = ", ".join(code(shown_key(key)) for key in each.default_keys)
                rows.append((title, shown_keys, code(each.id), each.help))
    return table(("where", "key", "name in a keymap", "what it does"), rows)


def commands() -> str:
    return table(
        ("command", "what it does"),
        ((code(f"moot {path} {_words(command)}".strip()), _about(command)) for path, command in every_command()),
    )


def options() -> str:
    rows = []
    for path, command in every_command():
        for each in command.params:
            if each.param_type_name == "option" and "--help" not in each.opts:
                rows.append((code(f"moot {path}"), code(f"{each.opts[0]} {each.metavar or ''}".strip()), each.help))
    return table(("command", "option", "what it does"), rows)


def every_command() -> tuple[tuple[str, Any], ...]:
    """Every command that can be typed behind `moot`, with its words."""
    return tuple(_below(typer.main.get_command(app), ()))


def _below(group: Any, words: tuple[str, ...]) -> Iterable[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield " ".join((*words, name)), command
            yield from _below(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def _words(command: Any) -> str:
    return " ".join(each.metavar or each.name or "" for each in command.params if each.param_type_name == "argument")


def _about(command: Any) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


TABLES: Mapping[str, Callable[[], str]] = {
    "facts": facts,
    "conditions": conditions,
    "actions": actions,
    "standard_rules": standard_rules,
    "settings": settings,
    "exit_codes": exit_codes,
    "metrics": metrics,
    "export_columns": export_columns,
    "templates": templates,
    "library_steps": library_steps,
    "engine_events": engine_events,
    "debate_events": debate_events,
    "refinement_events": refinement_events,
    "keys": keys,
    "commands": commands,
    "options": options,
    "message_values": message_values,
    "message_filters": message_filters,
}

_MARKED = re.compile(r"<!-- table: (\w+) -->\n(.*?)<!-- end of table -->", re.DOTALL)


def marked(page: Path) -> dict[str, str]:
    """The generated tables on a page, by name."""
    return {name: text.strip("\n") + "\n" for name, text in _MARKED.findall(page.read_text(encoding="utf-8"))}


def written_anew(text: str) -> str:
    """A page's text with each of its generated tables as the code has it now."""
    return _MARKED.sub(lambda found: f"<!-- table: {found[1]} -->\n\n{TABLES[found[1]]()}\n<!-- end of table -->", text)


def write() -> None:
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = written_anew(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    write()
