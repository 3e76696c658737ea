"""In which words is a seat told what is for it alone?"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.steps import Message


def told_part(told: Sequence[str]) -> str:
    """What it was told, oldest first; "" where that is nothing."""
    return "\n".join(("Told to you alone:", *(f"- {each}" for each in told))) if told else ""


def with_told(messages: tuple[Message, ...], told: Sequence[str]) -> tuple[Message, ...]:
    """The same messages, the last of which holds what the seat was told."""
    if not told:
        return messages
    *before, last = messages
    return *before, Message(author=last.author, text=f"{last.text}\n\n{told_part(told)}")
