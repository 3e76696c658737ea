"""What does an object mean that a model wrote in JSON, or nearly?

JSON is read as it is. A closed list of slips is mended, each of which leaves one meaning only: a comma behind the last
entry, single or typographic quotes, keys without quotes, a line broken within a text, and words that are no JSON
(`85 %`, `NaN`), which are handed on as they stand. Everything else is refused. Numbers stay text, so that no float
stands between what was written and what is decided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.domain.changing import maker

OBJECT_CHARACTERS_MAX = 65_536
DEPTH_MAX = 6
ENTRIES_MAX = 500
"""Of one object or list."""

_BLANK = re.compile(r"[ \t\r\n\u00a0]*")
_BLANKS = " \t\r\n\u00a0"
_PLAIN = re.compile(r'"([^"\\]*)"')
_PLAIN_KEY = re.compile(r'"([^"\\]*)"[ \t\r\n\u00a0]*:')
"""How nearly all texts and keys stand there: what these find is what is read otherwise, in one step."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}")
_WORD = re.compile(r"[^,\]}\n\"“”{\[]{1,200}")
_WORD_OF_JSON = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_CLOSES = {'"': '"', "'": "'", "“": '”"', "‘": "’'", "„": '“”"'}  # noqa: RUF001 - quotes are what it looks for
_ENDS = re.compile(r"[ \t\r\n]*(?:[,:}\]]|\Z)")
_STRETCH = re.compile(r"[^\"'“”‘’\\]*")  # noqa: RUF001 - as above
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class NoObject(ValueError):
    """What stands there can't be read; the message says why, for the operator. `characters` were read of it."""

    characters = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A number, or true, false, null, or whatever stood there without quotes."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadObject:
    """An object, where the text goes on behind it, and whether a slip was mended in it. A value is a text, a `Word`, a
    list of values or another such dictionary."""

    entries: dict[str, object]
    end: int
    is_mended: bool


_made_word, _made_object = maker(Word), maker(ReadObject)


def read_object(text: str, start: int) -> ReadObject:
    """The object whose `{` stands at `start`. Raises NoObject. Takes time linear in OBJECT_CHARACTERS_MAX."""
    reader = _Reader(text, start)
    try:
        entries = reader.mapping(depth=1)
    except NoObject as refused:
        refused.characters = reader.at - start + 1
        raise
    return _made_object(entries=entries, end=reader.at, is_mended=reader.is_mended)


class _Reader:
    """Reads one value after the other; `at` is where the next one begins, `end` how far is read at most."""

    __slots__ = ("at", "end", "is_mended", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.at = start
        self.end = min(len(text), start + OBJECT_CHARACTERS_MAX)
        self.is_mended = False

    def mapping(self, *, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        self.at += 1
        while not self.is_closed("}", count=len(entries)):
            if plain := _PLAIN_KEY.match(self.text, self.at, self.end):
                key, self.at = plain[1], plain.end()
                self.is_mended |= "\n" in key
            else:
                key = self.key()
                if self.peek() != ":":
                    raise self.fault(f"no ':' behind {key!r:.60}")
                self.at += 1
            value = self.value(depth=depth)
            if key in entries and entries[key] != value:
                raise NoObject(f"it says {key!r:.60} twice, and not the same")
            entries[key] = value
            self.separate("}")
        return entries

    def items(self, *, depth: int) -> list[object]:
        items: list[object] = []
        self.at += 1
        while not self.is_closed("]", count=len(items)):
            items.append(self.value(depth=depth))
            self.separate("]")
        return items

    def value(self, *, depth: int) -> object:
        first = self.peek()
        if first in ("{", "["):
            if depth >= DEPTH_MAX:
                raise NoObject(f"it nests more than {DEPTH_MAX} deep")
            return self.mapping(depth=depth + 1) if first == "{" else self.items(depth=depth + 1)
        return self.quoted() if first in _CLOSES else self.word()

    def key(self) -> str:
        if self.peek() in _CLOSES:
            return self.quoted()
        bare = _KEY.match(self.text, self.at, self.end)
        if bare is None:
            raise self.fault("no key where one is due")
        self.at, self.is_mended = bare.end(), True
        return bare[0]

    def word(self) -> Word:
        found = _WORD.match(self.text, self.at, self.end)
        word = found[0].strip() if found else ""
        if not found or not word:
            raise self.fault("no value where one is due")
        self.at = found.end()
        self.is_mended |= _WORD_OF_JSON.fullmatch(word) is None
        return _made_word(text=word)

    def quoted(self) -> str:
        if plain := _PLAIN.match(self.text, self.at, self.end):
            self.at = plain.end()
            self.is_mended |= "\n" in plain[1]
            return plain[1]
        opens = self.text[self.at]
        closes = _CLOSES[opens]
        begin = self.at = self.at + 1
        while True:
            stretch = _STRETCH.match(self.text, self.at, self.end)
            self.at = stretch.end() if stretch else self.at
            if self.at >= self.end:
                raise self.fault("a text that doesn't end")
            if self.text[self.at] == "\\":
                self.at += 2
                continue
            self.at += 1
            # An apostrophe is no end; the quotes of JSON are one wherever they stand.
            if self.text[self.at - 1] in closes and (opens == '"' or _ENDS.match(self.text, self.at, self.end)):
                break
        body = self.text[begin : self.at - 1]
        self.is_mended |= opens != '"' or self.text[self.at - 1] != '"' or "\n" in body
        return _unescaped(body)

    def separate(self, end: str) -> None:
        """Past the comma between two entries; one behind the last is mended."""
        if self.peek() == ",":
            self.at += 1
            self.is_mended |= self.peek() == end
        elif self.peek() != end:
            raise self.fault("no comma between two entries")

    def is_closed(self, end: str, *, count: int) -> bool:
        if self.peek() != end:
            if count >= ENTRIES_MAX:
                raise NoObject(f"it has more than {ENTRIES_MAX} entries in one place")
            return False
        self.at += 1
        return True

    def peek(self) -> str:
        """The next character that isn't blank, "" at the end."""
        if self.at < self.end and (first := self.text[self.at]) not in _BLANKS:
            return first
        blank = _BLANK.match(self.text, self.at, self.end)
        self.at = blank.end() if blank else self.at
        return self.text[self.at] if self.at < self.end else ""

    def fault(self, what: str) -> NoObject:
        if self.at < self.end:
            return NoObject(f"there is {what}")
        is_cut = self.end < len(self.text)
        return NoObject(f"it is longer than {OBJECT_CHARACTERS_MAX} characters" if is_cut else "it doesn't end")


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED.get(found[2], found[2]), body)
    # Two escapes can stand for one character, and half of one for none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
