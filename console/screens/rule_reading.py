"""What does the Rules screen read at the door, each time that something may have changed?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.presenters.rules import Change, Seen, last_changes
from core.domain.errors import MootError
from core.rules.layers import ancestry, effective
from core.rules.rule import OWN_RULE_SET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.analytics.rule_measures import RuleMeasure
    from core.domain.facts import FactSpec
    from core.domain.ids import Digest, RuleId, SessionId
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import RulesVersion
    from core.rules.explanation import Explanation
    from core.rules.layers import Placed
    from core.rules.rule import Rule

VERSIONS_READ_MAX = 50
"""How far back a rule's last change is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the door gave.

    `placed` are the rules that hold in `rule_set`, in the order in which they are heard; `layers` are that set and
    those that it stands upon. `complaints` say what is wrong with the folder of rule files.
    """

    placed: tuple[Placed, ...]
    measures: Mapping[RuleId, RuleMeasure]
    changes: Mapping[RuleId, Change]
    specs: Mapping[str, FactSpec]
    rule: RuleId | None
    seen: Seen | None
    rule_set: str = OWN_RULE_SET
    layers: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(slots=True)
class _History:
    """Versions of the rules that were read: they never change, so that each is read once."""

    newest: Digest | None = None
    versions: dict[Digest, tuple[Rule, ...]] = field(default_factory=dict)
    changes: Mapping[RuleId, Change] = field(default_factory=dict)


class RuleReader:
    """Reads all that is shown but the counts. A door that refuses is asked again; what it says is shown meanwhile."""

    def __init__(self) -> None:
        self._history = _History()
        self._before: Reading | None = None

    async def read(self, core: Orchestrator, rule_set: str, session: SessionId | None, id: str | None) -> Reading:
        """The rules of a set, and the one called `id`, or else the first, in the session."""
        try:
            self._before = await self._read(core, rule_set, session, id)
        except MootError as error:
            before = self._before
            return Reading(
                placed=before.placed if before is not None else (),
                measures=before.measures if before is not None else {},
                changes=before.changes if before is not None else {},
                specs=core.fact_specs(),
                rule=None,
                seen=before.seen if before is not None else None,
                rule_set=rule_set,
                complaints=before.complaints if before is not None else (),
                trouble=str(error),
            )
        return self._before

    async def _read(self, core: Orchestrator, rule_set: str, session: SessionId | None, id: str | None) -> Reading:
        book = await core.rulebook.book()
        placed = effective(book, rule_set)
        rules = tuple(each.rule for each in placed)
        rule = next((each for each in rules if each.id == id), rules[0] if rules else None)
        return Reading(
            placed=placed,
            measures=await core.rulebook.measures(),
            changes=await self._changes(core) if rule_set == OWN_RULE_SET else {},
            specs=core.fact_specs(),
            rule=rule.id if rule is not None else None,
            seen=await _seen(core, session, rule),
            rule_set=rule_set,
            layers=tuple(spec.name for spec in ancestry(book, rule_set)),
            complaints=(await core.rulebook.folder()).problems,
        )

    async def _changes(self, core: Orchestrator) -> Mapping[RuleId, Change]:
        """When each rule was changed last; read again only where there is a newer version."""
        history = self._history
        versions: Sequence[RulesVersion] = await core.rulebook.history(limit=VERSIONS_READ_MAX)
        newest = versions[0].digest if versions else None
        if newest != history.newest:
            for version in versions:
                if version.digest not in history.versions:
                    history.versions[version.digest] = await core.rulebook.rules_of(version.digest)
            history.versions = {each.digest: history.versions[each.digest] for each in versions}
            told = [(version, history.versions[version.digest]) for version in versions]
            history.changes = last_changes(told, is_all=len(versions) < VERSIONS_READ_MAX)
            history.newest = newest
        return history.changes


async def _seen(core: Orchestrator, session: SessionId | None, rule: Rule | None) -> Seen | None:
    """The rule in the session. One that is on is found among all that the session's rules say; for one that is off the
    log has to be folded."""
    if session is None or rule is None:
        return None
    summary = await core.summary(session)
    explanation: Explanation | None = None
    if rule.enabled:
        every = await core.explanations(session)
        explanation = next((each for each in every if each.rule == rule.id), None)
    if explanation is None:
        try:
            explanation = await core.explain(session, rule.id)
        except MootError as error:
            return Seen(session=summary, why_not=f"it follows rules of its own: {error}")
    return Seen(session=summary, explanation=explanation)
