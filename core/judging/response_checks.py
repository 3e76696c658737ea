"""What is odd about an answer that has come?

What is seen is said; what follows is the participant's setting. Nothing here knows the language or the subject of a
debate: what is compared is an answer with itself, with what its seat said before, and its script with the motion's.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.participants import Checks
from core.domain.provider_errors import EMPTY, OFF_LANGUAGE, REPEATED, TRUNCATED
from core.judging.words import STOP_WORDS, words_of

REPEATED_WORDS_MIN = 30
"""Shorter answers are alike without anybody having repeated them."""

SHINGLE_WORDS = 5
"""Rows of so many words are compared: single words recur in every debate, rows of them only in copies."""

PROBES = 12
PROBE_WORDS = 7
PROBES_MET_MIN = 3
"""Whether it is worth comparing two turns row by row is told by so many rows of so many words, from all over an answer.
A copy to 80 % holds most of them; a quarter is asked for, because some copies differ in case and punctuation. A seat
that has favourite phrases meets few: they are shorter.
"""

REPEATED_PPM_MIN = 800_000
"""The share of an answer's rows of words that its seat has used before, from which on it counts as a repetition."""

DISTINCT_PPM_MAX = 350_000
"""An answer whose rows of words are distinct to a lesser share goes round in circles."""

MARKED_WORDS_MAX = 240
"""Of a longer text nearly every mark there is would be the mark of one of its rows, and tell nothing."""

LANGUAGE_WORDS_MIN = 30
ENGLISH_PPM_MIN = 350_000
"""English prose is to nearly a half grammar and words that every debate uses; other languages share few of them."""

FOREIGN_PPM_MAX = 200_000
FOREIGN_SCRIPT_PPM_MIN = 300_000

EARLIER_TURNS_MAX = 8
"""Turns of the same seat that an answer is compared with, the newest."""

PPM = 1_000_000

Marks = Mapping[str, bytes]
"""By texts of a seat, a mark for each of their rows of words, as `rows_marked` makes them."""

_NO_MARKS: Marks = {}
_ALL_MARKS = bytes(range(256))


class Oddity(StrEnum):
    EMPTY = EMPTY
    TRUNCATED = TRUNCATED
    REPEATED = REPEATED
    OFF_LANGUAGE = OFF_LANGUAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was seen, and in which words it is told."""

    oddity: Oddity
    saw: str


def check_answer(
    text: str, *, is_whole: bool, stop_reason: str, earlier: Sequence[str], asked: str, marks: Marks = _NO_MARKS
) -> Finding | None:
    """The first thing that is odd about `text`, None where nothing is.

    `earlier` are the turns of the same seat, oldest first; `asked` is what it was asked about, in its language. The
    `marks` of any of those turns change nothing about what is found, and spare a closer look.
    """
    return looked_at(text, is_whole=is_whole, stop_reason=stop_reason, earlier=earlier, asked=asked, marks=marks)[0]


def looked_at(
    text: str, *, is_whole: bool, stop_reason: str, earlier: Sequence[str], asked: str, marks: Marks
) -> tuple[Finding | None, Marks]:
    """What `check_answer` finds, and the marks that are worth keeping for the seat's next answer: of this text, and of
    the newest ones before it. A seat's first turn is marked once there is a second: many seats speak once, or may
    repeat themselves, and are never compared."""
    if not text.strip():
        return Finding(oddity=Oddity.EMPTY, saw="it answered without a word"), marks
    if not is_whole:
        return Finding(oddity=Oddity.TRUNCATED, saw=f"its answer stopped early: {stop_reason}"), marks
    words, newest = words_of(text), earlier[-EARLIER_TURNS_MAX:]
    if not newest:
        return _repeated(text, words, newest, marks) or _off_language(text, words, asked), _NO_MARKS
    kept = {turn: marks[turn] for turn in newest if turn in marks}
    unmarked = (newest[0], text) if len(newest) == 1 and newest[0] not in kept else (text,)
    for turn in unmarked:
        said = words if turn is text else words_of(turn)
        if REPEATED_WORDS_MIN <= len(said) <= MARKED_WORDS_MAX:
            kept[turn] = rows_marked(said)
    return _repeated(text, words, newest, kept) or _off_language(text, words, asked), kept


def rows_marked(words: Sequence[str]) -> bytes:
    """A mark for each row of words, 0 to 255, equal for equal rows.

    It joins marks of the row's words by exclusive or, for all rows at once: in a number with a byte for each word, that
    of the word behind stands eight bits higher. Python draws its hashes anew in each process, so that marks never leave
    one. What is found doesn't depend on them.
    """
    hashes = array("q", list(map(hash, words)))  # of a list it is made in half the time
    singles = joined = int.from_bytes(hashes.tobytes()[:: hashes.itemsize], "little")
    for place in range(1, SHINGLE_WORDS):
        joined ^= singles >> 8 * place
    return joined.to_bytes(len(words), "little")[: max(0, len(words) - SHINGLE_WORDS + 1)]


def is_asked_again(finding: Finding, checks: Checks) -> bool:
    """What a participant's setting makes of a finding: a further attempt, or an answer with a note."""
    match finding.oddity:
        case Oddity.EMPTY:
            return True
        case Oddity.TRUNCATED:
            return checks is not Checks.ACCEPT
        case Oddity.REPEATED | Oddity.OFF_LANGUAGE:
            return checks is Checks.RETRY


def _repeated(text: str, words: Sequence[str], newest: Sequence[str], marks: Marks) -> Finding | None:
    if len(words) < REPEATED_WORDS_MIN:
        return None
    distinct = _distinct(marks[text]) if text in marks else None
    if _goes_in_circles(words, distinct):
        return Finding(oddity=Oddity.REPEATED, saw="it repeats itself")
    alike = _perhaps_alike(words, distinct, newest, marks)
    if not alike:
        return None
    probes = _probes(text)
    met_min = min(PROBES_MET_MIN, len(probes))  # a text of few long chains of words has few
    # Most answers hold too few of them in all those turns together, which takes one search for each probe to tell.
    probes = list(filter("\n".join(turn for _, turn in alike).__contains__, probes))
    if len(probes) < met_min:
        return None
    rows: set[tuple[str, ...]] = set()
    for number, turn in alike:
        if sum(map(turn.__contains__, probes)) < met_min:
            continue
        rows = rows or set(_rows(words))
        shared_ppm = len(rows.intersection(_rows(words_of(turn)))) * PPM // max(1, len(rows))
        if shared_ppm >= REPEATED_PPM_MIN:
            which = "its last turn" if number == 1 else f"its turn {number} turns before"
            return Finding(oddity=Oddity.REPEATED, saw=f"it repeats {which}, to {shared_ppm * 100 // PPM} %")
    return None


def _distinct(marks: bytes) -> bytes:
    return _ALL_MARKS.translate(None, _ALL_MARKS.translate(None, marks))


def _goes_in_circles(words: Sequence[str], distinct: bytes | None) -> bool:
    # There are at least as many distinct rows as marks of them, and where few rows are distinct, few words are: of most
    # answers that is told without a look at their rows.
    if distinct is not None and len(distinct) * PPM >= DISTINCT_PPM_MAX * (len(words) - SHINGLE_WORDS + 1):
        return False
    if (len(set(words)) - SHINGLE_WORDS) * PPM >= DISTINCT_PPM_MAX * len(words):
        return False
    rows = list(_rows(words))
    return len(set(rows)) * PPM < DISTINCT_PPM_MAX * len(rows)


def _perhaps_alike(
    words: Sequence[str], distinct: bytes | None, newest: Sequence[str], marks: Marks
) -> list[tuple[int, str]]:
    """Those turns that an answer may repeat, the newest first, each with how many turns before it stands.

    Left out are those that too many of its rows are certainly missing from: each of the answer's `distinct` marks that
    a turn doesn't have is that of a row, or of several, that it doesn't hold either.
    """
    turns = enumerate(reversed(newest), start=1)
    if distinct is None:
        return list(turns)
    missing_max = (PPM - REPEATED_PPM_MIN) * (len(words) - SHINGLE_WORDS + 1) // PPM
    return [
        (number, turn)
        for number, turn in turns
        if turn not in marks or len(distinct.translate(None, marks[turn])) <= missing_max
    ]


def _probes(text: str) -> list[str]:
    """PROBES rows of words from all over `text`, as they stand."""
    raw = text.split()
    last = len(raw) - PROBE_WORDS
    step = max(1, last // (PROBES - 1))
    return [" ".join(raw[at : at + PROBE_WORDS]) for at in range(0, last + 1, step)][:PROBES]


def _off_language(text: str, words: Sequence[str], asked: str) -> Finding | None:
    foreign_ppm = _foreign_letters_ppm(text)
    if foreign_ppm >= FOREIGN_SCRIPT_PPM_MIN and _foreign_letters_ppm(asked) < FOREIGN_SCRIPT_PPM_MIN // 3:
        saw = f"{foreign_ppm * 100 // PPM} % of it is in another script than what was asked"
        return Finding(oddity=Oddity.OFF_LANGUAGE, saw=saw)
    if len(words) < LANGUAGE_WORDS_MIN or _has_grammar_of(words[: len(words) // 2], len(words)):
        return None  # one half of an English text holds as much of it as is asked of both
    if _has_grammar_of(words, len(words)):
        return None
    if _grammar_ppm(words_of(asked)) >= ENGLISH_PPM_MIN:
        return Finding(oddity=Oddity.OFF_LANGUAGE, saw="it was asked in English and does not read as English")
    return None


def _rows(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Each SHINGLE_WORDS words that follow one another."""
    return zip(*(words[at:] for at in range(SHINGLE_WORDS)), strict=False)


def _has_grammar_of(words: Sequence[str], words_count: int) -> bool:
    return sum(map(STOP_WORDS.__contains__, words)) * PPM // words_count >= FOREIGN_PPM_MAX


def _grammar_ppm(words: Sequence[str]) -> int:
    return sum(map(STOP_WORDS.__contains__, words)) * PPM // max(1, len(words))


def _foreign_letters_ppm(text: str) -> int:
    """The share of letters beyond the Latin script: U+0250 is where that ends, but for rare additions."""
    if text.isascii():
        return 0
    return _share_of(ord(letter) >= 0x250 for letter in text if letter.isalpha())


def _share_of(flags: Iterable[bool]) -> int:
    counted = list(flags)
    return sum(counted) * PPM // max(1, len(counted))
