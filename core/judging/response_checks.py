"""What is odd about an answer that has come?

What is seen is said; what follows is the participant's setting. Nothing here knows the language or the subject of a
debate: what is compared is an answer with itself, with what its seat said before, and its script with the motion's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.participants import Checks
from core.domain.provider_errors import EMPTY, OFF_LANGUAGE, REPEATED, TRUNCATED
from core.judging.words import STOP_WORDS, words_of

REPEATED_WORDS_MIN = 30
"""Shorter answers are alike without anybody having repeated them."""

SHINGLE_WORDS = 5
"""Rows of so many words are compared: single words recur in every debate, rows of them only in copies."""

PROBES = 6
PROBE_WORDS = 3
"""Whether it is worth comparing two turns row by row is told by so many rows of so few words."""

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
    probes = _probes(text)
    for number, turn in enumerate(reversed(earlier[-EARLIER_TURNS_MAX:]), start=1):
        if not any(probe in turn for probe in probes):
            continue
        shared_ppm = _share_ppm(set(_rows(words)), set(_rows(words_of(turn))))
        if shared_ppm >= REPEATED_PPM_MIN:
            which = "its last turn" if number == 1 else f"its turn {number} turns before"
            return Finding(oddity=Oddity.REPEATED, saw=f"it repeats {which}, to {shared_ppm * 100 // PPM} %")
    return None


def _goes_in_circles(words: Sequence[str]) -> bool:
    # Where few rows are distinct, few words are: of most answers that is told without a look at their rows.
    if (len(set(words)) - SHINGLE_WORDS) * PPM >= DISTINCT_PPM_MAX * len(words):
        return False
    rows = _rows(words)
    return len(set(rows)) * PPM < DISTINCT_PPM_MAX * len(rows)


def _probes(text: str) -> list[str]:
    """A few rows of words from all over `text`. A turn that holds none of them as they stand is not what it copies."""
    raw = text.split()
    step = max(1, len(raw) // PROBES)
    return [" ".join(raw[at : at + PROBE_WORDS]) for at in range(0, len(raw) - PROBE_WORDS + 1, step)]


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


def _rows(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + SHINGLE_WORDS]) for at in range(max(0, len(words) - SHINGLE_WORDS + 1))]


def _share_ppm(of: Collection[object], in_: Collection[object]) -> int:
    return sum(each in in_ for each in of) * PPM // max(1, len(of))


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
