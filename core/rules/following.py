"""What becomes of a rule book once moot ships other rules than before, and where does it differ from what is shipped?

Three texts of a rule are compared: as it was shipped before, as it stands, and as it is shipped now. What only moot
changed follows; what the operator changed stays, whatever moot says now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.domain.facts import FactSpec
from core.domain.ids import RuleId
from core.rules.differences import Differences, PartChanged, differences
from core.rules.layers import RuleBook, effective
from core.rules.rule import OWN_RULE_SET, Rule
from core.rules.standard import STANDARD_RULE_SET, STANDARD_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The book as it follows, and which shipped rules were corrected, added, removed, and kept as the operator had
    edited them although moot says otherwise now."""

    book: RuleBook
    corrected: tuple[RuleId, ...] = ()
    added: tuple[RuleId, ...] = ()
    removed: tuple[RuleId, ...] = ()
    kept: tuple[RuleId, ...] = ()

    def in_words(self) -> str:
        """For the history: `shipped rules: corrected a, b; added c; d stays as you edited it`."""
        told = [
            f"{word} {', '.join(ids)}"
            for word, ids in (("corrected", self.corrected), ("added", self.added), ("removed", self.removed))
            if ids
        ]
        if self.kept:
            told.append(f"{', '.join(self.kept)} {'stays' if len(self.kept) == 1 else 'stay'} as edited")
        return f"shipped rules: {'; '.join(told)}"


def followed(book: RuleBook, *, before: Iterable[Rule], now: Iterable[Rule] = STANDARD_RULES) -> Followed:
    """What `book` becomes once `now` is shipped instead of `before`.

    To switch a rule and to give it another priority is no edit of what it says: both stay where the operator chose
    them, and the rest follows. A rule that was taken out stays out.
    """
    were, are = _by_id(before), _by_id(now)
    held = _by_id(rule for rule in book.rules if rule.rule_set == STANDARD_RULE_SET)
    found: dict[str, list[RuleId]] = {"corrected": [], "added": [], "removed": [], "kept": []}
    placed: dict[RuleId, Rule | None] = {}
    for id in sorted(were.keys() | are.keys()):
        was, shipped, rule = were.get(id), are.get(id), held.get(id)
        wanted = _wanted(was, shipped, rule)
        if wanted != rule:
            placed[id] = wanted
            found["added" if rule is None else "removed" if wanted is None else "corrected"].append(id)
        elif rule is not None and shipped not in (was, rule) and not _is_tuned(rule, shipped):
            found["kept"].append(id)
    rules = [
        placed.get(rule.id, rule) if rule.rule_set == STANDARD_RULE_SET else rule  # a new one stands behind them
        for rule in book.rules
    ]
    rules += [placed[id] for id in found["added"]]
    return Followed(
        book=replace(book, rules=tuple(rule for rule in rules if rule is not None)),
        **{word: tuple(ids) for word, ids in found.items()},
    )


def unlike_shipped(book: RuleBook, *, facts: Mapping[str, FactSpec] | None = None) -> Differences:
    """In what the rules that hold differ from those that moot ships, rule by rule. A copy of the operator's own speaks
    for the rule that it replaces; rules that moot doesn't ship are left out."""
    shipped = _by_id(STANDARD_RULES)
    holding = [
        replace(placed.rule, rule_set=STANDARD_RULE_SET)
        for placed in effective(book, OWN_RULE_SET)
        if placed.rule.id in shipped
    ]
    return differences(RuleBook(rules=STANDARD_RULES), RuleBook(rules=tuple(holding)), facts=facts)


def edits(rule: Rule, *, facts: Mapping[str, FactSpec] | None = None) -> tuple[PartChanged, ...]:
    """The parts in which a rule says something else than the shipped one of its id, its switch and its priority left
    out; none for a rule that moot doesn't ship."""
    shipped = _by_id(STANDARD_RULES).get(rule.id)
    if shipped is None:
        return ()
    tuned = replace(shipped, enabled=rule.enabled, priority=rule.priority, rule_set=rule.rule_set)
    found = differences(RuleBook(rules=(tuned,)), RuleBook(rules=(rule,)), facts=facts)
    return tuple(part for each in found.changed for part in each.parts)


def _wanted(was: Rule | None, shipped: Rule | None, rule: Rule | None) -> Rule | None:
    """What is to stand in the rule's place; None for nothing."""
    if was is None:
        return shipped if rule is None else rule
    if rule is None or not _is_tuned(rule, was):
        return rule
    if shipped is None:
        return None
    return replace(
        shipped,
        enabled=shipped.enabled if rule.enabled is was.enabled else rule.enabled,
        priority=shipped.priority if rule.priority == was.priority else rule.priority,
    )


def _is_tuned(rule: Rule, was: Rule | None) -> bool:
    """True where at most its switch and its priority are others."""
    return was is not None and replace(rule, enabled=was.enabled, priority=was.priority) == was


def _by_id(rules: Iterable[Rule]) -> dict[RuleId, Rule]:
    return {rule.id: rule for rule in rules}
