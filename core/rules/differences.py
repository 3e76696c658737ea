"""What is different between two versions of the rules, rule by rule?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.facts import FactSpec
from core.rules.editing import name_of
from core.rules.layers import RuleBook, RuleFile, RuleSetSpec
from core.rules.rule import Rule
from core.rules.writing import written_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChanged:
    """One part of a rule by its key in a rule file, as it was written before and is after."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDifference:
    """A rule that was added, removed or changed; `file` is where it comes from, "" for one made by hand."""

    rule: str
    file: str = ""
    parts: tuple[PartChanged, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule} ({self.file})" if self.file else self.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What became of a rule book. `sets` says for each set whose definition is another what it was and is."""

    added: tuple[RuleDifference, ...] = ()
    removed: tuple[RuleDifference, ...] = ()
    changed: tuple[RuleDifference, ...] = ()
    sets: tuple[PartChanged, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.sets)

    def in_words(self) -> str:
        """In a few words: `2 added, 1 changed`."""
        counts = (
            (len(self.added), "added"),
            (len(self.removed), "removed"),
            (len(self.changed), "changed"),
            (len(self.sets), "sets defined otherwise" if len(self.sets) > 1 else "set defined otherwise"),
        )
        return ", ".join(f"{count} {what}" for count, what in counts if count) or "nothing is different"


def differences(before: RuleBook, after: RuleBook, *, facts: Mapping[str, FactSpec] | None = None) -> Differences:
    """What is different in `after`, by name. With `facts`, values are written in human units."""
    old, new = _rules(before), _rules(after)
    return Differences(
        added=tuple(_difference(place, new[place]) for place in sorted(new.keys() - old.keys())),
        removed=tuple(_difference(place, old[place]) for place in sorted(old.keys() - new.keys())),
        changed=tuple(
            _difference(place, new[place], _parts(old[place], new[place], facts))
            for place in sorted(old.keys() & new.keys())
            if old[place] != new[place]
        ),
        sets=_sets(before, after),
    )


_Place = tuple[str, str, str]
"""Set, id, file."""


def _rules(book: RuleBook) -> dict[_Place, Rule]:
    by_hand = RuleFile(name="", rules=book.rules)
    return {(rule.rule_set, rule.id, file.name): rule for file in (*book.files, by_hand) for rule in file.rules}


def _difference(place: _Place, rule: Rule, parts: Iterable[PartChanged] = ()) -> RuleDifference:
    return RuleDifference(rule=name_of(rule), file=place[2], parts=tuple(parts))


def _parts(old: Rule, new: Rule, facts: Mapping[str, FactSpec] | None) -> Iterable[PartChanged]:
    before, after = ({**written_parts(rule, facts=facts), "plugins": ", ".join(rule.plugins)} for rule in (old, new))
    return (
        PartChanged(part=part, before=before[part], after=after[part]) for part in after if before[part] != after[part]
    )


def _sets(before: RuleBook, after: RuleBook) -> tuple[PartChanged, ...]:
    old, new = _specs(before), _specs(after)
    return tuple(
        PartChanged(part=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def _specs(book: RuleBook) -> dict[str, str]:
    """The definitions that hold, those made by hand upon those of files, each in words."""
    specs = [spec for file in sorted(book.files, key=lambda file: file.name) for spec in file.sets]
    return {spec.name: _defined(spec) for spec in (*specs, *book.sets)}


def _defined(spec: RuleSetSpec) -> str:
    return f"extends {spec.extends}" + (f": {spec.description}" if spec.description else "")
