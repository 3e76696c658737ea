"""How far do the sides agree, going by their own words?

`keywords@1` counts, in each debating seat's latest turn, phrases that agree and phrases that disagree. A seat's share
is what agrees of all that it says either way; a seat that says neither holds its ground and counts as nothing. The
reading is the mean share. A negation turns a phrase over ("I cannot concede" disagrees, "no objection" agrees), and
words in quotation marks are somebody else's.

Where no seat says anything either way, `overlap@1` reads how many content words the sides share. Talking about the same
things isn't agreeing about them, so that it never reads above `OVERLAP_PPM_MAX`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.judging.answers import ANSWERS, ANSWERS_PIN
from core.judging.ballots import BALLOTS, BALLOTS_PIN
from core.judging.lexical import LEXICAL, LEXICAL_PIN
from core.judging.measure import PPM, Cues, Measure, Reading, SeatCues, SpokenTurn, made_cues, made_reading
from core.judging.stances import STANCE_PIN, STANCES
from core.judging.words import content_words, words_of

OVERLAP_PPM_MAX = 500_000
ANALYSED_CHARACTERS_MAX = 20_000
"""Of a longer turn only the beginning and the end, half of this each, are read: stances stand there."""
CONTENT_WORDS_MAX = 96
NEGATION_CHARACTERS_MAX = 40
TURNS_REMEMBERED_MAX = 8

# No phrase holds another one: each place in a text is counted once.
CONCESSION_PHRASES = (
    "concede",
    "concedes",
    "conceded",
    "concession",
    "i grant",
    "i accept",
    "we accept",
    "fair point",
    "valid point",
    "you are right",
    "you're right",
    "they are right",
    "stand corrected",
)
AGREEMENT_PHRASES = (
    *CONCESSION_PHRASES,
    "agree",
    "agrees",
    "agreed",
    "convinced",
    "persuaded",
    "good point",
    "common ground",
    "of one mind",
    "no objection",
)
DISAGREEMENT_PHRASES = (
    "disagree",
    "disagrees",
    "disagreed",
    "disagreement",
    "dispute",
    "disputes",
    "i reject",
    "we reject",
    "i object",
    "i deny",
    "on the contrary",
    "unconvinced",
    "unpersuaded",
    "mistaken",
    "does not follow",
    "doesn't follow",
    "do not accept",
    "don't accept",
    "cannot accept",
    "flawed",
    "refute",
    "refutes",
    "rebut",
    "misses the point",
    "beside the point",
    "overlooks",
    "hold my ground",
    "are wrong",
    "is wrong",
)
# Under the last word of each phrase, so that a turn which holds none of those words is done with at once: the phrase,
# what it says, and whether it concedes.
_PHRASES_BY_WORD: dict[str, list[tuple[str, int, int]]] = {}
for _phrases, _stance in ((AGREEMENT_PHRASES, 1), (DISAGREEMENT_PHRASES, -1)):
    for _phrase in _phrases:
        _told = (_phrase, _stance, int(_phrase in CONCESSION_PHRASES))
        _PHRASES_BY_WORD.setdefault(_phrase.split()[-1], []).append(_told)
_LAST_WORDS = frozenset(_PHRASES_BY_WORD)
_QUOTED = re.compile(r"“[^”\n]{0,1000}”|\"[^\"\n]{0,1000}\"")
_NEGATED = re.compile(
    r"(?:\b(?:not(?! only)|never|cannot|nor|neither|hardly|without|no longer|refuse to|far from)|n't)"
    r"(?:(?:\s+[\w']+){0,3}|,?\s+[\w']+,?)\s+$"
)
# Each negation holds one of these; most windows hold none, and this is quicker than finding that out by the pattern.
_PARTS_OF_NEGATIONS = ("no", "n't", "never", "neither", "hardly", "without", "refuse", "far from")
_SENTENCE_END = re.compile(r"[.!?;:\n]")


@dataclass(frozen=True, slots=True)
class KeywordConsensus:
    """The measure `keywords@1` with its fallback `overlap@1`."""

    name: str = "keywords"
    version: int = 1
    is_advice: bool = False
    is_declared: bool = False

    def analyse(self, text: str) -> Cues:
        return analyse(text)

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        return combine(latest)

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        return combine([SeatCues(seat=turn.seat, side=turn.side, cues=analyse(turn.text)) for turn in latest])


KEYWORDS = KeywordConsensus()
KEYWORDS_PIN = "keywords@1"
OVERLAP_PIN = "overlap@1"
MEASURES: Mapping[str, Measure] = {
    KEYWORDS_PIN: KEYWORDS,
    ANSWERS_PIN: ANSWERS,
    STANCE_PIN: STANCES,
    BALLOTS_PIN: BALLOTS,
    LEXICAL_PIN: LEXICAL,
}


@lru_cache(maxsize=TURNS_REMEMBERED_MAX)
def analyse(text: str) -> Cues:
    """The cues of one turn. Deciding and folding ask for the same turn one after the other: it is read once.

    The words of a turn which says that it agrees or disagrees are not remembered: as long as one of the latest does,
    nobody asks which words the sides share.
    """
    if len(text) > ANALYSED_CHARACTERS_MAX:
        half = ANALYSED_CHARACTERS_MAX // 2
        text = f"{text[:half]}\n{text[-half:]}"
    words = words_of(text)
    telling = _LAST_WORDS.intersection(words)
    agreements, disagreements, concessions = _stances(text, telling) if telling else (0, 0, 0)
    content = () if agreements or disagreements else sorted(content_words(words, words_max=CONTENT_WORDS_MAX))
    return made_cues(
        agreements=agreements, disagreements=disagreements, concessions=concessions, words=" ".join(content)
    )


def combine(latest: Sequence[SeatCues]) -> Reading | None:
    """The reading over each debating seat's latest turn; None until both sides have spoken."""
    sides = [seat.side for seat in latest]
    if 1 not in sides or -1 not in sides:
        return None
    for seat in latest:
        if seat.cues.agreements or seat.cues.disagreements:
            return _by_keywords(latest)
    return _by_overlap(latest)


def _by_keywords(latest: Sequence[SeatCues]) -> Reading:
    inputs: dict[str, int | str] = {}
    said: list[str] = []
    total = 0
    for told in latest:
        seat, agreements, disagreements = told.seat, told.cues.agreements, told.cues.disagreements
        cues = agreements + disagreements
        total += agreements * PPM // cues if cues else 0
        inputs[f"{seat}.agreements"] = agreements
        inputs[f"{seat}.disagreements"] = disagreements
        said.append(f"{seat} agrees in {agreements} of {cues}" if cues else f"{seat} says neither")
    return made_reading(
        ppm=total // len(latest),
        measure=KEYWORDS_PIN,
        inputs=inputs,
        reason=f"Of the phrases that agree or disagree, {', '.join(said)}.",
    )


def _by_overlap(latest: Sequence[SeatCues]) -> Reading:
    words_for = _words_of(latest, side=1)
    words_against = _words_of(latest, side=-1)
    shared, either = len(words_for & words_against), len(words_for | words_against)
    share = shared * PPM // either if either else 0
    return made_reading(
        ppm=min(share, OVERLAP_PPM_MAX),
        measure=OVERLAP_PIN,
        inputs={"words_shared": shared, "words_either": either, "ppm_uncapped": share, "ppm_max": OVERLAP_PPM_MAX},
        reason=f"No seat says that it agrees or disagrees; the sides share {shared} of {either} content words.",
    )


def _words_of(latest: Sequence[SeatCues], *, side: int) -> frozenset[str]:
    return frozenset().union(*[seat.cues.words.split() for seat in latest if seat.side == side])


def _stances(text: str, telling: frozenset[str]) -> tuple[int, int, int]:
    """How often `text` agrees, disagrees and concedes, by phrases that end in one of the words `telling`."""
    own = text.lower().replace("’", "'")
    if "“" in own or '"' in own:
        own = _QUOTED.sub(" ", own)
    agreements = disagreements = concessions = 0
    for word in telling:
        for phrase, stance, concedes in _PHRASES_BY_WORD[word]:
            for place in _places(own, phrase):
                is_negated = _is_negated(own, place)
                if (stance > 0) is not is_negated:
                    agreements += 1
                    concessions += 0 if is_negated else concedes
                else:
                    disagreements += 1
    return agreements, disagreements, concessions


def _places(text: str, phrase: str) -> list[int]:
    """Where `phrase` stands as whole words."""
    found: list[int] = []
    place = text.find(phrase)
    while place >= 0:
        end = place + len(phrase)
        if not text[place - 1 : place].isalnum() and not text[end : end + 1].isalnum():
            found.append(place)
        place = text.find(phrase, end)
    return found


def _is_negated(text: str, place: int) -> bool:
    before = text[max(0, place - NEGATION_CHARACTERS_MAX) : place]
    for part in _PARTS_OF_NEGATIONS:  # any() with a generator takes three times as long
        if part in before:
            return _NEGATED.search(_SENTENCE_END.split(before)[-1]) is not None
    return False
