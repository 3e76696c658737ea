"""What does an error mean that a server answers in OpenAI's form?

`{"message", "type", "code", "param"}`: the code is the most exact, then the type. Servers that only speak like OpenAI
fill these with words of their own, so that the status, and for what is too long the message, decide where neither is
known.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from core.ports.model_provider import ProviderError
from core.providers.failing import Fault, fault_of_status, mapping_of, words_of

ERROR_BY_WORD: Final = {
    "insufficient_quota": ProviderError.QUOTA_EXHAUSTED,
    "billing_hard_limit_reached": ProviderError.QUOTA_EXHAUSTED,
    "billing_not_active": ProviderError.QUOTA_EXHAUSTED,
    "rate_limit_exceeded": ProviderError.RATE_LIMITED,
    "rate_limit_error": ProviderError.RATE_LIMITED,
    "requests": ProviderError.RATE_LIMITED,
    "tokens": ProviderError.RATE_LIMITED,
    "context_length_exceeded": ProviderError.CONTEXT_OVERFLOW,
    "string_above_max_length": ProviderError.CONTEXT_OVERFLOW,
    "invalid_api_key": ProviderError.AUTHENTICATION,
    "authentication_error": ProviderError.AUTHENTICATION,
    "permission_error": ProviderError.PERMISSION,
    "model_not_found": ProviderError.NOT_FOUND,
    "not_found_error": ProviderError.NOT_FOUND,
    "content_policy_violation": ProviderError.CONTENT_POLICY,
    "content_filter": ProviderError.CONTENT_POLICY,
    "invalid_prompt": ProviderError.CONTENT_POLICY,
    "server_error": ProviderError.SERVER_ERROR,
    "internal_server_error": ProviderError.SERVER_ERROR,
    "engine_overloaded": ProviderError.OVERLOADED,
    "overloaded_error": ProviderError.OVERLOADED,
    "service_unavailable": ProviderError.OVERLOADED,
}
OVERFLOW_WORDS: Final = ("maximum context length", "context length exceeded", "exceeds the available context size")
REFUSAL_WORDS: Final = ("unsupported", "not supported", "unrecognized", "unknown", "does not support", "not permitted")


def fault_of_body(status: int | None, body: object, *, retry_after_ms: int | None) -> Fault:
    """What an error's body means. `status` is None for one that came within a stream."""
    inner = _inner(body)
    message = words_of(inner.get("message")) or words_of(body)
    if any(words in message.lower() for words in OVERFLOW_WORDS):
        return Fault(error=ProviderError.CONTEXT_OVERFLOW, message=message)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # Groq calls a request that is too large for a minute's limit a rate limit; waiting never makes it smaller.
        return fault_of_status(status, message)
    for word in (inner.get("code"), inner.get("type")):
        if kind := ERROR_BY_WORD.get(words_of(word)):
            return Fault(error=kind, message=message, retry_after_ms=retry_after_ms)
    code = inner.get("code")
    known = code if status is None and isinstance(code, int) else status
    if known is None:
        return _unknown(words_of(inner.get("type")), message)
    return fault_of_status(known, message, retry_after_ms=retry_after_ms)


def refused_parameter(body: object, optional: frozenset[str]) -> str:
    """Which of the parameters that may as well be left out an error complains of; empty where none."""
    inner = _inner(body)
    message = words_of(inner.get("message")).lower()
    named = words_of(inner.get("param"))
    if named not in optional:
        named = next((name for name in sorted(optional) if f"'{name}'" in message or f"`{name}`" in message), "")
    says_so = words_of(inner.get("code")).startswith("unsupported") or any(word in message for word in REFUSAL_WORDS)
    return named if named and says_so else ""


def _inner(body: object) -> dict[str, Any]:
    outer = mapping_of(body)
    return mapping_of(outer.get("error")) or outer


def _unknown(kind: str, message: str) -> Fault:
    """An error within a stream, in no word we know: the server took the request and couldn't go on."""
    error = ProviderError.BAD_REQUEST if kind == "invalid_request_error" else ProviderError.SERVER_ERROR
    return Fault(error=error, message=message or "it reported an error without a word about it")
