"""Which steps does a file hold: taken from the library, or written out?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from core.domain.ids import SeatId
from core.domain.session import ROUNDS_MAX
from core.rules.condition import Condition
from core.rules.units import whole
from core.templates.bounds import INSTRUCTION_CHARACTERS_MAX, STEPS_MAX
from core.templates.composing import Composer, Laid, StepChoice
from core.templates.findings import Part
from core.templates.steps_library import STEPS_BY_ID
from core.templates.template import Block, Expects, Occurs, SeatSpec, Sees, StepSpec
from core.written.problems import Problems, hint, said
from core.written.tree import Items, Node, Scalar

STEP_KEYS = (
    "use",
    "name",
    "seat",
    "task",
    "instruction",
    "occurs",
    "expects",
    "sees",
    "rounds_seen",
    "blind",
    "when",
    "block",
)
STEP_KEYS_NEEDED = ("name", "seat", "instruction")

_FIELDS = {"rounds_seen": "rounds_seen", "blind": "is_blind"}

_Word = TypeVar("_Word", bound=StrEnum)


class StepReader:
    """Reads the steps of one format, whose `seats` and `blocks` are read already; fills `places`."""

    def __init__(
        self,
        problems: Problems,
        places: dict[Part, tuple[int, int]],
        *,
        seats: Sequence[SeatSpec],
        blocks: Sequence[Block],
        condition: Callable[[Node], Condition | None],
    ) -> None:
        self.problems = problems
        self.places = places
        self.seats = seats
        self.condition = condition
        self.composer = Composer({})
        self.composer.blocks |= {block.id for block in blocks}
        self.judges: tuple[SeatId, ...] = ()
        """Who judges beside the seat of the verdict, where a step of the library is for several."""

    def steps(self, node: Node) -> Laid | None:
        """The steps of a round, the blocks that library steps make, and the verdict where one is among them."""
        if not isinstance(node, Items):
            self.problems.note(node, f"'steps' is a list, and this is {said(node)}.", "Begin each with '- use:'.")
            return None
        if len(node.items) > STEPS_MAX:
            fault = f"{len(node.items)} steps here, and at most {STEPS_MAX} are taken."
            self.problems.note(node.items[STEPS_MAX], fault, "Leave some out.")
            return None
        steps: list[StepSpec] = []
        blocks: list[Block] = []
        verdicts: list[StepSpec] = []
        for item in node.items:
            laid = self.entry(item)
            steps += laid.steps
            blocks += laid.blocks
            verdicts += (laid.verdict,) if laid.verdict is not None else ()
            if len(verdicts) > 1 and laid.verdict is not None:
                self.problems.note(item, "a second step gives the verdict.", "Keep one of them.")
        return Laid(tuple(steps), tuple(blocks), verdicts[0] if verdicts else None)

    def verdict(self, node: Node) -> StepSpec | None:
        """The step after the last round."""
        laid = self.entry(node, is_verdict=True)
        return laid.verdict or next(iter(laid.steps), None)

    def entry(self, node: Node, *, is_verdict: bool = False) -> Laid:
        nothing = Laid((), (), None)
        parts = self.problems.mapping(node, "a step", STEP_KEYS)
        if parts is None:
            return nothing
        if "use" in parts:
            return self.used(node, parts, is_verdict=is_verdict)
        for missing in (key for key in STEP_KEYS_NEEDED if key not in parts):
            if not (is_verdict and missing == "name"):
                now = "Add it, or take a step of the library with 'use'." if missing == "instruction" else "Add it."
                self.problems.note(node, f"this step has no {missing!r}.", now)
        said_here = self.said(parts)
        if "seat" not in said_here or "instruction" not in said_here or not ("name" in said_here or is_verdict):
            return nothing
        name = said_here.pop("name", "verdict")
        told = {"task": "verdict" if is_verdict else name, **said_here}
        told.setdefault("expects", Expects.VERDICT if is_verdict else Expects.NOTHING)
        step = StepSpec(name=name, **told)
        self.note_places([step], node, parts, is_verdict=is_verdict)
        return Laid((), (), step) if is_verdict else Laid((step,), (), None)

    def used(self, node: Node, parts: Mapping[str, Node], *, is_verdict: bool) -> Laid:
        """A step of the library, for one seat or for all that take it, with what is said otherwise here."""
        nothing = Laid((), (), None)
        use = parts["use"]
        if not isinstance(use, Scalar) or use.text not in STEPS_BY_ID:
            otherwise = f"The library has {', '.join(STEPS_BY_ID)}."
            self.problems.note(use, f"no step is called {said(use)}.", hint(use, STEPS_BY_ID, otherwise))
            return nothing
        said_here = self.said(parts)
        seat = said_here.pop("seat", None)
        if "seat" in parts and seat is None:
            return nothing
        before = len(self.composer.problems)
        choice = StepChoice(step=use.text, seats=(seat,) if seat is not None else ())
        laid = self.composer.laid([choice], self.seats, rounds=1)
        for problem in self.composer.problems[before:]:
            self.problems.note(parts.get("seat", use), problem)
        self.judges = laid.judges or self.judges
        made = [replace(step, **said_here) for step in laid.steps]
        if "name" in said_here and len(made) > 1:
            self.problems.note(parts["name"], f"{len(made)} seats take this step, and one name is given.", "Leave it.")
        verdict = replace(laid.verdict, **said_here) if laid.verdict is not None else None
        if is_verdict and verdict is None and made:
            self.problems.note(use, f"{use.text} gives no verdict.", "Use final_decision.")
        is_own_block = "block" in said_here
        self.note_places(made, node, parts, is_verdict=False)
        if verdict is not None:
            self.note_places([verdict], node, parts, is_verdict=True)
        return Laid(tuple(made), () if is_own_block else laid.blocks, verdict)

    def said(self, parts: Mapping[str, Node]) -> dict[str, Any]:
        """What is said of a step, by the name of its part; what can't be read is left out, and noted."""
        reading: dict[str, Callable[[Node], object]] = {
            "name": lambda node: self.problems.name(node, "the name of a step"),
            "seat": self.seat,
            "task": lambda node: self.problems.name(node, "a task"),
            "instruction": lambda node: self.problems.text(node, "an instruction", INSTRUCTION_CHARACTERS_MAX),
            "occurs": lambda node: self.word(node, Occurs, "round in which a step occurs"),
            "expects": lambda node: self.word(node, Expects, "end of a turn"),
            "sees": lambda node: self.word(node, Sees, "sight"),
            "rounds_seen": self.rounds_seen,
            "blind": self.problems.flag,
            "when": self.condition,
            "block": lambda node: self.problems.name(node, "the id of a block"),
        }
        read = {key: read_as(parts[key]) for key, read_as in reading.items() if key in parts}
        return {_FIELDS.get(key, key): value for key, value in read.items() if value is not None}

    def seat(self, node: Node) -> SeatId | None:
        name = self.problems.name(node, "the id of a seat")
        return SeatId(name) if name is not None else None

    def rounds_seen(self, node: Node) -> int | None:
        number = whole(node.text) if isinstance(node, Scalar) and node.kind == "int" else None
        if number is None or not 0 <= number <= ROUNDS_MAX:
            self.problems.note(node, f"{said(node)} can't be 'rounds_seen'.", f"Name one from 0 to {ROUNDS_MAX}.")
            return None
        return number

    def word(self, node: Node, words: type[_Word], what: str) -> _Word | None:
        known = tuple(word.value for word in words)
        if isinstance(node, Scalar) and node.text in known:
            return words(node.text)
        otherwise = f"Write one of {', '.join(known)}."
        self.problems.note(node, f"no {what} is called {said(node)}.", hint(node, known, otherwise))
        return None

    def note_places(
        self, steps: Sequence[StepSpec], node: Node, parts: Mapping[str, Node], *, is_verdict: bool
    ) -> None:
        for step in steps:
            part: Part = ("verdict",) if is_verdict else ("steps", step.name)
            named = parts.get("name", node)
            self.places[part] = (named.line, named.column)
            for key, value in parts.items():
                self.places[(*part, key)] = (value.line, value.column)
