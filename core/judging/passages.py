"""Where in a text does a passage stand that somebody quotes?

A quotation is rarely exact to the blank: quotes come out straight or curved, lines are broken otherwise. Where the
words and their order are the same it is that passage, and what is returned is always the text's own.
"""

from __future__ import annotations

import re

PASSAGE_CHARACTERS_MAX = 2_000

_BLANKS = re.compile(r"\s+")
_ALIKE = str.maketrans("“”„«»‘’‚′–—−\u00a0\u202f", '"""""\'\'\'\'---  ')  # noqa: RUF001 - what it makes alike


def passage_in(text: str, quoted: str) -> str:
    """The first passage of `text` that `quoted` quotes, as it stands there; "" where none does."""
    return Passages(text).find(quoted)


class Passages:
    """The passages of one text, which is looked through once, however many are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._joined: str | None = None
        self._places: list[tuple[int, int]] = []

    def find(self, quoted: str) -> str:
        """The first passage that `quoted` quotes, as it stands in the text; "" where none does."""
        wanted = quoted.strip()
        if not wanted or len(wanted) > PASSAGE_CHARACTERS_MAX:
            return ""
        if wanted in self._text:
            return wanted
        sought = _BLANKS.sub(" ", wanted.translate(_ALIKE)).strip("\"' ")
        begin = self._made_alike().find(sought) if sought else -1
        if begin < 0:
            return ""
        return self._text[self._place(begin) : self._place(begin + len(sought) - 1) + 1]

    def _made_alike(self) -> str:
        """The text with its quotes made alike and each run of blanks one."""
        if self._joined is None:
            # One character for one: a place in what is made alike is the same place in the text, until blanks go.
            alike = self._text.translate(_ALIKE)
            at = 0
            for blanks in _BLANKS.finditer(alike):
                self._places.append((at, blanks.start()))
                at = blanks.end()
            self._places.append((at, len(alike)))
            self._joined = " ".join(alike[begin:end] for begin, end in self._places)
        return self._joined

    def _place(self, at: int) -> int:
        """Where in the text the character stands that is number `at` once each run of blanks is one."""
        for begin, end in self._places:
            if at <= end - begin:
                return begin + at
            at -= end - begin + 1
        raise IndexError(at)
