"""How does a kept answer become bytes, and bytes a kept answer again?

Nine values of two kinds need no schema library: loading one takes longer than a cache may be waited for.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from core.domain.errors import StorageFailed
from core.ports.response_cache import Answer, EntryUnreadable, KeptAnswer

_TEXTS = ("text", "model", "stop_reason")
_NUMBERS = ("tokens_input", "tokens_output", "cost_microusd", "latency_ms")
_MOMENTS = ("kept_at_ms", "expires_at_ms")
_KINDS = dict.fromkeys(_TEXTS, str) | dict.fromkeys((*_NUMBERS, *_MOMENTS), int)


def encoded(kept: KeptAnswer) -> bytes:
    """Its JSON in UTF-8. Raises StorageFailed for text that no encoding takes."""
    plain = {**asdict(kept.answer), **{name: getattr(kept, name) for name in _MOMENTS}}
    try:
        return json.dumps(plain, ensure_ascii=False).encode()
    except ValueError as error:
        raise StorageFailed("this answer can't be written down.", now="It was not kept.") from error


def decoded(body: object, *, where: str) -> KeptAnswer:
    """The kept answer. Raises EntryUnreadable for anything else, without a word of what was found."""
    try:
        plain = json.loads(body) if isinstance(body, bytes) else None
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or {name: type(value) for name, value in plain.items()} != _KINDS:
        raise EntryUnreadable("an answer kept there can't be read.", where=where, now="It was dropped.")
    moments = {name: plain.pop(name) for name in _MOMENTS}
    return KeptAnswer(answer=Answer(**plain), **moments)
