"""Which criteria and checks does a file hold?

A file is taken whole or refused whole, with every fault told at once: its line, its column, the remedy. Criteria that
no draft can meet are refused here, before anything is spent on them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from core.judging.criteria import PPM, Check, CheckKind, Criteria, Criterion
from core.judging.meetable import (
    CHECKS_MAX,
    CRITERIA_MAX,
    NAMES_TAKEN,
    PATTERN_ADVICE,
    SCHEMA_ADVICE,
    contradictions,
    fault_of_command,
)
from core.judging.patterns import fault_of_pattern
from core.judging.schemas import fault_of_schema
from core.written.problems import FileRefused, Problem, Problems, in_quotes, said
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

CRITERIA_BYTES_MAX = 200_000
ABOUT_CHARACTERS_MAX = 1_000
WORDS_CHARACTERS_MAX = 500
WEIGHT_MAX = 100
LENGTH_MAX = 1_000_000

KEYS = ("criteria", "checks")
CRITERION_KEYS = ("id", "about", "weight")
KINDS = tuple(kind.value for kind in CheckKind)
CHECK_KEYS = ("id", *KINDS, "weight", "required")
LENGTH_KEYS = ("least", "most")


def read_criteria(text: str, *, origin: str, commands: Collection[str] | None = None) -> Criteria:
    """The criteria in a YAML text. `origin` is what messages call the file; `commands` are those that may be run, None
    where that is to be told later. Raises FileRefused."""
    reader = _Reader(commands)
    try:
        if len(text) > CRITERIA_BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > CRITERIA_BYTES_MAX:
            raise NotReadable(f"this is larger than {CRITERIA_BYTES_MAX} bytes.", now="Check which file it is.")
        criteria = reader.criteria(read_tree(text))
    except NotReadable as error:
        reader.problems.found.append(Problem(line=error.line, column=error.column, what=error.what, now=error.now))
    if reader.problems.found:
        raise FileRefused(reader.problems.found, origin=origin, holding="criteria")
    return criteria


class _Reader:
    """Reads node by node. Each method returns None for what it can't read, having noted why."""

    def __init__(self, commands: Collection[str] | None) -> None:
        self.problems = Problems()
        self.commands = commands
        self.places: dict[str, Node] = {}

    def criteria(self, root: Node | None) -> Criteria:
        if root is None:
            raise NotReadable("there is nothing in it.", now="Write 'criteria:' or 'checks:' and a list below it.")
        parts = self.problems.mapping(root, "a file of criteria", KEYS) or {}
        if isinstance(root, Entries) and not parts and not self.problems.found:
            self.problems.note(root, "there is nothing in it.", "Write 'criteria:' or 'checks:' and a list below it.")
        criteria = [self.criterion(node) for node in self.items(parts, "criteria", CRITERIA_MAX)]
        checks = [self.check(node) for node in self.items(parts, "checks", CHECKS_MAX)]
        found = Criteria(criteria=tuple(filter(None, criteria)), checks=tuple(filter(None, checks)))
        if not self.problems.found:
            for fault in contradictions(found):
                self.problems.note(self.places[fault.id], fault.what, fault.now)
        return found

    def criterion(self, node: Node) -> Criterion | None:
        parts = self.problems.mapping(node, "a criterion", CRITERION_KEYS)
        if parts is None or not self.has(node, parts, ("id", "about"), "a criterion"):
            return None
        name = self.named(parts["id"], "the id of a criterion")
        about = self.problems.text(parts["about"], "what a criterion is about", ABOUT_CHARACTERS_MAX)
        weight = self.weight(parts)
        if name is None or about is None or weight is None:
            return None
        return Criterion(id=name, about=" ".join(about.split()), weight_ppm=weight)

    def check(self, node: Node) -> Check | None:
        parts = self.problems.mapping(node, "a check", CHECK_KEYS)
        if parts is None or not self.has(node, parts, ("id",), "a check"):
            return None
        kinds = [kind for kind in KINDS if kind in parts]
        if len(kinds) != 1:
            what = f"a check looks at one thing, and this names {' and '.join(kinds) or 'none'}."
            self.problems.note(parts[kinds[1]] if kinds else node, what, f"Give it one of {', '.join(KINDS)}.")
            return None
        name, weight = self.named(parts["id"], "the id of a check"), self.weight(parts)
        is_required = self.problems.flag(parts["required"]) if "required" in parts else False
        kind, value = CheckKind(kinds[0]), parts[kinds[0]]
        least, most = self.length(value) if kind is CheckKind.LENGTH else (None, None)
        words = "" if kind is CheckKind.LENGTH else self.value(kind, value)
        if name is None or weight is None or is_required is None or words is None:
            return None
        self.places[name] = value
        return Check(
            id=name, kind=kind, value=words, least=least, most=most, weight_ppm=weight, is_required=is_required
        )

    # --- what a check wants -------------------------------------------------------------------------------------

    def value(self, kind: CheckKind, node: Node) -> str | None:
        if kind is CheckKind.JSON_SCHEMA:
            return self.schema(node)
        if kind is CheckKind.COMMAND:
            return self.command(node)
        words = self.problems.text(node, f"'{kind}'", WORDS_CHARACTERS_MAX)
        fault = fault_of_pattern(words) if words is not None and kind is CheckKind.PATTERN else ""
        if fault:
            self.problems.note(node, f"the regular expression is refused: {fault}.", PATTERN_ADVICE)
            return None
        return words

    def command(self, node: Node) -> str | None:
        name = self.problems.text(node, "the name of a command", WORDS_CHARACTERS_MAX)
        if name is None or self.commands is None:
            return name
        what, now = fault_of_command(name, self.commands)
        if what:
            self.problems.note(node, what, now)
            return None
        return name

    def length(self, node: Node) -> tuple[int | None, int | None]:
        """The least and the most words; two None where there is a fault."""
        parts = self.problems.mapping(node, "a length", LENGTH_KEYS)
        if parts is None:
            return None, None
        if not parts:
            self.problems.note(
                node, "a length needs a bound.", "Write {least: 100, most: 400}; either may be left out."
            )
        least, most = (self.whole(parts[key], key) if key in parts else None for key in LENGTH_KEYS)
        return least, most

    def schema(self, node: Node) -> str | None:
        before = len(self.problems.found)
        value = self.plain(node) if not isinstance(node, Scalar) else None
        text = _canonical(value) if not isinstance(node, Scalar) else node.text
        if len(self.problems.found) > before:
            return None
        fault = fault_of_schema(text)
        if fault:
            self.problems.note(node, f"the schema is refused: {fault}.", SCHEMA_ADVICE)
            return None
        return text

    def plain(self, node: Node) -> object:
        """What a node is in JSON."""
        match node:
            case Items(items=items):
                return [self.plain(each) for each in items]
            case Entries(entries=entries):
                plain: dict[str, object] = {}
                for key, value in entries:
                    if not isinstance(key, Scalar) or key.kind != "str":
                        self.problems.note(key, f"a key in JSON is a text, and this is {said(key)}.", in_quotes(key))
                    elif key.text in plain:
                        self.problems.note(key, f"{key.text!r} stands here a second time.", "Keep one of them.")
                    else:
                        plain[key.text] = self.plain(value)
                return plain
            case Scalar(kind="str", text=text):
                return text
            case Scalar(kind=kind, text=text):
                return self.plain_word(node, kind, text)

    def plain_word(self, node: Node, kind: str, text: str) -> object:
        """What YAML takes for a number, a yes or no, or nothing, where JSON writes it the same way."""
        try:
            word = json.loads(text or "null", parse_float=_Number, parse_int=_Number) if kind != "timestamp" else None
        except ValueError:
            word = None
        if word is None and kind != "null":
            self.problems.note(node, f"{said(node)} is no value of JSON.", in_quotes(node))
        return word

    # --- the plainest parts -------------------------------------------------------------------------------------

    def items(self, parts: Mapping[str, Node], key: str, most: int) -> Sequence[Node]:
        node = parts.get(key)
        if node is None:
            return ()
        if not isinstance(node, Items) or not node.items:
            what = "an empty list" if isinstance(node, Items) else said(node)
            self.problems.note(node, f"{key!r} is a list, and this is {what}.", "Begin each with '- id:'.")
            return ()
        if len(node.items) > most:
            self.problems.note(node.items[most], f"at most {most} {key} are taken.", "Leave some out.")
        return node.items[:most]

    def has(self, node: Node, parts: Mapping[str, Node], needed: Iterable[str], what: str) -> bool:
        missing = [key for key in needed if key not in parts]
        if missing and not any(problem.line == node.line for problem in self.problems.found):
            self.problems.note(node, f"{what} needs {' and '.join(missing)}.", f"Write '{missing[0]}: …'.")
        return not missing

    def named(self, node: Node, what: str) -> str | None:
        name = self.problems.name(node, what)
        if name in NAMES_TAKEN:
            self.problems.note(node, f"{name!r} can't be {what}: a review calls a part of its own so.", "Rename it.")
            return None
        if name in self.places:
            self.problems.note(node, f"{name!r} stands here a second time.", "Give each a name of its own.")
            return None
        if name is not None:
            self.places[name] = node
        return name

    def weight(self, parts: Mapping[str, Node]) -> int | None:
        node = parts.get("weight")
        if node is None:
            return PPM
        try:
            weight = Decimal(node.text) if isinstance(node, Scalar) and node.kind in ("int", "float") else None
        except InvalidOperation:
            weight = None
        if weight is not None and weight.is_finite() and 0 <= weight <= WEIGHT_MAX:
            return int(weight * PPM)
        now = f"Write a number from 0 to {WEIGHT_MAX} such as 2 or 0.5."
        self.problems.note(node, f"{said(node)} can't be a weight.", now)
        return None

    def whole(self, node: Node, key: str) -> int | None:
        if isinstance(node, Scalar) and node.kind == "int" and node.text.isdecimal() and len(node.text) < 10:
            number = int(node.text)
            if number <= LENGTH_MAX:
                return number
        self.problems.note(node, f"{said(node)} can't be {key!r}.", f"Name a number of words from 0 to {LENGTH_MAX}.")
        return None


class _Number(str):
    """A number as it was written: a float's own spelling could differ."""


def _canonical(value: object) -> str:
    """JSON that holds every number as it was written."""
    match value:
        case _Number():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{_canonical(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_canonical, value)) + "]"
        case _:
            return json.dumps(value)
