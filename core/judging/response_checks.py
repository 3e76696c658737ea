"""What is odd about an answer that has come?

What is seen is said; what follows is the participant's setting. Nothing here knows the language or the subject of a
debate: what is compared is an answer with itself, with what its seat said before, and its script with the motion's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

LANGUAGE_WORDS_MIN = 30
ENGLISH_PPM_MIN = 350_000
"""English prose is to nearly a half grammar and words that every debate uses; other languages share few of them."""

FOREIGN_PPM_MAX = 200_000
FOREIGN_SCRIPT_PPM_MIN = 300_000

EARLIER_TURNS_MAX = 8
"""Turns of the same seat that an answer is compared with, the newest."""

PPM = 1_000_000


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


def check_answer(text: str, *, is_whole: bool, stop_reason: str, earlier: Sequence[str], asked: str) -> Finding | None:
    """The first thing that is odd about `text`, None where nothing is.

    `earlier` are the turns of the same seat, oldest first; `asked` is what it was asked about, in its language.
    """
    if not text.strip():
        return Finding(oddity=Oddity.EMPTY, saw="it answered without a word")
    if not is_whole:
        return Finding(oddity=Oddity.TRUNCATED, saw=f"its answer stopped early: {stop_reason}")
    words = words_of(text)
    return _repeated(text, words, earlier) or _off_language(text, words, asked)


def is_asked_again(finding: Finding, checks: Checks) -> bool:
    """What a participant's setting makes of a finding: a further attempt, or an answer with a note."""
    match finding.oddity:
        case Oddity.EMPTY:
            return True
        case Oddity.TRUNCATED:
            return checks is not Checks.ACCEPT
        case Oddity.REPEATED | Oddity.OFF_LANGUAGE:
            return checks is Checks.RETRY


def _repeated(text: str, words: Sequence[str], earlier: Sequence[str]) -> Finding | None:
    if len(words) < REPEATED_WORDS_MIN:
        return None
    if _goes_in_circles(words):
        return Finding(oddity=Oddity.REPEATED, saw="it repeats itself")
    probes, newest = _probes(text), earlier[-EARLIER_TURNS_MAX:]
    met_min = min(PROBES_MET_MIN, len(probes))  # a text of few long chains of words has few
    # Most answers hold too few of them in all those turns together, which takes one search for each probe to tell.
    probes = list(filter("\n".join(newest).__contains__, probes))
    if len(probes) < met_min:
        return None
    rows: set[tuple[str, ...]] = set()
    for number, turn in enumerate(reversed(newest), start=1):
        if sum(map(turn.__contains__, probes)) < met_min:
            continue
        rows = rows or set(_rows(words))
        shared_ppm = len(rows.intersection(_rows(words_of(turn)))) * PPM // max(1, len(rows))
        if shared_ppm >= REPEATED_PPM_MIN:
            which = "its last turn" if number == 1 else f"its turn {number} turns before"
            return Finding(oddity=Oddity.REPEATED, saw=f"it repeats {which}, to {shared_ppm * 100 // PPM} %")
    return None


def _goes_in_circles(words: Sequence[str]) -> bool:
    # Where few rows are distinct, few words are: of most answers that is told without a look at their rows.
    if (len(set(words)) - SHINGLE_WORDS) * PPM >= DISTINCT_PPM_MAX * len(words):
        return False
    rows = list(_rows(words))
    return len(set(rows)) * PPM < DISTINCT_PPM_MAX * len(rows)


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
    if len(words) < LANGUAGE_WORDS_MIN or _grammar_ppm(words) >= FOREIGN_PPM_MAX:
        return None
    if _grammar_ppm(words_of(asked)) >= ENGLISH_PPM_MIN:
        return Finding(oddity=Oddity.OFF_LANGUAGE, saw="it was asked in English and does not read as English")
    return None


def _rows(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Each SHINGLE_WORDS words that follow one another."""
    return zip(*(words[at:] for at in range(SHINGLE_WORDS)), strict=False)


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
