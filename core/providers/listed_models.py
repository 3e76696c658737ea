"""Which models of a provider does the list of prices know?

A list of what could be asked for where the provider itself is not asked: what it no longer sells is left out, and what
doesn't answer in words.
"""

from __future__ import annotations

from typing import Final

from core.providers.prices import LISTED_AS

NOT_WORDS: Final = (
    "embedding",
    "tts",
    "live",
    "image",
    "audio",
    "whisper",
    "transcribe",
    "realtime",
    "moderation",
    "guard",
    "orpheus",
    "video",
    "computer-use",
    "ft:",
    ".ft-",
    "turbo-instruct",
    "babbage",
    "davinci",
    "curie",
    "nano-banana",
)
"""Parts of the names of models that hear, draw, count or complete a text instead of answering in a conversation."""

MAKERS: Final = {"gemini": "gemini-", "anthropic": "claude-"}
"""Where a provider also sells others' models by an interface that isn't the one asked here."""


def listed_models(prefix: str) -> tuple[str, ...]:
    """Names as one asks for them in moot, such as `openai:gpt-5-mini`, newest last as far as names tell.

    Reads the list, a fifth of a second the first time: call it in a thread.
    """
    from genai_prices.data_snapshot import get_snapshot

    provider_id = LISTED_AS.get(prefix)
    provider = next((each for each in get_snapshot().providers if each.id == provider_id), None)
    if provider is None:
        return ()
    names = [model.id for model in provider.models if not model.deprecated]
    return tuple(f"{prefix}:{name}" for name in names if is_for_words(f"{prefix}:{name}"))


def is_for_words(model: str) -> bool:
    """Whether a model's name doesn't say that it is for something else than a conversation.

    Names of servers of one's own say nothing: whoever runs one knows what is on it.
    """
    prefix, _, name = model.partition(":")
    return prefix not in LISTED_AS or (
        name.startswith(MAKERS.get(prefix, "")) and not any(part in name for part in NOT_WORDS)
    )
