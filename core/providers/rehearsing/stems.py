"""Which words count as the same word?

A light English stemmer: it takes plurals, tenses and a few endings off, and would rather leave two words apart than
join two that differ. Words of other languages pass as they are.
"""

from __future__ import annotations

from functools import lru_cache

from core.judging.words import STOP_WORDS, words_of

STEM_LETTERS_MIN = 3
STEMS_REMEMBERED_MAX = 50_000
_ENDINGS = ("ments", "ment", "ings", "ing", "edly", "ed", "ies", "ers", "er", "es", "ly", "s")
_VOWELS = frozenset("aeiouy")

# Motions are made of these whatever they are about, so that a sentence which shares only them doesn't bear on one.
_MOTION_WORDS = """
    abolish adopt allow ban better build change choose company create drop end good great implement improve introduce
    invest keep move new organisation organization people plan project question replace right start stop support switch
    think thing want way work world wrong year
"""
MOTION_WORDS = frozenset(_MOTION_WORDS.split())


@lru_cache(maxsize=STEMS_REMEMBERED_MAX)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    if not word.isascii() or not word.isalpha() or len(word) <= STEM_LETTERS_MIN or word.endswith(("ss", "us", "is")):
        return word
    for ending in _ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= STEM_LETTERS_MIN and not _VOWELS.isdisjoint(base):
            return _tidied(base, ending)
    return word[:-1] if word.endswith("e") and len(word) > STEM_LETTERS_MIN + 1 else word


def stems_of(text: str) -> list[str]:
    """The stems of the words that carry content, in order, repetitions included."""
    return [stem(word) for word in words_of(text) if len(word) > 1 and word not in STOP_WORDS]


def motion_stems(motion: str) -> tuple[str, ...]:
    """The distinct stems that say what a motion is about, in order; all its stems where only common ones are left."""
    distinct = tuple(dict.fromkeys(stems_of(motion)))
    return tuple(found for found in distinct if found not in _MOTION_STEMS) or distinct


def _tidied(base: str, ending: str) -> str:
    if ending == "ies":
        return base + "y"
    if len(base) > STEM_LETTERS_MIN and base[-1] == base[-2] and base[-1] not in "aeiouls":
        return base[:-1]
    return base[:-1] if base.endswith("e") else base


_MOTION_STEMS = frozenset(stem(word) for word in MOTION_WORDS)
