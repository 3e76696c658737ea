"""Which rules is each session to follow?

The catalogue is the truth; this is what was last read of it, set by set, with the compiled form of each at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.domain.ids import Digest, TemplateId
from core.domain.session import SessionState
from core.ports.catalogue import RulesVersion
from core.rules.layers import RuleBook, all_rules, effective_sets
from core.rules.rule import ApplyTemplate, Rule, rule_set_digest
from core.runtime.beside import beside
from core.runtime.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class SetInForce:
    """What a session of one set is pinned to: its rules by digest, and the templates that they may apply."""

    digest: Digest
    templates: Mapping[TemplateId, Digest]


class RulesInForce:
    """`book` is what version number `version` holds, 0 before any was read; `sets` is what it comes to, by name."""

    def __init__(self) -> None:
        self.version = -1
        self.book = RuleBook()
        self.sets: Mapping[str, SetInForce] = {}

    def newer_for(self, state: SessionState) -> SetInForce | None:
        """What a session is to follow from here on; None where it does already, or is over.

        One whose set is gone goes on by the rules that it has: there is nothing else that it could follow.
        """
        if state.opening is None or state.life.status.is_over:
            return None
        wanted = self.sets.get(state.opening.rule_set)
        return wanted if wanted is not None and wanted.digest != state.ruling.digest else None

    async def read(self, ports: Ports) -> bool:
        """Look up what is in force, and have it at hand; True where there is another version than before."""
        newest = await ports.catalogue.rules_version()
        number = newest.number if newest is not None else 0
        if number == self.version:
            return False
        await self.take(newest, await ports.catalogue.rule_book(number) if number else RuleBook(), ports)
        return True

    async def take(self, version: RulesVersion | None, book: RuleBook, ports: Ports) -> None:
        """Have at hand what `book` comes to, which is what the catalogue keeps as `version`."""
        self.sets = await _sets(book, version, ports)
        self.version, self.book = version.number if version is not None else 0, book


async def _sets(book: RuleBook, newest: RulesVersion | None, ports: Ports) -> Mapping[str, SetInForce]:
    sets = await beside(len(all_rules(book)), _resolved, book)
    pins = await pins_of(frozenset().union(*(each.templates for each in sets.values())), ports)
    found: dict[str, SetInForce] = {}
    for name, each in sets.items():
        if each.digest not in ports.library.rule_sets:
            if newest is None or each.digest != newest.digest:
                await ports.catalogue.keep_rules(each.rules)
            await ports.library.take(each.digest, each.rules)
        found[name] = SetInForce(digest=each.digest, templates={id: pins[id] for id in each.templates if id in pins})
    return found


class _Resolved(NamedTuple):
    """The rules that hold in a set, their digest, and the templates that they may apply."""

    rules: tuple[Rule, ...]
    digest: Digest
    templates: frozenset[TemplateId]


def _resolved(book: RuleBook) -> Mapping[str, _Resolved]:
    """Every set by name."""
    held = {name: tuple(placed.rule for placed in found) for name, found in effective_sets(book).items()}
    return {name: _Resolved(rules, rule_set_digest(rules), templates_of(rules)) for name, rules in held.items()}


async def pins_of(wanted: frozenset[TemplateId], ports: Ports) -> Mapping[TemplateId, Digest]:
    """The newest version of each template that some rule may apply, at hand."""
    pins: dict[TemplateId, Digest] = {}
    for row in await ports.catalogue.template_rows() if wanted else ():
        if row.id in wanted:
            pins[row.id] = row.digest
            await ports.library.template(row.digest)
    return pins


def templates_of(rules: Sequence[Rule]) -> frozenset[TemplateId]:
    """The templates that a rule set may apply: a session pins them together with the rules."""
    return frozenset(
        TemplateId(action.template) for rule in rules for action in rule.then if isinstance(action, ApplyTemplate)
    )
