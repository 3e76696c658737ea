"""What does it mean that a call to a provider failed?

An adapter reads its provider's own error and says which word fits. What every provider has in common is here: a status
without a readable body, a connection that breaks, an answer that can't be parsed. The SDKs wrap such errors or let them
through, each in its own way, so that the whole chain of causes is looked at, by the names of the classes: comparing
names loads no SDK.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from core.domain.text import clean_text
from core.ports.model_provider import MEANINGS, ProviderError, ProviderFailed
from core.providers.keys import without_key

MESSAGE_CHARACTERS_MAX = 400
CAUSES_MAX = 12

_STATUS_OVERLOADED = 529
"""Anthropic's own; no register of statuses has it."""

ERROR_BY_STATUS: Final = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: ProviderError.AUTHENTICATION,
        HTTPStatus.PAYMENT_REQUIRED: ProviderError.QUOTA_EXHAUSTED,
        HTTPStatus.FORBIDDEN: ProviderError.PERMISSION,
        HTTPStatus.NOT_FOUND: ProviderError.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED: ProviderError.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT: ProviderError.SERVER_ERROR,
        HTTPStatus.CONFLICT: ProviderError.SERVER_ERROR,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProviderError.CONTEXT_OVERFLOW,
        HTTPStatus.TOO_MANY_REQUESTS: ProviderError.RATE_LIMITED,
        HTTPStatus.SERVICE_UNAVAILABLE: ProviderError.OVERLOADED,
        _STATUS_OVERLOADED: ProviderError.OVERLOADED,
    }
)
STATUSES_BEHIND_WHICH_WORK_MAY_GO_ON: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What one failed call comes to. None leaves a question to the error's usual meaning."""

    error: ProviderError
    message: str
    retry_after_ms: int | None = None
    is_worth_retry: bool | None = None
    may_have_cost: bool | None = None


class Faulty(Exception):
    """Raised by an adapter that knows by itself what is wrong."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def fault_of_status(status: int, message: str, *, retry_after_ms: int | None = None) -> Fault:
    """What a status says where the body doesn't."""
    error = ERROR_BY_STATUS.get(status)
    if error is None:
        is_servers = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        error = ProviderError.SERVER_ERROR if is_servers else ProviderError.BAD_REQUEST
    may_have_cost = True if status in STATUSES_BEHIND_WHICH_WORK_MAY_GO_ON else None
    said = message or f"it answered with status {status}"
    return Fault(error=error, message=said, retry_after_ms=retry_after_ms, may_have_cost=may_have_cost)


def fault_of_exception(error: BaseException, *, is_speaking: bool) -> Fault:
    """What an exception comes to that isn't a provider's answer. Its own words are never passed on: they may quote
    headers."""
    if isinstance(error, Faulty):
        return error.fault
    chain = list(_chain(error))
    names = {cls.__name__ for each in chain for cls in type(each).__mro__}
    if "ImportError" in names:
        return Fault(error=ProviderError.REFUSED, message="its package isn't installed here")
    if names & {"UnsupportedProtocol", "InvalidURL", "MissingSchema", "InvalidSchema", "LocalProtocolError"}:
        return Fault(error=ProviderError.BAD_REQUEST, message="its address or its key is not well-formed")
    if "TooManyRedirects" in names:
        return Fault(error=ProviderError.BAD_REQUEST, message="its address leads on to another one. Set that one")
    if "UnicodeEncodeError" in names:
        return Fault(error=ProviderError.AUTHENTICATION, message="its key holds characters that no key has")
    # First, because urllib3 derives its word for a refused connection from that for a slow one.
    if names & {"ConnectError", "NewConnectionError", "NameResolutionError", "ProxyError", "ConnectionRefusedError"}:
        return Fault(error=ProviderError.CONNECTION_LOST, message="no connection could be made", may_have_cost=False)
    # requests calls a handshake that takes too long a read.
    is_handshake = any(isinstance(each, TimeoutError) and "handshake" in str(each) for each in chain)
    if is_handshake or names & {"ConnectTimeout", "ConnectTimeoutError", "PoolTimeout"}:
        return Fault(error=ProviderError.TIMEOUT_CONNECT, message="no connection came about in time")
    if names & {"ReadTimeout", "ReadTimeoutError", "WriteTimeout", "TimeoutError"}:
        silent = ProviderError.TIMEOUT_IDLE if is_speaking else ProviderError.TIMEOUT_FIRST_TOKEN
        return Fault(error=silent, message="it said nothing for too long")
    if names & {"TransportError", "ChunkedEncodingError", "ProtocolError", "ConnectionError", "IncompleteRead"}:
        return Fault(error=ProviderError.CONNECTION_LOST, message="the connection broke")
    if names & {"JSONDecodeError", "DecodingError", "ContentDecodingError", "UnknownApiResponseError"}:
        return Fault(error=ProviderError.MALFORMED, message="what it sent can't be read")
    return Fault(error=ProviderError.MALFORMED, message=f"what it sent can't be read ({type(error).__name__})")


def failure(
    fault: Fault,
    *,
    provider: str,
    key: str,
    has_begun: bool = False,
    tokens_input: int | None = None,
    tokens_output: int | None = None,
) -> ProviderFailed:
    """`fault` as whoever asked is told it. Raise it outside of the `except` clause that caught the SDK's exception:
    that one holds the request, with the key, and would hang on to this one as its context."""
    meaning = MEANINGS[fault.error]
    may_have_cost = meaning.may_have_cost if fault.may_have_cost is None else fault.may_have_cost
    is_worth_retry = meaning.is_worth_retry if fault.is_worth_retry is None else fault.is_worth_retry
    return ProviderFailed(
        fault.error,
        f"{provider}: {_told(fault.message, key)}",
        is_final=not is_worth_retry,
        may_have_cost=may_have_cost or has_begun,
        retry_after_ms=fault.retry_after_ms,
        tokens_input=tokens_input,
        tokens_output=tokens_output,
    )


def mapping_of(plain: object) -> dict[str, Any]:
    """`plain` where it is an object as JSON has them, also where it is still written down; else nothing."""
    if isinstance(plain, str):
        try:
            plain = json.loads(plain)
        except ValueError:
            return {}
    return {str(name): value for name, value in plain.items()} if isinstance(plain, dict) else {}


def words_of(plain: object) -> str:
    """`plain` where it is text, else nothing."""
    return plain if isinstance(plain, str) else ""


def _told(message: str, key: str) -> str:
    # The key goes first: cut in two by the bound, it would no longer be found.
    said = " ".join(clean_text(without_key(message, key)).split())
    return said if len(said) <= MESSAGE_CHARACTERS_MAX else f"{said[:MESSAGE_CHARACTERS_MAX]} …"


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    for _ in range(CAUSES_MAX):
        if each is None:
            return
        yield each
        each = each.__cause__ or each.__context__
