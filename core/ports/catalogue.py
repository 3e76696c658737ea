"""Where are participants, templates, rules and settings kept?

They are ordinary rows with versions, not events. Whatever a log names by digest stays readable for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.analytics.rule_measures import RuleCounts, RuleTimes
from core.domain.ids import Digest, ParticipantId, RuleId, SessionId, TemplateId
from core.domain.label import Label as Label
from core.domain.participants import Participant
from core.domain.steps import Document
from core.ports.inbox import Receipt
from core.rules.layers import RuleBook
from core.rules.rule import Rule
from core.rules.versions import VersionKind
from core.templates.searching import TemplateRow
from core.templates.template import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """One version of the rule book: the digest of the rules made by hand, who made it, when (Unix ms) and what changed,
    in words. Versions are numbered from 1 in the order in which they were made."""

    digest: Digest
    made_at_ms: int
    actor: str
    change: str
    number: int = 0
    kind: VersionKind = VersionKind.CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """One change of a format: its number and digest from then on, who made it, when (Unix ms), and what it was, in
    words. `is_deleted` says that it was taken out of the catalogue, as it stood."""

    number: int
    digest: Digest
    made_at_ms: int
    actor: str
    change: str = ""
    is_deleted: bool = False


class Catalogue(Protocol):
    """Rows with versions. Every write is durable when it returns; errors are StorageFailed.

    A `receipt` is kept in the same transaction as what is saved, or not at all.
    """

    async def rules(self) -> tuple[Rule, ...]:
        """The rules made by hand as they stand, of all sets, by priority (highest first), then id, then set."""
        ...

    async def rules_digest(self) -> Digest:
        """The digest of `rules()`; changes exactly when they do."""
        ...

    async def save_rules(self, rules: Sequence[Rule], *, actor: str, at_ms: int, change: str) -> Digest:
        """Make `rules` the ones made by hand, as a new version; saving what is there already changes nothing.

        Raises WrongUse for two of one id in one set.
        """
        ...

    async def rule_set(self, digest: Digest) -> tuple[Rule, ...]:
        """The rules with that digest, as `rules` has them. Raises WrongUse where there are none."""
        ...

    async def keep_rules(self, rules: Sequence[Rule]) -> Digest:
        """Keep rules for `rule_set`, without putting them in force."""
        ...

    async def rules_version(self) -> RulesVersion | None:
        """The newest version; None before the first."""
        ...

    async def rule_book(self, number: int | None = None) -> RuleBook:
        """All that a version holds, the newest where no number is given; an empty one before the first.

        Raises WrongUse for a number that no version has.
        """
        ...

    async def save_rule_book(
        self,
        book: RuleBook,
        *,
        after: int,
        kind: VersionKind,
        actor: str,
        at_ms: int,
        change: str,
        receipt: Receipt | None = None,
    ) -> RulesVersion:
        """Make `book` the newest version; saving what is there already changes nothing. Returns the newest.

        `after` is the version that it was made from, 0 for none. Raises CommandRefused where that is not the newest any
        more, and WrongUse for a book that is not sound.
        """
        ...

    async def rules_history(self, *, limit: int = 100) -> Sequence[RulesVersion]:
        """Versions, newest first."""
        ...

    async def templates(self) -> tuple[Template, ...]:
        """The newest version of each template that is not deleted, by id. `template_rows` says what lists need."""
        ...

    async def template_rows(self) -> tuple[TemplateRow, ...]:
        """The same as rows, without reading any template whole."""
        ...

    async def newest_template(self, id: TemplateId) -> Template | None:
        """The newest version of one; None where there is none, or it is deleted."""
        ...

    async def template(self, digest: Digest) -> Template:
        """The version with that digest, deleted or not. Raises WrongUse where there is none."""
        ...

    async def template_history(self, id: TemplateId) -> Sequence[TemplateVersion]:
        """Every change of one, newest first; empty where there never was such a template."""
        ...

    async def save_template(
        self, template: Template, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> Digest:
        """Keep `template` as the newest version of its id; saving what is the newest already changes nothing."""
        ...

    async def keep_template(self, template: Template) -> Digest:
        """Keep `template` under its digest, which is returned, without making it the newest of its id."""
        ...

    async def remove_template(
        self, id: TemplateId, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> None:
        """List it no more; what logs name of it stays. Nothing where there is none."""
        ...

    async def participants(self) -> tuple[Participant, ...]:
        """Everybody that is kept, by id."""
        ...

    async def save_participants(self, participants: Sequence[Participant]) -> None:
        """Keep these, each instead of the one with its id, in one transaction."""
        ...

    async def remove_participant(self, id: ParticipantId) -> None:
        """Keep it no more; nothing where there is none."""
        ...

    async def document(self, digest: Digest) -> Document:
        """An evidence text by its content. Raises WrongUse where there is none."""
        ...

    async def save_document(self, document: Document) -> None:
        """Keep an evidence text for good; one that is there keeps the name that it came with. Raises WrongUse where its
        digest is not that of its text."""
        ...

    async def settings(self) -> Mapping[str, str]:
        """Settings that live in the database, such as the spending switch, by name."""
        ...

    async def save_setting(self, name: str, value: str, *, receipt: Receipt | None = None) -> None:
        """Keep one, in place of what it was."""
        ...

    async def label(self, session: SessionId) -> Label:
        """What the operator calls a session; an empty label where it has none."""
        ...

    async def labels(self) -> Mapping[SessionId, Label]:
        """Every label that is not empty."""
        ...

    async def save_label(self, session: SessionId, label: Label, *, receipt: Receipt | None = None) -> None:
        """Keep it in place of the one before; an empty one leaves nothing."""
        ...

    async def rule_times(self) -> Mapping[RuleId, RuleTimes]:
        """How often each rule was heard, and how long those looks took that were timed."""
        ...

    async def add_rule_times(self, times: Mapping[RuleId, RuleTimes]) -> None:
        """Add to `rule_times`."""
        ...

    async def rule_counts(self) -> tuple[int, Mapping[RuleId, RuleCounts]]:
        """Up to which position of the log rules were counted, and what each did."""
        ...

    async def add_rule_counts(self, counts: Mapping[RuleId, RuleCounts], *, after: int, position: int) -> int:
        """Add to `rule_counts` and move their position from `after`, in one transaction; returns where it stands then.

        Where it stood elsewhere nothing is changed: a caller that was cancelled may have added these already.
        """
        ...
