"""What does a YAML text say, and on which line?

Composed from the parser's events rather than by its own composer, which recurses: a file of brackets would end the
process, and a few aliases of aliases would fill the memory. Here each has a bound, and each refusal a place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

TEXT_BYTES_MAX = 5_000_000
NODES_MAX = 400_000
"""Values in one file, with each alias counted as often as it is used."""

NESTING_MAX = 64
"""Lists and mappings within one another: more than a rule's condition may, so that its own bound is reached first."""

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotReadable(Exception):
    """The text is no YAML that is read here. Lines and columns count from 1."""

    def __init__(self, what: str, *, now: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.now = now
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written. `kind` is what YAML takes it for: str, int, float, bool, null, timestamp…"""

    line: int
    column: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Items:
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; the same key may stand in it twice."""

    line: int
    column: int
    entries: tuple[tuple[Node, Node], ...]


Node = Scalar | Items | Entries


def read_tree(text: str) -> Node | None:
    """The one document in `text`, or None where there is nothing in it. Raises NotReadable."""
    _refuse_unreadable(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Composer(loader).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"this is no YAML: {error.problem or error.context}."
        raise NotReadable(what, now=_likely_cause(text, line), line=line, column=column) from error
    except yaml.YAMLError as error:
        raise NotReadable("this is no YAML.", now="Save the file as UTF-8 text.") from error
    finally:
        loader.dispose()


def _likely_cause(text: str, line: int) -> str:
    lines = text.split("\n")
    if line <= len(lines) and "\t" in lines[line - 1]:
        return "Indent with spaces; YAML takes no tabs."
    return "Look for a missing bracket, quote or colon here or on the line above."


def _refuse_unreadable(text: str) -> None:
    size = len(text) if len(text) > TEXT_BYTES_MAX else len(text.encode("utf-8", "surrogatepass"))
    if size > TEXT_BYTES_MAX:
        raise NotReadable(f"this is larger than {TEXT_BYTES_MAX} bytes.", now="Split it, or check which file it is.")
    found = _UNREADABLE.search(text)
    if found:
        before = text[: found.start()]
        raise NotReadable(
            f"the character U+{ord(found.group()):04X} can't be in a text file.",
            now="Remove it; if there are many, this is no text file.",
            line=before.count("\n") + 1,
            column=found.start() - before.rfind("\n"),
        )


@dataclass(frozen=True, slots=True)
class _Measured:
    """A node with the number of values in it and how deep they nest."""

    node: Node
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come, with what it holds so far."""

    start: CollectionStartEvent
    children: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


class _Composer:
    """Builds the tree, one event at a time, with the open lists and mappings on a stack of its own."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.open: list[_Open] = []
        self.anchored: dict[str, _Measured | None] = {}
        self.size = 0
        self.root: Node | None = None
        self.documents = 0

    def document(self) -> Node | None:
        while self.loader.check_event():
            self.hear(self.loader.get_event())
        return self.root

    def hear(self, event: Event) -> None:
        match event:
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _at(event, "a second document starts here.", "Keep one list in one file.")
            case AliasEvent():
                named = self.named(event)
                self.add(event, named, new=named.size)
            case ScalarEvent():
                scalar = _Measured(Scalar(*_place(event), event.value, self.kind(event)))
                self.anchor(event.anchor, scalar)
                self.add(event, scalar, new=1)
            case CollectionStartEvent():
                self.begin(event)
            case CollectionEndEvent():
                opened = self.open.pop()
                done = _Measured(_closed(opened), opened.size, opened.height)
                self.anchor(opened.start.anchor, done)
                self.add(event, done, new=1)
            case _:
                pass

    def kind(self, event: ScalarEvent) -> str:
        _refuse_tag(event, event.tag)
        tag = str(self.loader.resolve(yaml.ScalarNode, event.value, event.implicit))
        return tag.rpartition(":")[2]

    def begin(self, event: CollectionStartEvent) -> None:
        _refuse_tag(event, event.tag)
        if len(self.open) >= NESTING_MAX:
            raise _at(event, f"this nests more than {NESTING_MAX} deep.", "Check the brackets and the indentation.")
        self.anchor(event.anchor, None)
        self.open.append(_Open(event))

    def named(self, event: AliasEvent) -> _Measured:
        if event.anchor not in self.anchored:
            raise _at(event, f"nothing above is anchored as &{event.anchor}.", "Write the value itself.")
        found = self.anchored[event.anchor]
        if found is None:
            raise _at(event, f"*{event.anchor} stands inside of what it names.", "Write the value itself.")
        return found

    def anchor(self, name: str | None, found: _Measured | None) -> None:
        """Remember what a name stands for; None while it is still open, so that it can't hold itself."""
        if name is not None:
            self.anchored[name] = found

    def add(self, event: Event, done: _Measured, *, new: int) -> None:
        self.size += new
        if self.size > NODES_MAX:
            raise _at(event, f"this holds more than {NODES_MAX} values.", "Split the file; use fewer aliases.")
        if len(self.open) + done.height > NESTING_MAX:
            raise _at(event, f"this nests more than {NESTING_MAX} deep.", "Write out what the alias stands for.")
        if not self.open:
            self.root = done.node
            return
        parent = self.open[-1]
        parent.children.append(done.node)
        parent.size += done.size
        parent.height = max(parent.height, done.height + 1)


def _closed(opened: _Open) -> Node:
    children = opened.children
    if isinstance(opened.start, MappingStartEvent):
        return Entries(*_place(opened.start), tuple(zip(children[::2], children[1::2], strict=True)))
    return Items(*_place(opened.start), tuple(children))


def _refuse_tag(event: Event, tag: str | None) -> None:
    if tag is not None:
        raise _at(event, f"the tag {tag!r} isn't read here.", "Write the value without a tag.")


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _at(event: Event, what: str, now: str) -> NotReadable:
    line, column = _place(event)
    return NotReadable(what, now=now, line=line, column=column)
