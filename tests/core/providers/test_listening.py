"""When has a provider been silent for too long, and what is left of it? In a time that passes as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from core.ports.model_provider import Closing, Piece, ProviderError, ProviderFailed
from core.providers.failing import Fault, fault_of_exception
from core.providers.listening import LAST_WORDS_MS_MAX, Heard, Patience, listen
from tests.core.providers.requests import request
from tests.virtual_time import in_virtual_time

PATIENCE = Patience(first_token_ms=30_000, idle_ms=10_000)


@dataclass(kw_only=True)
class PacedCall:
    """A call that says words after pauses in milliseconds. The answer is whole after the last of them if `is_whole`;
    `is_counted` says whether its tokens are known by then; then it lingers before it ends, and ends with `error`."""

    said: list[tuple[int, str]]
    is_whole: bool = True
    is_counted: bool = True
    lingers_ms: int = 0
    loads_ms: int = 0
    error: Exception | None = None
    load_error: Exception | None = None
    heard: Heard = field(default_factory=lambda: Heard(request=request(model="paced:model")))
    is_let_go: bool = False

    provider = "Paced"

    def key(self) -> str:
        return ""

    async def get_ready(self) -> None:
        await asyncio.sleep(self.loads_ms / 1_000)
        if self.load_error is not None:
            raise self.load_error

    async def words(self) -> AsyncGenerator[str, None]:
        try:
            for pause_ms, word in self.said:
                await asyncio.sleep(pause_ms / 1_000)
                if word == self.said[-1][1] and self.is_whole:
                    self.heard.stop_reason, self.heard.is_whole = "stop", True
                    if self.is_counted:
                        self.heard.tokens_input, self.heard.tokens_output = 3, 4
                yield word
            await asyncio.sleep(self.lingers_ms / 1_000)
            if self.error is not None:
                raise self.error
        finally:
            self.is_let_go = True

    def fault(self, error: Exception) -> Fault:
        return fault_of_exception(error, is_speaking=self.heard.is_speaking)


def played(call: PacedCall) -> tuple[list[str], Closing | ProviderFailed, int]:
    """What is said, how it ends, and after how many milliseconds."""

    async def play() -> tuple[list[str], Closing | ProviderFailed, int]:
        said: list[str] = []
        end: Closing | ProviderFailed | None = None
        try:
            async for each in listen(call, PATIENCE):
                if isinstance(each, Piece):
                    said.append(each.text)
                else:
                    end = each
        except ProviderFailed as failure:
            end = failure
        assert end is not None
        return said, end, round(asyncio.get_running_loop().time() * 1_000)

    played = in_virtual_time(play)
    assert call.is_let_go or call.load_error, "the connection was held on to"
    return played


def word_of(end: Closing | ProviderFailed) -> str:
    return end.error if isinstance(end, ProviderFailed) else end.stop_reason


def test_a_first_token_may_take_long_and_later_ones_may_not() -> None:
    assert word_of(played(PacedCall(said=[(29_999, "a"), (9_999, "b"), (9_999, "c")]))[1]) == "stop"
    said, end, at_ms = played(PacedCall(said=[(30_001, "a")]))
    assert (said, word_of(end), at_ms) == ([], ProviderError.TIMEOUT_FIRST_TOKEN, 30_000)
    said, end, at_ms = played(PacedCall(said=[(29_999, "a"), (10_001, "b")]))
    assert (said, word_of(end), at_ms) == (["a"], ProviderError.TIMEOUT_IDLE, 39_999)


def test_a_thought_that_is_not_shown_is_a_sign_of_life() -> None:
    said, end, _ = played(PacedCall(said=[(29_000, ""), (9_000, ""), (9_000, ""), (9_000, "a")]))

    assert (said, word_of(end)) == (["a"], "stop")


def test_loading_an_sdk_is_no_silence_of_the_provider() -> None:
    assert word_of(played(PacedCall(said=[(29_000, "a")], loads_ms=60_000))[1]) == "stop"


def test_an_sdk_that_is_not_there_costs_nothing_and_is_not_tried_again() -> None:
    _, end, _ = played(PacedCall(said=[], load_error=ModuleNotFoundError("no such module")))

    assert isinstance(end, ProviderFailed)
    assert (end.error, end.is_final, end.may_have_cost) == (ProviderError.REFUSED, True, False)


def test_a_whole_answer_is_not_held_up_by_who_does_not_hang_up() -> None:
    said, end, at_ms = played(PacedCall(said=[(0, "a")], lingers_ms=60_000))

    assert (said, word_of(end), at_ms) == (["a"], "stop", LAST_WORDS_MS_MAX)


def test_a_whole_answer_waits_for_its_count_as_for_any_token() -> None:
    said, end, at_ms = played(PacedCall(said=[(0, "a")], is_counted=False, lingers_ms=60_000))

    assert (said, word_of(end), at_ms) == (["a"], "stop", PATIENCE.idle_ms)


def test_what_breaks_behind_the_last_word_spoils_nothing() -> None:
    assert word_of(played(PacedCall(said=[(0, "a")], error=ConnectionResetError()))[1]) == "stop"


def test_whoever_stops_listening_lets_go_of_the_connection_at_once() -> None:
    call = PacedCall(said=[(0, "a"), (0, "b")])

    async def hang_up() -> bool:
        said = listen(call, PATIENCE)
        assert await anext(said) == Piece(text="a")
        await said.aclose()  # type: ignore[attr-defined]
        return call.is_let_go

    assert in_virtual_time(hang_up)


def test_an_end_without_a_word_that_it_is_whole_is_incomplete() -> None:
    said, end, _ = played(PacedCall(said=[(0, "a")], is_whole=False))

    assert isinstance(end, ProviderFailed)
    assert (said, end.error, end.may_have_cost, end.is_final) == (["a"], ProviderError.INCOMPLETE, True, False)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ConnectionResetError("reset"), ProviderError.CONNECTION_LOST),
        (TimeoutError("of somebody's own"), ProviderError.TIMEOUT_IDLE),
        (KeyError("usage"), ProviderError.MALFORMED),
        (RuntimeError("client closed"), ProviderError.MALFORMED),
    ],
)
def test_whatever_an_sdk_raises_becomes_a_word(error: Exception, word: ProviderError) -> None:
    said, end, _ = played(PacedCall(said=[(0, "a")], is_whole=False, error=error))

    assert (said, word_of(end)) == (["a"], word)
    assert str(error) not in str(end), "an SDK's own words may quote headers"
