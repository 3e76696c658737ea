"""Where does a rule stand, and where each part of its condition?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.domain.ids import RuleId
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

IN_FORCE = "rules in force"
"""Where a rule stands that comes from no file."""

Path = tuple[int, ...]
"""A part of a condition: which part of the outermost group, which of that group's, and so on; () for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file, counted from 1; line and column are 0 where `origin` is no file, or all of it is meant."""

    origin: str = IN_FORCE
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.origin}:{self.line}:{self.column}" if self.line else self.origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A rule as a file has it."""

    origin: str
    id: Node
    when: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where rules stand, by id; those that aren't among them come from no file."""

    written: Mapping[RuleId, _Written] = field(default_factory=dict)

    def of(self, rule: RuleId, path: Path | None = None) -> Place:
        """The place of a rule, or of the part of its condition that `path` names."""
        written = self.written.get(rule)
        if written is None:
            return Place()
        node = written.id if path is None or written.when is None else _part(written.when, path)
        return Place(origin=written.origin, line=node.line, column=node.column)

    def of_either(self, rule: RuleId, other: RuleId) -> Place:
        """The place of a rule, or where that comes from no file, the place of the other."""
        return self.of(rule if rule in self.written else other)


def places_in(texts: Iterable[tuple[str, str]]) -> Places:
    """Where the rules of some files stand, each given as its name and its text; of two that have one id, the last.

    What can't be read has no place.
    """
    written: dict[RuleId, _Written] = {}
    for origin, text in texts:
        try:
            root = read_tree(text)
        except NotReadable:
            continue
        for node in root.items if isinstance(root, Items) else ():
            found = _written(node, origin)
            if found is not None:
                written[found[0]] = found[1]
    return Places(written=written)


def _written(node: Node, origin: str) -> tuple[RuleId, _Written] | None:
    if not isinstance(node, Entries):
        return None
    parts = {key.text: value for key, value in reversed(node.entries) if isinstance(key, Scalar)}
    id_ = parts.get("id")
    if not isinstance(id_, Scalar):
        return None
    return RuleId(id_.text), _Written(origin=origin, id=id_, when=parts.get("when"))


def _part(node: Node, path: Path) -> Node:
    for number in path:
        if not isinstance(node, Entries) or not node.entries:
            break
        inner = node.entries[0][1]
        node = inner.items[number] if isinstance(inner, Items) and number < len(inner.items) else inner
    return node
