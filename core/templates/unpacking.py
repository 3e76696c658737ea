"""What would taking in a parcel add, replace and run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.ids import ParticipantId, TemplateId
from core.domain.participants import Participant
from core.rules.action import in_words
from core.rules.layers import RuleBook, layer, set_specs
from core.rules.pinning import plugins_of
from core.templates.checking import Finding, Surroundings, check_template, errors_of
from core.templates.parcels import Parcel
from core.templates.template import Template


class Standing(StrEnum):
    """How what comes stands to what is here: nothing of that name is here, the same is, or something else is."""

    NEW = "new"
    SAME = "the same is here"
    OTHER = "another is here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One thing that would come: `kind` is template, participant, set or rule."""

    kind: str
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What would come, and what it would have run: `models` are asked by participants, `actions` taken by rules,
    `plugins` named by rules, as `name@version`. `findings` are those of the format among what would be here then."""

    parcel: Parcel
    arrivals: tuple[Arrival, ...]
    models: tuple[str, ...]
    actions: tuple[str, ...]
    plugins: tuple[str, ...]
    turns_max: int
    findings: tuple[Finding, ...]

    @property
    def replaced(self) -> tuple[Arrival, ...]:
        """What is here and would be another."""
        return tuple(each for each in self.arrivals if each.standing is Standing.OTHER)


def planned(
    parcel: Parcel,
    *,
    template: Template | None,
    participants: Sequence[Participant],
    book: RuleBook,
    surroundings: Surroundings,
    as_id: str = "",
) -> ImportPlan:
    """What taking in a parcel would do here. `template` is what is called as the parcel's (or as `as_id`, under which
    it would be taken)."""
    coming = replace(parcel.template, id=TemplateId(as_id)) if as_id else parcel.template
    parcel = replace(parcel, template=coming)
    people: Mapping[ParticipantId, Participant] = {each.id: each for each in participants}
    specs = set_specs(book)
    arrivals = [Arrival(kind="template", name=coming.id, standing=_of_template(coming, template))]
    arrivals += [
        Arrival(kind="participant", name=each.id, standing=_standing(each, people.get(each.id)))
        for each in parcel.participants
    ]
    arrivals += [
        Arrival(kind="set", name=spec.name, standing=_standing(spec, specs.get(spec.name))) for spec in parcel.sets
    ]
    here = {
        (spec.name, placed.rule.id): placed.rule
        for spec in parcel.sets
        if spec.name in specs
        for placed in layer(book, spec.name)
    }
    arrivals += [
        Arrival(
            kind="rule", name=f"{rule.rule_set}/{rule.id}", standing=_standing(rule, here.get((rule.rule_set, rule.id)))
        )
        for rule in parcel.rules
    ]
    after = replace(
        surroundings,
        participants={*(surroundings.participants or ()), *(each.id for each in parcel.participants)},
        rule_sets={*(surroundings.rule_sets or ()), *(spec.name for spec in parcel.sets)},
    )
    findings = check_template(coming, surroundings=after)
    seats = [seat.id for seat in coming.seats]
    return ImportPlan(
        parcel=parcel,
        arrivals=tuple(arrivals),
        models=tuple(dict.fromkeys(route for each in parcel.participants for route in each.routes)),
        actions=tuple(f"{rule.id}: {in_words(action)}" for rule in parcel.rules for action in rule.then),
        plugins=tuple(f"{name}@{version}" for name, version in plugins_of(parcel.rules).items()),
        # What breaks a bound may ask for turns without end.
        turns_max=0 if errors_of(findings) else coming.turns_of(seats, rounds=coming.rounds),
        findings=findings,
    )


def _of_template(coming: Template, here: Template | None) -> Standing:
    if here is None:
        return Standing.NEW
    return Standing.SAME if replace(coming, version=here.version) == here else Standing.OTHER


def _standing(coming: object, here: object | None) -> Standing:
    if here is None:
        return Standing.NEW
    return Standing.SAME if coming == here else Standing.OTHER
