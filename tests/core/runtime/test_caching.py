"""Is an answer given again exactly where it may be, and is a broken cache nothing but a miss?"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import StorageFailed
from core.domain.ids import Digest
from core.domain.steps import Message, ModelRequest, StepKind
from core.judging.keeping import KEPT_MS, TEMPERATURE_MILLI_KEPT_MAX, Purpose
from core.ports.response_cache import Answer, CacheMode, CacheSize, EntryUnreadable, KeptAnswer, ResponseCache
from core.runtime.caching import (
    EXACT,
    REQUESTS_REMEMBERED_MAX,
    REST_MS,
    SIMILAR,
    WAIT_MS_MAX,
    CachedAnswers,
    purpose_of,
)
from storage.memory_cache import MemoryCache
from tests.core.providers.requests import request, turn
from tests.virtual_time import VirtualClock, in_virtual_time

KEY = "sk-planted-0123456789"


@dataclass(kw_only=True)
class Watch:
    """The Clock port with hands to move."""

    now: int = 1_790_000_000_000

    def now_ms(self) -> int:
        return self.now

    async def sleep(self, milliseconds: int) -> None:
        self.now += milliseconds


@dataclass(kw_only=True)
class Troubled:
    """A cache in which everything raises, or waits for ever, for as long as it is troubled."""

    trouble: Exception | None = None
    is_hanging: bool = False
    looks: int = 0
    inner: MemoryCache = field(default_factory=MemoryCache)
    name: str = "redis"

    async def _ail(self) -> None:
        self.looks += 1
        if self.is_hanging:
            await asyncio.Event().wait()
        if self.trouble is not None:
            raise self.trouble

    async def find(self, exact: Digest, *, now_ms: int) -> KeptAnswer | None:
        await self._ail()
        return await self.inner.find(exact, now_ms=now_ms)

    async def find_like(self, like: Digest, *, now_ms: int) -> KeptAnswer | None:
        await self._ail()
        return await self.inner.find_like(like, now_ms=now_ms)

    async def keep(self, exact: Digest, kept: KeptAnswer, *, like: Digest | None, now_ms: int) -> None:
        await self._ail()
        await self.inner.keep(exact, kept, like=like, now_ms=now_ms)

    async def size(self) -> CacheSize:
        await self._ail()
        return await self.inner.size()

    async def forget_all(self) -> None:
        await self._ail()
        await self.inner.forget_all()

    async def close(self) -> None:
        await self._ail()


def cached(
    mode: CacheMode = CacheMode.EXACT, *behind: ResponseCache, watch: Watch | None = None, keeps_warm: bool = False
) -> CachedAnswers:
    return CachedAnswers(mode=mode, clock=watch or Watch(), memory=MemoryCache(), behind=behind, keeps_warm=keeps_warm)


def asking(question: str, system: str = "You are the judge.", **changes: object) -> ModelRequest:
    messages = (Message(author="system", text=system), Message(author="user", text=question))
    return replace(request(), messages=messages, **changes)  # type: ignore[arg-type]


def answer(text: str = "Yes.", **changes: object) -> Answer:
    whole = Answer(
        text=text,
        model="scripted:calm",
        stop_reason="stop",
        tokens_input=900,
        tokens_output=100,
        cost_microusd=4_200,
        latency_ms=1_500,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


async def test_what_was_answered_is_given_to_the_next_who_asks_the_same() -> None:
    watch = Watch()
    cache = cached(watch=watch)
    assert await cache.look_up(asking("Is it late?")) is None
    assert await cache.keep(asking("Is it late?"), answer())
    watch.now += 5_000

    hit = await cache.look_up(asking("Is  it late? "))

    assert hit is not None
    assert (hit.answer, hit.how, hit.place, hit.age_ms) == (answer(), EXACT, "memory", 5_000)
    assert (hit.saved_microusd, hit.saved_ms) == (4_200, 1_500)


async def test_a_cache_that_is_off_keeps_and_finds_nothing() -> None:
    place = Troubled()
    cache = cached(CacheMode.OFF, place)

    assert not await cache.keep(asking("Is it late?"), answer())
    assert await cache.look_up(asking("Is it late?")) is None
    assert place.looks == 0
    assert cache.figures().looked_up == 0


@pytest.mark.parametrize(
    ("mode", "other", "how"),
    [
        (CacheMode.EXACT, "is it late", None),
        (CacheMode.SIMILAR, "is it late", SIMILAR),
        (CacheMode.SIMILAR, "Is it late?", EXACT),
        (CacheMode.SIMILAR, "Is it not late?", None),
        (CacheMode.SIMILAR, "Isn't it late?", None),
    ],
)
async def test_who_asks_the_same_in_other_clothes_is_answered_where_that_is_wanted(
    mode: CacheMode, other: str, how: str | None
) -> None:
    cache = cached(mode)
    await cache.keep(asking("Is it late?"), answer())

    hit = await cache.look_up(asking(other))

    assert (hit.how if hit else None) == how


@pytest.mark.parametrize(
    "other",
    [
        asking("is it late", system="You are the clerk."),
        asking("is it late", model="scripted:other"),
        asking("is it late", temperature_milli=1),
        asking("is it late", seed=2),
        asking("is it late", tokens_output_max=1),
        asking("is it late", kind=StepKind.VERDICT),
        asking("is it late", brief=replace(request().brief, turns=(turn("It is noon."),))),
        asking("is it late", brief=replace(request().brief, motion="Clocks lie")),
    ],
    ids=["instruction", "model", "temperature", "seed", "limit", "purpose", "history", "motion"],
)
async def test_no_answer_crosses_from_one_conversation_model_or_manner_to_another(other: ModelRequest) -> None:
    cache = cached(CacheMode.SIMILAR)
    await cache.keep(asking("Is it late?"), answer())

    assert await cache.look_up(other) is None
    assert await cache.look_up(asking("is it late")) is not None


@pytest.mark.parametrize("purpose", [Purpose.COUNTING, Purpose.HEALTH])
async def test_what_is_counted_or_probed_has_no_like(purpose: Purpose) -> None:
    cache = cached(CacheMode.SIMILAR)
    await cache.keep(asking("Is it late?"), answer("5"), purpose)

    assert await cache.look_up(asking("is it late"), purpose) is None
    assert await cache.look_up(asking("Is it late?"), purpose) is not None


async def test_of_what_is_counted_every_blank_counts() -> None:
    cache = cached()
    await cache.keep(asking("Is it  late?"), answer("5"), Purpose.COUNTING)

    assert await cache.look_up(asking("Is it late?"), Purpose.COUNTING) is None


@pytest.mark.parametrize(
    "system", ["Classify the tone.", "How many letters?", "x" * 20_000], ids=["tone", "letters", "too long"]
)
async def test_where_wording_matters_only_the_same_words_will_do(system: str) -> None:
    cache = cached(CacheMode.SIMILAR)
    await cache.keep(asking("Is it late?", system), answer())

    assert await cache.look_up(asking("is it late", system)) is None
    assert await cache.look_up(asking("Is it late?", system)) is not None


@pytest.mark.parametrize(
    ("unfit", "why_not"),
    [
        (answer(""), "empty"),
        (answer(stop_reason="length"), "truncated"),
        (answer(stop_reason="content_policy"), "refused"),
        (answer(stop_reason="other:error"), "not_whole"),
        (answer("I'm sorry, but I can't help with that."), "refused"),
    ],
)
async def test_what_isnt_whole_is_never_kept_and_it_is_counted_why(unfit: Answer, why_not: str) -> None:
    place = Troubled()
    cache = cached(CacheMode.SIMILAR, place)

    assert not await cache.keep(asking("Is it late?"), unfit)

    assert await cache.look_up(asking("Is it late?")) is None
    assert (await place.inner.size()).entries == 0
    assert cache.figures().not_kept == {why_not: 1}


async def test_a_warm_answer_is_one_of_many_unless_the_operator_says_otherwise() -> None:
    warm = asking("Is it late?", temperature_milli=TEMPERATURE_MILLI_KEPT_MAX + 1)
    shared = MemoryCache()
    cold, told = cached(CacheMode.EXACT, shared), cached(CacheMode.EXACT, shared, keeps_warm=True)

    assert not await cold.keep(warm, answer())
    assert cold.figures().not_kept == {"warm": 1}
    assert await told.keep(warm, answer())
    assert await told.look_up(warm) is not None
    assert await cold.look_up(warm) is None, "also where another kept it"


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_how_long_an_answer_stands_depends_on_what_was_asked(purpose: Purpose) -> None:
    watch = Watch()
    cache = cached(watch=watch)
    await cache.keep(asking("Is it late?"), answer(), purpose)

    watch.now += KEPT_MS[purpose] - 1
    assert await cache.look_up(asking("Is it late?"), purpose) is not None
    watch.now += 1
    assert await cache.look_up(asking("Is it late?"), purpose) is None


async def test_a_clock_that_is_set_back_makes_no_answer_younger_than_new() -> None:
    watch = Watch()
    cache = cached(watch=watch)
    await cache.keep(asking("Is it late?"), answer())
    watch.now -= 60_000

    hit = await cache.look_up(asking("Is it late?"))

    assert hit is not None
    assert hit.age_ms == 0


async def test_what_is_found_further_back_is_remembered_in_front() -> None:
    behind = Troubled()
    await cached(CacheMode.SIMILAR, behind).keep(asking("Is it late?"), answer())
    cache = cached(CacheMode.SIMILAR, behind)

    first, second, like = [await cache.look_up(asking(text)) for text in ("Is it late?", "Is it late?", "is it late")]

    assert first is not None
    assert second is not None
    assert like is not None
    assert (first.place, second.place, like.place, like.how) == ("redis", "memory", "memory", SIMILAR)
    assert behind.looks == 2 + 1, "one keep, one find, and one that the like question began with"


async def test_a_like_answer_is_found_further_back_too() -> None:
    behind = Troubled()
    await cached(CacheMode.SIMILAR, behind).keep(asking("Is it late?"), answer())

    hit = await cached(CacheMode.SIMILAR, behind).look_up(asking("is it late"))

    assert hit is not None
    assert (hit.place, hit.how) == ("redis", SIMILAR)


async def test_the_figures_say_what_came_of_looking_and_what_it_saved() -> None:
    cache = cached(CacheMode.SIMILAR)
    await cache.keep(asking("Is it late?"), answer())
    await cache.keep(asking("Is it early?"), answer(""))
    for question in ("Is it late?", "is it late", "Is it noon?", "Is it late?"):
        await cache.look_up(asking(question))

    figures = cache.figures()

    assert (figures.looked_up, figures.hits_exact, figures.hits_similar, figures.kept) == (4, 2, 1, 1)
    assert figures.hits_ppm == 750_000
    assert (figures.saved_microusd, figures.saved_ms) == (3 * 4_200, 3 * 1_500)
    assert (figures.saved_tokens_input, figures.saved_tokens_output) == (2_700, 300)
    assert figures.not_kept == {"empty": 1}
    assert cached().figures().hits_ppm == 0


TROUBLES = [
    StorageFailed("it can't be reached.", where="redis at 127.0.0.1:1", now="Start it."),
    RuntimeError(f"the adapter broke over {KEY}"),
    OSError("no route"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=["refused", "broken", "network"])
async def test_a_place_out_of_order_is_a_miss_that_is_said_once_and_then_left_alone(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    watch, behind = Watch(), Troubled(trouble=trouble)
    cache = cached(CacheMode.SIMILAR, behind, watch=watch)

    with caplog.at_level(logging.INFO):
        for _ in range(5):
            assert await cache.look_up(asking("Is it early?")) is None
            assert await cache.keep(asking("Is it late?"), answer())
        watch.now += REST_MS
        assert await cache.look_up(asking("Is it early?")) is None
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]

    assert behind.looks == 2, "once, and once more after its rest"
    assert len(warnings) == 1
    assert len(cache.figures().faults) == 1
    assert KEY not in caplog.text
    assert KEY not in "".join(cache.figures().faults)
    hit = await cache.look_up(asking("Is it late?"))
    assert hit is not None
    assert hit.place == "memory"


async def test_a_place_that_is_in_order_again_is_used_again_and_its_next_fault_is_said_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch, behind = Watch(), Troubled(trouble=TROUBLES[0])
    cache = cached(CacheMode.EXACT, behind, watch=watch)
    with caplog.at_level(logging.INFO):
        await cache.look_up(asking("Is it late?"))
        behind.trouble = None
        watch.now += REST_MS
        await cache.look_up(asking("Is it late?"))
        assert cache.figures().faults == ()
        behind.trouble = TROUBLES[0]
        await cache.look_up(asking("Is it late?"))

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]


async def test_an_entry_that_cant_be_read_is_a_miss_and_the_place_stays_in_use() -> None:
    behind = Troubled(trouble=EntryUnreadable("it can't be read."))
    cache = cached(CacheMode.EXACT, behind)
    assert await cache.look_up(asking("Is it late?")) is None
    behind.trouble = None
    await behind.inner.keep(
        Digest("x"), KeptAnswer(answer=answer(), kept_at_ms=0, expires_at_ms=9), like=None, now_ms=0
    )

    assert await cache.look_up(asking("Is it late?")) is None
    assert behind.looks == 2
    assert cache.figures().faults == ()


def test_a_place_that_never_answers_is_not_waited_for() -> None:
    async def ask() -> tuple[int, tuple[str, ...]]:
        clock = VirtualClock()
        began_ms = clock.now_ms()
        cache = CachedAnswers(
            mode=CacheMode.EXACT, clock=clock, memory=MemoryCache(), behind=(Troubled(is_hanging=True),)
        )
        assert await cache.look_up(asking("Is it late?")) is None
        assert await cache.keep(asking("Is it late?"), answer())
        assert await cache.look_up(asking("Is it late?")) is not None
        return clock.now_ms() - began_ms, cache.figures().faults

    waited_ms, faults = in_virtual_time(ask)

    assert waited_ms == WAIT_MS_MAX
    assert "doesn't answer in time" in faults[0]


def test_whoever_gives_up_waiting_gives_up_and_the_place_isnt_blamed() -> None:
    async def ask() -> tuple[str, ...]:
        cache = CachedAnswers(
            mode=CacheMode.EXACT, clock=VirtualClock(), memory=MemoryCache(), behind=(Troubled(is_hanging=True),)
        )
        looking = asyncio.ensure_future(cache.look_up(asking("Is it late?")))
        await asyncio.sleep(0)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        return cache.figures().faults

    assert in_virtual_time(ask) == ()


async def test_everything_can_be_forgotten_and_a_place_that_cant_be_reached_is_said_to_have_kept_it() -> None:
    behind = Troubled()
    cache = cached(CacheMode.EXACT, behind)
    await cache.keep(asking("Is it late?"), answer())
    await cache.forget_all()
    assert await cache.look_up(asking("Is it late?")) is None

    behind.trouble = TROUBLES[0]
    with pytest.raises(StorageFailed, match="can't be reached"):
        await cache.forget_all()


async def test_closing_lets_go_also_of_a_place_that_is_out_of_order() -> None:
    behind, sound = Troubled(trouble=TROUBLES[1]), Troubled()

    await cached(CacheMode.EXACT, behind, sound).close()

    assert (behind.looks, sound.looks) == (1, 1)


async def test_what_is_remembered_of_requests_has_a_bound() -> None:
    cache = cached()
    for number in range(REQUESTS_REMEMBERED_MAX + 20):
        await cache.keep(asking(f"Is it {number}?"), answer(str(number)))
    remembered = len(cache._remembered)
    characters = sum(len(part) for parts in cache._remembered for part in parts)

    assert remembered == REQUESTS_REMEMBERED_MAX
    assert cache._remembered_characters == characters
    hit = await cache.look_up(asking("Is it 0?"))
    assert hit is not None
    assert hit.answer.text == "0"


@pytest.mark.parametrize(("kind", "purpose"), [(StepKind.TURN, Purpose.TURN), (StepKind.VERDICT, Purpose.VERDICT)])
def test_a_step_says_what_its_answer_is_for(kind: StepKind, purpose: Purpose) -> None:
    assert purpose_of(request(kind=kind)) is purpose


QUESTIONS = st.sampled_from(
    ["Is it necessary?", "is it necessary", "Is it not necessary?", "Isn't it necessary?", "Raise it to 10.",
     "Raise it to 100.", "Did A come before B?", "Did B come before A?", "Ada beats Ben.", "Ben beats Ada.",
     "Please tell me: is it late?", "Tell me: is it late?", "Tell me: is it too late?"]
)  # fmt: skip  # a table
SAME = [{"Is it necessary?", "is it necessary"}, {"Please tell me: is it late?", "Tell me: is it late?"}]


@given(
    kept=st.lists(QUESTIONS, max_size=6),
    asked=QUESTIONS,
    models=st.tuples(st.sampled_from("ab"), st.sampled_from("ab")),
)
def test_whoever_is_answered_asked_what_was_answered(kept: list[str], asked: str, models: tuple[str, str]) -> None:
    async def play() -> None:
        cache = cached(CacheMode.SIMILAR)
        for question in kept:
            await cache.keep(asking(question, model=models[0]), answer(question))
        hit = await cache.look_up(asking(asked, model=models[1]))
        meant = next((same for same in SAME if asked in same), {asked})
        may_hit = models[0] == models[1] and not meant.isdisjoint(kept)

        assert (hit is not None) is may_hit
        assert hit is None or hit.answer.text in meant

    asyncio.run(play())
