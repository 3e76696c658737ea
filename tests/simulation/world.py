"""What stands around the runtime in a simulation, and at which boundary does its process die?

A log that takes its time, and providers that are slow, fail and break off, keep books of their own, and answer a step
the same whenever it is asked. All of it draws from the seed. Once the process is dead, nothing that is left of it can
write or send.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.budget import Price, cost_microusd
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    Recorded,
)
from core.domain.ids import SessionId, StepId
from core.domain.steps import ModelRequest, StepKind
from core.ports.event_log import Append
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, Probe, ProviderFailed
from tests.memory import Crashed, Disk, MemoryLog

PIECES = 3
DEAR = Price(input_microusd=3_000_000, output_microusd=15_000_000)
FREE = Price(input_microusd=0, output_microusd=0)
ROUTES = ("sun:large", "sun:small", "moon:large", "moon:local")
TOKENS_CONTEXT_MAX = 128_000


class Boundary(StrEnum):
    """Where a process can die: on either side of whatever leaves it or reaches it."""

    BEFORE_APPEND = "before an append"
    AFTER_APPEND = "after an append"
    BEFORE_SEND = "before a request is sent"
    AFTER_SEND = "after a request was sent"
    IN_ANSWER = "in the midst of an answer"
    BEFORE_RECEIVE = "before the end of an answer is received"


@dataclass
class Doom:
    """When the process dies next: at the `left`-th passing of `boundary`, never where that is None."""

    disk: Disk
    boundary: Boundary | None = None
    left: int = 0
    died_at: list[Boundary] = field(default_factory=list)

    def set(self, boundary: Boundary, *, passings: int) -> None:
        self.boundary, self.left = boundary, passings

    def spare(self) -> None:
        self.boundary = None

    def passed(self, boundary: Boundary) -> None:
        """Raises Crashed where this is the moment, and ever after."""
        if self.disk.is_dead:
            raise Crashed
        if boundary is self.boundary:
            self.left -= 1
            if self.left <= 0:
                self.disk.is_dead = True
                self.died_at.append(boundary)
                self.boundary = None
                raise Crashed


class DrawnLog(MemoryLog):
    """The log of one process. What two sessions write at once is done in an order that is drawn."""

    def __init__(self, disk: Disk, doom: Doom, chance: random.Random, *, slow_percent: int) -> None:
        super().__init__(disk)
        self._doom = doom
        self._chance = chance
        self._slow_percent = slow_percent

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        await self._wait()
        self._doom.passed(Boundary.BEFORE_APPEND)
        written = await super().append(*appends)
        self._doom.passed(Boundary.AFTER_APPEND)
        await self._wait()
        return written

    async def _wait(self) -> None:
        if self._chance.randrange(100) < self._slow_percent:
            await asyncio.sleep(self._chance.randrange(40) / 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it reached a provider. `records` is how much was on record at that moment."""

    session: SessionId
    step: StepId
    route: str
    records: int


@dataclass
class Books:
    """What all providers have of it, whatever the processes remember."""

    sent: list[Sent] = field(default_factory=list)
    billed_microusd: Counter[SessionId] = field(default_factory=Counter)


@dataclass
class Actor:
    """The provider of every route whose name begins with `prefix`.

    `ill_percent` of its calls fail or break off, `slow_percent` take long. What it says depends on the step alone, so
    that a step that is asked again is answered with the same words.
    """

    prefix: str
    disk: Disk
    doom: Doom
    books: Books
    seed: int
    ill_percent: int = 0
    slow_percent: int = 0

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(
            model=model, price=FREE if model.endswith("local") else DEAR, tokens_context_max=TOKENS_CONTEXT_MAX
        )

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def count_input(self, request: ModelRequest) -> int | None:
        return request.bytes_input // 4

    def account(self, model: str) -> Account:
        return Account(provider=self.prefix)

    async def probe(self, model: str) -> Probe:
        return Probe(models=())

    async def aclose(self) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        self.doom.passed(Boundary.BEFORE_SEND)
        sent = Sent(session=request.session, step=request.step, route=request.model, records=len(self.disk.records))
        self.books.sent.append(sent)
        number = sum(each.session == sent.session and each.step == sent.step for each in self.books.sent)
        course = f"{self.seed}:{list(self.disk.lengths).index(request.session)}:{request.step}"
        chance = random.Random(f"{course}:{number}")
        is_ill, is_slow = chance.randrange(100) < self.ill_percent, chance.randrange(100) < self.slow_percent
        takes_ms = steady_ms(course) + (chance.randrange(1, 20_000) if is_slow else 0)
        try:
            self.doom.passed(Boundary.AFTER_SEND)
            await asyncio.sleep(takes_ms / 1_000)
            if is_ill:
                self._fall_ill(request, chance)
            for piece in said(course, request):
                self.doom.passed(Boundary.IN_ANSWER)
                yield Piece(text=piece)
            self.doom.passed(Boundary.BEFORE_RECEIVE)
        finally:
            # Whether it failed, somebody hung up or the process died: what was made until then is billed.
            self._bill(request, tokens_output=PIECES)
        yield Closing(
            stop_reason="stop", tokens_input=request.bytes_input // 4, tokens_output=PIECES, model=request.model
        )

    def _fall_ill(self, request: ModelRequest, chance: random.Random) -> None:
        error = chance.choice(["overloaded", "rate_limited", "server_error", "connection_lost"])
        raise ProviderFailed(
            error,
            "as it was drawn",
            may_have_cost=True,
            retry_after_ms=chance.choice([None, None, 500]),
            tokens_input=request.bytes_input // 4,
            tokens_output=PIECES,
        )

    def _bill(self, request: ModelRequest, *, tokens_output: int) -> None:
        cost = cost_microusd(
            self.describe(request.model).price, tokens_input=request.bytes_input // 4, tokens_output=tokens_output
        )
        self.books.billed_microusd[request.session] += cost


def steady_ms(course: str) -> int:
    """How long a step takes on a good day: as long as ever, however often it is asked."""
    return random.Random(f"takes {course}").randrange(1, 900)


def said(course: str, request: ModelRequest) -> Sequence[str]:
    """What is answered, in pieces: on one side or the other, and it gives way now and then."""
    chance = random.Random(f"says {course}")
    if request.brief.expects in ("review", "preference"):
        return _reviewed(request.brief.expects, chance)
    if request.kind is StepKind.VERDICT:
        return ("It stands.\n", "VERDICT: ", chance.choice(["for", "against", "undecided"]))
    if request.brief.expects in ("stance", "ballot"):
        return _declared(request, chance)
    stance = chance.choice(["I disagree: ", "I agree: ", "I concede that "])
    return (stance, f"point {chance.randrange(100)} of {request.step} ", "is what the rota shows.")


def _declared(request: ModelRequest, chance: random.Random) -> Sequence[str]:
    """A stance or a ballot; now and then one that can't be read."""
    if request.brief.expects == "stance":
        sure = chance.choice(["20%", "60%", "90 %", "170%", "NaN"])
        return ("It adds up.\n", f"STANCE: {chance.choice(['for', 'against'])} ", f"(confidence {sure})")
    options = list(request.brief.options)
    chance.shuffle(options)
    return ("I weigh them.\n", "BALLOT: ", chance.choice([" > ", " > ", " = "]).join(options[: chance.randrange(4)]))


def _reviewed(expects: str, chance: random.Random) -> Sequence[str]:
    """A score, a severity or a preference; now and then one that can't be read."""
    if expects == "preference":
        return ("It is clearer.\n", "PREFERRED: ", chance.choice(["first", "second", "neither", "both"]))
    score = chance.choice(["0.2", "0.5", "0.5", "0.7", "0.9", "1.7"])
    return ("It is short.\n", f'{{"score": {score}, ', f'"severity": {score}}}')


def open_attempts(records: Sequence[Recorded], session: SessionId, step: StepId) -> int:
    """How many attempts at a step are on record without an end."""
    count = 0
    for record in records:
        if record.session == session and getattr(record.event, "step", None) == step:
            match record.event:
                case AttemptStarted():
                    count += 1
                case AttemptSucceeded() | AttemptFailed() | AttemptInDoubt():
                    count -= 1
                case _:
                    pass
    return count
