"""Which format does a file hold?

A file is taken whole or refused whole, with every fault told at once: its line, its column, the remedy. What can be
read is then checked as every format is, so that a file says where a seat is missing or a condition can't hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from core.domain.facts import FactUnit
from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import DEBATING, Role
from core.domain.session import ROUNDS_MAX
from core.domain.unanswered import ANSWER_MILLISECONDS_MAX, ANSWER_MILLISECONDS_MIN, AnswerTerms, Then
from core.rules.condition import Condition
from core.rules.reading_condition import ConditionReader
from core.rules.units import ADVICE, in_unit, whole, without_unit
from core.templates.bounds import (
    BLOCKS_MAX,
    COST_MICROUSD_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    DIAL_WORD_CHARACTERS_MAX,
    DIAL_WORDS_MAX,
    DIALS_MAX,
    MAY_ASK_MAX,
    MINUTES_MAX,
    NAME_CHARACTERS_MAX,
    PPM,
    SEATS_MAX,
    TAG_CHARACTERS_MAX,
    TAGS_MAX,
    TEMPLATE_BYTES_MAX,
    TIMES_MAX,
)
from core.templates.checking import Finding, Kind, Severity, Surroundings, check_template
from core.templates.composing import COMPLEXITY_LEVELS, CONSENSUS_PPM, with_expectations
from core.templates.findings import Part, Places
from core.templates.overrides import Overrides
from core.templates.reading_steps import StepReader
from core.templates.template import (
    MEASURE_DEFAULT,
    Block,
    Complexity,
    DecidedBy,
    Dial,
    EarlyStop,
    Judging,
    SeatSpec,
    Template,
)
from core.written.problems import FileRefused, Problem, Problems, hint, said
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

KEYS = (
    "id",
    "version",
    "name",
    "description",
    "complexity",
    "rounds",
    "consensus",
    "minutes",
    "cost",
    "decided_by",
    "judging",
    "judges",
    "early_stop",
    "escalation",
    "clarified_by",
    "measure",
    "rules",
    "tags",
    "source",
    "dials",
    "seats",
    "links",
    "blocks",
    "steps",
    "verdict",
)
KEYS_NEEDED = ("id", "seats", "steps")
SEAT_KEYS = ("id", "role", "participant", "may_ask")
ESCALATION_KEYS = ("answer_within", "then")
BLOCK_KEYS = ("id", "times", "until", "at_once")
DIAL_KEYS = ("name", "about", "words", "value")

ROUNDS_BY_COMPLEXITY = {Complexity.SIMPLE: 2, Complexity.STANDARD: 3, Complexity.COMPLEX: 5}

_T = TypeVar("_T")
_Word = TypeVar("_Word", bound=StrEnum)


class TemplateFileError(FileRefused):
    """A file with a format was refused whole. `str()` has a line for each problem, then one that counts them."""

    def __init__(self, problems: Iterable[Problem], *, origin: str) -> None:
        super().__init__(problems, origin=origin, holding="steps")


def read_template(text: str, *, origin: str, surroundings: Surroundings) -> Template:
    """The format in a YAML text. `origin` is what messages call the file. Raises TemplateFileError for a text that
    can't be read, and for a format in which an error is found."""
    template, findings = check_template_text(text, origin=origin, surroundings=surroundings)
    problems = [
        Problem(line=found.place.line or 1, column=found.place.column or 1, what=found.what, now=found.now)
        for found in findings
        if found.severity is Severity.ERROR
    ]
    if template is None or problems:
        raise TemplateFileError(problems, origin=origin)
    return template


def check_template_text(
    text: str, *, origin: str, surroundings: Surroundings
) -> tuple[Template | None, tuple[Finding, ...]]:
    """What is found in a YAML text, and the format where one could be read. Never raises for what stands in it."""
    reader = TemplateReader(surroundings)
    try:
        if len(text) > TEMPLATE_BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > TEMPLATE_BYTES_MAX:
            raise NotReadable(f"this is larger than {TEMPLATE_BYTES_MAX} bytes.", now="Check which file it is.")
        template = reader.template(read_tree(text))
    except NotReadable as error:
        problem = Problem(line=error.line, column=error.column, what=error.what, now=error.now)
        return None, _unreadable([problem], origin)
    if reader.problems.found or template is None:
        return None, _unreadable(reader.problems.found, origin)
    places = Places(origin=origin, written=reader.places)
    return template, check_template(template, surroundings=surroundings, places=places)


def _unreadable(problems: Iterable[Problem], origin: str) -> tuple[Finding, ...]:
    refused = TemplateFileError(problems, origin=origin)
    places = Places(
        origin=origin, written={(str(number),): (each.line, each.column) for number, each in _counted(refused)}
    )
    return tuple(
        Finding(
            kind=Kind.UNREADABLE,
            severity=Severity.ERROR,
            part=(),
            what=each.what,
            now=each.now,
            place=places.of((str(number),)),
        )
        for number, each in _counted(refused)
    )


def _counted(refused: TemplateFileError) -> Iterable[tuple[int, Problem]]:
    return enumerate(refused.problems)


class TemplateReader:
    """Reads node by node. Each method returns None for what it can't read, having noted why. `places` are filled
    with where each part stands."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.problems = Problems()
        self.places: dict[Part, tuple[int, int]] = {}

    def template(self, root: Node | None) -> Template | None:
        if root is None:
            self.problems.note(Items(1, 1, ()), "the file holds no format.", "Begin it with 'id:'.")
            return None
        self.at((), root)
        parts = self.problems.mapping(root, "a format", KEYS)
        if parts is None:
            return None
        for missing in (key for key in KEYS_NEEDED if key not in parts):
            self.problems.note(root, f"this format has no {missing!r}.", "Add it.")
        for key, node in parts.items():
            self.at((key,), node)
        id_ = self.read(parts, "id", lambda node: self.problems.name(node, "the id of a template"))
        complexity = self.read(parts, "complexity", self.complexity) or Complexity.STANDARD
        seats = self.read(parts, "seats", self.seats) or ()
        blocks = self.read(parts, "blocks", self.blocks) or ()
        steps = StepReader(self.problems, self.places, seats=seats, blocks=blocks, condition=self.condition)
        laid = steps.steps(parts["steps"]) if "steps" in parts else None
        verdict = steps.verdict(parts["verdict"]) if "verdict" in parts else None
        rounds = self.whole(parts, "rounds", 1, ROUNDS_MAX)
        consensus = self.whole(parts, "consensus", 0, PPM, FactUnit.PPM)
        minutes = self.whole(parts, "minutes", 0, MINUTES_MAX)
        cost = self.whole(parts, "cost", 0, COST_MICROUSD_MAX, FactUnit.MICROUSD)
        version = self.whole(parts, "version", 1, 1_000_000)
        decided_by = self.read(parts, "decided_by", lambda node: self.word(node, DecidedBy, "way to decide"))
        name = self.text(parts, "name", NAME_CHARACTERS_MAX)
        template = Template(
            id=TemplateId(id_ or ""),
            version=version or 1,
            name=name or (id_ or "").replace("_", " ").capitalize(),
            description=self.text(parts, "description", DESCRIPTION_CHARACTERS_MAX),
            complexity=complexity,
            rounds=rounds or ROUNDS_BY_COMPLEXITY[complexity],
            seats=seats,
            steps=laid.steps if laid is not None else (),
            verdict=verdict or (laid.verdict if laid is not None else None),
            consensus_ppm=CONSENSUS_PPM if consensus is None else consensus,
            minutes_expected=0,
            cost_microusd_expected=0,
            rule_set=self.text(parts, "rules", NAME_CHARACTERS_MAX),
            decided_by=decided_by or DecidedBy.JUDGE,
            measure=self.text(parts, "measure", NAME_CHARACTERS_MAX) or MEASURE_DEFAULT,
            blocks=(*blocks, *(laid.blocks if laid is not None else ())),
            links=self.read(parts, "links", self.links) or {},
            dials=self.read(parts, "dials", self.dials) or (),
            tags=self.read(parts, "tags", self.tags) or (),
            source=self.text(parts, "source", DESCRIPTION_CHARACTERS_MAX),
            judging=self.read(parts, "judging", lambda node: self.word(node, Judging, "way to judge")) or Judging.ONCE,
            judges=(self.read(parts, "judges", self.judges) or ()) if "judges" in parts else steps.judges,
            early_stop=self.read(parts, "early_stop", lambda node: self.word(node, EarlyStop, "early stop"))
            or EarlyStop.TRUSTED,
            escalation=self.read(parts, "escalation", self.escalation),
            clarified_by=SeatId(self.text(parts, "clarified_by", NAME_CHARACTERS_MAX)),
        )
        if self.problems.found:
            return None
        return with_expectations(template, Overrides(minutes_expected=minutes, cost_microusd_expected=cost))

    # --- parts --------------------------------------------------------------------------------------------------

    def seats(self, node: Node) -> tuple[SeatSpec, ...] | None:
        items = self.items(node, "seats", SEATS_MAX, "Write [{id: ann, role: panelist}, …].")
        return tuple(seat for item in items if (seat := self.seat(item)) is not None)

    def seat(self, node: Node) -> SeatSpec | None:
        parts = self.problems.mapping(node, "a seat", SEAT_KEYS)
        if parts is None:
            return None
        for missing in (key for key in ("id", "role") if key not in parts):
            self.problems.note(node, f"this seat has no {missing!r}.", "Add it.")
        id_ = self.read(parts, "id", lambda part: self.problems.name(part, "the id of a seat"))
        role = self.read(parts, "role", lambda part: self.word(part, Role, "role", among=DEBATING))
        participant = self.text(parts, "participant", NAME_CHARACTERS_MAX)
        may_ask = self.whole(parts, "may_ask", 0, MAY_ASK_MAX)
        if id_ is None or role is None:
            return None
        self.among(("seats", id_), node, parts)
        usual = ParticipantId(participant or role.value)
        return SeatSpec(id=SeatId(id_), role=role, participant=usual, may_ask=may_ask or 0)

    def escalation(self, node: Node) -> AnswerTerms | None:
        parts = self.problems.mapping(node, "what happens to a question", ESCALATION_KEYS)
        if parts is None:
            return None
        for missing in (key for key in ESCALATION_KEYS if key not in parts):
            self.problems.note(node, f"this has no {missing!r}.", "Write {answer_within: 2h, then: continue}.")
        for key, value in parts.items():
            self.at(("escalation", key), value)
        within = self.whole(
            parts, "answer_within", ANSWER_MILLISECONDS_MIN, ANSWER_MILLISECONDS_MAX, FactUnit.MILLISECONDS
        )
        then = self.read(parts, "then", lambda part: self.word(part, Then, "end of waiting"))
        return None if within is None or then is None else AnswerTerms(answer_within_ms=within, then=then)

    def blocks(self, node: Node) -> tuple[Block, ...] | None:
        items = self.items(node, "blocks", BLOCKS_MAX, "Write [{id: probe, times: 3}, …].")
        return tuple(block for item in items if (block := self.block(item)) is not None)

    def block(self, node: Node) -> Block | None:
        parts = self.problems.mapping(node, "a block", BLOCK_KEYS)
        if parts is None:
            return None
        if "id" not in parts:
            self.problems.note(node, "this block has no 'id'.", "Add it.")
        id_ = self.read(parts, "id", lambda part: self.problems.name(part, "the id of a block"))
        times = self.whole(parts, "times", 1, TIMES_MAX)
        until = self.condition(parts["until"]) if "until" in parts else None
        at_once = self.read(parts, "at_once", self.problems.flag)
        if id_ is None:
            return None
        self.among(("blocks", id_), node, parts)
        return Block(id=id_, times=times or 1, until=until, is_at_once=bool(at_once))

    def dials(self, node: Node) -> tuple[Dial, ...] | None:
        items = self.items(node, "dials", DIALS_MAX, "Write [{name: level, words: [mildly, firmly]}].")
        return tuple(dial for item in items if (dial := self.dial(item)) is not None)

    def dial(self, node: Node) -> Dial | None:
        parts = self.problems.mapping(node, "a dial", DIAL_KEYS)
        if parts is None:
            return None
        for missing in (key for key in ("name", "words") if key not in parts):
            self.problems.note(node, f"this dial has no {missing!r}.", "Add it.")
        name = self.read(parts, "name", lambda part: self.problems.name(part, "the name of a dial"))
        words = self.read(parts, "words", self.words)
        value = self.whole(parts, "value", 0, DIAL_WORDS_MAX)
        about = self.text(parts, "about", DESCRIPTION_CHARACTERS_MAX)
        if name is None or words is None:
            return None
        self.among(("dials", name), node, parts)
        return Dial(name=name, about=about, words=words, value=value or 0)

    def words(self, node: Node) -> tuple[str, ...] | None:
        items = self.items(node, "words", DIAL_WORDS_MAX, "Write them in [ ].")
        read = (self.problems.text(item, "what a dial says", DIAL_WORD_CHARACTERS_MAX) for item in items)
        return tuple(text for text in read if text is not None)

    def tags(self, node: Node) -> tuple[str, ...] | None:
        items = self.items(node, "tags", TAGS_MAX, "Write them in [ ].")
        read = (self.problems.text(item, "a tag", TAG_CHARACTERS_MAX) for item in items)
        return tuple(text for text in read if text is not None)

    def judges(self, node: Node) -> tuple[SeatId, ...] | None:
        items = self.items(node, "judges", SEATS_MAX, "Write [second_judge, third_judge].")
        read = (self.problems.name(item, "the id of a seat") for item in items)
        return tuple(SeatId(name) for name in read if name is not None)

    def links(self, node: Node) -> Mapping[SeatId, tuple[SeatId, ...]] | None:
        if not isinstance(node, Entries):
            fault = f"'links' says for each seat whom it sees, and this is {said(node)}."
            self.problems.note(node, fault, "Write {ann: [bob], bob: [ann]}.")
            return None
        links: dict[SeatId, tuple[SeatId, ...]] = {}
        for key, value in node.entries[: SEATS_MAX + 1]:
            seat = self.problems.name(key, "the id of a seat")
            seen = [self.problems.name(item, "the id of a seat") for item in self.items(value, "links", SEATS_MAX, "")]
            if seat is None:
                continue
            if seat in links:
                self.problems.note(key, f"{seat!r} stands here a second time.", "Keep one of them.")
            self.at(("links", seat), key)
            links[SeatId(seat)] = tuple(SeatId(each) for each in seen if each is not None)
        if len(node.entries) > SEATS_MAX:
            self.problems.note(
                node.entries[SEATS_MAX][0], f"more than {SEATS_MAX} seats have links.", "Leave some out."
            )
        return links

    # --- the plainest parts -------------------------------------------------------------------------------------

    def condition(self, node: Node) -> Condition | None:
        return ConditionReader(self.problems, self.surroundings.facts).condition(node)

    def complexity(self, node: Node) -> Complexity | None:
        if isinstance(node, Scalar) and node.kind == "int":
            level = whole(node.text) or 0
            if 1 <= level <= len(COMPLEXITY_LEVELS):
                return COMPLEXITY_LEVELS[level - 1]
        return self.word(node, Complexity, "complexity")

    def items(self, node: Node, what: str, most: int, now: str) -> tuple[Node, ...]:
        if not isinstance(node, Items):
            self.problems.note(node, f"{what!r} is a list, and this is {said(node)}.", now or "Put it in [ ].")
            return ()
        if len(node.items) > most:
            fault = f"{len(node.items)} {what} here, and at most {most} are taken."
            self.problems.note(node.items[most], fault, "Leave some out.")
            return ()
        return node.items

    def text(self, parts: Mapping[str, Node], key: str, characters_max: int) -> str:
        """A text, "" where it isn't there or can't be read."""
        node = parts.get(key)
        if node is None or (isinstance(node, Scalar) and node.kind == "str" and not node.text):
            return ""
        return self.problems.text(node, f"'{key}'", characters_max) or ""

    def whole(
        self, parts: Mapping[str, Node], key: str, least: int, most: int, unit: FactUnit = FactUnit.COUNT
    ) -> int | None:
        node = parts.get(key)
        if node is None:
            return None
        number = None
        if isinstance(node, Scalar) and node.kind == "int":
            number = whole(node.text)
            if asked := without_unit(number, unit):
                self.problems.note(node, f"{said(node)} can't be {key!r}: it has no unit.", asked)
                return None
        elif isinstance(node, Scalar) and node.kind == "str":
            number = in_unit(node.text.strip(), unit)
        if number is not None and least <= number <= most:
            return number
        now = f"Name one from {least} to {most}." if unit is FactUnit.COUNT or number is not None else ADVICE[unit]
        self.problems.note(node, f"{said(node)} can't be {key!r}.", now)
        return None

    def word(
        self, node: Node, words: type[_Word], what: str, *, among: Collection[_Word] | None = None
    ) -> _Word | None:
        known = tuple(word.value for word in (words if among is None else among))
        if isinstance(node, Scalar) and node.text in known:
            return words(node.text)
        otherwise = f"Write one of {', '.join(known)}."
        self.problems.note(node, f"no {what} is called {said(node)}.", hint(node, known, otherwise))
        return None

    def read(self, parts: Mapping[str, Node], key: str, reading: Callable[[Node], _T | None]) -> _T | None:
        return reading(parts[key]) if key in parts else None

    def at(self, part: Part, node: Node) -> None:
        self.places[part] = (node.line, node.column)

    def among(self, part: Part, node: Node, parts: Mapping[str, Node]) -> None:
        """Where a part stands with all that it holds."""
        self.at(part, parts.get(part[-1], node))
        for key, value in parts.items():
            self.at((*part, key), value)
