"""Where does a rule stand, and where each part of its condition?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.rules.rule import OWN_RULE_SET, Rule
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


Key = tuple[str, str]
"""What a rule is known by: its set and its id."""


def key_of(rule: Rule) -> Key:
    return rule.rule_set, rule.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where rules stand; those that aren't among them come from no file."""

    written: Mapping[Key, _Written] = field(default_factory=dict)

    def of(self, rule: Rule, path: Path | None = None) -> Place:
        """The place of a rule, or of the part of its condition that `path` names."""
        written = self.written.get(key_of(rule))
        if written is None:
            return Place()
        node = written.id if path is None or written.when is None else _part(written.when, path)
        return Place(origin=written.origin, line=node.line, column=node.column)

    def of_either(self, rule: Rule, other: Rule) -> Place:
        """The place of a rule, or where that comes from no file, the place of the other."""
        return self.of(rule if key_of(rule) in self.written else other)


def places_in(texts: Iterable[tuple[str, str]]) -> Places:
    """Where the rules of some files stand, each given as its name and its text; of two that are called the same, the
    last. What can't be read has no place."""
    written: dict[Key, _Written] = {}
    for origin, text in texts:
        try:
            root = read_tree(text)
        except NotReadable:
            continue
        for node in _rules_in(root):
            parts = {key.text: value for key, value in reversed(node.entries) if isinstance(key, Scalar)}
            id_, rule_set = parts.get("id"), parts.get("set")
            if isinstance(id_, Scalar):
                key = (rule_set.text if isinstance(rule_set, Scalar) else OWN_RULE_SET, id_.text)
                written[key] = _Written(origin=origin, id=id_, when=parts.get("when"))
    return Places(written=written)


def _rules_in(root: Node | None) -> Iterator[Entries]:
    """The rules of a list of them, or of a mapping that holds such a list."""
    if isinstance(root, Entries):
        root = next((value for key, value in root.entries if isinstance(key, Scalar) and key.text == "rules"), None)
    yield from (node for node in (root.items if isinstance(root, Items) else ()) if isinstance(node, Entries))


def _part(node: Node, path: Path) -> Node:
    for number in path:
        if not isinstance(node, Entries) or not node.entries:
            break
        inner = node.entries[0][1]
        node = inner.items[number] if isinstance(inner, Items) and number < len(inner.items) else inner
    return node
