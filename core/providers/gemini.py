"""What does Gemini's answer mean, whichever of Google's two SDKs brings it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from core.domain.errors import WrongUse, nearest
from core.domain.steps import ModelRequest
from core.ports.model_provider import CONTENT_POLICY, LENGTH, STOP, ProviderError
from core.providers.failing import Fault, fault_of_status, mapping_of, words_of
from core.providers.listening import Heard
from core.providers.prompting import exchanges
from core.providers.retry_after import duration_ms

GEMINI: Final = "gemini"
NAME: Final = "Gemini"
BASE_URL: Final = "https://generativelanguage.googleapis.com"
KEY_VARIABLE: Final = "GOOGLE_API_KEY"
TOKENS_CONTEXT_DEFAULT = 1_048_576
MODELS_LISTED_MAX = 1_000
SEED_MAX = 2**31 - 1
"""Gemini's seeds are signed and of 32 bits."""

STOP_REASONS: Final = {
    "STOP": STOP,
    "MAX_TOKENS": LENGTH,
    "SAFETY": CONTENT_POLICY,
    "RECITATION": CONTENT_POLICY,
    "BLOCKLIST": CONTENT_POLICY,
    "PROHIBITED_CONTENT": CONTENT_POLICY,
    "SPII": CONTENT_POLICY,
    "MODEL_ARMOR": CONTENT_POLICY,
    "ESCALATION": CONTENT_POLICY,
}
NO_REASON: Final = frozenset(
    {"", "FINISH_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED"}
)

ERROR_BY_STATUS_WORD: Final = {
    "INVALID_ARGUMENT": ProviderError.BAD_REQUEST,
    "OUT_OF_RANGE": ProviderError.BAD_REQUEST,
    "FAILED_PRECONDITION": ProviderError.PERMISSION,
    "UNAUTHENTICATED": ProviderError.AUTHENTICATION,
    "PERMISSION_DENIED": ProviderError.PERMISSION,
    "NOT_FOUND": ProviderError.NOT_FOUND,
    "RESOURCE_EXHAUSTED": ProviderError.RATE_LIMITED,
    "INTERNAL": ProviderError.SERVER_ERROR,
    "UNKNOWN": ProviderError.SERVER_ERROR,
    "DEADLINE_EXCEEDED": ProviderError.SERVER_ERROR,
    "UNAVAILABLE": ProviderError.OVERLOADED,
}
OVERFLOW_WORDS: Final = ("exceeds the maximum number of tokens", "token count exceeds")

SAFETY_CATEGORIES: Final = ("harassment", "hate_speech", "sexually_explicit", "dangerous_content", "civic_integrity")
SAFETY_THRESHOLDS: Final = ("block_low_and_above", "block_medium_and_above", "block_only_high", "block_none", "off")


def safety_settings(chosen: Mapping[str, str]) -> Mapping[str, str]:
    """Safety settings in Google's words, by category. Raises WrongUse for a name that isn't one of theirs.

    Without any, Google's own defaults hold.
    """
    for given, known, what in (
        (chosen.keys(), SAFETY_CATEGORIES, "category of harm"),
        (chosen.values(), SAFETY_THRESHOLDS, "threshold of safety"),
    ):
        for name in given:
            if name not in known:
                hint = nearest(name, known) or f"Known are: {', '.join(known)}."
                raise WrongUse(f"no {what} is called {name!r}.", where="gemini", now=hint)
    return MappingProxyType(
        {f"HARM_CATEGORY_{category.upper()}": threshold.upper() for category, threshold in chosen.items()}
    )


def contents_of(request: ModelRequest) -> list[dict[str, Any]]:
    """The prompt without the system's part, as Google has it."""
    return [
        {"role": "model" if author == "assistant" else "user", "parts": [{"text": text} for text in texts]}
        for author, texts in exchanges(request.messages)
    ]


def refuse_without_a_user(request: ModelRequest) -> None:
    """Raise WrongUse where the prompt has nobody to answer."""
    if not exchanges(request.messages):
        raise WrongUse(
            "Gemini answers a user, and the prompt has none.",
            where=f"seat {request.seat}",
            now="Let the template ask something of this seat.",
        )


def fault_of_body(status: int, body: object, *, retry_after_ms: int | None) -> Fault:
    """What an error's body means: `{"error": {"code", "status", "message", "details"}}`, or what is within."""
    outer = mapping_of(body)
    error = mapping_of(outer.get("error")) or outer
    message, details = words_of(error.get("message")), _details(error.get("details"))
    wait_ms = next((wait for wait in map(_retry_delay_ms, details) if wait is not None), retry_after_ms)
    kind = ERROR_BY_STATUS_WORD.get(words_of(error.get("status")))
    if kind is None:
        return fault_of_status(status, message, retry_after_ms=wait_ms)
    return Fault(error=_refined(kind, message, details), message=message, retry_after_ms=wait_ms)


def note_ratings(heard: Heard, of_what: str, ratings: Iterable[tuple[str, str, bool]]) -> None:
    """Take down what Google thinks of a text, for each rating its category, its probability and whether it blocked.

    Only what is out of the ordinary is worth an operator's time.
    """
    for category, probability, has_blocked in ratings:
        if has_blocked or probability in ("MEDIUM", "HIGH"):
            name = category.removeprefix("HARM_CATEGORY_").replace("_", " ").lower()
            verb = "was blocked by" if has_blocked else "passed"
            heard.note(f"The {of_what} {verb} Gemini's filter for {name} (probability {probability.lower()}).")


def stop_for_prompt(heard: Heard, reason: str, message: str = "") -> None:
    """Take down that the prompt was blocked: the answer ends before it began, and the input was read all the same."""
    heard.stop_reason = CONTENT_POLICY
    heard.is_whole = True
    heard.tokens_output = 0
    heard.note(f"Gemini blocked the prompt ({reason.lower()}). {message}".strip())


def stop_for(heard: Heard, reason: str, message: str = "") -> None:
    """Take down why the answer ended. Whether it is whole shows only where the stream ends: some servers repeat the
    reason in every chunk."""
    heard.stop(reason, STOP_REASONS)
    if heard.stop_reason == CONTENT_POLICY:
        heard.note(f"Gemini stopped its answer ({reason.lower()}). {message}".strip())


def _details(plain: object) -> list[dict[str, Any]]:
    return [mapping_of(each) for each in plain] if isinstance(plain, list) else []


def _kind_of(detail: Mapping[str, Any]) -> str:
    return words_of(detail.get("@type")).rpartition(".")[2]


def _retry_delay_ms(detail: Mapping[str, Any]) -> int | None:
    return duration_ms(detail.get("retryDelay")) if _kind_of(detail) == "RetryInfo" else None


def _refined(kind: ProviderError, message: str, details: list[dict[str, Any]]) -> ProviderError:
    """One word of Google's covers several of ours: the details tell them apart."""
    if any(_kind_of(detail) == "ErrorInfo" and detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return ProviderError.AUTHENTICATION
    if kind is ProviderError.BAD_REQUEST and any(words in message.lower() for words in OVERFLOW_WORDS):
        return ProviderError.CONTEXT_OVERFLOW
    if kind is ProviderError.RATE_LIMITED and any("PerDay" in quota for quota in _quotas(details)):
        return ProviderError.QUOTA_EXHAUSTED
    return kind


def _quotas(details: list[dict[str, Any]]) -> list[str]:
    failures = [detail for detail in details if _kind_of(detail) == "QuotaFailure"]
    return [words_of(broken.get("quotaId")) for each in failures for broken in _details(each.get("violations"))]
