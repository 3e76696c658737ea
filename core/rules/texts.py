"""As what do conditions look at a text?

`contains` compares folded forms: whoever writes "STRASSE" means "Straße" too, an é is an é whether it was sent as one
character or as two, and marks that only say in which direction to write are not there. A regular expression sees the
text as it stands, in UTF-8. `equals` and `in_list` compare character by character and need nothing of this.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_WORD_CHARACTERS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_WORDS_APART = bytes(byte if byte in _WORD_CHARACTERS else ord(" ") for byte in range(256))
"""What RE2 takes for characters of words, which are those of ASCII; all others become spaces."""


def folded(text: str) -> str:
    """The form in which two texts are the same to `contains`: Unicode's default caseless form, composed (NFC)."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize  # loaded only for a text that needs it: standard rules look at none

    return normalize("NFC", normalize("NFC", _DIRECTION_MARKS.sub("", text)).casefold())


TEXTS_KEPT_MAX = 4
"""Rules that are read one after the other ask for the forms of the same few texts."""


class Text:
    """A text and the forms of it that conditions ask for, each made when it is first asked for."""

    __slots__ = ("_folded", "_lowered", "_raw", "_words", "plain")

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self._folded: str | None = None
        self._lowered: str | None = None
        self._raw: bytes | None = None
        self._words: frozenset[bytes] | None = None

    @property
    def folded(self) -> str:
        """What `contains` looks into."""
        if self._folded is None:
            self._folded = folded(self.plain)
        return self._folded

    @property
    def lowered(self) -> str:
        """Holds the small letters of each ASCII text that an expression which minds no case finds in the text."""
        if self._lowered is None:
            self._lowered = self.plain.lower() if self.plain.isascii() else self.plain.casefold()
        return self._lowered

    @property
    def raw(self) -> bytes:
        """What regular expressions look into: UTF-8, with `?` for half a character, which no encoding takes."""
        if self._raw is None:
            self._raw = self.plain.encode("utf-8", "replace")
        return self._raw

    @property
    def words(self) -> frozenset[bytes]:
        """What stands between two places at which RE2's `\\b` matches: ASCII letters, digits and underscores."""
        if self._words is None:
            self._words = frozenset(self.raw.translate(_WORDS_APART).split())
        return self._words


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def text_of(plain: str) -> Text:
    """The forms of a text, shared by those who ask for it in turn."""
    return Text(plain)
