"""Where are participants, templates, rules and settings kept?

They are ordinary rows with versions, not events. Whatever a log names by digest stays readable for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.ids import Digest, RuleId, SessionId, TemplateId
from core.domain.label import Label as Label
from core.domain.participants import Participant
from core.domain.steps import Document
from core.rules.rule import Rule
from core.templates.template import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """One version of the rules: its digest, who made it, when (Unix ms) and what changed, in words."""

    digest: Digest
    made_at_ms: int
    actor: str
    change: str


class Catalogue(Protocol):
    """Rows with versions. Every write is durable when it returns; errors are StorageFailed."""

    async def rules(self) -> tuple[Rule, ...]:
        """The rules as they stand, enabled and disabled, in order of priority (highest first), then id."""
        ...

    async def rules_digest(self) -> Digest:
        """The digest of `rules()`; changes exactly when they do."""
        ...

    async def save_rules(self, rules: Sequence[Rule], *, actor: str, at_ms: int, change: str) -> Digest:
        """Make `rules` the ones in force, as a new version; saving what is in force already changes nothing."""
        ...

    async def rule_set(self, digest: Digest) -> tuple[Rule, ...]:
        """The version with that digest. Raises WrongUse where there is none."""
        ...

    async def rules_history(self, *, limit: int = 100) -> Sequence[RulesVersion]:
        """Versions, newest first."""
        ...

    async def templates(self) -> tuple[Template, ...]:
        """The newest version of each template, by id."""
        ...

    async def template(self, digest: Digest) -> Template:
        """The version with that digest. Raises WrongUse where there is none."""
        ...

    async def save_template(self, template: Template, *, actor: str, at_ms: int) -> Digest:
        """Keep `template` as the newest version of its id."""
        ...

    async def participants(self) -> tuple[Participant, ...]: ...
    async def save_participant(self, participant: Participant) -> None: ...

    async def document(self, digest: Digest) -> Document:
        """An evidence text by its content. Raises WrongUse where there is none."""
        ...

    async def save_document(self, document: Document) -> None: ...

    async def settings(self) -> Mapping[str, str]:
        """Settings that live in the database, such as the spending switch, by name."""
        ...

    async def save_setting(self, name: str, value: str) -> None: ...

    async def label(self, session: SessionId) -> Label: ...
    async def labels(self) -> Mapping[SessionId, Label]: ...
    async def save_label(self, session: SessionId, label: Label) -> None: ...

    async def rule_timings(self) -> Mapping[RuleId, tuple[int, int, int]]:
        """For each rule: evaluations timed, their nanoseconds in sum, errors."""
        ...

    async def add_rule_timings(self, timings: Mapping[RuleId, tuple[int, int, int]]) -> None:
        """Add to the sums of `rule_timings`."""
        ...


def template_pins(templates: Sequence[tuple[Template, Digest]]) -> Mapping[TemplateId, Digest]:
    """The newest digest of each template id."""
    return {template.id: digest for template, digest in templates}
