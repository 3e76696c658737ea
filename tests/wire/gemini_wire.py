"""How does the Gemini API speak on the wire, streamed as events and as a list?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.wire.server import Answer, Asked, Refusal, Reply, sse

STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "content_policy": "SAFETY", "other:language": "LANGUAGE"}
RATINGS = [
    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"},
    {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True},
]
OVERLOADED = {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}
PROMPT_BLOCKED = "blocked"
"""A reason to stop that no model gives: the prompt was never read by one."""

_DETAIL = "type.googleapis.com/google.rpc."


def refusal(
    status: int, word: str, message: str, *details: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Refusal:
    error = {"code": status, "message": message, "status": word, "details": list(details)}
    return Refusal(status=status, body={"error": error}, headers=headers or {})


def quota(name: str) -> dict[str, Any]:
    return {"@type": f"{_DETAIL}QuotaFailure", "violations": [{"quotaId": name, "quotaMetric": "requests"}]}


RETRY_INFO = {"@type": f"{_DETAIL}RetryInfo", "retryDelay": "34.0745s"}
WRONG_KEY = {"@type": f"{_DETAIL}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}

REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        "wrong request": refusal(400, "INVALID_ARGUMENT", "Invalid value at 'generation_config'"),
        "too long": refusal(
            400, "INVALID_ARGUMENT", "The input token count (2000000) exceeds the maximum number of tokens allowed"
        ),
        "wrong key": refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", WRONG_KEY),
        "no key": refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
        "not allowed": refusal(403, "PERMISSION_DENIED", "The caller does not have permission"),
        "not here": refusal(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        "no such model": refusal(404, "NOT_FOUND", "models/gemini-none is not found for API version v1"),
        "too many, seconds": refusal(429, "RESOURCE_EXHAUSTED", "Slow down", headers={"retry-after": "7"}),
        "too many, milliseconds": refusal(429, "RESOURCE_EXHAUSTED", "Slow down", headers={"retry-after-ms": "1250.4"}),
        "too many, date": refusal(
            429, "RESOURCE_EXHAUSTED", "Slow down", headers={"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}
        ),
        "too many, info": refusal(
            429, "RESOURCE_EXHAUSTED", "Slow down", quota("GenerateRequestsPerMinutePerProject"), RETRY_INFO
        ),
        "too many, unsaid": refusal(429, "RESOURCE_EXHAUSTED", "Slow down"),
        "quota of the day": refusal(
            429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", quota("GenerateRequestsPerDayPerProject")
        ),
        "broken": refusal(500, "INTERNAL", "An internal error has occurred."),
        "busy": Refusal(status=503, body={"error": OVERLOADED}),
        "overloaded by its body": refusal(500, "UNAVAILABLE", "The model is overloaded."),
        "overloaded": Refusal(status=529, body="Overloaded"),
        "a gateway's page": Refusal(status=502, body="<html>Bad Gateway</html>"),
    }
)


class GeminiWire:
    """POST …:streamGenerateContent, …:generateContent and …:countTokens, GET …/models, below any version.

    `is_list` streams one JSON array, as the REST API does unless it is asked for events.
    """

    def __init__(self, *, is_list: bool = False) -> None:
        self.is_list = is_list

    @property
    def in_stream(self) -> bytes:
        return self._framed({"error": OVERLOADED}, is_first=False, is_last=True)

    @property
    def bad_json(self) -> bytes:
        return b',{"candidates": [{"content": oops}]}]' if self.is_list else b'data: {"candidates": [{"cont\n\n'

    def reply(self, asked: Asked, answer: Answer) -> Reply | None:
        name, _, verb = asked.path.rpartition("/")[2].partition(":")
        match asked.method, verb:
            case "POST", "streamGenerateContent":
                kind = "application/json; charset=UTF-8" if self.is_list else "text/event-stream"
                return Reply(frames=self.frames(answer, name), content_type=kind)
            case "POST", "generateContent":
                return Reply(body=self.chunks(answer, name)[-1])
            case "POST", "countTokens":
                return Reply(body={"totalTokens": answer.input})
            case "GET", _ if name == "models":
                return Reply(body={"models": [{"name": "models/gemini-x", "displayName": "X"}]})
            case _:
                return None

    def frames(self, answer: Answer, model: str) -> list[bytes]:
        chunks = self.chunks(answer, model)
        last = len(chunks) - 1
        return [self._framed(chunk, is_first=at == 0, is_last=at == last) for at, chunk in enumerate(chunks)]

    def chunks(self, answer: Answer, model: str) -> list[dict[str, Any]]:
        usage = {
            "promptTokenCount": answer.input,
            "cachedContentTokenCount": answer.cached,
            "candidatesTokenCount": answer.output - len(answer.thoughts),
            "thoughtsTokenCount": len(answer.thoughts),
            "totalTokenCount": answer.input + answer.output,
        }
        named = {"modelVersion": answer.model or model, "responseId": "r1"}
        if answer.stop == PROMPT_BLOCKED:
            feedback = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": RATINGS}
            return [{"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": answer.input}, **named}]
        parts: list[dict[str, Any]] = [
            *({"text": thought, "thought": True} for thought in answer.thoughts),
            *({"text": word} for word in answer.words),
        ]
        chunks = [
            {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}], **named} for part in parts
        ]
        last: dict[str, Any] = {"finishReason": STOPS[answer.stop], "index": 0}
        if answer.stop == "content_policy":
            last["safetyRatings"] = RATINGS
        return [*chunks, {"candidates": [last], "usageMetadata": usage, **named}]

    def _framed(self, chunk: dict[str, Any], *, is_first: bool, is_last: bool) -> bytes:
        if not self.is_list:
            return sse(chunk)
        written = json.dumps(chunk, ensure_ascii=False, indent=1)
        return f"{'[' if is_first else ','}{written}{']' if is_last else ''}".encode()
