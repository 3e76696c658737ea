"""What is wrong with a file that a person wrote, and where?

Also reads the plainest parts (a key, a text, a yes or no), noting what is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.domain.errors import WrongUse, nearest
from core.domain.ids import NAME_CHARACTERS_MAX, is_snake_case
from core.written.tree import Entries, Items, Node, Scalar

PROBLEMS_SHOWN_MAX = 100
"""Lines of a message; those beyond are counted."""

WORDS_SHOWN_MAX = 60
"""Characters of the operator's own words that a message repeats."""

NEAREST_CHARACTERS_MAX = 80
"""Looking for the nearest name takes the square of the length; nobody misspells one this long."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What a double-quoted YAML text can smuggle in by escapes, and a terminal would obey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: its place (from 1), what is wrong, what to do now."""

    line: int
    column: int
    what: str
    now: str


class FileRefused(WrongUse):
    """A file was refused whole. `str()` has a line for each problem, then one that counts them.

    `holding` is what it would have held: rules, participants.
    """

    def __init__(self, problems: Iterable[Problem], *, origin: str, holding: str) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda found: (found.line, found.column)))
        self.origin = origin
        count = len(self.problems)
        super().__init__(
            f"{count} {'problem' if count == 1 else 'problems'}, so none of its {holding} was taken.",
            where=origin,
            now=f"Mend {'it' if count == 1 else 'them'} and read the file again.",
        )

    def __str__(self) -> str:
        shown = [
            f"{self.origin}:{found.line}:{found.column}: {found.what} {found.now}".rstrip()
            for found in self.problems[:PROBLEMS_SHOWN_MAX]
        ]
        if len(self.problems) > PROBLEMS_SHOWN_MAX:
            shown.append(f"{self.origin}: and {len(self.problems) - PROBLEMS_SHOWN_MAX} more.")
        return "\n".join((*shown, super().__str__()))


class Problems:
    """The faults found so far. Each reading method returns None for what it can't read, having noted why."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def note(self, node: Node, what: str, now: str = "") -> None:
        self.found.append(Problem(line=node.line, column=node.column, what=what, now=now))

    def mapping(self, node: Node, what: str, known: Collection[str]) -> dict[str, Node] | None:
        if not isinstance(node, Entries):
            self.note(node, f"{what} is a mapping, and this is {said(node)}.", f"Its keys are {', '.join(known)}.")
            return None
        parts: dict[str, Node] = {}
        for key, value in node.entries:
            if not isinstance(key, Scalar) or key.text not in known:
                self.note(key, f"{what} has no key {said(key)}.", hint(key, known, f"Its keys are {', '.join(known)}."))
            elif key.text in parts:
                self.note(key, f"{key.text!r} stands here a second time.", "Keep one of them.")
            else:
                parts[key.text] = value
        return parts

    def text(self, node: Node, what: str, characters_max: int) -> str | None:
        if not isinstance(node, Scalar) or node.kind != "str":
            self.note(node, f"{what} is a text, and this is {said(node)}.", in_quotes(node))
        elif not node.text.strip():
            self.note(node, f"{what} can't be empty.", "Write one.")
        elif len(node.text) > characters_max:
            fault = f"{what} has at most {characters_max} characters; this has {len(node.text)}."
            self.note(node, fault, "Shorten it.")
        elif self.is_showable(node):
            return node.text
        return None

    def is_showable(self, node: Scalar) -> bool:
        found = _UNSHOWABLE.search(node.text)
        if found:
            fault = f"this text holds the control character U+{ord(found.group()):04X}."
            self.note(node, fault, "Remove it: a terminal would obey it.")
        return not found

    def name(self, node: Node, what: str) -> str | None:
        name = self.text(node, what, NAME_CHARACTERS_MAX)
        if name is None or is_snake_case(name):
            return name
        now = "Use small letters, digits and single underscores, a letter first: complete_at_max_rounds."
        self.note(node, f"{name!r} can't be {what}.", now)
        return None

    def flag(self, node: Node) -> bool | None:
        if isinstance(node, Scalar) and node.kind == "bool" and node.text.lower() in ("true", "false"):
            return node.text.lower() == "true"
        self.note(node, f"this is true or false, and not {said(node)}.", "Write true or false.")
        return None


def said(node: Node) -> str:
    """What stands at a node, for a message."""
    match node:
        case Scalar(kind="null"):
            return "nothing"
        case Scalar(text=text):
            return repr(text if len(text) <= WORDS_SHOWN_MAX else text[: WORDS_SHOWN_MAX - 1] + "…")
        case Items():
            return "a list"
        case Entries():
            return "a mapping"


def in_quotes(node: Node) -> str:
    """The remedy where YAML took a text for something else."""
    return f"Put it in quotes: {said(node)}." if isinstance(node, Scalar) and node.kind != "null" else "Write one."


def hint(node: Node, known: Collection[str], otherwise: str) -> str:
    """The nearest known name, or else the advice given."""
    if isinstance(node, Scalar) and len(node.text) <= NEAREST_CHARACTERS_MAX:
        return nearest(node.text.lower(), known) or otherwise
    return otherwise
