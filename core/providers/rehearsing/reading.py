"""What can be read in the evidence as an answer to a question?

Only what stands there is read: the side that a sentence takes, the number that it names, the one choice that it names,
or the sentence itself where it is short. "How many engineers" is read where a number stands in front of engineers; any
other number where a sentence shares two telling words with the question and names no second one. What names two numbers
or two choices answers nothing, because nobody could tell which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from core.domain.answers import AnswerForm, AnswerKind
from core.judging.answers import normalised
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.sentences import Sentence
from core.providers.rehearsing.stems import motion_stems, stem, stems_of
from core.providers.rehearsing.wording import FOR_AGAINST, NUMBERS

READ_MAX = 5
"""So many passages does one seat weigh by itself, out of the `POOL_MAX` that bear most on the question: two seats read
the same evidence and need not weigh the same part of it."""
POOL_MAX = 12
ANSWER_WORDS_MAX = 20
BETWEEN_MAX = 2
_HOW_MANY = re.compile(r"\bhow\s+many\s+(?:of\s+the\s+)?([^\W\d_]+)", re.IGNORECASE)
_ADVICE = re.compile(r"\b(?:should|shall|ought|better|best|prefer|choose|recommend|take|pick|use)\b", re.IGNORECASE)
"""Who asks what to choose is answered against a choice by what speaks ill of it; who asks what happened is not."""
_WORDS = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]+")
_NUMBER_FORM = AnswerForm(kind=AnswerKind.NUMBER)
MARGIN_PPM = 50_000
"""By how much more must speak for one side of a motion than for the other before a seat takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence with the answer that it speaks for. `weight` is how closely it bears on the question, negative where
    it speaks against that answer."""

    sentence: Sentence
    answer: str
    weight: int


def passages(corpus: Corpus, question: str, form: AnswerForm) -> tuple[Passage, ...]:
    """All that answers, what bears most on the question first."""
    read = _reader(form, question)
    is_advice = _ADVICE.search(question) is not None
    found = []
    for number, score in corpus.bearing_on((question, *form.choices)).items():
        sentence = corpus.sentences[number]
        answer = read(sentence)
        if answer:
            is_against = form.kind is AnswerKind.CHOICE and sentence.side < 0 and is_advice
            found.append(Passage(sentence=sentence, answer=answer, weight=-score if is_against else score))
    return tuple(sorted(found, key=lambda passage: (-abs(passage.weight), passage.sentence.number)))


def drawn(found: Sequence[Passage], *, seed: int, seat: str) -> tuple[Passage, ...]:
    """Those that a seat reads by itself: the same for the same seed and seat."""
    pool = sorted(found[:POOL_MAX], key=lambda passage: _draw(seed, seat, passage.sentence.number))
    return tuple(sorted(pool[:READ_MAX], key=lambda passage: (-abs(passage.weight), passage.sentence.number)))


def weighed(read: Iterable[Passage]) -> Mapping[str, int]:
    """How much speaks for each answer, in the order in which they were come upon."""
    sums: dict[str, int] = {}
    for passage in read:
        sums[passage.answer] = sums.get(passage.answer, 0) + passage.weight
    return sums


def answer_of(read: Sequence[Passage], form: AnswerForm) -> str:
    """The answer for which most speaks; `undecided` where the sides of a motion are level, "" where nothing does."""
    sums = weighed(read)
    if form.kind is AnswerKind.MOTION:
        pro, con = sums.get(FOR_AGAINST[1], 0), sums.get(FOR_AGAINST[-1], 0)
        if abs(pro - con) * 1_000_000 <= (pro + con) * MARGIN_PPM:
            return "undecided"
        return FOR_AGAINST[1] if pro > con else FOR_AGAINST[-1]
    best = max(sums.items(), key=lambda entry: entry[1], default=("", 0))
    return best[0] if best[1] > 0 else ""


def _draw(seed: int, seat: str, number: int) -> bytes:
    return sha256(f"{seed}/{seat}/{number}".encode()).digest()


def _reader(form: AnswerForm, question: str) -> Callable[[Sentence], str]:
    match form.kind:
        case AnswerKind.MOTION:
            return lambda sentence: FOR_AGAINST.get(sentence.side, "")
        case AnswerKind.NUMBER:
            counted = _HOW_MANY.search(question)
            if counted is not None:
                noun = stem(counted[1].lower())
                return lambda sentence: _count_of(noun, sentence.text)
            asked = frozenset(motion_stems(question))
            return lambda sentence: (
                normalised(sentence.text, form)
                if len(asked.intersection(stems_of(sentence.text))) >= min(2, len(asked))
                else ""
            )
        case AnswerKind.CHOICE:
            named = tuple((choice, _naming(choice)) for choice in form.choices)
            return lambda sentence: _the_one(choice for choice, naming in named if naming.search(sentence.text))
        case AnswerKind.TEXT:
            return lambda sentence: sentence.text if len(sentence.text.split()) <= ANSWER_WORDS_MAX else ""


def _count_of(noun: str, text: str) -> str:
    """The number that stands in front of a noun, with at most `BETWEEN_MAX` words between them; of `one of the six
    engineers` it is six."""
    words = _WORDS.findall(text.lower())
    found: set[str] = set()
    for place, word in enumerate(words):
        if stem(word) != noun:
            continue
        before = reversed(words[max(0, place - BETWEEN_MAX - 1) : place])
        found.add(next((number for each in before if (number := _as_number(each))), ""))
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _as_number(word: str) -> str:
    if word in NUMBERS[2:]:  # "one" says as often that it is any
        return str(NUMBERS.index(word))
    return normalised(word, _NUMBER_FORM) if word[0].isdigit() else ""


def _the_one(choices: Iterable[str]) -> str:
    found = tuple(choices)
    return found[0] if len(found) == 1 else ""


def _naming(choice: str) -> re.Pattern[str]:
    """A single letter names a choice only behind a word that says so: prose is full of "a" and "I"."""
    if len(choice) == 1:
        return re.compile(rf"\b(?:answer|choice|option|plan|variant)\s+{re.escape(choice)}(?!\w)", re.IGNORECASE)
    return re.compile(rf"(?<!\w){re.escape(choice)}(?!\w)", re.IGNORECASE)
