"""Which participants does a file hold, and how are they written down?

A file is taken whole or refused whole, with every fault told at once: its line, its column, the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from core.domain.errors import nearest
from core.domain.ids import ParticipantId
from core.domain.participants import (
    TEMPERATURE_MILLI_DEFAULT,
    TOKENS_OUTPUT_DEFAULT,
    Checks,
    OnContentPolicy,
    Participant,
    Role,
)
from core.written.dumping import Decimal, as_yaml
from core.written.problems import FileRefused, Problem, Problems, hint, said
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

PARTICIPANTS_MAX = 500
"""Participants in one file."""

NAME_CHARACTERS_MAX = 120
MODEL_CHARACTERS_MAX = 200
PROMPT_CHARACTERS_MAX = 50_000
FALLBACKS_MAX = 8
TOKENS_OUTPUT_MAX = 100_000
TEMPERATURE_MILLI_MAX = 2_000

KEYS = (
    "id",
    "name",
    "model",
    "role",
    "system_prompt",
    "temperature",
    "tokens_output_max",
    "fallbacks",
    "checks",
    "content_policy",
)
KEYS_NEEDED = ("id", "model")

_TEMPERATURE = re.compile(r"([0-9])(?:\.([0-9]{1,3}))?")
_WHOLE = re.compile(r"[1-9][0-9]{0,9}")

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class ParticipantFileError(FileRefused):
    """A file of participants was refused whole. `str()` has a line for each problem, then one that counts them."""

    def __init__(self, problems: Iterable[Problem], *, origin: str) -> None:
        super().__init__(problems, origin=origin, holding="participants")


def read_participants(text: str, *, origin: str, providers: Collection[str]) -> tuple[Participant, ...]:
    """The participants in a YAML text, in its order. `origin` is what messages call the file.

    `providers` are the first parts of models' names, which no participant may bear. Raises ParticipantFileError.
    """
    try:
        root = read_tree(text)
    except NotReadable as error:
        problem = Problem(line=error.line, column=error.column, what=error.what, now=error.now)
        raise ParticipantFileError([problem], origin=origin) from error
    reader = _FileReader(providers)
    participants = reader.participants(root)
    if reader.problems.found:
        raise ParticipantFileError(reader.problems.found, origin=origin)
    return participants


def write_participants(participants: Iterable[Participant]) -> str:
    """The participants as YAML that `read_participants` takes back. What is as it is by default is left out."""
    return "\n".join(as_yaml([_plain(participant)]) for participant in participants) or "[]\n"


class _FileReader:
    """Reads node by node. Each method returns None for what it can't read, having noted why."""

    def __init__(self, providers: Collection[str]) -> None:
        self.providers = tuple(sorted(providers))
        self.problems = Problems()

    def participants(self, root: Node | None) -> tuple[Participant, ...]:
        if not isinstance(root, Items):
            fault = (
                "the file holds no participant."
                if root is None
                else f"a file of participants is a list, and this is {said(root)}."
            )
            self.problems.note(root or Items(1, 1, ()), fault, "Begin each participant with '- id:'.")
            return ()
        if len(root.items) > PARTICIPANTS_MAX:
            fault = f"a file holds at most {PARTICIPANTS_MAX} participants."
            self.problems.note(root.items[PARTICIPANTS_MAX], fault, "Split it.")
            return ()
        self.refuse_doubles(root)
        return tuple(each for node in root.items if (each := self.participant(node)) is not None)

    def refuse_doubles(self, root: Items) -> None:
        first: dict[str, int] = {}
        for id_ in (id_ for node in root.items if (id_ := _id_in(node)) is not None):
            if id_.text in first:
                fault = f"two participants are called {said(id_)}; the first is on line {first[id_.text]}."
                self.problems.note(id_, fault, "Rename or remove one of them.")
            first.setdefault(id_.text, id_.line)

    def participant(self, node: Node) -> Participant | None:
        parts = self.problems.mapping(node, "a participant", KEYS)
        if parts is None:
            return None
        for missing in (key for key in KEYS_NEEDED if key not in parts):
            self.problems.note(node, f"this participant has no {missing!r}.", "Add it.")
        before = len(self.problems.found)
        id_ = _read(parts, "id", self.id)
        name = _read(parts, "name", lambda part: self.problems.text(part, "a name", NAME_CHARACTERS_MAX))
        model = _read(parts, "model", self.model)
        role = _read(parts, "role", lambda part: self.word(part, Role, "role"))
        prompt = _read(
            parts, "system_prompt", lambda part: self.problems.text(part, "a system prompt", PROMPT_CHARACTERS_MAX)
        )
        temperature = _read(parts, "temperature", self.temperature)
        tokens = _read(parts, "tokens_output_max", self.tokens)
        fallbacks = _read(parts, "fallbacks", self.fallbacks) or ()
        checks = _read(parts, "checks", lambda part: self.word(part, Checks, "way to check answers"))
        policy = _read(parts, "content_policy", lambda part: self.word(part, OnContentPolicy, "content policy"))
        if model is not None and "fallbacks" in parts:
            self.refuse_doubled_routes(parts["fallbacks"], model)
        if len(self.problems.found) > before or id_ is None or model is None:
            return None
        return Participant(
            id=ParticipantId(id_),
            name=name or id_.replace("_", " ").capitalize(),
            model=model,
            role=role,
            system_prompt=(prompt or "").rstrip("\n"),
            temperature_milli=TEMPERATURE_MILLI_DEFAULT if temperature is None else temperature,
            tokens_output_max=tokens or TOKENS_OUTPUT_DEFAULT,
            fallbacks=fallbacks,
            checks=checks or Checks.WHOLE,
            content_policy=policy or OnContentPolicy.SURFACE,
        )

    def id(self, node: Node) -> str | None:
        id_ = self.problems.name(node, "the id of a participant")
        if id_ in self.providers:
            self.problems.note(node, f"{id_!r} is the name of a provider.", "Give the participant another id.")
            return None
        return id_

    def model(self, node: Node) -> str | None:
        model = self.problems.text(node, "a model", MODEL_CHARACTERS_MAX)
        if model is None:
            return None
        prefix = model.partition(":")[0]
        if prefix not in self.providers:
            advice = nearest(prefix.lower(), self.providers) or f"Providers are {', '.join(self.providers)}."
            self.problems.note(node, f"no provider serves the model {said(node)}.", f"{advice} Write provider:model.")
            return None
        if model.endswith(":") or any(character.isspace() for character in model):
            self.problems.note(node, f"{said(node)} names no model.", f"Write {prefix}:MODEL.")
            return None
        return model

    def fallbacks(self, node: Node) -> tuple[str, ...] | None:
        if not isinstance(node, Items):
            fault = f"'fallbacks' holds a list of models, and this is {said(node)}."
            self.problems.note(node, fault, "Write [provider:model, provider:model].")
            return None
        if len(node.items) > FALLBACKS_MAX:
            fault = f"a participant has at most {FALLBACKS_MAX} fallbacks."
            self.problems.note(node.items[FALLBACKS_MAX], fault, "Keep those that you would wait for.")
            return None
        return tuple(model for item in node.items if (model := self.model(item)) is not None)

    def refuse_doubled_routes(self, node: Node, model: str) -> None:
        """A route that stands twice would never be asked the second time, so that a slip of the pen is likely."""
        seen = {model}
        for item in node.items if isinstance(node, Items) else ():
            if isinstance(item, Scalar) and item.text in seen:
                self.problems.note(item, f"{said(item)} stands among its models twice.", "Keep one of them.")
            elif isinstance(item, Scalar):
                seen.add(item.text)

    def word(self, node: Node, words: type[Word], what: str) -> Word | None:
        known = tuple(word.value for word in words)
        if isinstance(node, Scalar) and node.text in known:
            return words(node.text)
        self.problems.note(node, f"no {what} is called {said(node)}.", hint(node, known, f"Write {_either(known)}."))
        return None

    def temperature(self, node: Node) -> int | None:
        found = (
            _TEMPERATURE.fullmatch(node.text) if isinstance(node, Scalar) and node.kind in ("int", "float") else None
        )
        milli = int(found[1]) * 1_000 + int((found[2] or "").ljust(3, "0")) if found else TEMPERATURE_MILLI_MAX + 1
        if milli > TEMPERATURE_MILLI_MAX:
            self.problems.note(node, f"{said(node)} is no temperature.", "Write a number from 0 to 2, such as 0.7.")
            return None
        return milli

    def tokens(self, node: Node) -> int | None:
        is_whole = isinstance(node, Scalar) and node.kind == "int" and _WHOLE.fullmatch(node.text)
        number = int(node.text) if isinstance(node, Scalar) and is_whole else 0
        if not 1 <= number <= TOKENS_OUTPUT_MAX:
            fault = f"{said(node)} is no number of tokens."
            self.problems.note(node, fault, f"Write a whole number from 1 to {TOKENS_OUTPUT_MAX}.")
            return None
        return number


def _read(parts: Mapping[str, Node], key: str, reading: Callable[[Node], T | None]) -> T | None:
    return reading(parts[key]) if key in parts else None


def _id_in(node: Node) -> Scalar | None:
    if not isinstance(node, Entries):
        return None
    ids = (value for key, value in node.entries if isinstance(key, Scalar) and key.text == "id")
    return next((value for value in ids if isinstance(value, Scalar)), None)


def _either(words: Collection[str]) -> str:
    return f"one of {', '.join(words)}"


def _plain(participant: Participant) -> dict[str, object]:
    plain: dict[str, object] = {
        "id": str(participant.id),
        "name": participant.name,
        "model": participant.model,
    }
    if participant.role is not None:
        plain["role"] = participant.role.value
    if participant.temperature_milli != TEMPERATURE_MILLI_DEFAULT:
        plain["temperature"] = _decimal(participant.temperature_milli)
    if participant.tokens_output_max != TOKENS_OUTPUT_DEFAULT:
        plain["tokens_output_max"] = participant.tokens_output_max
    if participant.fallbacks:
        plain["fallbacks"] = participant.fallbacks
    if participant.checks is not Checks.WHOLE:
        plain["checks"] = participant.checks.value
    if participant.content_policy is not OnContentPolicy.SURFACE:
        plain["content_policy"] = participant.content_policy.value
    if participant.system_prompt:
        plain["system_prompt"] = participant.system_prompt
    return plain


def _decimal(milli: int) -> Decimal:
    whole, rest = divmod(milli, 1_000)
    return Decimal(f"{whole}.{rest:03}".rstrip("0").removesuffix(".") if rest else f"{whole}.0")
