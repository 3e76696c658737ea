"""How do OpenAI's chat completions, and servers that speak like them, look on the wire?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.wire.server import Answer, Asked, Refusal, Reply, sse

STOPS = {"stop": "stop", "length": "length", "content_policy": "content_filter", "other:tool_calls": "tool_calls"}
IN_STREAM = sse({"error": {"message": "The engine is overloaded", "type": "server_error", "code": "engine_overloaded"}})
BAD_JSON = b'data: {"id": "c1", "choices": [{"del\n\n'


def refusal(
    status: int, message: str, *, kind: str, code: str | None = None, headers: Mapping[str, str] | None = None
) -> Refusal:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return Refusal(status=status, body={"error": error}, headers=headers or {})


def too_many(headers: Mapping[str, str]) -> Refusal:
    return refusal(429, "Slow down", kind="requests", code="rate_limit_exceeded", headers=headers)


REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        "wrong request": refusal(400, "'messages' must not be empty", kind="invalid_request_error"),
        "too long": refusal(400, "Too long.", kind="invalid_request_error", code="context_length_exceeded"),
        "too long, as vLLM says it": refusal(
            400, "This model's maximum context length is 4096 tokens.", kind="BadRequestError"
        ),
        "too large for a minute": refusal(413, "Request too large", kind="tokens", code="rate_limit_exceeded"),
        "wrong key": refusal(401, "Incorrect API key provided", kind="invalid_request_error", code="invalid_api_key"),
        "wrong key, unsaid": refusal(401, "Unauthorized", kind="invalid_request_error"),
        "not allowed": refusal(403, "Not for your country", kind="request_forbidden"),
        "no such model": refusal(404, "No such model", kind="invalid_request_error", code="model_not_found"),
        "no such model, as Ollama says it": refusal(404, 'model "x" not found, try pulling it', kind="api_error"),
        "too many, seconds": too_many({"retry-after": "7"}),
        "too many, milliseconds": too_many({"retry-after-ms": "1250.4", "retry-after": "2"}),
        "too many, date": too_many({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}),
        "too many, unsaid": too_many({}),
        "quota of the account": refusal(
            429, "You exceeded your current quota", kind="insufficient_quota", code="insufficient_quota"
        ),
        "against the policy": refusal(400, "Blocked", kind="invalid_request_error", code="content_policy_violation"),
        "broken": refusal(500, "The server had an error", kind="server_error"),
        "busy": refusal(503, "Busy", kind="service_unavailable"),
        "overloaded": Refusal(status=529, body={"error": {"message": "Overloaded"}}),
        "overloaded by its body": refusal(500, "Overloaded", kind="server_error", code="engine_overloaded"),
        "a gateway's page": Refusal(status=502, body="<html>Bad Gateway</html>"),
    }
)


class OpenAIWire:
    """POST …/chat/completions and GET …/models. `counts` says where the tokens are: `usage`, Groq's `corner`, or
    nowhere, as with servers that know no stream_options."""

    def __init__(self, *, counts: str = "usage", thoughts_as: str = "reasoning_content") -> None:
        self.counts = counts
        self.thoughts_as = thoughts_as

    def reply(self, asked: Asked, answer: Answer) -> Reply | None:
        if asked.method == "POST" and asked.path.endswith("/chat/completions"):
            return Reply(frames=self.frames(answer, asked.body["model"]))
        if asked.method == "GET" and asked.path.endswith("/models"):
            models = [{"id": "model-x", "object": "model", "created": 1, "owned_by": "us"}]
            return Reply(body={"object": "list", "data": models})
        return None

    def frames(self, answer: Answer, model: str) -> list[bytes]:
        said = [{"role": "assistant", "content": ""}]
        said += [{self.thoughts_as: thought} for thought in answer.thoughts]
        said += [{"content": word} for word in answer.words]
        frames = [_chunk(answer, model, choices=[_choice(delta)]) for delta in said]
        usage = {
            "prompt_tokens": answer.input,
            "completion_tokens": answer.output,
            "total_tokens": answer.input + answer.output,
            "prompt_tokens_details": {"cached_tokens": answer.cached},
        }
        corner = {"x_groq": {"id": "req_1", "usage": usage}} if self.counts == "corner" else {}
        frames.append(_chunk(answer, model, choices=[_choice({}, STOPS[answer.stop])], **corner))
        if self.counts == "usage":
            frames.append(_chunk(answer, model, choices=[], usage=usage))
        return [*frames, sse("[DONE]")]


def _choice(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": dict(delta), "finish_reason": finish}


def _chunk(answer: Answer, model: str, **values: Any) -> bytes:
    named = answer.model or model
    return sse({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": named, **values})
