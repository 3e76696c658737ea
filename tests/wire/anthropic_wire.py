"""How does Anthropic's Messages API speak on the wire?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.wire.server import Answer, Asked, Refusal, Reply, sse

STOPS = {"stop": "end_turn", "length": "max_tokens", "content_policy": "refusal", "other:pause_turn": "pause_turn"}
IN_STREAM = sse(
    {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"},
    event="error",
)
BAD_JSON = b'event: content_block_delta\ndata: {"type": "content_block_delta", "ind\n\n'


def refusal(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> Refusal:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return Refusal(status=status, body=body, headers=headers or {})


REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        "wrong request": refusal(400, "invalid_request_error", "max_tokens: must be above zero"),
        "too long": refusal(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        "too large": refusal(413, "request_too_large", "Request exceeds the maximum size"),
        "no credit": refusal(400, "invalid_request_error", "Your credit balance is too low to access the API."),
        "wrong key": refusal(401, "authentication_error", "invalid x-api-key"),
        "not allowed": refusal(403, "permission_error", "Your API key may not use this"),
        "no such model": refusal(404, "not_found_error", "model: claude-none"),
        "too many, seconds": refusal(429, "rate_limit_error", "Slow down", {"retry-after": "7"}),
        "too many, milliseconds": refusal(429, "rate_limit_error", "Slow down", {"retry-after-ms": "1250.4"}),
        "too many, date": refusal(
            429, "rate_limit_error", "Slow down", {"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}
        ),
        "too many, unsaid": refusal(429, "rate_limit_error", "Slow down"),
        "broken": refusal(500, "api_error", "Internal server error"),
        "busy": refusal(503, "overloaded_error", "Overloaded"),
        "overloaded": refusal(529, "overloaded_error", "Overloaded"),
        "overloaded by its body": refusal(500, "overloaded_error", "Overloaded"),
        "a gateway's page": Refusal(status=502, body="<html>Bad Gateway</html>"),
    }
)


class AnthropicWire:
    """POST /v1/messages and /v1/messages/count_tokens, GET /v1/models."""

    def reply(self, asked: Asked, answer: Answer) -> Reply | None:
        match asked.method, asked.path:
            case "POST", "/v1/messages":
                return Reply(frames=self.frames(answer, asked.body["model"]))
            case "POST", "/v1/messages/count_tokens":
                return Reply(body={"input_tokens": answer.input})
            case "GET", "/v1/models":
                models = [
                    {"type": "model", "id": "claude-x", "display_name": "X", "created_at": "2026-01-01T00:00:00Z"}
                ]
                return Reply(body={"data": models, "has_more": False, "first_id": "claude-x", "last_id": "claude-x"})
            case _:
                return None

    def frames(self, answer: Answer, model: str) -> list[bytes]:
        usage = {
            "input_tokens": answer.input - answer.cached,
            "cache_read_input_tokens": answer.cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": 1,
        }
        message: dict[str, Any] = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [],
            "model": answer.model or model,
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        frames = [_event("message_start", message=message), _event("ping")]
        blocks = [("thinking", "thinking_delta", "thinking", answer.thoughts)] if answer.thoughts else []
        blocks.append(("text", "text_delta", "text", answer.words))
        for index, (block, delta, name, words) in enumerate(blocks):
            frames.append(_event("content_block_start", index=index, content_block={"type": block, name: ""}))
            frames += [_event("content_block_delta", index=index, delta={"type": delta, name: word}) for word in words]
            frames.append(_event("content_block_stop", index=index))
        details = {"type": "refusal", "category": "bio", "explanation": "Not this."}
        stop = {
            "stop_reason": STOPS[answer.stop],
            "stop_sequence": None,
            "stop_details": details if answer.stop == "content_policy" else None,
        }
        frames.append(_event("message_delta", delta=stop, usage={"output_tokens": answer.output}))
        frames.append(_event("message_stop"))
        return frames


def _event(kind: str, **values: Any) -> bytes:
    return sse({"type": kind, **values}, event=kind)
