"""In which words is a rehearsed point put, so that ten turns don't sound alike?

Only the connecting words are ours; what is claimed stands in quotation marks with its source. Which variant is taken
follows from the seed and the step, and no turn takes the same one twice while another is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from core.providers.rehearsing.sentences import Sentence

QUOTE_WORDS_SHORT = 16
TOPIC_WORDS_MAX = 6
SIDE_HEADINGS = frozenset({"for", "against", "pro", "con", "pros", "cons", "in favour", "in favor"})
"""Headings that say which way the lines below them speak, and not of what."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FOR_AGAINST = {1: "for", -1: "against"}
CARRIED = {1: "carried", -1: "rejected"}


class Wording:
    """Chooses among variants. The same seed and step choose alike on every machine."""

    def __init__(self, *, seed: int, step: str) -> None:
        self._key = f"{seed}/{step}"
        self._taken: dict[Sequence[str], int] = {}

    def one_of(self, variants: Sequence[str]) -> str:
        """The next variant of this list, beginning anywhere."""
        if variants not in self._taken:
            text = f"{self._key}/{variants[0]}".encode()
            self._taken[variants] = int.from_bytes(sha256(text).digest()[:4]) % len(variants)
        else:
            self._taken[variants] += 1
        return variants[self._taken[variants] % len(variants)]


def number_word(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def count_word(count: int) -> str:
    """A number that stands alone: `none` where there is nothing."""
    return number_word(count) if count else "none"


def quoted(sentence: Sentence) -> str:
    """The whole sentence with its source, to stand inside or at the end of ours."""
    return f"“{_without_stop(sentence.text)}” ({sentence.source})"


def quoted_short(sentence: Sentence) -> str:
    """Its beginning, where it has been quoted in full before."""
    words = sentence.text.split()
    if len(words) <= QUOTE_WORDS_SHORT + 3:
        return quoted(sentence)
    return f"“{' '.join(words[:QUOTE_WORDS_SHORT]).rstrip(',;:')} …” ({sentence.source})"


def topic_of(sentence: Sentence) -> str:
    """Its heading as it can stand in a sentence; nothing where it is none that can."""
    words = sentence.topic.split()
    if sentence.topic.casefold() in SIDE_HEADINGS:
        return ""
    if not 1 <= len(words) <= TOPIC_WORDS_MAX or sentence.topic[-1] in "?!.:" or ":" in sentence.topic:
        return ""
    first = words[0]
    if first[1:].islower() or len(first) == 1:
        first = first.lower()
    return " ".join((first, *words[1:]))


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([*([", ".join(words[:-1])] if words[:-1] else []), *words[-1:]])


def started(text: str) -> str:
    """`text` with a capital letter in front."""
    return text[:1].upper() + text[1:]


def _without_stop(text: str) -> str:
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text
