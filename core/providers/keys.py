"""How is a provider's key held so that it shows nowhere?"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote

Key = Callable[[], str]
"""Gives the key when a call needs it, or an empty string where none is set. A `Secret` is one."""

HIDDEN = "[key]"
SECRET_CHARACTERS_MIN = 6
"""What is shorter is no key, and taking it out of a message would tear words apart."""


class Secret:
    """A key that prints as `[key]` whatever is done to it; calling it gives the key."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()

    def __call__(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a key isn't written down")


def digest_of(key: str) -> str:
    """Tells one key from another without telling the key."""
    return sha256(key.encode(errors="replace")).hexdigest() if key else ""


def without_key(text: str, key: str) -> str:
    """`text` with `key` taken out, as it is and as it stands in an address: a provider's answer may repeat it."""
    if len(key) < SECRET_CHARACTERS_MIN:
        return text
    for form in {key, quote(key, safe="")}:
        text = text.replace(form, HIDDEN)
    return text
