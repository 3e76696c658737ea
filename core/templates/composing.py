"""How is a format put together from the library, or from steps of one's own?

Pure: seats and steps go in, and out comes a template, or every problem that keeps it from being one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.errors import WrongUse, nearest
from core.domain.facts import FactSpec
from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import DEBATING, Participant, Role
from core.domain.session import ROUNDS_MAX
from core.judging.answers import ANSWERS_PIN
from core.judging.stances import STANCE_PIN
from core.rules.condition import Condition
from core.templates.bounds import SEATS_MAX, STEPS_MAX, TURNS_OF_ROUND_MAX
from core.templates.checking import Surroundings, check_template, errors_of
from core.templates.overrides import Overrides, overrides_from
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.steps_library import STEPS_BY_ID, LibraryStep
from core.templates.template import (
    MEASURE_DEFAULT,
    Block,
    Complexity,
    DecidedBy,
    Expects,
    Judging,
    Occurs,
    SeatSpec,
    StepSpec,
    Template,
)

COMPLEXITY_LEVELS = (Complexity.SIMPLE, Complexity.SIMPLE, Complexity.STANDARD, Complexity.COMPLEX, Complexity.COMPLEX)
ROUNDS_BY_LEVEL = (1, 2, 3, 4, 5)
"""What a level from 1 to 5 means, where nothing else is said."""

CONSENSUS_PPM = 800_000
TURN_SECONDS = 75
TURN_MICROUSD = 11_000
"""What a turn takes by a paid model of the middle class, as in the formats that ship."""

_ORDINALS = ("", "second_", "third_", "fourth_")
_SIDES = frozenset({Role.PROPOSER, Role.OPPONENT})


class CompositionRefused(WrongUse):
    """No template comes of what was asked. `problems` are all that stand in the way, each in a sentence or two."""

    def __init__(self, template_id: str, problems: Sequence[str]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(" ".join(self.problems), where=f"template {template_id[:60]}")

    def __str__(self) -> str:
        return "\n".join(f"{self.where}: {problem}" for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMetadata:
    """What a format says of itself. `complexity_level` runs from 1 to 5: 1 and 2 are simple, 3 standard, 4 and 5
    complex; it also says how many rounds are played unless that is said."""

    name: str
    description: str = ""
    complexity_level: int = 3
    tags: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChoice:
    """A step of the library with what is otherwise than it says there: who takes it (seats or roles, empty for those
    that it is for), when it occurs, under which condition."""

    step: str
    seats: tuple[str, ...] = ()
    occurs: Occurs | None = None
    when: Condition | None = None


def compose_custom_template(
    *,
    template_id: str,
    metadata: TemplateMetadata,
    participants: Sequence[str | SeatSpec],
    step_sequence: Sequence[str | StepChoice | StepSpec],
    config_overrides: Mapping[str, object] | None = None,
    library: Mapping[ParticipantId, Participant] = PARTICIPANTS_BY_ID,
    facts: Mapping[str, FactSpec] | None = None,
    rule_sets: Collection[str] | None = None,
    version: int = 1,
) -> Template:
    """The template of these seats and steps. Raises CompositionRefused with every problem named.

    A participant is named by id, and takes a seat called after its role; `seat=participant` and `seat:role=participant`
    say more. A step is the id of a library step, followed by `@OCCURS` and `=seat,seat` where it is to be otherwise,
    or a step of one's own. The sequence is the order within a round; where nothing in it is argued from the second
    round on, its first arguments go on there as rebuttals.

    `library` are the participants that there are, `facts` what conditions may look at.
    """
    composer = Composer(library)
    seats = composer.seats(participants)
    overrides = overrides_from(config_overrides or {}, composer.problems)
    level = composer.level(metadata.complexity_level)
    choices = composer.choices(step_sequence)
    rounds = overrides.rounds if overrides.rounds is not None else ROUNDS_BY_LEVEL[level - 1]
    laid = composer.laid(choices, seats, rounds=rounds)
    if composer.problems:
        raise CompositionRefused(template_id, composer.problems)
    template = _composed(template_id, metadata, level, seats, laid, rounds, overrides, version)
    surroundings = Surroundings(facts=facts or {}, participants=set(library), rule_sets=rule_sets)
    errors = errors_of(check_template(template, surroundings=surroundings))
    if errors:
        raise CompositionRefused(template_id, [f"{found.what} {found.now}".strip() for found in errors])
    return template


def step_choice(text: str) -> StepChoice:
    """`rebuttal@every=proposer,opponent` as a choice. Raises WrongUse for an occurrence that nobody knows."""
    named, _, seats = text.partition("=")
    step, _, occurs = named.partition("@")
    words = [word.value for word in Occurs]
    if occurs and occurs not in words:
        raise WrongUse(
            f"no step occurs {occurs[:60]!r}.", where=step, now=nearest(occurs, words) or f"It is {', '.join(words)}."
        )
    return StepChoice(
        step=step.strip(),
        seats=tuple(seat.strip() for seat in seats.split(",") if seat.strip()),
        occurs=Occurs(occurs) if occurs else None,
    )


@dataclass(frozen=True, slots=True)
class Laid:
    """What library steps come to: turns in order, the blocks that they make, the verdict where one is among them, and
    who judges beside the seat that gives it."""

    steps: tuple[StepSpec, ...]
    blocks: tuple[Block, ...]
    verdict: StepSpec | None
    judges: tuple[SeatId, ...] = ()


class Composer:
    """Collects what stands in the way, and goes on as far as it can. `blocks` are names that are taken."""

    def __init__(self, library: Mapping[ParticipantId, Participant]) -> None:
        self.library = library
        self.problems: list[str] = []
        self.names: Counter[str] = Counter()
        self.blocks: set[str] = set()

    def seats(self, asked: Sequence[str | SeatSpec]) -> tuple[SeatSpec, ...]:
        if not asked:
            self.problems.append("a format without participants. Seat somebody.")
        if len(asked) > SEATS_MAX:
            self.problems.append(f"{len(asked)} seats. A format has at most {SEATS_MAX}.")
            return ()
        seats: list[SeatSpec] = []
        for each in asked:
            seat = each if isinstance(each, SeatSpec) else self.seat(each, [seat.role for seat in seats])
            if seat is not None and seat.id in {other.id for other in seats}:
                self.problems.append(f"two seats are called {seat.id!r}. Name them: seat=participant.")
            elif seat is not None:
                seats.append(seat)
        return tuple(seats)

    def seat(self, text: str, seated: Sequence[Role]) -> SeatSpec | None:
        named, is_named, participant = text.rpartition("=")
        known = self.library.get(ParticipantId(participant))
        if known is None:
            model = " That looks like a model: seat a participant, and cast the model when you start."
            advice = nearest(participant[:80], self.library) or _listed("The participants are", self.library)
            now = model.strip() if ":" in participant else advice
            self.problems.append(f"no participant is called {participant[:60]!r}. {now}")
            return None
        id, _, said = named.partition(":")
        role = self.role(said) if said else known.role or role_in(id) or role_in(participant)
        if role is None:
            if not said:
                now = f"Write {id or 'seat'}:ROLE={participant}."
                self.problems.append(f"nothing says which role {participant!r} takes. {now}")
            return None
        seat = id if is_named else _seat_name(role, seated.count(role))
        return SeatSpec(id=SeatId(seat), role=role, participant=ParticipantId(participant))

    def role(self, word: str) -> Role | None:
        if word in DEBATING:
            return Role(word)
        words = [known.value for known in DEBATING]
        self.problems.append(
            f"no role is called {word[:60]!r}. {nearest(word[:80], words) or _listed('Roles are', words)}"
        )
        return None

    def level(self, level: int) -> int:
        if isinstance(level, int) and 1 <= level <= len(COMPLEXITY_LEVELS):
            return level
        self.problems.append(f"{level!r} can't be a level of complexity. Name one from 1 to {len(COMPLEXITY_LEVELS)}.")
        return 1

    def choices(self, asked: Sequence[str | StepChoice | StepSpec]) -> list[StepChoice | StepSpec]:
        if not asked:
            self.problems.append(_listed("a format without steps. The library has", STEPS_BY_ID))
        if len(asked) > STEPS_MAX:
            self.problems.append(f"{len(asked)} steps. A format has at most {STEPS_MAX}.")
            return []
        found: list[StepChoice | StepSpec] = []
        for each in asked:
            try:
                choice = step_choice(each) if isinstance(each, str) else each
            except WrongUse as refusal:
                self.problems.append(str(refusal))
                continue
            if isinstance(choice, StepChoice) and choice.step not in STEPS_BY_ID:
                now = nearest(choice.step[:80], STEPS_BY_ID) or _listed("The library has", STEPS_BY_ID)
                self.problems.append(f"no step is called {choice.step[:60]!r}. {now}")
                continue
            found.append(choice)
        return found

    def laid(self, choices: Sequence[StepChoice | StepSpec], seats: Sequence[SeatSpec], *, rounds: int) -> Laid:
        steps: list[StepSpec] = []
        blocks: list[Block] = []
        verdicts: list[StepSpec] = []
        for choice in _carried_on(choices, rounds=rounds):
            if isinstance(choice, StepSpec):
                (verdicts if choice.expects is Expects.VERDICT else steps).append(choice)
                continue
            made = self.steps_of(choice, seats)
            if STEPS_BY_ID[choice.step].is_verdict:
                verdicts += made
                continue
            if STEPS_BY_ID[choice.step].is_at_once and len(made) > 1:
                block = Block(id=_free(STEPS_BY_ID[choice.step].task, self.blocks), is_at_once=True)
                self.blocks.add(block.id)
                blocks.append(block)
                made = [replace(step, block=block.id) for step in made]
            steps += made
        if len({verdict.instruction for verdict in verdicts}) > 1:
            names_said = " and ".join(verdict.seat for verdict in verdicts)
            self.problems.append(
                f"several give the verdict, each in other words: {names_said}. Name one: final_decision=SEAT."
            )
        judges = tuple(dict.fromkeys(verdict.seat for verdict in verdicts))[1:]
        return Laid(tuple(steps), tuple(blocks), verdicts[0] if verdicts else None, judges)

    def steps_of(self, choice: StepChoice, seats: Sequence[SeatSpec]) -> list[StepSpec]:
        step = STEPS_BY_ID[choice.step]
        made = []
        spoken: Counter[Role] = Counter()
        for seat in self.taking(choice, step, seats):
            name = f"{step.task}_{seat.id}" if not step.is_verdict else step.task
            self.names[name] += 1
            made.append(
                StepSpec(
                    name=name if self.names[name] == 1 else f"{name}_{self.names[name]}",
                    seat=seat.id,
                    task=step.task,
                    instruction=step.told(seat.role, is_second=spoken[seat.role] > 0),
                    occurs=choice.occurs or (Occurs.EVERY if step.is_verdict else step.occurs),
                    expects=step.expects,
                    sees=step.sees,
                    is_blind=step.is_blind,
                    when=choice.when,
                )
            )
            spoken[seat.role] += 1
        return made

    def taking(self, choice: StepChoice, step: LibraryStep, seats: Sequence[SeatSpec]) -> list[SeatSpec]:
        """The seats that take a step, in the order in which they speak: every first speaker before any second."""
        if choice.seats:
            found = []
            for word in choice.seats:
                named = [seat for seat in seats if word in (seat.id, seat.role.value)]
                if not named:
                    known = {str(name) for seat in seats for name in (seat.id, seat.role.value)}
                    now = nearest(word, known) or _listed("There are", known)
                    self.problems.append(f"{choice.step} is for {word[:60]!r}, who isn't seated. {now}")
                found += named
            return list(dict.fromkeys(found))
        by_role = [[seat for seat in seats if seat.role is role] for role in step.roles]
        longest = max((len(each) for each in by_role), default=0)
        found = [each[place] for place in range(longest) for each in by_role if place < len(each)]
        if found:
            return found
        for role in step.stand_ins:
            standing_in = [seat for seat in seats if seat.role is role]
            if standing_in:
                return standing_in[:1]
        roles = " or ".join((*step.roles, *step.stand_ins))
        self.problems.append(f"{choice.step} is for {roles}, and nobody sits as that. Seat one, or name who takes it.")
        return []


def _carried_on(choices: Sequence[StepChoice | StepSpec], *, rounds: int) -> list[StepChoice | StepSpec]:
    """The sequence with what goes on in later rounds, where nothing is argued there and there are some."""
    named = [choice for choice in choices if isinstance(choice, StepChoice) and choice.step in STEPS_BY_ID]
    is_argued_later = any(
        STEPS_BY_ID[each.step].is_argued and (each.occurs or STEPS_BY_ID[each.step].occurs) is not Occurs.FIRST
        for each in named
    ) or any(isinstance(choice, StepSpec) and choice.occurs is not Occurs.FIRST for choice in choices)
    if rounds == 1 or is_argued_later:
        return list(choices)
    found: list[StepChoice | StepSpec] = []
    has_gone_on = False
    for choice in choices:
        found.append(choice)
        later = STEPS_BY_ID[choice.step].goes_on_as if isinstance(choice, StepChoice) else ""
        if isinstance(choice, StepChoice) and later and not has_gone_on:
            found.append(StepChoice(step=later, seats=choice.seats, when=choice.when))
            has_gone_on = True
    return found


def _composed(
    template_id: str,
    metadata: TemplateMetadata,
    level: int,
    seats: tuple[SeatSpec, ...],
    laid: Laid,
    rounds: int,
    overrides: Overrides,
    version: int,
) -> Template:
    expecting = {step.expects for step in laid.steps}
    is_sided = any(seat.role in _SIDES for seat in seats)
    is_swapped = overrides.judging is not Judging.ONCE and laid.verdict is not None
    decided_by = _decided_by(expecting) if laid.verdict is None else DecidedBy.JUDGE
    template = Template(
        id=TemplateId(template_id),
        version=version,
        name=metadata.name,
        description=metadata.description,
        complexity=COMPLEXITY_LEVELS[level - 1],
        rounds=rounds,
        seats=seats,
        steps=laid.steps,
        verdict=replace(laid.verdict, is_blind=True) if is_swapped and laid.verdict is not None else laid.verdict,
        consensus_ppm=CONSENSUS_PPM if overrides.consensus_ppm is None else overrides.consensus_ppm,
        minutes_expected=0,
        cost_microusd_expected=0,
        rule_set=overrides.rule_set,
        decided_by=overrides.decided_by or decided_by,
        measure=overrides.measure or _measure(expecting, is_sided=is_sided),
        blocks=laid.blocks,
        links=overrides.links,
        dials=overrides.dials,
        tags=metadata.tags,
        source=metadata.source,
        judging=Judging.SWAPPED if is_swapped else Judging.ONCE,
        judges=laid.judges,
        early_stop=overrides.early_stop,
    )
    return with_expectations(template, overrides)


def _decided_by(expecting: Collection[Expects]) -> DecidedBy:
    """Who decides where nobody says it and nobody judges: whoever declares the most."""
    if Expects.BALLOT in expecting:
        return DecidedBy.RANKED
    if Expects.STANCE in expecting:
        return DecidedBy.CONFIDENCE
    return DecidedBy.SEATS if Expects.ANSWER in expecting else DecidedBy.JUDGE


def _measure(expecting: Collection[Expects], *, is_sided: bool) -> str:
    if Expects.STANCE in expecting:
        return STANCE_PIN
    return ANSWERS_PIN if Expects.ANSWER in expecting and not is_sided else MEASURE_DEFAULT


def with_expectations(template: Template, overrides: Overrides) -> Template:
    """The format with the minutes and dollars that are said, or else with those that its turns come to."""
    times = {block.id: block.times for block in template.blocks}
    of_a_round = sum(times.get(step.block, 1) for step in template.steps)
    # What breaks the bound is refused by the check; to go through its turns could take minutes.
    is_bounded = of_a_round <= TURNS_OF_ROUND_MAX and template.rounds <= ROUNDS_MAX
    turns = template.turns_of([seat.id for seat in template.seats], rounds=template.rounds) if is_bounded else 0
    minutes, cost = overrides.minutes_expected, overrides.cost_microusd_expected
    return replace(
        template,
        minutes_expected=-(-turns * TURN_SECONDS // 60) if minutes is None else minutes,
        cost_microusd_expected=turns * TURN_MICROUSD if cost is None else cost,
    )


def _seat_name(role: Role, others: int) -> str:
    return f"{_ORDINALS[others]}{role}" if others < len(_ORDINALS) else f"{role}_{others + 1}"


def role_in(name: str) -> Role | None:
    """The role that a name speaks of (`claude_proposer`), None where it speaks of none or of several."""
    found = [role for role in DEBATING if role.value in name.split("_")]
    return found[0] if len(found) == 1 else None


def _free(name: str, taken: Collection[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free


def _listed(lead: str, names: Collection[object]) -> str:
    return f"{lead} {', '.join(sorted(map(str, names)))}."
