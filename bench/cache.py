"""What does an answer that was given before cost to find, and what does looking for one that wasn't?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.measuring import NS_PER_US, Figure
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, Message, ModelRequest, StepKind
from core.ports.response_cache import Answer, CacheBounds, CacheMode
from core.runtime.caching import CachedAnswers
from storage.codec import Codec
from storage.memory_cache import MemoryCache
from storage.opened import open_storage

HIT_US_MAX = 30
PROMPT_CHARACTERS = 24_000
"""A late turn's prompt: the transcript's window is full."""

REQUESTS = 64
NOTHING = CacheBounds(entries_max=0, bytes_max=0)

QUESTION = "Is it necessary that the release train leaves on Fridays? This is case {number}. "


class Now:
    """The machine's clock, as the cache sees it."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1_000)


async def cached_answers(folder: Path, *, rounds: int, looks: int) -> list[Figure]:
    """Looks that find something in memory, in the database, and nothing at all; each beside a bare dictionary."""
    short = [asking(QUESTION.format(number=number)) for number in range(REQUESTS)]
    long = [asking((QUESTION.format(number=number) * 400)[:PROMPT_CHARACTERS]) for number in range(REQUESTS)]
    bare = {each.messages: answer() for each in short}
    storage = open_storage(folder / "moot.db", codec=Codec(()))
    memory = CachedAnswers(mode=CacheMode.EXACT, clock=Now(), memory=MemoryCache())
    like = CachedAnswers(mode=CacheMode.SIMILAR, clock=Now(), memory=MemoryCache())
    behind = CachedAnswers(
        mode=CacheMode.EXACT, clock=Now(), memory=MemoryCache(NOTHING), behind=(storage.response_cache,)
    )
    for cache, requests in ((memory, [*short, *long]), (like, short), (behind, short)):
        for request in requests:
            await cache.keep(request, answer())

    async def dictionary(request: ModelRequest) -> object:
        return bare.get(request.messages)

    async def fresh(request: ModelRequest) -> object:
        """A prompt that wasn't seen lately either, as that of every new turn."""
        unseen = CachedAnswers(mode=CacheMode.EXACT, clock=Now(), memory=MemoryCache())
        return await unseen.look_up(request)

    others = [replace(request, seed=2) for request in short]
    cases: list[tuple[str, list[ModelRequest], Callable[[ModelRequest], Awaitable[object]]]] = [
        ("a bare dictionary", short, dictionary),
        ("the same, short, from memory", short, memory.look_up),
        (f"the same, {PROMPT_CHARACTERS:,} characters, from memory", long, memory.look_up),
        ("the same in other clothes, from memory", [reworded(each) for each in short], like.look_up),
        ("the same, short, from the database", short, behind.look_up),
        ("nothing, short", others, memory.look_up),
        (f"nothing, {PROMPT_CHARACTERS:,} characters", [asking(f"{each.messages[-1].text}.") for each in long], fresh),
        ("keeping one in memory", short, lambda each: memory.keep(each, answer())),
    ]
    took: dict[str, list[float]] = {name: [] for name, _, _ in cases}
    for number in range(rounds + 1):
        for name, requests, look in cases:
            samples = await samples_us(requests, look, looks)
            if number:
                took[name].append(median(samples))
    await storage.close()
    (_, base), *rest = [(name, median(each)) for name, each in took.items()]
    bounded = [name for name, _, _ in cases[1:3]]
    return [
        Figure(
            case="cache",
            name=name,
            value=value,
            unit="µs",
            baseline=base,
            value_max=HIT_US_MAX if name in bounded else None,
        )
        for name, value in rest
    ]


def asking(question: str) -> ModelRequest:
    """What a seat is sent, as far as finding it again depends on it."""
    return ModelRequest(
        session=SessionId("cafe"),
        step=StepId("r1.opening.proposer"),
        seat=SeatId("proposer"),
        kind=StepKind.TURN,
        model="scripted:calm",
        messages=(
            Message(author="system", text="You are the proposer in a moderated debate."),
            Message(author="user", text=question),
        ),
        tokens_output_max=600,
        temperature_milli=0,
        seed=1,
        brief=Brief(
            motion="The release train leaves on Fridays.",
            role=Role.PROPOSER,
            side=1,
            task="opening",
            round=1,
            rounds_limit=3,
            turns=(),
            documents=(),
        ),
    )


def reworded(request: ModelRequest) -> ModelRequest:
    """The same question as somebody else would type it."""
    question = request.messages[-1].text.rstrip(". ").replace("Is it", "is it", 1)
    return replace(request, messages=(request.messages[0], Message(author="user", text=question)))


def copied(request: ModelRequest) -> ModelRequest:
    """The same request of new texts, as a prompt is made anew each time: a text is hashed only once."""
    messages = tuple(
        Message(author=message.author, text=message.text.encode().decode()) for message in request.messages
    )
    return replace(request, messages=messages)


def answer() -> Answer:
    return Answer(
        text="It is. " * 80,
        model="scripted:calm",
        stop_reason="stop",
        tokens_input=900,
        tokens_output=160,
        cost_microusd=4_200,
        latency_ms=1_500,
    )


async def samples_us(
    requests: list[ModelRequest], look: Callable[[ModelRequest], Awaitable[object]], looks: int
) -> list[float]:
    """Microseconds of each look."""
    samples: list[float] = []
    for number in range(looks):
        request = copied(requests[number % len(requests)])
        began_ns = time.perf_counter_ns()
        await look(request)
        samples.append((time.perf_counter_ns() - began_ns) / NS_PER_US)
    return samples
