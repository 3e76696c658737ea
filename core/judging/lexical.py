"""How alike are the words of those who speak?

Alike words are no agreement: "is necessary" and "is not necessary" share nearly all of theirs. So the reading is
advice: it is recorded and shown, no level is reached by it, and no rule knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn
from core.judging.words import content_words, words_of

ANALYSED_CHARACTERS_MAX = 20_000
CONTENT_WORDS_MAX = 96
SEATS_COMPARED_MAX = 26
"""Each is compared with each other one."""


@dataclass(frozen=True, slots=True)
class LexicalLikeness:
    """The measure `lexical@1`: the share of content words that two seats' latest turns have in common, on the average
    over all pairs of seats."""

    name: str = "lexical"
    version: int = 1
    is_advice: bool = True
    is_declared: bool = False

    def analyse(self, text: str) -> Cues:
        words = content_words(words_of(text[:ANALYSED_CHARACTERS_MAX]), words_max=CONTENT_WORDS_MAX)
        return Cues(agreements=0, disagreements=0, concessions=0, words=" ".join(sorted(words)))

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading once two seats have spoken."""
        words = {seat.seat: frozenset(seat.cues.words.split()) for seat in latest[:SEATS_COMPARED_MAX]}
        if len(words) < 2:
            return None
        inputs: dict[str, int | str] = {}
        shares: list[int] = []
        for one, other in combinations(sorted(words), 2):
            shared, either = len(words[one] & words[other]), len(words[one] | words[other])
            shares.append(shared * PPM // either if either else 0)
            inputs[f"{one}~{other}"] = shares[-1]
        ppm = sum(shares) // len(shares)
        return Reading(
            ppm=ppm,
            measure=LEXICAL_PIN,
            inputs=inputs,
            reason=f"{len(words)} seats share {ppm * 100 // PPM} % of their content words; that is no agreement.",
        )

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        return self.combine([SeatCues(seat=turn.seat, side=turn.side, cues=self.analyse(turn.text)) for turn in latest])


LEXICAL = LexicalLikeness()
LEXICAL_PIN = "lexical@1"
