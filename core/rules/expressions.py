"""Is a regular expression found in a text, and can a cheaper look tell that it isn't?

Searching is a hundred times as dear as comparing two numbers, so that each expression is read for the texts of which
one has to be there for it to match at all. What the reader doesn't understand it passes over: an expression without
such texts is searched for every time, and means the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from core.rules.texts import Text

REGEX_CHARACTERS_MAX = 1_000
REGEX_MEMORY_BYTES_MAX = 1 << 20
"""What the engine may use for one expression, program and automaton together; matching is linear in the text."""

REGEX_CACHE_MAX = 256

LITERALS_MAX = 16
"""Texts of which one has to be there. To look for more of them costs as much as the search."""

GROUPS_MAX = 16
"""Groups within groups that are looked into; what is deeper counts as not understood."""

_WORDS = re.compile(r"\\b(?:([0-9A-Za-z_]+)|\((?:\?:)?([0-9A-Za-z_]+(?:\|[0-9A-Za-z_]+)*)\))\\b")
_PLAIN = re.compile(r"[^\\.+*?()\[\]{}^$|]+(?:\|[^\\.+*?()\[\]{}^$|]+)*")
_FLAGS = re.compile(r"\(\?([ims]+)\)")
_GROUP = re.compile(r"\((?:\?:|\?P?<\w+>)?(?!\?)")
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT = re.compile(r"(?:([*?])|(\+)|\{([0-9]{1,4})(?:,[0-9]{0,4})?\})\??")

_ZERO_WIDTH = frozenset("bBAz")
_CLASSES = frozenset("dDwWsS")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


@dataclass(frozen=True, slots=True)
class Needs:
    """Texts of which at least one stands in every text in which the expression is found; none where that isn't known.

    `folds`: they are in small letters and stand in the small letters of the text. `decides`: where one of them stands,
    the expression is found. `words`, where there are any, say all there is to say: the expression is found where one of
    them is a word of the text, and nowhere else.
    """

    literals: tuple[str, ...] = ()
    folds: bool = False
    decides: bool = False
    words: frozenset[bytes] = frozenset()


class Expression:
    """A regular expression that RE2 takes; `is_in` says whether it is found anywhere in a text."""

    __slots__ = ("_search", "needs", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.needs = needs_of(pattern)
        self._search: Callable[[bytes], bool] | None = None

    def is_in(self, text: Text) -> bool:
        needs = self.needs
        if needs.words:
            return not needs.words.isdisjoint(text.words)
        if needs.literals:
            place = text.lowered if needs.folds else text.plain
            for literal in needs.literals:
                if literal in place:
                    break
            else:
                return False
            if needs.decides:
                return True
        if self._search is None:
            self._search = searching(self.pattern)
        return self._search(text.raw)


def fault_of_regex(pattern: str) -> tuple[str, str]:
    """Why a regular expression is refused, and what would be taken; two empty strings where it is fine."""
    if len(pattern) > REGEX_CHARACTERS_MAX:
        return (
            f"the regular expression has {len(pattern)} characters; at most {REGEX_CHARACTERS_MAX} are taken.",
            "Split it into several conditions in 'any'.",
        )
    if pattern.isascii() and (needs_of(pattern).words or needs_of(pattern).decides):
        return "", ""  # no engine is ever asked
    import re2  # loaded only where a rule uses it: it costs every start 10 ms otherwise

    try:
        searching(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error, re2.error) else "a character isn't Unicode"
        return (
            f"the regular expression is refused: {why}.",
            "It is written as for RE2, whose time is linear in the text: no look-around, no back references,"
            " no large repetitions.",
        )
    return "", ""


@lru_cache(maxsize=REGEX_CACHE_MAX)
def searching(pattern: str) -> Callable[[bytes], bool]:
    """A search for the pattern in UTF-8. Raises re2.error where RE2 refuses it.

    Bytes, because the engine would spend longer on counting a text's characters than on the search.
    """
    import re2  # loaded only where a rule uses it: it costs every start 10 ms otherwise

    options = re2.Options()
    options.max_mem = REGEX_MEMORY_BYTES_MAX
    options.log_errors = False
    options.never_capture = True
    search = re2.compile(pattern, options).search
    return lambda text: search(text) is not None


@lru_cache(maxsize=REGEX_CACHE_MAX)
def needs_of(pattern: str) -> Needs:
    """What has to stand in a text for `pattern`, which RE2 takes, to be found in it."""
    words = _WORDS.fullmatch(pattern)
    if words:
        return Needs(words=frozenset((words[1] or words[2]).encode("ascii").split(b"|")))
    if _PLAIN.fullmatch(pattern) and pattern.count("|") < LITERALS_MAX:
        return Needs(tuple(pattern.split("|")), decides=True)
    flags = _FLAGS.match(pattern)
    folds = flags is not None and "i" in flags[1]
    reader = _Reader(pattern, flags.end() if flags else 0, folds=folds)
    try:
        literals = reader.choice(depth=1)
    except _NotUnderstood:
        literals = ()
    understood = reader.place == len(pattern) and len(literals) <= LITERALS_MAX
    return Needs(literals, folds=folds) if understood else Needs()


class _NotUnderstood(Exception):
    """The expression holds something that is not read here."""


class _Reader:
    """Reads an expression once, from the left. A method returns texts of which one has to be there, () if unknown."""

    def __init__(self, pattern: str, place: int, *, folds: bool) -> None:
        self.pattern = pattern
        self.place = place
        self.folds = folds

    def choice(self, *, depth: int) -> tuple[str, ...]:
        if depth > GROUPS_MAX:
            raise _NotUnderstood
        branches = [self.sequence(depth=depth)]
        while self.pattern.startswith("|", self.place):
            self.place += 1
            branches.append(self.sequence(depth=depth))
        return tuple(dict.fromkeys(text for branch in branches for text in branch)) if all(branches) else ()

    def sequence(self, *, depth: int) -> tuple[str, ...]:
        """Of what has to follow one another, the part whose shortest text is the longest."""
        found: list[tuple[str, ...]] = []
        run = ""
        while self.place < len(self.pattern) and self.pattern[self.place] not in "|)":
            one = self.one(depth=depth)
            repeat = self.repeat()
            if isinstance(one, str) and repeat is None:
                run += one
                continue
            if isinstance(one, str) and repeat:
                run += one
            elif not isinstance(one, str) and repeat is not False:
                found.append(one)
            found.append(_longest_part(run))
            run = ""
        found.append(_longest_part(run))
        return max(found, key=lambda texts: min(map(len, texts), default=0))

    def one(self, *, depth: int) -> str | tuple[str, ...]:
        """What stands next: a text that has to stand exactly there ("" for what is no character), or a group's."""
        character = self.pattern[self.place]
        if character == "(":
            return self.group(depth=depth)
        if character == "[":
            self.skip(_CLASS)
            return ()
        if character == "\\":
            return self.escaped()
        if character in "*+?{":
            raise _NotUnderstood
        self.place += 1
        if character == ".":
            return ()
        return "" if character in "^$" else self.literal(character)

    def group(self, *, depth: int) -> tuple[str, ...]:
        self.skip(_GROUP)
        inner = self.choice(depth=depth + 1)
        if not self.pattern.startswith(")", self.place):
            raise _NotUnderstood
        self.place += 1
        return inner

    def escaped(self) -> str | tuple[str, ...]:
        character = self.pattern[self.place + 1 : self.place + 2]
        self.place += 2
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character in _ZERO_WIDTH:
            return ""
        if character in _CLASSES:
            return ()
        if not character or character.isalnum() or not character.isascii():
            raise _NotUnderstood
        return self.literal(character)

    def literal(self, character: str) -> str | tuple[str, ...]:
        """In small letters where no case is minded; there, letters beyond ASCII have more forms than one."""
        if not self.folds:
            return character
        return character.lower() if character.isascii() else ()

    def repeat(self) -> bool | None:
        """None where what was read stands once, True where it stands at least once, False where it may be missing."""
        found = _REPEAT.match(self.pattern, self.place)
        if found is None:
            return None
        self.place = found.end()
        return not found[1] and (found[2] is not None or int(found[3]) > 0)

    def skip(self, form: re.Pattern[str]) -> None:
        found = form.match(self.pattern, self.place)
        if found is None:
            raise _NotUnderstood
        self.place = found.end()


def _longest_part(run: str) -> tuple[str, ...]:
    """The longest part without a `?`, for which half a character may stand in what is searched."""
    longest = max(run.split("?"), key=len)
    return (longest,) if longest else ()
