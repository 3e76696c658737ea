"""Where does the engine find what logs name by digest?

Three mappings: rule sets made ready, of which the ones asked for longest ago are let go; templates and evidence, which
only grow. They are filled from the catalogue before a
session that names an entry is folded or settled, so that the engine never waits and never reads a disk. Everything is
shared by content: a thousand sessions under one rule set hold it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.domain.events import Event, RulesChanged, SessionForked, SessionOpened
from core.domain.facts import FactSpec
from core.domain.ids import NO_DIGEST, Digest
from core.domain.session import Opening
from core.domain.steps import Document
from core.ports.catalogue import Catalogue
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.extending import NO_PLUGINS, Plugins, Vocabulary
from core.rules.rule import Rule
from core.runtime.beside import beside
from core.runtime.rule_sets import RuleSets
from core.templates.template import Template

EARLIER_SETS_MAX = 16
"""So many of the newest rule sets are compared with a new one: what differs in its switches alone is ready at once."""


class Library:
    """`rule_sets`, `templates` and `documents` by digest; hand them to the engine and the flows as they are."""

    def __init__(self, catalogue: Catalogue, fact_specs: Iterable[FactSpec], plugins: Plugins = NO_PLUGINS) -> None:
        self._catalogue = catalogue
        self.plugins = plugins
        self.fact_specs: Mapping[str, FactSpec] = Vocabulary(fact_specs, plugins)
        self.rule_sets = RuleSets(self.fact_specs)
        self.templates: dict[Digest, Template] = {}
        self.documents: dict[Digest, Document] = {}

    async def prepare(self, events: Iterable[Event]) -> None:
        """Have at hand whatever `events` name. Raises WrongUse where the catalogue has lost it."""
        for event in events:
            match event:
                case SessionOpened():
                    await self.prepare_opening(event.opening)
                case SessionForked():  # rules of its origin have spoken: what they said is all that is needed
                    carried = (each.event for each in event.prefix.events)
                    await self.prepare(each for each in carried if not isinstance(each, RulesChanged))
                case RulesChanged():
                    await self.rules(event.digest)
                    for digest in event.templates.values():
                        await self.template(digest)
                case _:
                    # A flow's event that pins something pins a template; flows are not known here by name.
                    digest = getattr(event, "digest", NO_DIGEST)
                    if digest:
                        await self.template(digest)

    async def prepare_opening(self, opening: Opening) -> None:
        """Have at hand what an opening pins."""
        await self.rules(opening.rules_digest)
        for digest in (opening.template_digest, *opening.templates.values()):
            if digest:  # not every flow follows a format
                await self.template(digest)
        for pinned in opening.documents:
            await self.document(pinned.digest)

    async def rules(self, digest: Digest) -> CompiledRules:
        """The rule set with that digest, made ready."""
        if digest not in self.rule_sets:
            await self.take(digest, await self._catalogue.rule_set(digest))
        return self.rule_sets[digest]

    async def take(self, digest: Digest, rules: Sequence[Rule]) -> None:
        """Make ready a rule set that the catalogue keeps, from its rules at hand."""
        earlier = self.rule_sets.newest(EARLIER_SETS_MAX)
        ready = await beside(len(rules), compile_rules, rules, facts=self.fact_specs, earlier=earlier)
        self.rule_sets.put(digest, ready)

    async def template(self, digest: Digest) -> Template:
        if digest not in self.templates:
            self.templates[digest] = await self._catalogue.template(digest)
        return self.templates[digest]

    async def document(self, digest: Digest) -> Document:
        if digest not in self.documents:
            self.documents[digest] = await self._catalogue.document(digest)
        return self.documents[digest]
