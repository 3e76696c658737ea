"""Was this asked before, and may that answer be given again?

In front of the places that keep answers stands memory; behind it come those that outlive the process, in order. What is
found further back is remembered in front. A place that is out of order is said once and left alone for a while: it
costs hits, never a debate.

Whoever needs an answer of its own (another sample, a second try after an answer that wasn't good enough) doesn't look.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.domain.errors import MootError
from core.domain.ids import Digest
from core.domain.steps import ModelRequest, StepKind
from core.judging.keeping import KEPT_MS, ONLY_EXACT, VERBATIM, WARM, Purpose, is_too_warm, why_not_kept
from core.judging.likeness import QUESTION_CHARACTERS_MAX, form_of, instructs_about_words
from core.ports.clock import Clock
from core.ports.response_cache import Answer, CacheMode, EntryUnreadable, KeptAnswer, ResponseCache
from core.prompts.fingerprint import Parts, asked_parts, exact_digest, like_digest, tidy

T = TypeVar("T")

WAIT_MS_MAX = 250
"""A place behind memory that hasn't answered by then is out of order."""

REST_MS = 30_000
"""How long a place that is out of order is left alone."""

INSTRUCTIONS_CHARACTERS_MAX = 16_000
"""With more than this before the question, what it refers to is not worth reading for likeness."""

REQUESTS_REMEMBERED_MAX = 256
REQUESTS_REMEMBERED_CHARACTERS_MAX = 4 * 1_048_576
"""Digests of requests seen lately: to compare with one is quicker than to put its white space in order again."""

EXACT = "exact"
SIMILAR = "similar"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An answer that was given before: `how` it was found (`exact`, `similar`) and where, and what it saves now."""

    answer: Answer
    how: str
    place: str
    age_ms: int

    @property
    def saved_microusd(self) -> int:
        return self.answer.cost_microusd

    @property
    def saved_ms(self) -> int:
        return self.answer.latency_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFigures:
    """What came of looking since the process began. `not_kept` counts answers by why they were not kept.

    `faults` are the places that are out of order now, in the operator's words.
    """

    mode: CacheMode
    looked_up: int
    hits_exact: int
    hits_similar: int
    kept: int
    not_kept: Mapping[str, int]
    saved_microusd: int
    saved_ms: int
    saved_tokens_input: int
    saved_tokens_output: int
    faults: tuple[str, ...]

    @property
    def hits_ppm(self) -> int:
        """The share of looks that found something, in parts per million; 0 where nobody looked."""
        return (self.hits_exact + self.hits_similar) * 1_000_000 // self.looked_up if self.looked_up else 0


def purpose_of(request: ModelRequest) -> Purpose:
    """What a step of a session wants an answer for."""
    return Purpose.VERDICT if request.kind is StepKind.VERDICT else Purpose.TURN


class CachedAnswers:
    """Looks up and keeps. Belongs to one event loop; never raises for a place that is out of order.

    `keeps_warm` lets answers stand that were drawn at a high temperature, as the operator may want while trying out.
    """

    def __init__(
        self,
        *,
        mode: CacheMode,
        clock: Clock,
        memory: ResponseCache,
        behind: Sequence[ResponseCache] = (),
        keeps_warm: bool = False,
    ) -> None:
        self._mode = mode
        self._clock = clock
        self._memory = memory
        self._behind = tuple(_Place(cache, clock) for cache in behind)
        self._keeps_warm = keeps_warm
        self._remembered: dict[Parts, Digest] = {}
        self._remembered_characters = 0
        self._looked_up = self._kept = 0
        self._saved_microusd = self._saved_ms = self._saved_tokens_input = self._saved_tokens_output = 0
        self._hits: Counter[str] = Counter()
        self._not_kept: Counter[str] = Counter()

    @property
    def mode(self) -> CacheMode:
        return self._mode

    async def look_up(self, request: ModelRequest, purpose: Purpose | None = None) -> Hit | None:
        """The answer to the same request, else (where the mode allows it) to one that asks the same; else None."""
        purpose = purpose or purpose_of(request)
        if self._mode is CacheMode.OFF or self._is_too_warm(request, purpose):
            return None
        self._looked_up += 1
        now_ms = self._clock.now_ms()
        exact = self._exact(request, purpose)
        found = await self._memory.find(exact, now_ms=now_ms)
        if found is not None:
            return self._hit(found, EXACT, self._memory.name, now_ms)
        return await self._found_behind(request, purpose, exact, now_ms)

    async def keep(self, request: ModelRequest, answer: Answer, purpose: Purpose | None = None) -> bool:
        """Keep a whole answer for the next who asks the same; False where it may not be kept."""
        purpose = purpose or purpose_of(request)
        if self._mode is CacheMode.OFF:
            return False
        too_warm = self._is_too_warm(request, purpose)
        why_not = WARM if too_warm else why_not_kept(text=answer.text, stop_reason=answer.stop_reason)
        if why_not:
            self._not_kept[why_not] += 1
            return False
        now_ms = self._clock.now_ms()
        kept = KeptAnswer(answer=answer, kept_at_ms=now_ms, expires_at_ms=now_ms + KEPT_MS[purpose])
        exact, like = self._exact(request, purpose), self._like(request, purpose)
        self._kept += 1
        await self._memory.keep(exact, kept, like=like, now_ms=now_ms)
        for place in self._behind:
            await place.asked(_keeping(exact, kept, like, now_ms))
        return True

    def figures(self) -> CacheFigures:
        return CacheFigures(
            mode=self._mode,
            looked_up=self._looked_up,
            hits_exact=self._hits[EXACT],
            hits_similar=self._hits[SIMILAR],
            kept=self._kept,
            not_kept=dict(self._not_kept),
            saved_microusd=self._saved_microusd,
            saved_ms=self._saved_ms,
            saved_tokens_input=self._saved_tokens_input,
            saved_tokens_output=self._saved_tokens_output,
            faults=tuple(place.fault for place in self._behind if place.fault),
        )

    async def forget_all(self) -> None:
        """Forget every answer, in every place. Raises StorageFailed where one can't be reached: it still has them."""
        self._remembered.clear()
        self._remembered_characters = 0
        await self._memory.forget_all()
        for place in self._behind:
            await place.cache.forget_all()

    async def close(self) -> None:
        """Let go of every place."""
        await self._memory.close()
        for place in self._behind:
            await place.asked(lambda cache: cache.close())

    async def _found_behind(self, request: ModelRequest, purpose: Purpose, exact: Digest, now_ms: int) -> Hit | None:
        """Every place is asked for the same request before any is asked for a like one."""
        like = self._like(request, purpose)
        for place in self._behind:
            found = await place.asked(lambda cache: cache.find(exact, now_ms=now_ms))
            if found is not None:
                await self._memory.keep(exact, found, like=like, now_ms=now_ms)
                return self._hit(found, EXACT, place.cache.name, now_ms)
        if like is None:
            return None
        found = await self._memory.find_like(like, now_ms=now_ms)
        if found is not None:
            return self._hit(found, SIMILAR, self._memory.name, now_ms)
        for place in self._behind:
            found = await place.asked(lambda cache: cache.find_like(like, now_ms=now_ms))
            if found is not None:
                return self._hit(found, SIMILAR, place.cache.name, now_ms)
        return None

    def _hit(self, found: KeptAnswer, how: str, place: str, now_ms: int) -> Hit:
        answer = found.answer
        self._hits[how] += 1
        self._saved_microusd += answer.cost_microusd
        self._saved_ms += answer.latency_ms
        self._saved_tokens_input += answer.tokens_input
        self._saved_tokens_output += answer.tokens_output
        return Hit(answer=answer, how=how, place=place, age_ms=max(0, now_ms - found.kept_at_ms))

    def _is_too_warm(self, request: ModelRequest, purpose: Purpose) -> bool:
        return not self._keeps_warm and is_too_warm(request.temperature_milli, purpose)

    def _exact(self, request: ModelRequest, purpose: Purpose) -> Digest:
        parts = asked_parts(request, purpose)
        digest = self._remembered.get(parts)
        if digest is None:
            digest = exact_digest(request, purpose, is_verbatim=purpose in VERBATIM)
            self._remember(parts, digest)
        return digest

    def _remember(self, parts: Parts, digest: Digest) -> None:
        self._remembered[parts] = digest
        self._remembered_characters += sum(map(len, parts))
        while (
            len(self._remembered) > REQUESTS_REMEMBERED_MAX
            or self._remembered_characters > REQUESTS_REMEMBERED_CHARACTERS_MAX
        ):
            oldest = next(iter(self._remembered))
            del self._remembered[oldest]
            self._remembered_characters -= sum(map(len, oldest))

    def _like(self, request: ModelRequest, purpose: Purpose) -> Digest | None:
        """None where only the same request will do."""
        if self._mode is not CacheMode.SIMILAR or purpose in ONLY_EXACT or not request.messages:
            return None
        *before, question = request.messages
        if len(question.text) > QUESTION_CHARACTERS_MAX or question.author != "user":
            return None
        if sum(len(message.text) for message in before) > INSTRUCTIONS_CHARACTERS_MAX:
            return None
        if any(instructs_about_words(message.text) for message in before):
            return None
        form = form_of(tidy(question.text))
        return like_digest(request, purpose, form) if form else None


class _Place:
    """A cache that may be out of order, and for how long it is left alone."""

    __slots__ = ("_clock", "_rests_until_ms", "cache", "fault")

    def __init__(self, cache: ResponseCache, clock: Clock) -> None:
        self.cache = cache
        self.fault = ""
        self._clock = clock
        self._rests_until_ms = 0

    async def asked(self, ask: Callable[[ResponseCache], Awaitable[T]]) -> T | None:
        """What the cache says; None where it is out of order, which is said when it begins and when it ends."""
        if self.fault and self._clock.now_ms() < self._rests_until_ms:
            return None
        try:
            async with asyncio.timeout(WAIT_MS_MAX / 1_000):
                answer = await ask(self.cache)
        except EntryUnreadable as unreadable:
            _log.warning("%s", unreadable)
            return None
        except TimeoutError:
            self._rest(f"{self.cache.name}: it doesn't answer in time.")
            return None
        except MootError as error:
            self._rest(str(error))
            return None
        except Exception as error:  # whatever is wrong with a convenience must not end a debate
            self._rest(f"{self.cache.name}: it broke ({type(error).__name__}).")
            return None
        if self.fault:
            self.fault = ""
            _log.info("answers are kept in the %s again", self.cache.name)
        return answer

    def _rest(self, fault: str) -> None:
        if not self.fault:
            _log.warning("answers kept in the %s are not used for now: %s", self.cache.name, fault)
        self.fault = fault
        self._rests_until_ms = self._clock.now_ms() + REST_MS


def _keeping(
    exact: Digest, kept: KeptAnswer, like: Digest | None, now_ms: int
) -> Callable[[ResponseCache], Awaitable[None]]:
    return lambda cache: cache.keep(exact, kept, like=like, now_ms=now_ms)


__all__ = ["Answer", "CacheFigures", "CacheMode", "CachedAnswers", "Hit", "Purpose", "purpose_of"]
