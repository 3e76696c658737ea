"""What is wrong with a format, before anything runs?

Reported is what is certain from the format alone, and from what is known here: participants, sets of rules, measures.
The same check serves a file, a composed format and one that is kept. How its seats and steps stand to one another is
looked at here; what a condition can come to in `checking_conditions`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.domain.errors import nearest
from core.domain.facts import FactSpec
from core.domain.ids import SeatId, is_snake_case
from core.domain.participants import Role
from core.domain.session import ROUNDS_MAX
from core.domain.text import clean_text
from core.domain.unanswered import ANSWER_MILLISECONDS_MAX, ANSWER_MILLISECONDS_MIN
from core.judging.consensus import MEASURES
from core.templates.bounds import (
    BLOCKS_MAX,
    COST_MICROUSD_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    DIAL_WORD_CHARACTERS_MAX,
    DIAL_WORDS_MAX,
    DIALS_MAX,
    INSTRUCTION_CHARACTERS_MAX,
    MAY_ASK_MAX,
    MINUTES_MAX,
    NAME_CHARACTERS_MAX,
    PPM,
    SEATS_MAX,
    STEPS_MAX,
    TAG_CHARACTERS_MAX,
    TAGS_MAX,
    TIMES_MAX,
    TURNS_OF_ROUND_MAX,
)
from core.templates.checking_conditions import check_conditions
from core.templates.checking_course import check_course
from core.templates.checking_votes import check_votes
from core.templates.findings import Finding, Kind, Part, Places, Severity
from core.templates.template import DecidedBy, Expects, StepSpec, Template

__all__ = ["Finding", "Kind", "Severity", "Surroundings", "check_template", "errors_of"]

NAMED_MAX = 8
"""Names that one finding lists."""

_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a format is checked against. None says that it isn't known here, so that nothing is said about it."""

    facts: Mapping[str, FactSpec] = field(default_factory=dict)
    participants: Collection[str] | None = None
    rule_sets: Collection[str] | None = None
    measures: Collection[str] = tuple(MEASURES)


def check_template(
    template: Template, *, surroundings: Surroundings, places: Places | None = None
) -> tuple[Finding, ...]:
    """Everything found, the gravest first where two stand at one place. Never raises for what a format holds."""
    found = [*_Looked(template, surroundings).at_the_names()]
    if not found:  # what two seats share can't be told apart
        looked = _Looked(template, surroundings)
        found += [*looked.at_the_sizes(), *looked.at_the_references(), *looked.at_the_end()]
    if not any(each.severity is Severity.ERROR for each in found):
        found += [*check_course(template), *check_conditions(template, surroundings.facts)]
    placed = places if places is not None else Places(origin=f"template {template.id}"[:80])
    found = [replace(each, place=placed.of(each.part)) for each in dict.fromkeys(found)]
    return tuple(sorted(found, key=lambda each: (each.place.line, each.place.column, _GRAVITY[each.severity])))


def errors_of(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Those that keep a format from being kept."""
    return tuple(found for found in findings if found.severity is Severity.ERROR)


class _Looked:
    """One format, and what it is compared with."""

    def __init__(self, template: Template, surroundings: Surroundings) -> None:
        self.template = template
        self.known = surroundings
        self.seats = [str(seat.id) for seat in template.seats]
        self.steps = (*template.steps, *((template.verdict,) if template.verdict is not None else ()))

    def at_the_names(self) -> Iterator[Finding]:
        template = self.template
        yield from _named((str(template.id),), "the id of a template", ())
        yield from _named(self.seats, "the id of a seat", ("seats",))
        yield from _named([step.name for step in self.steps], "the name of a step", ("steps",))
        yield from _named([block.id for block in template.blocks], "the id of a block", ("blocks",))
        yield from _named([dial.name for dial in template.dials], "the name of a dial", ("dials",))

    def at_the_sizes(self) -> Iterator[Finding]:
        template = self.template
        yield from _between(template.rounds, 1, ROUNDS_MAX, "the number of rounds", ("rounds",))
        yield from _between(template.version, 1, 1_000_000, "the number of a version", ("version",))
        yield from _between(template.consensus_ppm, 0, PPM, "a level of consensus", ("consensus",))
        yield from _between(template.minutes_expected, 0, MINUTES_MAX, "a number of minutes", ("minutes",))
        yield from _between(template.cost_microusd_expected, 0, COST_MICROUSD_MAX, "a cost in micro-dollars", ("cost",))
        if template.escalation is not None:
            least, most = ANSWER_MILLISECONDS_MIN, ANSWER_MILLISECONDS_MAX
            within = template.escalation.answer_within_ms
            yield from _between(within, least, most, "a time for an answer, in ms", ("escalation", "answer_within"))
        for seat in template.seats:
            yield from _between(seat.may_ask, 0, MAY_ASK_MAX, "how often it may ask", ("seats", seat.id, "may_ask"))
        yield from _at_most(len(template.seats), SEATS_MAX, "seats", ("seats",))
        yield from _at_most(len(template.steps), STEPS_MAX, "steps", ("steps",))
        yield from _at_most(len(template.blocks), BLOCKS_MAX, "blocks", ("blocks",))
        yield from _at_most(len(template.dials), DIALS_MAX, "dials", ("dials",))
        yield from _at_most(len(template.tags), TAGS_MAX, "tags", ("tags",))
        yield from self.at_the_texts()
        if not template.seats:
            yield _error(Kind.OUT_OF_BOUNDS, ("seats",), "a format without seats.", "Seat somebody.")
        if not template.steps:
            yield _error(Kind.OUT_OF_BOUNDS, ("steps",), "a format without steps.", "Give a seat something to say.")
        for step in self.steps:
            part = _part(template, step)
            if not step.instruction.strip():
                yield _error(Kind.OUT_OF_BOUNDS, (*part, "instruction"), f"{step.name} says not what to do.", "Say it.")
            if not is_snake_case(step.task):
                what = f"{step.task[:60]!r} can't be the task of {step.name}."
                yield _error(Kind.BAD_NAME, (*part, "task"), what, "Use small letters and underscores: rebuttal.")
            yield from _between(step.rounds_seen, 0, ROUNDS_MAX, "a number of rounds that are seen", part)
        for block in template.blocks:
            yield from _between(block.times, 1, TIMES_MAX, "how often a block is taken", ("blocks", block.id, "times"))
        yield from self.at_the_turns()
        yield from self.at_the_dials()

    def at_the_texts(self) -> Iterator[Finding]:
        template = self.template
        if not template.name.strip():
            yield _error(Kind.OUT_OF_BOUNDS, ("name",), "a format without a name.", "Give it one.")
        yield from _text(template.name, NAME_CHARACTERS_MAX, "the name", ("name",))
        yield from _text(template.description, DESCRIPTION_CHARACTERS_MAX, "the description", ("description",))
        yield from _text(template.source, DESCRIPTION_CHARACTERS_MAX, "the source", ("source",))
        for tag in template.tags:
            yield from _text(tag, TAG_CHARACTERS_MAX, "a tag", ("tags",))
        for dial in template.dials:
            yield from _text(dial.about, DESCRIPTION_CHARACTERS_MAX, "what is said of a dial", ("dials", dial.name))
            yield from _at_most(len(dial.words), DIAL_WORDS_MAX, "words of one dial", ("dials", dial.name))
            for word in dial.words:
                yield from _text(word, DIAL_WORD_CHARACTERS_MAX, "what a dial says", ("dials", dial.name))
        for step in self.steps:
            part = (*_part(template, step), "instruction")
            yield from _text(step.instruction, INSTRUCTION_CHARACTERS_MAX, f"the instruction of {step.name}", part)

    def at_the_turns(self) -> Iterator[Finding]:
        times = {block.id: block.times for block in self.template.blocks}
        turns = sum(max(1, min(times.get(step.block, 1), TIMES_MAX)) for step in self.template.steps)
        if turns > TURNS_OF_ROUND_MAX:
            what = f"with its repetitions a round can have {turns} turns, and at most {TURNS_OF_ROUND_MAX} are taken."
            yield _error(Kind.ENDLESS, ("steps",), what, "Repeat less often.")

    def at_the_dials(self) -> Iterator[Finding]:
        for dial in self.template.dials:
            part = ("dials", dial.name)
            if not dial.words:
                yield _error(
                    Kind.OUT_OF_BOUNDS, part, f"the dial {dial.name} has no words to choose from.", "Name two."
                )
            elif not 0 <= dial.value < len(dial.words):
                what = f"the dial {dial.name} stands at {dial.value}, and its words are 0 to {len(dial.words) - 1}."
                yield _error(Kind.OUT_OF_BOUNDS, (*part, "value"), what, "Choose one of them.")

    def at_the_references(self) -> Iterator[Finding]:
        template = self.template
        for step in self.steps:
            part = _part(template, step)
            if step.seat not in self.seats:
                what = f"{step.name} is taken by {step.seat!r}, and there is no such seat."
                yield _error(Kind.UNKNOWN_SEAT, (*part, "seat"), what, _nearest(step.seat, self.seats, "seats"))
            if step.block and template.block(step.block) is None:
                blocks = [block.id for block in template.blocks]
                what = f"{step.name} belongs to {step.block!r}, and there is no such block."
                yield _error(Kind.UNKNOWN_BLOCK, (*part, "block"), what, _nearest(step.block, blocks, "blocks"))
        for seat, seen in template.links.items():
            for each in (seat, *seen):
                if each not in self.seats:
                    what = f"a link names {each!r}, and there is no such seat."
                    yield _error(Kind.UNKNOWN_SEAT, ("links", seat), what, _nearest(each, self.seats, "seats"))
        for spec in template.seats:
            if self.known.participants is not None and spec.participant not in self.known.participants:
                what = f"nobody fills the seat {spec.id}: no participant is called {spec.participant!r}."
                now = _nearest(spec.participant, self.known.participants, "participants")
                if ":" in spec.participant:
                    now = "That looks like a model: seat a participant, and cast the model when you start."
                yield _error(Kind.UNKNOWN_PARTICIPANT, ("seats", spec.id, "participant"), what, now)
        if template.clarified_by:
            yield from self.at_who_clarifies()
        rule_sets = self.known.rule_sets
        if template.rule_set and rule_sets is not None and template.rule_set not in rule_sets:
            what = f"no set of rules is called {template.rule_set!r}."
            yield _error(Kind.UNKNOWN_RULE_SET, ("rules",), what, _nearest(template.rule_set, rule_sets, "sets"))
        if template.measure not in self.known.measures:
            what = f"no measure is called {template.measure!r}."
            now = _nearest(template.measure, self.known.measures, "measures")
            yield _error(Kind.UNKNOWN_MEASURE, ("measure",), what, now)

    def at_who_clarifies(self) -> Iterator[Finding]:
        template, part = self.template, ("clarified_by",)
        if template.clarified_by not in self.seats:
            what = f"{template.clarified_by!r} is to answer what is asked, and there is no such seat."
            yield _error(Kind.UNKNOWN_SEAT, part, what, _nearest(template.clarified_by, self.seats, "seats"))
        elif template.may_ask(template.clarified_by):
            what = f"{template.clarified_by} is to answer what is asked, and may ask itself."
            yield _error(Kind.MISUSED, part, what, "Have another seat answer, or leave it to the operator.")
        elif not any(seat.may_ask for seat in template.seats):
            what = f"{template.clarified_by} is to answer what is asked, and no seat may ask."
            yield _warning(Kind.MISUSED, part, what, "Give a seat may_ask: 2.")

    def at_the_end(self) -> Iterator[Finding]:
        template, verdict = self.template, self.template.verdict
        roles = {seat.id: seat.role for seat in template.seats}
        if verdict is None and template.decided_by is DecidedBy.JUDGE:
            what = "no step gives the verdict, and the judge decides."
            now = "Add the step final_decision, or have it decided by seats."
            yield _error(Kind.NO_JUDGE, ("verdict",), what, now)
        if verdict is not None and verdict.expects is not Expects.VERDICT:
            what = f"{verdict.name} comes after the last round and asks for no verdict."
            yield _error(Kind.NO_JUDGE, ("verdict", "expects"), what, "Have it expect one.")
        if verdict is not None and roles.get(verdict.seat, Role.JUDGE) is not Role.JUDGE:
            what = f"the verdict is given by {verdict.seat}, a {roles[verdict.seat]}: it has argued itself."
            yield _warning(Kind.NO_JUDGE, ("verdict", "seat"), what, "Seat a judge.")
        yield from self.at_the_bench(roles)
        yield from check_votes(template)
        for step in template.steps:
            part = _part(template, step)
            if step.expects is Expects.VERDICT:
                what = f"{step.name} asks for a verdict within a round, where none is read."
                yield _error(Kind.MISUSED, (*part, "expects"), what, "Make it the verdict, or expect a break.")
            if step.expects is Expects.BREAK and roles.get(step.seat) not in (Role.JUDGE, Role.MODERATOR):
                what = f"{step.name} asks {step.seat} whether the debate may end, who is no judge."
                yield _warning(Kind.NO_JUDGE, (*part, "seat"), what, "Ask a judge or a moderator.")

    def at_the_bench(self, roles: Mapping[SeatId, Role]) -> Iterator[Finding]:
        """The judges beside the one whose step the verdict is."""
        template = self.template
        if template.judges and template.verdict is None:
            what = "there are judges, and no step gives the verdict."
            yield _error(Kind.NO_JUDGE, ("judges",), what, "Add the step final_decision, or leave them out.")
        for judge, times in Counter(template.bench if template.verdict is not None else template.judges).items():
            if judge not in self.seats:
                what = f"{judge!r} is to judge, and there is no such seat."
                yield _error(Kind.UNKNOWN_SEAT, ("judges",), what, _nearest(judge, self.seats, "seats"))
            elif times > 1:
                what = f"{judge} is to judge {times} times."
                yield _error(Kind.DOUBLE, ("judges",), what, "Name each judge once, and not the verdict's own.")
            elif judge in template.judges and roles.get(judge, Role.JUDGE) is not Role.JUDGE:
                what = f"{judge}, a {roles[judge]}, is to judge: it has argued itself."
                yield _warning(Kind.NO_JUDGE, ("judges",), what, "Seat a judge.")


def _part(template: Template, step: StepSpec) -> Part:
    return ("verdict",) if step is template.verdict else ("steps", step.name)


def _named(names: Collection[str], what: str, part: Part) -> Iterator[Finding]:
    for name in dict.fromkeys(names):
        if not is_snake_case(name):
            now = "Use small letters, digits and single underscores, a letter first: my_format."
            yield _error(Kind.BAD_NAME, (*part, name) if part else (), f"{name[:60]!r} can't be {what}.", now)
    for name, count in Counter(names).items():
        if count > 1:
            fault = f"{name!r} is {what} {count} times."
            yield _error(Kind.DOUBLE, (*part, name), fault, "Rename or remove all but one.")


def _between(number: int, least: int, most: int, what: str, part: Part) -> Iterator[Finding]:
    if not least <= number <= most:
        yield _error(Kind.OUT_OF_BOUNDS, part, f"{number} can't be {what}.", f"Name one from {least} to {most}.")


def _at_most(number: int, most: int, what: str, part: Part) -> Iterator[Finding]:
    if number > most:
        yield _error(Kind.OUT_OF_BOUNDS, part, f"{number} {what}.", f"A format has at most {most}.")


def _text(text: str, most: int, what: str, part: Part) -> Iterator[Finding]:
    if len(text) > most:
        now = f"At most {most} are taken."
        yield _error(Kind.OUT_OF_BOUNDS, part, f"{what} has {len(text)} characters.", now)
    if clean_text(text) != text:
        now = "Remove them: a terminal would obey them."
        yield _error(Kind.OUT_OF_BOUNDS, part, f"{what} holds control characters.", now)


def _nearest(name: str, known: Collection[str], what: str) -> str:
    listed = sorted(known)
    more = " and more" if len(listed) > NAMED_MAX else ""
    there = f"The {what} are {', '.join(listed[:NAMED_MAX])}{more}." if listed else f"There are no {what}."
    return nearest(name[:80], listed) or there


def _error(kind: Kind, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=Severity.ERROR, part=part, what=what, now=now)


def _warning(kind: Kind, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=Severity.WARNING, part=part, what=what, now=now)
