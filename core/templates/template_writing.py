"""How is a format written down so that reading it gives the same format again?"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.facts import FactSpec, FactUnit
from core.rules.units import written
from core.rules.writing import condition_as_written
from core.templates.template import (
    MEASURE_DEFAULT,
    Block,
    DecidedBy,
    Dial,
    EarlyStop,
    Expects,
    Judging,
    Occurs,
    Sees,
    StepSpec,
    Template,
)
from core.written.dumping import Flat, as_yaml

DIVIDED = ("dials", "seats", "links", "blocks", "steps", "verdict")
"""Before each of these an empty line stands."""


def write_template(template: Template, *, facts: Mapping[str, FactSpec] | None = None) -> str:
    """The format as YAML that `read_template` takes back. With `facts`, values in conditions are in human units. What
    stands as it does by default is left out."""
    parts = _parts(template, facts or {})
    head = as_yaml({key: value for key, value in parts.items() if key not in DIVIDED})
    return head + "".join(f"\n{as_yaml({key: parts[key]})}" for key in DIVIDED if key in parts)


def _parts(template: Template, facts: Mapping[str, FactSpec]) -> dict[str, object]:
    parts: dict[str, object] = {"id": str(template.id)}
    if template.version != 1:
        parts["version"] = template.version
    parts["name"] = template.name
    if template.description:
        parts["description"] = template.description
    parts |= {
        "complexity": template.complexity.value,
        "rounds": template.rounds,
        "consensus": written(template.consensus_ppm, FactUnit.PPM),
        "minutes": template.minutes_expected,
        "cost": written(template.cost_microusd_expected, FactUnit.MICROUSD),
    }
    if template.decided_by is not DecidedBy.JUDGE:
        parts["decided_by"] = template.decided_by.value
    if template.judging is not Judging.ONCE:
        parts["judging"] = template.judging.value
    if template.judges:
        parts["judges"] = tuple(map(str, template.judges))
    if template.early_stop is not EarlyStop.TRUSTED:
        parts["early_stop"] = template.early_stop.value
    if template.escalation is not None:
        terms = template.escalation
        within = written(terms.answer_within_ms, FactUnit.MILLISECONDS)
        parts["escalation"] = Flat(answer_within=within, then=terms.then.value)
    if template.clarified_by:
        parts["clarified_by"] = str(template.clarified_by)
    if template.measure != MEASURE_DEFAULT:
        parts["measure"] = template.measure
    if template.rule_set:
        parts["rules"] = template.rule_set
    if template.tags:
        parts["tags"] = template.tags
    if template.source:
        parts["source"] = template.source
    if template.dials:
        parts["dials"] = [_dial(dial) for dial in template.dials]
    parts["seats"] = [
        Flat(
            id=str(seat.id),
            role=seat.role.value,
            participant=str(seat.participant),
            **({"may_ask": seat.may_ask} if seat.may_ask else {}),
        )
        for seat in template.seats
    ]
    if template.links:
        parts["links"] = {str(seat): tuple(map(str, seen)) for seat, seen in template.links.items()}
    if template.blocks:
        parts["blocks"] = [_block(block, facts) for block in template.blocks]
    parts["steps"] = [_step(step, facts) for step in template.steps]
    if template.verdict is not None:
        parts["verdict"] = _step(template.verdict, facts)
    return parts


def _dial(dial: Dial) -> dict[str, object]:
    about = {"about": dial.about} if dial.about else {}
    return {"name": dial.name, **about, "words": list(dial.words), **({"value": dial.value} if dial.value else {})}


def _block(block: Block, facts: Mapping[str, FactSpec]) -> dict[str, object]:
    parts: dict[str, object] = {"id": block.id}
    if block.times != 1:
        parts["times"] = block.times
    if block.until is not None:
        parts["until"] = _flat(condition_as_written(block.until, facts=facts))
    if block.is_at_once:
        parts["at_once"] = True
    return Flat(parts)


def _step(step: StepSpec, facts: Mapping[str, FactSpec]) -> dict[str, object]:
    parts: dict[str, object] = {"name": step.name, "seat": str(step.seat), "task": step.task}
    if step.occurs is not Occurs.EVERY:
        parts["occurs"] = step.occurs.value
    if step.expects is not Expects.NOTHING:
        parts["expects"] = step.expects.value
    if step.sees is not Sees.ALL:
        parts["sees"] = step.sees.value
    if step.rounds_seen:
        parts["rounds_seen"] = step.rounds_seen
    if step.is_blind:
        parts["blind"] = True
    if step.when is not None:
        parts["when"] = _flat(condition_as_written(step.when, facts=facts))
    if step.block:
        parts["block"] = step.block
    parts["instruction"] = step.instruction
    return parts


def _flat(condition: Mapping[str, object]) -> Flat:
    return Flat(condition)
