"""What in a session's record looks as if somebody in it went astray?

Signs are counted by seat while a session's events are read. Each is a heuristic: it says what was seen in the words or
in their order, never why. Words are held against one another in groups of three, of which a few dozen stand for all
(A. Broder 1997, On the resemblance and containment of documents); a text too short to be told from another by its words
counts for nothing. Which failures are worth looking for: M. Cemri et al. 2025, Why do multi-agent LLM systems fail?
(arXiv 2503.13657), and on agreeing too soon A. Wynn et al. 2025, Talk isn't always cheap (arXiv 2509.05396).
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from struct import pack, unpack, unpack_from
from typing import Any
from zlib import crc32

from core.analytics.flips import Minds
from core.domain.changing import changed, changer, maker
from core.domain.events import AttemptStarted, AttemptSucceeded, Event, SessionOpened
from core.domain.ids import NO_STEP, SeatId, StepId

WORDS_MIN = 20
"""Shorter texts are alike by their form: `Verdict: for` tells nothing of who copies whom."""

WORDS_READ_MAX = 2_000
PRINT_MARKS_MAX = 32
PRINTS_MAX = 16
"""Words of a text that are read, marks that stand for it, and newest texts that a new one is held against."""

SPREAD, MARK_MAX = 2_654_435_761, 2**32 - 1
"""What spreads the marks over all numbers (D. E. Knuth's multiplicative hashing), so that the least of them are drawn
from everywhere in a text."""

PPM = 1_000_000
ALIKE_PPM_MIN = 800_000
"""From here on two texts count as nearly the same. Of 32 marks at least 26 are then in both."""

LANE_BITS = 64
_OF_FIRST, _OF_SECOND = 961 * SPREAD & MARK_MAX, 31 * SPREAD & MARK_MAX
_LANES = int.from_bytes(pack("<Q", MARK_MAX) * WORDS_READ_MAX, "little")
"""What is left of each word's lane where a product is cut to a mark."""

MARK_BYTES = 4
UNSHARED_MAX = PRINT_MARKS_MAX * (PPM - ALIKE_PPM_MIN) // PPM
LEAST_MARKS = 12
LEAST_CHARACTERS = 4 * -(-LEAST_MARKS * MARK_BYTES // 3)
_PACKED = {count * MARK_BYTES: f">{count}I" for count in range(PRINT_MARKS_MAX + 1)}
"""Of the least marks that two texts alike have between them, at most `UNSHARED_MAX` are in one alone: so all of the
first twelve but so many are among the first twelve of either. These characters of a `Print` hold them."""

TOPIC_STEMS_MIN = 2
TOPIC_STEMS_MAX = 64
STEM_CHARACTERS = 5
STEM_CHARACTERS_MIN = 4
STEMS_REMEMBERED_MAX = 4_096
NO_STEM = -1
OPENING_CHARACTERS = 160
"""Praise is looked for where a turn begins: further on it may be about anything."""

GIVEN_UP_MAX = 8
ASKED_MAX = 256
CUT_OFF = "length"

_WORD = re.compile(r"\w+")
_PRAISE = re.compile(
    r"\b(?:(?:great|good|excellent|brilliant|fantastic|compelling|insightful|valid|fair) (?:point|points|argument"
    r"|arguments|question|observation)|you(?:'re| are) (?:absolutely |completely |totally |quite )?(?:right|correct)"
    r"|i (?:completely|fully|totally|wholeheartedly|entirely) agree|i stand corrected|well said|couldn't agree more"
    r"|thank you for (?:pointing|your|this|that))\b",
    re.IGNORECASE,
)
_PLAIN_PRAISE = re.compile(_PRAISE.pattern)
_IN_PRAISE = ("point", "argument", "question", "observation", "right", "correct", "agree", "well said", "thank you")
_COMMON = frozenset({
    "about", "after", "also", "because", "been", "before", "being", "both", "could", "does", "every", "from", "have",
    "into", "just", "like", "made", "make", "more", "most", "must", "need", "only", "other", "over", "same", "should",
    "some", "such", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those", "very",
    "were", "what", "when", "where", "which", "while", "will", "with", "would", "your",
})  # fmt: skip  # a list

Counts = Mapping[SeatId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """How often each seat did what is worth a second look, and how many words it spoke.

    `repeated`: it said nearly what it had said before. `echoed`: nearly what another seat had said. `cut_off`: its
    answer ended at the limit of tokens. `off_task`: no word of the motion was in its turn. `unreadable`: it was asked
    for an answer, a stance or a ballot, and none could be read. `unheard`: it changed its mind though nobody had spoken
    since. `returned`: it went back to a mind that it had given up. `flattered`: it took the mind of somebody just
    heard, in a turn that begins with praise or agreement. `rounds_after_agreement` were held once agreement had been
    reached.
    """

    words: Counts = field(default_factory=dict)
    repeated: Counts = field(default_factory=dict)
    echoed: Counts = field(default_factory=dict)
    cut_off: Counts = field(default_factory=dict)
    off_task: Counts = field(default_factory=dict)
    unreadable: Counts = field(default_factory=dict)
    unheard: Counts = field(default_factory=dict)
    returned: Counts = field(default_factory=dict)
    flattered: Counts = field(default_factory=dict)
    rounds_after_agreement: int = 0


NO_SIGNS = Signs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A text as the marks that stand for it, and whose it was. `marks` are packed: sixteen texts of a session are held
    and stored, and as numbers they would take six times the room."""

    seat: SeatId
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What has to be remembered of a session to see the next sign. `praised` is the newest step whose turn begins with
    praise; `given_up` are minds that a seat no longer holds; `asked` is who was asked in a step."""

    topic: tuple[int, ...] = ()
    prints: tuple[Print, ...] = ()
    asked: Mapping[StepId, SeatId] = field(default_factory=dict)
    given_up: Mapping[SeatId, tuple[str, ...]] = field(default_factory=dict)
    praised: StepId = NO_STEP
    agreed_round: int = 0


NOTHING_HEARD = Heard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Signs, and what they are read on from."""

    signs: Signs = NO_SIGNS
    heard: Heard = NOTHING_HEARD


NOTHING_READ = Reading()

_made_print = maker(Print)
_made_reading = maker(Reading)
_with_asked = changer(Heard, "asked")
_with_prints = changer(Heard, "prints")


def fold_signs(reading: Reading, event: Event, *, before: Minds, after: Minds) -> Reading:
    """The signs after `event`; `before` and `after` are the seats' minds on either side of it."""
    reading = _read(reading, event)
    if after.flips is not before.flips and after.flips:
        return _flipped(reading, before, after)
    return reading


def _read(reading: Reading, event: Any) -> Reading:
    match event:
        case SessionOpened(opening=opening):
            return changed(reading, heard=changed(reading.heard, topic=topic_of(opening.motion)))
        case AttemptStarted():
            asked = {**reading.heard.asked, event.step: event.seat}
            while len(asked) > ASKED_MAX:
                del asked[next(iter(asked))]
            return _made_reading(signs=reading.signs, heard=_with_asked(reading.heard, asked=asked))
        case AttemptSucceeded():
            return _answered(reading, event)
        case _:
            of_flow = _FLOW_KINDS.get(type(event).__name__)
            return of_flow(reading, event) if of_flow is not None else reading


def _answered(reading: Reading, event: AttemptSucceeded) -> Reading:
    asked = reading.heard.asked
    seat = asked.get(event.step)
    if seat is None:
        return reading
    heard = _with_asked(reading.heard, asked={step: each for step, each in asked.items() if step != event.step})
    signs = reading.signs
    if event.stop_reason == CUT_OFF:
        signs = changed(signs, cut_off=_one_more(signs.cut_off, seat))
    return _made_reading(signs=signs, heard=heard)


def _argued(reading: Reading, event: Any) -> Reading:
    signs, heard = reading.signs, reading.heard
    words = words_of(event.text)
    parts: dict[str, object] = {"words": _one_more(signs.words, event.seat, by=len(words))}
    if len(words) >= WORDS_MIN:
        marks = marks_of(words)
        whose = {each.seat for each in those_alike(heard.prints, marks)}
        if event.seat in whose:
            parts["repeated"] = _one_more(signs.repeated, event.seat)
        if whose - {event.seat}:
            parts["echoed"] = _one_more(signs.echoed, event.seat)
        if heard.topic and not touches(words, frozenset(heard.topic)):
            parts["off_task"] = _one_more(signs.off_task, event.seat)
        made = _made_print(seat=event.seat, marks=packed(marks))
        heard = _with_prints(heard, prints=(*heard.prints, made)[-PRINTS_MAX:])
    if praises(event.text[:OPENING_CHARACTERS].replace("’", "'")):
        heard = changed(heard, praised=event.step)
    return _made_reading(signs=changed(signs, **parts), heard=heard)


def _flipped(reading: Reading, before: Minds, after: Minds) -> Reading:
    flip = after.flips[-1]
    if flip.is_carried:
        return reading
    signs, heard = reading.signs, reading.heard
    given_up = heard.given_up.get(flip.seat, ())
    parts: dict[str, object] = {}
    if not flip.heard:
        parts["unheard"] = _one_more(signs.unheard, flip.seat)
    if flip.after in given_up:
        parts["returned"] = _one_more(signs.returned, flip.seat)
    theirs = {before.held[seat].value for seat in flip.heard if seat in before.held}
    if heard.praised == flip.step and flip.after in theirs:
        parts["flattered"] = _one_more(signs.flattered, flip.seat)
    left = {**heard.given_up, flip.seat: (*given_up, flip.before)[-GIVEN_UP_MAX:]}
    return Reading(signs=changed(signs, **parts), heard=changed(heard, given_up=left))


def _unread(name: str) -> Callable[[Reading, Any], Reading]:
    def read(reading: Reading, event: Any) -> Reading:
        if getattr(event, name):
            return reading
        return changed(
            reading, signs=changed(reading.signs, unreadable=_one_more(reading.signs.unreadable, event.seat))
        )

    return read


def _agreed(reading: Reading, event: Any) -> Reading:
    if reading.heard.agreed_round:
        return reading
    return changed(reading, heard=changed(reading.heard, agreed_round=event.round))


def _round_ended(reading: Reading, event: Any) -> Reading:
    if not 0 < reading.heard.agreed_round < event.round:
        return reading
    rounds = reading.signs.rounds_after_agreement + 1
    return changed(reading, signs=changed(reading.signs, rounds_after_agreement=rounds))


def _amended(reading: Reading, event: Any) -> Reading:
    return changed(reading, heard=changed(reading.heard, topic=topic_of(event.motion)))


_FLOW_KINDS: Mapping[str, Callable[[Reading, Any], Reading]] = {
    "ArgumentPresented": _argued,
    "AnswerGiven": _unread("answer"),
    "StanceDeclared": _unread("stance"),
    "VoteCast": _unread("ranking"),
    "ConsensusReached": _agreed,
    "RoundCompleted": _round_ended,
    "MotionAmended": _amended,
}
"""What a flow's event tells, by the stable name of its kind (see core.analytics.life)."""


def words_of(text: str) -> list[str]:
    """Its first words, in lower case."""
    return _WORD.findall(text.casefold())[:WORDS_READ_MAX]


def marks_of(words: list[str]) -> tuple[int, ...]:
    """The least of the numbers that its groups of three words have: the same words have the same ones everywhere.

    Of words with the numbers a, b and c that is (961 a + 31 b + c) `SPREAD`, as far as it goes into `MARK_MAX`. All
    groups are reckoned at once: one long number holds each word's in a lane of its own, which no product leaves.
    """
    codes = [*map(crc32, " ".join(words).encode().split(b" "))]  # no word has a space in it
    groups = len(codes) - 2
    if groups < 1:
        return ()
    firsts = int.from_bytes(pack(f"<{len(codes)}Q", *codes), "little")
    sums = (
        (firsts * _OF_FIRST & _LANES)
        + ((firsts >> LANE_BITS) * _OF_SECOND & _LANES)
        + ((firsts >> 2 * LANE_BITS) * SPREAD & _LANES)
    ) & _LANES
    lanes = sums.to_bytes(len(codes) * LANE_BITS // 8, "little")
    return tuple(sorted({*unpack_from(f"<{groups}Q", lanes)})[:PRINT_MARKS_MAX])


def packed(marks: tuple[int, ...]) -> str:
    """Marks as a text, four bytes of each in base64."""
    return b2a_base64(pack(f">{len(marks)}I", *marks), newline=False).decode("ascii")


def unpacked(text: str) -> tuple[int, ...]:
    """The marks that a text was packed from."""
    packed = a2b_base64(text)
    return unpack(_PACKED[len(packed)], packed)


def is_alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """True where two texts count as nearly the same."""
    shared = len(set(one).intersection(other))
    # No more marks can count as common than there are; most texts have none, and are told apart by that alone.
    return shared * PPM >= ALIKE_PPM_MIN * min(len(one), len(other)) and likeness_ppm(one, other) >= ALIKE_PPM_MIN


def those_alike(prints: Sequence[Print], marks: tuple[int, ...]) -> list[Print]:
    """Those that count as nearly the same as a text with these marks. Most share too few of their least marks with it,
    and are told apart by that alone, without unpacking them."""
    theirs = [a2b_base64(each.marks[:LEAST_CHARACTERS]) for each in prints]
    least = frozenset(marks[:LEAST_MARKS])
    shared_min = max(1, len(least) - UNSHARED_MAX)
    together = b"".join(theirs)
    if len([mark for mark in least if mark.to_bytes(MARK_BYTES, "big") in together]) < shared_min:
        return []
    return [
        each
        for each, first in zip(prints, theirs, strict=True)
        if len(least.intersection(unpack(_PACKED[len(first)], first))) >= shared_min
        and is_alike(unpacked(each.marks), marks)
    ]


def likeness_ppm(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """About which share of their groups of words two texts have in common; 0 of nothing."""
    both = sorted({*one, *other})[: min(PRINT_MARKS_MAX, max(len(one), len(other)))]
    if not both:
        return 0
    shared = set(one) & set(other)
    return sum(1 for mark in both if mark in shared) * PPM // len(both)


def topic_of(motion: str) -> tuple[int, ...]:
    """What words of a motion begin with; nothing where too few say what it is about."""
    stems = sorted(stems_of(words_of(motion)))
    return tuple(stems[:TOPIC_STEMS_MAX]) if len(stems) >= TOPIC_STEMS_MIN else ()


def stems_of(words: list[str]) -> frozenset[int]:
    """The beginnings of words that mean something by themselves."""
    return frozenset(map(_stem, map(_beginning, words))) - {NO_STEM}


def touches(words: list[str], topic: frozenset[int]) -> bool:
    """True where one of the words begins as one of the topic's stems does; most turns do so in their first lines."""
    return not topic.isdisjoint(map(_stem, map(_beginning, words)))


_beginning = itemgetter(slice(max(STEM_CHARACTERS, *map(len, _COMMON)) + 1))
"""As much of a word as tells its stem: what is remembered holds no word of a hundred thousand letters."""


@lru_cache(maxsize=STEMS_REMEMBERED_MAX)
def _stem(word: str) -> int:
    """The number of what a word begins with; `NO_STEM` where it means nothing by itself. What is said of one motion is
    mostly said in the same few words."""
    if len(word) < STEM_CHARACTERS_MIN or word in _COMMON:
        return NO_STEM
    return crc32(word[:STEM_CHARACTERS].encode())


def praises(opening: str) -> bool:
    """Whether a turn begins with praise. Each phrase has one of a few words in it, which are quickly looked for: where
    all letters are plain ones, for of others it is the expression that knows which count as the same."""
    if not opening.isascii():
        return _PRAISE.search(opening) is not None
    plain = opening.lower()
    return any(word in plain for word in _IN_PRAISE) and _PLAIN_PRAISE.search(plain) is not None


def _one_more(counts: Counts, seat: SeatId, *, by: int = 1) -> Counts:
    return {**counts, seat: counts.get(seat, 0) + by}
