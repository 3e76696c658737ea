"""What does a rehearsing side say?

An opening gives the sentences that bear most on the motion; a rebuttal takes the other side's standing points, newest
first, and sets the best unused sentence of its own side against each; a closing answers what is left, says which of its
own points nobody answered, and gives up the rest. What has no answer in the evidence is conceded and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.steps import Brief, ModelRequest
from core.domain.transcript import Turn, TurnKind
from core.judging.words import words_of
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.record import SIDES, Point, Record, read_record
from core.providers.rehearsing.sentences import Sentence
from core.providers.rehearsing.stems import motion_stems, stem
from core.providers.rehearsing.wording import (
    CARRIED,
    FOR_AGAINST,
    Wording,
    listed,
    number_word,
    quoted,
    quoted_short,
    started,
    topic_of,
)

OPENING_POINTS_MAX = 3
SECOND_OPENING_POINTS_MAX = 2
ANSWERS_MAX = 2
CONCESSIONS_MAX = 2
CLOSING_POINTS_MAX = 4
SAME_SECTION_PPM = 8_000_000
"""What standing under the same heading adds to an answer's score: the writer put them together for a reason."""
WORDS_IN_COMMON_MAX = 2

OPENINGS = (
    "{number} {things} in the evidence {speak} {side} the motion.",
    "I argue {side} the motion, and rest it on {number} {things} from the evidence.",
    "The case {side} the motion stands on {number} {things}.",
)
FIRST_POINTS = ("Begin with {topic}: {quote}.", "The first concerns {topic}: {quote}.", "First, on {topic}: {quote}.")
NEXT_POINTS = (
    "As for {topic}: {quote}.",
    "On {topic} the evidence says: {quote}.",
    "Then there is {topic}. {quote}.",
    "Look also at {topic}: {quote}.",
)
BARE_POINTS = ("To this belongs: {quote}.", "It is also on record that {quote}.", "And further: {quote}.")
NEUTRAL_POINTS = (
    "A fact that both sides should have before them: {quote}.",
    "Neither for nor against by itself, but it bears on this: {quote}.",
)
STATEMENT_POINTS = (
    "The operator has asked us to look further; on that the evidence says: {quote}.",
    "To what the operator put before us this speaks: {quote}.",
)
OPENING_ENDS = (
    "The other side should answer these from the evidence, and not around it.",
    "Whoever sees it otherwise has these to answer.",
    "Until these are answered, the motion should be {carried}.",
)
ANSWERS = (
    "The other side cites {theirs}. I disagree that it settles the matter: on {common} there is also {mine}.",
    "Against us stands {theirs}. I dispute what is made of it; on {common} there is this: {mine}.",
    "They say {theirs}. On the contrary; where {common} is concerned, we read: {mine}.",
    "It was said: {theirs}. I do not accept that it ends there. About {common} we also read: {mine}.",
)
COUNTERS = (
    "Our point from {own} was met with {theirs}. I disagree that this meets it: on {common} we read {mine}.",
    "They answered {own} by {theirs}. I do not accept the answer. About {common} there is {mine}.",
)
NEW_POINTS = (
    "One thing has not been said yet, on {topic}: {quote}.",
    "I add a point about {topic} that nobody has made: {quote}.",
    "And {topic} is still missing from this debate: {quote}.",
)
BARE_NEW_POINTS = ("One thing has not been said yet: {quote}.", "I add what nobody has mentioned: {quote}.")
CONCESSIONS = (
    "I concede {theirs}. Nothing in the evidence answers it.",
    "To {theirs} I have found no answer, and I concede the point.",
    "I looked for an answer to {theirs} and there is none in the evidence; that one I concede.",
)
LEFT_OPEN = (
    "I have given no answer to {theirs}, and I concede it.",
    "That {theirs} has gone unanswered I concede.",
)
EXHAUSTED = (
    "I have nothing further from the evidence. I concede that it gives no more {side} the motion than has been said.",
    "The evidence is used up on my side. I concede that there is nothing more in it {side} the motion.",
)
STANDING = (
    "Of the {number} points made {side} the motion, {left} still {stand}:",
    "{left} of our {number} points still {stand}:",
    "This is what is left standing {side} the motion, {left} of {number} points:",
)
ALL_STAND = (
    "All {number} of our points stand, unanswered or defended:",
    "Not one of the {number} points {side} the motion has fallen:",
)
BOTH_STAND = ("Both our points stand, unanswered or defended:", "Neither of our two points has fallen:")
THE_ONE_STANDS = ("Our one point stands, unanswered or defended:", "The one point {side} the motion has not fallen:")
NOTHING_STANDS = (
    "Each of our points has met an answer. I concede that the evidence as argued leaves no case {side} the motion.",
)
ALL_OF = {1: THE_ONE_STANDS, 2: BOTH_STAND}
"""How it is said that so few points all stand; of more, `ALL_STAND`."""

CLOSING_ENDS = (
    "That is why the motion should be {carried}.",
    "On these the motion should be {carried}.",
    "Whoever weighs what was answered against what was not will want the motion {carried}.",
)
NOTHING_BEARS = (
    "Nothing in the evidence bears on the motion as it now stands. I concede that I can't argue {side} it.",
    "I concede that I have no case {side} the motion as it now stands: nothing in the evidence bears on it.",
)


@dataclass(slots=True, kw_only=True)
class _Speaker:
    """One turn in the making."""

    side: int
    corpus: Corpus
    record: Record
    bearing: Mapping[int, int]
    wording: Wording
    subject: frozenset[str]
    used: set[int]

    def in_common(self, one: Sentence, other: Sentence) -> tuple[str, ...]:
        """The telling stems that two sentences share beside those of the motion, the rarest first."""
        return tuple(found for found in self.corpus.words_in_common(one, other) if found not in self.subject)

    def candidates(self) -> Iterable[Sentence]:
        """Unused sentences that bear on the motion and do not speak for the other side."""
        for number in self.bearing:
            sentence = self.corpus.sentences[number]
            if number not in self.used and sentence.side != -self.side:
                yield sentence

    def worth(self, sentence: Sentence, score: int) -> int:
        """A neutral sentence is worth half of one that takes our side."""
        return score if sentence.side == self.side else score // 2

    def take(self, sentence: Sentence) -> Sentence:
        self.used.add(sentence.number)
        return sentence

    def next_point(self, *, topics_used: Sequence[str] = ()) -> Sentence | None:
        """The best unused point; one on a topic that this turn has had already counts half."""

        def value(sentence: Sentence) -> tuple[int, int]:
            score = self.worth(sentence, self.bearing[sentence.number])
            return (score // 2 if sentence.topic in topics_used else score, -sentence.number)

        best = max(self.candidates(), key=value, default=None)
        return self.take(best) if best else None

    def answer_to(self, point: Point) -> Sentence | None:
        """The best unused sentence that has something in common with the point: a telling word, or its section."""
        theirs = point.sentence
        scores = self.corpus.ranking.scores(self.corpus.stems[theirs.number])
        best: tuple[tuple[int, int], Sentence] | None = None
        for sentence in self.candidates():
            is_beside = (sentence.document, sentence.headings) == (theirs.document, theirs.headings)
            is_beside = is_beside and bool(theirs.headings)
            if not is_beside and len(self.in_common(sentence, theirs)) < self.corpus.words_in_common_min:
                continue
            score = 2 * scores.get(sentence.number, 0) + self.bearing[sentence.number] // 4
            value = (self.worth(sentence, score + SAME_SECTION_PPM * is_beside), -sentence.number)
            if best is None or value > best[0]:
                best = (value, sentence)
        return self.take(best[1]) if best else None

    def say(self, variants: Sequence[str], **words: str) -> str:
        words = {"side": FOR_AGAINST[self.side], "carried": CARRIED[self.side], **words}
        return started(self.wording.one_of(variants).format(**words))


def speech(request: ModelRequest, corpus: Corpus) -> list[str]:
    """The paragraphs of a turn of a debating seat, the most important first but for the last of a closing."""
    brief = request.brief
    statements = [turn.text for turn in brief.turns if turn.kind is TurnKind.STATEMENT]
    speaker = _Speaker(
        side=brief.side,
        corpus=corpus,
        record=(record := read_record(brief.turns, corpus)),
        bearing=corpus.bearing_on((brief.motion, *statements)),
        wording=Wording(seed=request.seed, step=request.step),
        subject=frozenset(motion_stems(brief.motion)),
        used=set(record.used),
    )
    has_spoken = any(turn.seat == request.seat for turn in brief.turns)
    new_statement = _statement_since(brief.turns, request)
    if record.made_by(brief.side) and _is_last_word(brief):
        said = _closing(speaker, new_statement)
    elif record.owed_to(brief.side) and (has_spoken or "opening" not in brief.task):
        said = _rebuttal(speaker, new_statement)
    else:
        said = _opening(speaker, new_statement)
    return said or [speaker.say(EXHAUSTED if record.made_by(brief.side) else NOTHING_BEARS)]


def _is_last_word(brief: Brief) -> bool:
    """A format without closings closes by the rebuttals of its last round."""
    return "closing" in brief.task or ("rebuttal" in brief.task and brief.round >= brief.rounds_limit)


def _opening(speaker: _Speaker, statement: str) -> list[str]:
    points_max = SECOND_OPENING_POINTS_MAX if speaker.record.made_by(speaker.side) else OPENING_POINTS_MAX
    points: list[Sentence] = []
    said = _on_statement(speaker, statement)
    while len(points) < points_max:
        point = speaker.next_point(topics_used=[point.topic for point in points])
        if point is None:
            break
        points.append(point)
    if not points:
        return said
    lead = speaker.say(
        OPENINGS,
        number=number_word(len(points)),
        things="finding" if len(points) == 1 else "findings",
        speak="speaks" if len(points) == 1 else "speak",
    )
    topics = [topic_of(point) for point in points]
    told = [
        _point(speaker, point, FIRST_POINTS if at == 0 else NEXT_POINTS, is_new_topic=topics[at] not in topics[:at])
        for at, point in enumerate(points)
    ]
    return [*said, f"{lead} {told[0]}", *told[1:], speaker.say(OPENING_ENDS)]


def _point(speaker: _Speaker, sentence: Sentence, variants: Sequence[str], *, is_new_topic: bool) -> str:
    quote, topic = quoted(sentence), topic_of(sentence)
    if sentence.side == 0:
        return speaker.say(NEUTRAL_POINTS, quote=quote)
    if not topic or not is_new_topic:
        return speaker.say(BARE_POINTS, quote=quote)
    return speaker.say(variants, quote=quote, topic=topic)


def _rebuttal(speaker: _Speaker, statement: str) -> list[str]:
    said = _on_statement(speaker, statement)
    answers, unanswered, _ = _answers(speaker, speaker.record.owed_to(speaker.side))
    said += answers
    new = speaker.next_point()
    if new is not None:
        topic = topic_of(new)
        said.append(speaker.say(NEW_POINTS if topic else BARE_NEW_POINTS, quote=quoted(new), topic=topic))
    said += _concessions(speaker, unanswered)
    if new is None and not answers:
        said.append(speaker.say(EXHAUSTED))
    return said


def _closing(speaker: _Speaker, statement: str) -> list[str]:
    """In the last word the strongest points come first, and what has no answer by its end is given up."""
    said = _on_statement(speaker, statement)
    owed = sorted(
        speaker.record.owed_to(speaker.side), key=lambda point: -speaker.bearing.get(point.sentence.number, 0)
    )
    answers, unanswered, left = _answers(speaker, owed)
    given_up = _concessions(speaker, unanswered)
    given_up += [
        speaker.say(LEFT_OPEN, theirs=quoted_short(point.sentence)) for point in left[: CONCESSIONS_MAX - len(given_up)]
    ]
    return [*said, *answers, *given_up, *_summary(speaker)]


def _answers(speaker: _Speaker, owed: Sequence[Point]) -> tuple[list[str], list[Point], list[Point]]:
    """Answers to at most `ANSWERS_MAX` points, the points for which there is none, and those not come to."""
    said: list[str] = []
    unanswered: list[Point] = []
    for at, point in enumerate(owed):
        if len(said) == ANSWERS_MAX:
            return said, unanswered, list(owed[at:])
        answer = speaker.answer_to(point)
        if answer is None:
            unanswered.append(point)
            continue
        words = {
            "theirs": quoted_short(point.sentence),
            "mine": quoted(answer),
            "common": _common(speaker, answer, point.sentence),
        }
        if point.answered is None:
            said.append(speaker.say(ANSWERS, **words))
        else:
            said.append(speaker.say(COUNTERS, own=point.answered.sentence.source, **words))
    return said, unanswered, []


def _concessions(speaker: _Speaker, unanswered: list[Point]) -> list[str]:
    return [speaker.say(CONCESSIONS, theirs=quoted_short(point.sentence)) for point in unanswered[:CONCESSIONS_MAX]]


def _summary(speaker: _Speaker) -> list[str]:
    own, left = speaker.record.made_by(speaker.side), speaker.record.standing(speaker.side)
    if not left:
        return [speaker.say(NOTHING_STANDS)]
    count, all_count = number_word(len(left)), number_word(len(own))
    lead = speaker.say(
        STANDING if len(left) < len(own) else ALL_OF.get(len(own), ALL_STAND),
        number=all_count,
        left=count,
        stand="stands" if len(left) == 1 else "stand",
    )
    told = [f"- {quoted_short(point.sentence)}" for point in left[:CLOSING_POINTS_MAX]]
    if len(left) > CLOSING_POINTS_MAX:
        told.append(f"- and {number_word(len(left) - CLOSING_POINTS_MAX)} more.")
    return ["\n".join([lead, *told]), speaker.say(CLOSING_ENDS)]


def _on_statement(speaker: _Speaker, statement: str) -> list[str]:
    """A point chosen for what the operator said last, where the evidence has one."""
    if not statement:
        return []
    scores = speaker.corpus.bearing_on((statement,))
    fitting = [sentence for sentence in speaker.candidates() if sentence.number in scores]
    if not fitting:
        return []
    best = max(fitting, key=lambda sentence: (speaker.worth(sentence, scores[sentence.number]), -sentence.number))
    return [speaker.say(STATEMENT_POINTS, quote=quoted(speaker.take(best)))]


def _statement_since(turns: Sequence[Turn], request: ModelRequest) -> str:
    """The operator's newest statement that no turn of this side has followed yet."""
    for turn in reversed(turns):
        if turn.kind is TurnKind.STATEMENT:
            return turn.text
        if turn.role and SIDES.get(turn.role) == request.brief.side:
            return ""
    return ""


def _common(speaker: _Speaker, mine: Sentence, theirs: Sentence) -> str:
    """What two sentences are both about: the heading they share, else the words, in the spelling of `mine`."""
    if mine.topic == theirs.topic and topic_of(mine):
        return topic_of(mine)
    wanted = speaker.in_common(mine, theirs)[:WORDS_IN_COMMON_MAX]
    spelled: dict[str, str] = {}
    for word in words_of(mine.text):
        spelled.setdefault(stem(word), word)
    words = [spelled[found] for found in wanted if found in spelled]
    return listed(words) if words else topic_of(mine) or "the same subject"
