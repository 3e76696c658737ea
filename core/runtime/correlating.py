"""Which session, step and command does a log line belong to, whoever writes it?

Whoever begins something notes in the context of its task what it is about. Every line that comes of it can say so
then: our own, and those that a provider's SDK writes behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

NOTHING: Mapping[str, object] = MappingProxyType({})

FIELDS = "fields"
"""The attribute under which a log record carries what it says besides its words."""

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=NOTHING)


def about() -> Mapping[str, object]:
    """What this task is about, by name; nothing where nobody noted it."""
    return _about.get()


def note(**about: object) -> None:
    """This task is about that from here on, and about nothing it was about before."""
    _about.set(about)


@contextmanager
def noting(**about: object) -> Iterator[None]:
    """Within this, the task is about that, and afterwards about what it was about before."""
    before = _about.set(about)
    try:
        yield
    finally:
        _about.reset(before)


def fields(**values: object) -> dict[str, object]:
    """What a line says besides its words, as `extra` of the standard library's logging takes it."""
    return {FIELDS: values}
