"""In which words is somebody told: those of the operator's templates, or else the ones that moot has?

A template that fails keeps nobody from being told. What it was to say is said in moot's own words, and the record has
why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from core.domain.errors import MootError
from core.notifying.delivering import Delivery
from core.notifying.notification import NotificationType
from core.ports.channel import Part

HEADLINE_CHARACTERS_MAX = 120

_IN_WORDS = {
    NotificationType.DEBATE_STARTED: "has begun",
    NotificationType.DEBATE_COMPLETED: "is over",
    NotificationType.ESCALATION_NOTICE: "asks you",
    NotificationType.ARGUMENT_REQUEST: "waits for you",
    NotificationType.RESPONSE_REQUEST: "waits for you",
    NotificationType.CLARIFICATION_REQUEST: "wants to know",
    NotificationType.ERROR_NOTIFICATION: "has a problem",
}


class NotWorded(MootError):
    """A template that could not word what it was given."""


class Template(Protocol):
    """Words that an operator has chosen."""

    def render(self, delivery: Delivery) -> str:
        """Raises NotWorded."""
        ...


Own = Mapping[str, Callable[[Delivery], str]]
"""How moot itself words each part of what is told by a channel, by the part's name."""


class Words:
    """How what is told by one channel reads, part by part."""

    def __init__(self, own: Own, templates: Mapping[str, Template] | None = None) -> None:
        self._own = own
        self._templates = dict(templates or {})

    def parts(self, delivery: Delivery) -> tuple[Part, ...]:
        """Each part, in order. Raises NotWorded."""
        return tuple(
            Part(name=name, text=self._templates[name].render(delivery) if name in self._templates else own(delivery))
            for name, own in self._own.items()
        )

    async def said(self, delivery: Delivery) -> tuple[Mapping[str, str], str | None]:
        """The parts by name, and where a template failed a note that says so: then all are in moot's own words."""
        if not self._templates:
            return {name: own(delivery) for name, own in self._own.items()}, None
        try:
            parts = await asyncio.to_thread(self.parts, delivery)
        except NotWorded as failed:
            return {name: own(delivery) for name, own in self._own.items()}, f"in the default wording: {failed}"
        return {part.name: part.text for part in parts}, None


def headline(delivery: Delivery, *, characters_max: int = HEADLINE_CHARACTERS_MAX) -> str:
    """What it is about, in one line: a line break in a title would begin another header of a mail."""
    told = delivery.notification
    what = _IN_WORDS.get(told.type, told.type.value.lower().replace("_", " "))
    line = " ".join(f"[moot] {what}: {told.title}".split())
    return line if len(line) <= characters_max else f"{line[: characters_max - 1]}…"


def about(delivery: Delivery) -> str:
    """Which one it is, for whoever looks it up."""
    told = delivery.notification
    what = f"{told.type.value}, {told.priority.value}"
    if not told.session:
        return what  # of what happened in no session, such as a channel tried, there is nothing to look up
    where = f"session {told.session[:8]}"
    return f"{what}; {where}, event {told.seq}" if told.seq else f"{what}; {where}"
