"""What does the evidence hold, and which of it bears on a motion?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from core.domain.steps import Document
from core.providers.rehearsing.ranking import Ranking
from core.providers.rehearsing.sentences import Sentence, sentences_of
from core.providers.rehearsing.stems import motion_stems, stems_of

CORPORA_REMEMBERED_MAX = 8
"""Evidence is read anew for no turn: as many sets of files as debates commonly share stay read."""

COMMON_SHARE_PPM = 120_000
"""A word in more of all sentences than this tells nothing about what two of them have in common."""

SENTENCES_FEW_MAX = 24
"""In evidence of so few sentences no word counts as common, and one word in common is enough."""


class Corpus:
    """The citable sentences of a set of documents, ranked on demand. Immutable, and shared between debates."""

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self.documents = tuple(document.name for document in documents)
        self.sentences = sentences_of(documents)
        above = {
            (sentence.document, sentence.headings): stems_of(" ".join((sentence.document, *sentence.headings)))
            for sentence in self.sentences
        }
        own = [stems_of(sentence.text) for sentence in self.sentences]
        over = [above[sentence.document, sentence.headings] for sentence in self.sentences]
        self.ranking = Ranking(zip(own, over, strict=True))
        self.stems = tuple(frozenset(stems) for stems in own)
        self._stems_with_headings = tuple(
            stems | frozenset(headed) for stems, headed in zip(self.stems, over, strict=True)
        )
        self.by_line: dict[tuple[str, int], list[Sentence]] = {}
        for sentence in self.sentences:
            self.by_line.setdefault((sentence.document, sentence.line), []).append(sentence)

    def bearing_on(self, subjects: Iterable[str]) -> Mapping[int, int]:
        """The sentences that bear on one of `subjects` (a motion, a statement), with their scores.

        A sentence bears on a motion when it, its headings or its file's name share one telling word with it, two where
        the motion has four or more.
        """
        bearing: dict[int, int] = {}
        for subject in subjects:
            wanted = motion_stems(subject)
            shared_min = 1 if len(wanted) < 4 else 2
            stems = frozenset(wanted)
            for number, score in self.ranking.scores(wanted).items():
                if len(stems & self._stems_with_headings[number]) >= shared_min:
                    bearing[number] = bearing.get(number, 0) + score
        return bearing

    @property
    def words_in_common_min(self) -> int:
        """How many telling words two sentences share before one can answer the other."""
        return 1 if len(self.sentences) <= SENTENCES_FEW_MAX else 2

    def words_in_common(self, one: Sentence, other: Sentence) -> tuple[str, ...]:
        """The telling stems that two sentences share, the rarest first."""
        shared = self.stems[one.number] & self.stems[other.number]
        telling = [stem for stem in shared if not self._is_common(stem)]
        return tuple(sorted(telling, key=lambda stem: (-self.ranking.rarity_ppm(stem), stem)))

    def _is_common(self, stem: str) -> bool:
        return len(self.sentences) > SENTENCES_FEW_MAX and self.ranking.share_ppm(stem) >= COMMON_SHARE_PPM


@lru_cache(maxsize=CORPORA_REMEMBERED_MAX)
def read_corpus(documents: tuple[Document, ...]) -> Corpus:
    """The corpus of these documents, read once."""
    return Corpus(documents)
