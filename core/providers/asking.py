"""What do all adapters do alike before and beside an answer: read a model's name, look for a key, ask one question?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.domain.errors import WrongUse
from core.domain.steps import ModelRequest
from core.ports.model_provider import ProviderError
from core.providers.failing import Fault, Faulty, failure
from core.providers.keys import Key
from core.providers.listening import MILLISECONDS_PER_SECOND, Patience

T = TypeVar("T")
MODEL_NAME_CHARACTERS_MAX = 200


def model_name(model: str, prefix: str) -> str:
    """The provider's own name of `model`. Raises WrongUse where there is none behind the prefix."""
    given, _, name = model.partition(":")
    if given != prefix or not name or len(name) > MODEL_NAME_CHARACTERS_MAX or not name.isprintable() or " " in name:
        raise WrongUse(f"{model!r} names no model.", where="model", now=f"Say {prefix}:MODEL.")
    return name


def refuse_without_key(key: Key, request: ModelRequest, *, variable: str) -> None:
    """Raise WrongUse where no key is set."""
    if not key():
        raise WrongUse(
            f"the model {request.model!r} needs a key, and {variable} is not set.",
            where=f"seat {request.seat}",
            now=f"Set {variable} in the environment, or cast another model.",
        )


def required(key: Key, *, variable: str) -> str:
    """The key. Raises Faulty where none is set: an SDK would look for another one by itself."""
    value = key()
    if not value:
        raise Faulty(Fault(error=ProviderError.AUTHENTICATION, message=f"no key is set. Set {variable}."))
    return value


async def asked(
    question: Callable[[], Awaitable[T]],
    *,
    get_ready: Callable[[], Awaitable[object]],
    provider: str,
    key: Key,
    fault: Callable[[Exception], Fault],
    patience: Patience,
) -> T:
    """The answer to a question that isn't a stream. Raises ProviderFailed. `get_ready` loads what is needed; no
    patience is measured by it."""
    try:
        await get_ready()
        async with asyncio.timeout(patience.first_token_ms / MILLISECONDS_PER_SECOND) as limit:
            return await question()
    except Exception as error:
        if isinstance(error, TimeoutError) and limit.expired():
            found = Fault(
                error=ProviderError.TIMEOUT_FIRST_TOKEN,
                message=f"no answer came in {patience.first_token_ms} ms",
                may_have_cost=False,
            )
        else:
            found = fault(error)
    raise failure(found, provider=provider, key=key())
