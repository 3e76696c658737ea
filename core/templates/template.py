"""What is a format of debate made of?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from core.domain.ids import NO_SEAT, ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.domain.unanswered import AnswerTerms
from core.rules.condition import Condition

if TYPE_CHECKING:
    from core.templates.workflow import WorkflowDefinition

MEASURE_DEFAULT = "keywords@1"
PASS_NAMES = ("first", "reversed")
"""What each pass of a judge is called: by the order in which it shows those who spoke."""
ITERATION_MARK = "~"
"""Between a step's name and the number of its repetition, from the second on: `probe~2`."""


class Complexity(StrEnum):
    """How much is played; also a way to choose a template."""

    SIMPLE = "simple"
    STANDARD = "standard"
    COMPLEX = "complex"


class Occurs(StrEnum):
    """In which rounds a step takes place. In a debate of one round that round is the first and the last."""

    FIRST = "first"
    LATER = "later"
    MIDDLE = "middle"
    LAST = "last"
    BEFORE_LAST = "before_last"
    EVERY = "every"


class Sees(StrEnum):
    """Which turns a step's prompt holds: all, those of linked seats and its own, its own alone, or none.

    What the operator says is seen by everybody.
    """

    ALL = "all"
    LINKED = "linked"
    OWN = "own"
    NOTHING = "nothing"


class Expects(StrEnum):
    """How a turn has to end, and so what is read from it: an answer to the question, a stance with how sure the seat is
    of it, a ballot that orders what can be chosen, a ranking of the others, a word on whether the debate may end, the
    judge's verdict, or nothing."""

    NOTHING = "nothing"
    ANSWER = "answer"
    STANCE = "stance"
    BALLOT = "ballot"
    RANKING = "ranking"
    BREAK = "break"
    VERDICT = "verdict"


class DecidedBy(StrEnum):
    """Whose word is the verdict: the judge's, that of most seats by their latest answers, that of most answers, or that
    of the seats by how sure they are or by their ballots, counted in one of three ways.

    Where a vote is even, the judge's step decides if the format has one.
    """

    JUDGE = "judge"
    SEATS = "seats"
    SAMPLES = "samples"
    CONFIDENCE = "confidence"
    RANKED = "ranked"
    BORDA = "borda"
    CONDORCET = "condorcet"


COUNTED: Mapping[DecidedBy, str] = {
    DecidedBy.SEATS: "each seat's latest answer",
    DecidedBy.SAMPLES: "every answer",
    DecidedBy.CONFIDENCE: "each seat's stance, by how sure it is",
    DecidedBy.RANKED: "ballots, in instant runoff",
    DecidedBy.BORDA: "ballots, by points (Borda)",
    DecidedBy.CONDORCET: "ballots, two by two (Condorcet)",
}
"""What is counted, in words, where no judge decides."""
BY_BALLOTS = frozenset({DecidedBy.RANKED, DecidedBy.BORDA, DecidedBy.CONDORCET})
"""The ways to decide that count ballots."""
ANSWERING = frozenset({Expects.ANSWER, Expects.STANCE})
"""The endings from which an answer is read."""


class EarlyStop(StrEnum):
    """Whether agreement alone may end a debate early: whenever its measure reads enough, or only where recorded
    sessions of which the right answer is known have shown that such a reading tells something."""

    TRUSTED = "trusted"
    CALIBRATED = "calibrated"


class Judging(StrEnum):
    """How often each judge is asked: once, or twice at once with every position reversed the second time. Whoever is
    asked twice is shown seats by letters, and counts as undecided where its two answers differ."""

    ONCE = "once"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSpec:
    """A seat that the format has: its role and the participant who takes it unless another is cast. It `may_ask` so
    often in a debate for what it needs to know before its turn; 0 for never."""

    id: SeatId
    role: Role
    participant: ParticipantId
    may_ask: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """One turn of a round: `seat` is asked to do `task`, told in the words of `instruction`.

    `when` skips it where it doesn't hold as the step's turn comes. `rounds_seen` are the rounds, counted back from the
    one under way, of which it sees turns; 0 for all. `is_blind` hides who said what behind letters. `block` names the
    block that it belongs to, "" for none.
    """

    name: str
    seat: SeatId
    task: str
    instruction: str
    occurs: Occurs = Occurs.EVERY
    expects: Expects = Expects.NOTHING
    sees: Sees = Sees.ALL
    rounds_seen: int = 0
    is_blind: bool = False
    when: Condition | None = None
    block: str = ""

    @property
    def iteration(self) -> int:
        """From 1: which repetition of its block this is."""
        _, mark, number = self.name.partition(ITERATION_MARK)
        return int(number) if mark else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Steps that follow one another and belong together: taken `times` times over, no further one once `until` holds,
    or all at once, so that none of them sees another."""

    id: str
    times: int = 1
    until: Condition | None = None
    is_at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Something about a format that can be set: `{name}` in an instruction stands for the word that `value` chooses."""

    name: str
    about: str
    words: tuple[str, ...]
    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A format. `verdict` is the judge's step after the last round; `consensus_ppm` the level that counts as reached.

    `minutes_expected` and `cost_microusd_expected` are what a run with paid models of the middle class takes.
    `rule_set` names the set of rules that its sessions follow unless another is asked for, "" the operator's own.
    `links` say for each seat whose turns a step that sees the linked ones is shown. `source` is the paper or practice
    that the format follows. `is_vote` formats end with the answers so far when the money is spent. `judges` are asked
    for the verdict beside the seat of its step, in the same words. `early_stop` says when agreement may end it.
    `escalation` says how long the operator is waited for, and what happens then; None leaves it to the settings.
    `clarified_by` is the seat that answers what seats ask, NO_SEAT where it is the operator.
    """

    id: TemplateId
    version: int
    name: str
    description: str
    complexity: Complexity
    rounds: int
    seats: tuple[SeatSpec, ...]
    steps: tuple[StepSpec, ...]
    verdict: StepSpec | None
    consensus_ppm: int
    minutes_expected: int
    cost_microusd_expected: int
    rule_set: str = ""
    decided_by: DecidedBy = DecidedBy.JUDGE
    measure: str = MEASURE_DEFAULT
    blocks: tuple[Block, ...] = ()
    links: Mapping[SeatId, tuple[SeatId, ...]] = field(default_factory=dict)
    dials: tuple[Dial, ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    judging: Judging = Judging.ONCE
    judges: tuple[SeatId, ...] = ()
    early_stop: EarlyStop = EarlyStop.TRUSTED
    escalation: AnswerTerms | None = None
    clarified_by: SeatId = NO_SEAT

    @property
    def is_vote(self) -> bool:
        """True where answers are counted instead of a judge being asked."""
        return self.decided_by is not DecidedBy.JUDGE

    @property
    def bench(self) -> tuple[SeatId, ...]:
        """Every seat that is asked for the verdict, that of its step first; none where nobody is."""
        return () if self.verdict is None else (self.verdict.seat, *self.judges)

    @property
    def passes(self) -> int:
        """How often each judge is asked."""
        return 2 if self.judging is Judging.SWAPPED else 1

    @property
    def is_balloted(self) -> bool:
        """True where judges cast ballots that are counted, instead of one judge's word being the verdict."""
        return self.verdict is not None and (self.judging is Judging.SWAPPED or bool(self.judges))

    def steps_of_round(self, number: int, *, rounds_limit: int) -> tuple[StepSpec, ...]:
        """The steps of round `number` (from 1) in order, where `rounds_limit` rounds are to be played; those of a block
        that is repeated as often as it may be."""
        occurring = [step for step in self.steps if _occurs(step.occurs, number, rounds_limit)]
        return _repeated(occurring, self.blocks) if self.blocks else tuple(occurring)

    def turns_of(self, seats: Collection[SeatId], *, rounds: int) -> int:
        """How often these seats speak at most in a debate of `rounds` rounds, its verdict included."""
        played = [self.steps_of_round(number, rounds_limit=rounds) for number in range(1, rounds + 1)]
        spoken = sum(step.seat in seats for steps in played for step in steps)
        return spoken + self.passes * sum(judge in seats for judge in self.bench)

    def may_ask(self, id: SeatId) -> int:
        """How often the seat may ask for what it needs to know; 0 for one that the format doesn't have."""
        return next((seat.may_ask for seat in self.seats if seat.id == id), 0)

    def seat(self, id: SeatId) -> SeatSpec:
        """The seat with that id; KeyError where there is none."""
        for seat in self.seats:
            if seat.id == id:
                return seat
        raise KeyError(id)

    def block(self, id: str) -> Block | None:
        """The block with that id; None where there is none."""
        return next((block for block in self.blocks if block.id == id), None) if id else None

    def step(self, name: str) -> StepSpec | None:
        """The step of that name, in whichever repetition; None where there is none."""
        first = name.partition(ITERATION_MARK)[0]
        found = next((step for step in self.steps if step.name == first), None)
        return found if found is None or first == name else replace(found, name=name)

    def to_workflow_definition(self) -> WorkflowDefinition:
        """The format as a graph of its steps. `core.templates.workflow` says more about it."""
        from core.templates.workflow import to_workflow_definition  # a debate is played without

        return to_workflow_definition(self)

    def told(self, instruction: str) -> str:
        """An instruction with the words that the dials choose."""
        for dial in self.dials:
            instruction = instruction.replace(f"{{{dial.name}}}", dial.words[dial.value])
        return instruction


def _repeated(steps: list[StepSpec], blocks: tuple[Block, ...]) -> tuple[StepSpec, ...]:
    times = {block.id: block.times for block in blocks}
    played: list[StepSpec] = []
    place = 0
    while place < len(steps):
        block = steps[place].block
        end = place + 1
        while block and end < len(steps) and steps[end].block == block:
            end += 1
        together = steps[place:end]
        played += together
        for iteration in range(2, times.get(block, 1) + 1):
            played += [replace(step, name=f"{step.name}{ITERATION_MARK}{iteration}") for step in together]
        place = end
    return tuple(played)


def _occurs(when: Occurs, number: int, rounds_limit: int) -> bool:
    match when:
        case Occurs.FIRST:
            return number == 1
        case Occurs.LATER:
            return number > 1
        case Occurs.MIDDLE:
            return 1 < number < rounds_limit
        case Occurs.LAST:
            return number >= rounds_limit
        case Occurs.BEFORE_LAST:
            return number < rounds_limit
        case Occurs.EVERY:
            return True
