"""Which points have been made, answered and conceded?

All of it follows from the citations in what was said. The side that first cites a sentence owns it as a point. A
paragraph that cites a point of the other side and then a sentence nobody has cited yet answers the one by the other; a
paragraph that cites it, brings nothing new and concedes gives it up. A point that was given up stands, and any other
unless an answer to it stands. What a judge or moderator puts to a side is a point of the side that the sentence speaks
for, as if that had made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.domain.participants import Role
from core.domain.transcript import Turn, TurnKind
from core.judging.consensus import analyse
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.sentences import Sentence

ASKING_ROLES = (Role.JUDGE, Role.MODERATOR)
SIDES = {Role.PROPOSER: 1, Role.OPPONENT: -1}
QUOTE_CHARACTERS_COMPARED = 24
"""Several sentences may begin on one line: the quotation in front of a citation tells which is meant."""


@dataclass(slots=True, kw_only=True)
class Point:
    """A sentence that a side has cited. `turn` is the place of the turn in the transcript, from 0."""

    sentence: Sentence
    side: int
    turn: int
    answers: list[Point] = field(default_factory=list)
    answered: Point | None = None
    is_conceded: bool = False
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The points in the order in which they were made."""

    points: tuple[Point, ...]

    @property
    def used(self) -> frozenset[int]:
        return frozenset(point.sentence.number for point in self.points)

    def made_by(self, side: int) -> tuple[Point, ...]:
        """The side's points but those brought as answers: an answer weighs by what it does to the point it answers."""
        return tuple(point for point in self.points if point.side == side and point.answered is None)

    def standing(self, side: int) -> tuple[Point, ...]:
        """Those of `made_by` that stand."""
        return tuple(point for point in self.made_by(side) if point.stands)

    def owed_to(self, side: int) -> tuple[Point, ...]:
        """Points of the other side that stand and were not given up, the newest turn's first."""
        owed = [point for point in self.points if point.side == -side and point.stands and not point.is_conceded]
        return tuple(sorted(owed, key=lambda point: -point.turn))


def read_record(turns: Sequence[Turn], corpus: Corpus) -> Record:
    """The record after `turns`, oldest first."""
    citation = citation_of(corpus)
    points: dict[int, Point] = {}
    if citation is not None:
        for place, turn in enumerate(turns):
            side = SIDES.get(turn.role, 0) if turn.role else 0
            if turn.role in ASKING_ROLES and turn.kind is TurnKind.ARGUMENT:
                _read_question(place, points, cited_in(turn.text, citation, corpus))
            if side:
                for paragraph in turn.text.split("\n\n"):
                    _read_paragraph(paragraph, place, side, points, list(cited_in(paragraph, citation, corpus)))
    # An answer is always newer than what it answers, so that going backwards knows each answer's fate first.
    for point in reversed(points.values()):
        point.stands = point.is_conceded or not any(answer.stands for answer in point.answers)
    return Record(points=tuple(points.values()))


def _read_question(turn: int, points: dict[int, Point], cited: Iterator[Sentence]) -> None:
    for sentence in cited:
        if sentence.side:
            points.setdefault(sentence.number, Point(sentence=sentence, side=sentence.side, turn=turn))


def _read_paragraph(text: str, turn: int, side: int, points: dict[int, Point], cited: list[Sentence]) -> None:
    pending: list[Point] = []
    brings_something_new = False
    for sentence in cited:
        known = points.get(sentence.number)
        if known is None:
            known = points[sentence.number] = Point(sentence=sentence, side=side, turn=turn)
            brings_something_new = True
            for point in pending:
                point.answers.append(known)
                known.answered = point
            pending = []
        elif known.side == -side:
            pending.append(known)
    if pending and not brings_something_new and analyse(text).concedes:
        for point in pending:
            point.is_conceded = True


def citation_of(corpus: Corpus) -> re.Pattern[str] | None:
    """What a citation of this evidence looks like: a file's name and a line; None where there is nothing to cite."""
    names = sorted({re.escape(sentence.document) for sentence in corpus.sentences}, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w./-])({'|'.join(names)}):(\d{{1,7}})(?!\d)") if names else None


def cited_in(paragraph: str, citation: re.Pattern[str], corpus: Corpus) -> Iterator[Sentence]:
    """The sentences that a text cites, in order, as often as it does."""
    begin = 0
    for match in citation.finditer(paragraph):
        on_line = corpus.by_line.get((match[1], int(match[2])), [])
        before = paragraph[begin : match.start()]
        quoted = [sentence for sentence in on_line if sentence.text[:QUOTE_CHARACTERS_COMPARED] in before]
        yield from quoted or on_line
        begin = match.end()
