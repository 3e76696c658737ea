"""How is a prompt laid out for a provider that keeps what is said by the system apart?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from core.domain.steps import Message

SYSTEM = "system"
BETWEEN = "\n\n"


def system_text(messages: Sequence[Message]) -> str:
    """All that the system says, as one text."""
    return BETWEEN.join(message.text for message in messages if message.author == SYSTEM)


def exchanges(messages: Sequence[Message]) -> list[tuple[str, list[str]]]:
    """What user and assistant say in turns: each author once in a row, with the texts of all its messages."""
    said = [message for message in messages if message.author != SYSTEM]
    return [(author, [each.text for each in group]) for author, group in groupby(said, key=lambda each: each.author)]
