"""Which sentences bear most on given words?

BM25 over sentences, counted in integers but for one logarithm that is rounded to parts per million before it is
used, so that every machine ranks alike. Words of a sentence's headings count as words of the sentence, at half weight.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

K1_MILLI = 1_200
"""How soon repeating a word stops counting, in thousandths."""
B_MILLI = 750
"""How much a long sentence is marked down, in thousandths."""
SENTENCE_WEIGHT = 2
HEADING_WEIGHT = 1


class Ranking:
    """An index over sentences, given as the stems of their words and of their headings."""

    def __init__(self, stems: Iterable[tuple[list[str], list[str]]]) -> None:
        counted = [_weighed(own, above) for own, above in stems]
        self._lengths = [sum(counts.values()) for counts in counted]
        self._length_sum = sum(self._lengths) or 1
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for number, counts in enumerate(counted):
            for stem, count in counts.items():
                self._postings.setdefault(stem, []).append((number, count))
        self._idf_ppm = {stem: self._idf(len(places)) for stem, places in self._postings.items()}

    def scores(self, stems: Iterable[str]) -> dict[int, int]:
        """The score of each sentence that shares a stem with `stems`, in parts per million; others score nothing."""
        scores: dict[int, int] = {}
        for stem, wanted in Counter(stems).items():
            idf_ppm = self._idf_ppm.get(stem, 0)
            for number, count in self._postings.get(stem, ()):
                # Weights are doubled, so that a heading's half is a whole number: hence the 2 in front of the constant.
                norm_milli = 1_000 - B_MILLI + B_MILLI * self._lengths[number] * len(self._lengths) // self._length_sum
                saturation = 1_000 * count + SENTENCE_WEIGHT * K1_MILLI * norm_milli // 1_000
                gain = idf_ppm * count * (K1_MILLI + 1_000) // saturation
                scores[number] = scores.get(number, 0) + wanted * gain
        return scores

    def rarity_ppm(self, stem: str) -> int:
        """How telling a stem is: 0 for one that no sentence has."""
        return self._idf_ppm.get(stem, 0)

    def share_ppm(self, stem: str) -> int:
        """In which share of all sentences a stem occurs."""
        return len(self._postings.get(stem, ())) * 1_000_000 // (len(self._lengths) or 1)

    def _idf(self, places: int) -> int:
        return round(math.log(1 + (len(self._lengths) - places + 0.5) / (places + 0.5)) * 1_000_000)


def best_first(scores: Mapping[int, int]) -> list[int]:
    """The numbers by score, highest first; those that score alike in the order of the evidence."""
    return sorted(scores, key=lambda number: (-scores[number], number))


def _weighed(own: list[str], above: list[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for stem in own:
        counts[stem] += SENTENCE_WEIGHT
    for stem in set(above) - set(own):
        counts[stem] += HEADING_WEIGHT
    return counts
