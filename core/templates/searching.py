"""Which formats fit what somebody looks for?

A row is what lists show of a format: made once when it is saved, so that neither listing nor searching reads a format.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.changing import changed
from core.domain.errors import WrongUse, nearest
from core.domain.ids import NO_DIGEST, Digest, TemplateId
from core.templates.template import Complexity, DecidedBy, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """A format as lists show it. `roles` has one for each seat; `turns` are those of a whole debate, at most. `actor`
    made this version at `made_at_ms` (Unix)."""

    id: TemplateId
    version: int
    name: str
    description: str
    complexity: Complexity
    rounds: int
    roles: tuple[str, ...]
    turns: int
    decided_by: DecidedBy
    minutes_expected: int
    cost_microusd_expected: int
    rule_set: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    digest: Digest = NO_DIGEST
    actor: str = ""
    made_at_ms: int = 0

    @property
    def seats(self) -> int:
        """How many it seats."""
        return len(self.roles)


def row_of(template: Template, *, digest: Digest = NO_DIGEST, actor: str = "", made_at_ms: int = 0) -> TemplateRow:
    """The row of a format."""
    return TemplateRow(
        id=template.id,
        version=template.version,
        name=template.name,
        description=template.description,
        complexity=template.complexity,
        rounds=template.rounds,
        roles=tuple(seat.role.value for seat in template.seats),
        turns=template.turns_of([seat.id for seat in template.seats], rounds=template.rounds),
        decided_by=template.decided_by,
        minutes_expected=template.minutes_expected,
        cost_microusd_expected=template.cost_microusd_expected,
        rule_set=template.rule_set,
        tags=template.tags,
        source=template.source,
        digest=digest,
        actor=actor,
        made_at_ms=made_at_ms,
    )


_TEXTS = ("id", "name", "description", "rule_set", "source")
_NUMBERS = ("version", "rounds", "turns", "minutes_expected", "cost_microusd_expected")
_LISTS = ("roles", "tags")


def row_to_plain(row: TemplateRow) -> dict[str, object]:
    """What of a row follows from its format, as plain JSON values."""
    plain = {name: getattr(row, name) for name in (*_TEXTS, *_NUMBERS)}
    lists = {name: list(getattr(row, name)) for name in _LISTS}
    return {**plain, **lists, "complexity": row.complexity.value, "decided_by": row.decided_by.value}


def row_from_plain(plain: object, *, digest: Digest, actor: str = "", made_at_ms: int = 0) -> TemplateRow:
    """The inverse of `row_to_plain`. Raises WrongUse for anything that it did not write."""
    if not isinstance(plain, dict) or plain.keys() != _KEYS:
        raise WrongUse(f"{plain!r:.60} is no row of a format.")
    try:
        return changed(
            _NO_ROW,
            **{
                **plain,
                "roles": tuple(plain["roles"]),
                "tags": tuple(plain["tags"]),
                "complexity": Complexity(plain["complexity"]),
                "decided_by": DecidedBy(plain["decided_by"]),
                "digest": digest,
                "actor": actor,
                "made_at_ms": made_at_ms,
            },
        )
    except (TypeError, ValueError) as error:
        raise WrongUse("this is no row of a format.") from error


_KEYS = {*_TEXTS, *_NUMBERS, *_LISTS, "complexity", "decided_by"}
_NO_ROW = TemplateRow(
    id=TemplateId(""),
    version=0,
    name="",
    description="",
    complexity=Complexity.SIMPLE,
    rounds=0,
    roles=(),
    turns=0,
    decided_by=DecidedBy.JUDGE,
    minutes_expected=0,
    cost_microusd_expected=0,
)
"""To make others from it takes a quarter of making them from nothing, and lists make a thousand at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateQuery:
    """What is looked for: all of the words of `text` somewhere in a row, all of `tags`, the complexity, a cost of at
    most so many micro-dollars. Empty and None ask for nothing."""

    text: str = ""
    tags: tuple[str, ...] = ()
    complexity: str = ""
    cost_microusd_max: int | None = None


def found(rows: Iterable[TemplateRow], query: TemplateQuery) -> tuple[TemplateRow, ...]:
    """The rows that a query asks for, in their order. Raises WrongUse for a complexity or a cost that can't be."""
    levels = [level.value for level in Complexity]
    if query.complexity and query.complexity not in levels:
        raise WrongUse(
            f"no complexity is called {query.complexity[:60]!r}.",
            now=nearest(query.complexity[:80], levels) or f"It is one of {', '.join(levels)}.",
        )
    if query.cost_microusd_max is not None and query.cost_microusd_max < 0:
        raise WrongUse("a cost below zero.", now="Name what a debate may cost at most.")
    words = query.text.casefold().split()
    tags = {tag.casefold() for tag in query.tags}
    return tuple(row for row in rows if _fits(row, query, words, tags))


def _fits(row: TemplateRow, query: TemplateQuery, words: list[str], tags: set[str]) -> bool:
    if query.complexity and row.complexity != query.complexity:
        return False
    if query.cost_microusd_max is not None and row.cost_microusd_expected > query.cost_microusd_max:
        return False
    if tags and not tags <= {tag.casefold() for tag in row.tags}:
        return False
    if not words:
        return True
    said = " ".join((row.id, row.name, row.description, row.source, *row.tags, *row.roles)).casefold()
    return all(word in said for word in words)
