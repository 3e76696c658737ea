"""How much of what the evidence says on a brief does a draft hold, counted and not judged?

Four things are counted, each from the draft and the evidence alone: how many of the passages that bear most on the
brief it quotes, how many of its paragraphs name a source that is there, how long it is, and how much it says twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.record import citation_of, cited_in
from core.providers.rehearsing.sentences import Sentence

PASSAGES_WANTED = 8
"""A draft that quotes these says what the evidence has to say; of less evidence, all that there is."""

PASSAGES_READ = 5
"""So many of them does each of several reviewers look for: who all count the same needn't be three."""

WORDS_MIN, WORDS_MAX = 40, 400
SHARES_PPM = {"coverage": 500_000, "sources": 250_000, "length": 150_000, "repetition": 100_000}
"""How much each count weighs."""

PPM = 1_000_000
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`wanted` are the passages that bear most on the brief, the closest first, `missing` those that are not quoted.
    `unsourced` are paragraphs that name no source, `repeated` what is said twice."""

    wanted: tuple[Sentence, ...]
    missing: tuple[Sentence, ...]
    paragraphs: int
    unsourced: tuple[str, ...]
    repeated: tuple[str, ...]
    words: int
    parts: tuple[tuple[str, int], ...]

    @property
    def score_ppm(self) -> int:
        return sum(SHARES_PPM[name] * ppm // PPM for name, ppm in self.parts)

    @property
    def held(self) -> tuple[Sentence, ...]:
        return tuple(sentence for sentence in self.wanted if sentence not in self.missing)


def assessed(draft: str, corpus: Corpus, subject: str, *, reader: str = "") -> Assessment:
    """What is counted in `draft`, for a brief or another `subject`. A `reader` among several looks for some of the
    passages alone, always the same ones."""
    wanted = passages_on(corpus, subject)
    if reader:
        drawn = sorted(wanted, key=lambda sentence: sha256(f"{reader}/{sentence.text}".encode()).digest())
        wanted = tuple(sentence for sentence in wanted if sentence in drawn[:PASSAGES_READ])
    missing = tuple(sentence for sentence in wanted if not is_quoted(sentence, draft))
    paragraphs = [each.strip() for each in draft.split("\n\n") if each.strip()]
    citation = citation_of(corpus)
    unsourced = tuple(
        each for each in paragraphs if citation is None or not any(True for _ in cited_in(each, citation, corpus))
    )
    said = [" ".join(each.split()) for each in _SENTENCE.findall(draft) if len(each.split()) > 2]
    repeated = tuple(each for each in dict.fromkeys(said) if said.count(each) > 1)
    words = len(draft.split())
    held, sourced = len(wanted) - len(missing), len(paragraphs) - len(unsourced)
    parts = (
        ("coverage", _share(held, len(wanted))),
        ("sources", _share(sourced, len(paragraphs))),
        ("length", _share(words, WORDS_MIN) if words < WORDS_MIN else _share(WORDS_MAX, max(words, WORDS_MAX))),
        ("repetition", PPM - _share(len(repeated), len(said))),
    )
    return Assessment(
        wanted=wanted,
        missing=missing,
        paragraphs=len(paragraphs),
        unsourced=unsourced,
        repeated=repeated,
        words=words,
        parts=parts,
    )


def passages_on(corpus: Corpus, subject: str) -> tuple[Sentence, ...]:
    """The passages that bear most on a subject, the closest first."""
    bearing = sorted(corpus.bearing_on((subject,)).items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(corpus.sentences[number] for number, _ in bearing[:PASSAGES_WANTED])


def is_quoted(sentence: Sentence, draft: str) -> bool:
    """Does the draft hold the sentence word for word?"""
    return " ".join(sentence.text.split()).rstrip(".") in " ".join(draft.split())


def nearest_held(sentence: Sentence, held: Sequence[Sentence], corpus: Corpus) -> Sentence | None:
    """What a draft quotes that has most telling words in common with a sentence."""
    shared = [(len(corpus.words_in_common(sentence, each)), -each.number, each) for each in held]
    best = max(shared, key=lambda entry: entry[:2], default=None)
    return best[2] if best is not None and best[0] else None


def _share(part: int, whole: int) -> int:
    return PPM * min(part, whole) // whole if whole else 0
