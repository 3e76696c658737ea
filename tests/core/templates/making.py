"""Formats for tests: a small sound one, and what makes others of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.flows.debate_facts import DEBATE_FACTS
from core.rules.condition import Compare, ConditionType
from core.templates.checking import Surroundings
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.template import Block, Complexity, Expects, Occurs, SeatSpec, Sees, StepSpec, Template

FACTS = {spec.name: spec for spec in DEBATE_FACTS}
HERE = Surroundings(facts=FACTS, participants=set(PARTICIPANTS_BY_ID), rule_sets={"own", "standard"})


def seat(id: str, role: Role = Role.PANELIST, participant: str = "") -> SeatSpec:
    return SeatSpec(id=SeatId(id), role=role, participant=ParticipantId(participant or role.value))


def step(name: str, seat: str, **parts: Any) -> StepSpec:
    told = {"task": "answer", "instruction": "Say it.", **parts}
    return StepSpec(name=name, seat=SeatId(seat), **told)


def at_least(field: str, value: int | str) -> Compare:
    if isinstance(value, str):
        return Compare(type=ConditionType.EQUALS, field=field, value=value)
    return Compare(type=ConditionType.GREATER_THAN, field=field, value=value - 1)


VERDICT = step("verdict", "judge", task="verdict", expects=Expects.VERDICT)

PANEL = Template(
    id=TemplateId("small_panel"),
    version=1,
    name="Small panel",
    description="Three answer, rank one another, and a judge decides.",
    complexity=Complexity.STANDARD,
    rounds=2,
    seats=(seat("ann"), seat("bob"), seat("cid"), seat("judge", Role.JUDGE)),
    steps=(
        step("answer_ann", "ann", expects=Expects.ANSWER, sees=Sees.NOTHING, occurs=Occurs.FIRST, block="alone"),
        step("answer_bob", "bob", expects=Expects.ANSWER, sees=Sees.NOTHING, occurs=Occurs.FIRST, block="alone"),
        step("answer_cid", "cid", expects=Expects.ANSWER, sees=Sees.NOTHING, occurs=Occurs.FIRST, block="alone"),
        step("ranking_ann", "ann", expects=Expects.RANKING, is_blind=True, occurs=Occurs.LAST),
    ),
    verdict=VERDICT,
    consensus_ppm=800_000,
    minutes_expected=6,
    cost_microusd_expected=60_000,
    blocks=(Block(id="alone", is_at_once=True),),
    tags=("panel",),
)


def with_step(named: str, template: Template = PANEL, **parts: Any) -> Template:
    """The format with one of its steps otherwise."""
    changed = tuple(replace(each, **parts) if each.name == named else each for each in template.steps)
    return replace(template, steps=changed)
