"""Which flows and which rules does the engine know?

Flows are known from the start; rule sets are looked up by digest in a mapping that the runtime fills from the catalogue
before it folds or settles a session that names one. Both are content-addressed, so the engine stays a pure function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.domain.errors import NotVerifiableHere
from core.domain.facts import Facts, FactValue
from core.domain.flow import Flow
from core.domain.ids import Digest
from core.domain.session import Opening, SessionState
from core.engine.facts import session_facts
from core.engine.plugged import plugin_facts
from core.rules.compiled import CompiledRules
from core.rules.extending import NO_PLUGINS, Plugins, SessionView

__all__ = ["Engine", "NotVerifiableHere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`flows` by `name@version`, `rule_sets` by digest, `plugins` as they are installed here."""

    flows: Mapping[str, Flow]
    rule_sets: Mapping[Digest, CompiledRules]
    plugins: Plugins = NO_PLUGINS
    _unknown: Mapping[str, dict[str, FactValue]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Rules name the facts of every flow: in a session of another they have no value, which is no error."""
        names = {spec.name for flow in self.flows.values() for spec in flow.fact_specs}
        unknown: dict[str, dict[str, FactValue]] = {
            pin: dict.fromkeys(sorted(names - {spec.name for spec in flow.fact_specs}))
            for pin, flow in self.flows.items()
        }
        object.__setattr__(self, "_unknown", unknown)

    def flow_of(self, opening: Opening) -> Flow:
        """The flow that an opening pins. Raises NotVerifiableHere where it isn't installed."""
        flow = self.flows.get(opening.flow)
        if flow is None:
            raise NotVerifiableHere(
                f"no flow {opening.flow!r} is installed here.",
                now=f"Known are {', '.join(sorted(self.flows))}; open it with the release that made it.",
            )
        return flow

    def flow(self, state: SessionState) -> Flow:
        """The flow of a session that was opened."""
        if state.opening is None:
            raise NotVerifiableHere("nothing is recorded of it.", where=f"session {state.session[:8]}")
        return self.flow_of(state.opening)

    def rules(self, state: SessionState) -> CompiledRules:
        """The rules in force in a session. Raises NotVerifiableHere where their version isn't at hand."""
        rules = self.rule_sets.get(state.ruling.digest)
        if rules is None:
            raise NotVerifiableHere(
                f"the rules {state.ruling.digest[:12]} that it names are not at hand.",
                where=f"session {state.session[:8]}",
            )
        return rules

    def facts(self, state: SessionState, *, now_ms: int) -> Facts:
        """Every fact of a session at Unix time `now_ms`: the engine's, its flow's, and the plugins'."""
        facts: dict[str, FactValue] = session_facts(state, now_ms)
        flow = self.flow(state)
        facts.update(self._unknown[state.opening.flow] if state.opening is not None else {})
        facts.update(flow.facts(state))
        if self.plugins.facts:
            view = SessionView(facts=MappingProxyType(dict(facts)), turns=flow.turns(state))
            facts.update(plugin_facts(self.plugins.facts.values(), view))
        return facts
