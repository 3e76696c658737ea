"""Which rows of an index do these facts leave standing?

Every alternative of every rule is a row, and every row a bit of an integer. For each fact there is a table that says,
for a value, which rows that value strikes out: thresholds are found by bisection, words and flags by hashing, so that
a comparison is made once however many rules make it, and a row is gone with its first false one. Only what is left has
its dear comparisons looked at: texts that are searched, and groups that are too large to be rows.

Here each fact has a value of its kind, or None. One that is missing, or of another type than it says, makes comparisons
senseless, and which of them a rule reaches is a matter of the order in which it is written: whoever asks reads such
rules in that order, and leaves their rows out (`core.rules.prepared`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from core.domain.facts import Facts
from core.rules.comparing import Predicate
from core.rules.texts import Text
from core.rules.word_rows import Demands, TextWords, mask_of, places

Test = Callable[[Text], bool]


class NumberTable(NamedTuple):
    """`struck[i]` are the rows that a number strikes out which is at least `cuts[i - 1]` and less than `cuts[i]`.

    In this table and the others, `unknown` are the rows that the fact strikes out while it has no value.
    """

    fact: str
    cuts: list[int]
    struck: list[int]
    unknown: int


class NameTable(NamedTuple):
    """`struck` are the rows that each value strikes out which a rule names, `otherwise` those that any other does."""

    fact: str
    struck: dict[object, int]
    otherwise: int


class ListTable(NamedTuple):
    """A fact that is a list of words; what demands one of them, by word."""

    fact: str
    by_word: dict[str, int]
    demands: Demands
    unknown: int


class TextTable(NamedTuple):
    """A fact that is a text; `searched` are the rows that look further into it than for words."""

    fact: str
    words: TextWords
    searched: int
    unknown: int


class Search(NamedTuple):
    """A test of the text of the table in `place`, and what it has to say."""

    place: int
    test: Test
    wanted: bool


class IndexMemory:
    """What the texts seen last were found to hold, so that the next look need not search them again.

    It makes a look quicker and changes nothing of what is found.
    """

    __slots__ = ("held", "index", "searched", "texts")

    def __init__(self) -> None:
        self.index: Index | None = None
        self.texts: list[_Remembered] = []
        self.searched = 0
        self.held = 0


class _Remembered:
    """One text, the rows that its words strike out, and what its tests have said."""

    __slots__ = ("answers", "struck", "text")

    def __init__(self) -> None:
        self.text: Text | None = None
        self.struck = 0
        self.answers: dict[Test, bool] = {}


class Index:
    """Made by `core.rules.indexing`. `searches` and `groups` are what is asked of a row that is left, by row; `unread`
    are rows of rules that have to be read where the row isn't struck out."""

    __slots__ = ("grouped", "groups", "lists", "names", "numbers", "searched", "searches", "texts", "unread")

    def __init__(
        self,
        *,
        numbers: Iterable[NumberTable],
        names: Iterable[NameTable],
        lists: Iterable[ListTable],
        texts: Iterable[TextTable],
        searches: Mapping[int, tuple[Search, ...]],
        groups: Mapping[int, tuple[tuple[Predicate, bool], ...]],
        unread: int,
    ) -> None:
        self.numbers = tuple(numbers)
        self.names = tuple(names)
        self.lists = tuple(lists)
        self.texts = tuple(texts)
        self.searches = searches
        self.groups = groups
        self.searched = mask_of(searches)
        self.grouped = mask_of(groups)
        self.unread = unread

    def look(self, facts: Facts, rows: int, memory: IndexMemory) -> tuple[int, int]:
        """Which of `rows` stand, and which of those that have to be read are left."""
        if memory.index is not self:
            memory.index = self
            memory.texts = [_Remembered() for _ in self.texts]
            memory.searched = memory.held = 0
        left = rows & ~self._struck(facts)
        if left and self.texts:
            left &= ~self._struck_by_texts(facts, memory)
        unread = left & self.unread
        left ^= unread
        if left & self.searched:
            left = self._search(left, memory)
        if left & self.grouped:
            left = self._ask_groups(left, facts)
        return left, unread

    def _struck(self, facts: Facts) -> int:
        """Rows that all facts but texts strike out. What is asked of each value fits its kind, as the file says."""
        struck = 0
        for fact, cuts, by_cut, unknown in self.numbers:
            value = facts[fact]
            struck |= unknown if value is None else by_cut[bisect_right(cuts, value)]
        for fact, by_value, otherwise in self.names:
            struck |= by_value.get(facts[fact], otherwise)
        for fact, by_word, demands, unknown in self.lists:
            value = facts[fact]
            if value is None:
                struck |= unknown
                continue
            found = 0
            for word in value:  # type: ignore[union-attr]
                found |= by_word.get(word, 0)
            struck |= demands.struck(found)
        return struck

    def _struck_by_texts(self, facts: Facts, memory: IndexMemory) -> int:
        """Rows that texts strike out by their words. What was searched for in another text is forgotten."""
        struck = 0
        for table, remembered in zip(self.texts, memory.texts, strict=True):
            value = facts[table.fact]
            if value != (remembered.text.plain if remembered.text is not None else None):
                memory.searched &= ~table.searched
                remembered.answers = {}
                remembered.text = Text(value) if isinstance(value, str) else None
                remembered.struck = table.words.struck_by(value) if isinstance(value, str) else 0
            struck |= table.unknown if value is None else remembered.struck
        return struck

    def _search(self, left: int, memory: IndexMemory) -> int:
        """Of the rows that are left, those whose searches say what they should."""
        for row in places(left & self.searched & ~memory.searched):
            bit = 1 << row
            memory.searched |= bit
            memory.held |= bit
            for place, test, wanted in self.searches[row]:
                remembered = memory.texts[place]
                answer = remembered.answers.get(test)
                if answer is None:
                    text = remembered.text
                    answer = remembered.answers[test] = text is not None and test(text)
                if answer is not wanted:
                    memory.held ^= bit
                    break
        return left & (memory.held | ~self.searched)

    def _ask_groups(self, left: int, facts: Facts) -> int:
        """Of the rows that are left, those whose groups say what they should."""
        for row in places(left & self.grouped):
            for predicate, wanted in self.groups[row]:
                if predicate(facts) is not wanted:
                    left ^= 1 << row
                    break
        return left
