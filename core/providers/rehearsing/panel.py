"""What does a rehearsing seat say that answers a question for itself, ranks the answers of others, or decides by them?

A panelist weighs a few passages of the evidence, and later also those that others cite. It answers only what it can
read there. Others are ranked by the evidence that they cite, and so are the answers among which a chair decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.ids import SeatId
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest
from core.domain.transcript import Turn, TurnKind
from core.judging.answers import answer_in, normalised
from core.judging.ballots import casts_a_ballot
from core.judging.stances import stance_in
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.reading import Passage, answer_of, drawn, passages, weighed
from core.providers.rehearsing.record import citation_of, cited_in
from core.providers.rehearsing.sentences import Sentence
from core.providers.rehearsing.wording import (
    FOR_AGAINST,
    Wording,
    listed,
    number_word,
    quoted,
    quoted_short,
    started,
)

QUOTED_MAX = 2
"""Of the passages for one answer so many are quoted; the others are named by their places."""
TAKEN_UP_MAX = 3

LEADS = (
    "I have weighed {number} {passages} from the evidence that {bear} on this.",
    "{Number} {passages} in the evidence {bear} on this; I go by {these}.",
    "What I go by: {number} {passages} from the evidence.",
)
SPEAKING = {
    AnswerKind.MOTION: ("{Answer} the motion I read: {quotes}.", "{Answer} it speaks: {quotes}."),
    AnswerKind.NUMBER: ("{answer} stands here: {quotes}.", "I read {answer} in this: {quotes}."),
    AnswerKind.CHOICE: ("{answer} is named here: {quotes}.", "Of {answer} it says: {quotes}."),
    AnswerKind.TEXT: ("This bears on it: {quotes}.", "The evidence says: {quotes}."),
}
SPEAKING_AGAINST = ("Against {answer} it says: {quotes}.", "{answer} is spoken against: {quotes}.")
DECIDED = (
    "Taken together they bear more closely on {answer} than on anything else, by what they share with the question.",
    "Most of what bears on the question speaks for {answer}.",
)
DECIDED_OF_A_MOTION = (
    "What speaks {answer} the motion bears on it more closely than what speaks {other} it.",
    "Weighed by how closely it bears on it, more speaks {answer} the motion than {other} it.",
)
ONLY_ONE = ("Nothing that I have read says otherwise.", "I have found nothing that says otherwise.")
LEVEL = ("What speaks for it and what speaks against it weigh alike, and I take no side.",)
CANNOT = {
    AnswerKind.MOTION: "Nothing that I have read takes a side in this, so that I leave it undecided.",
    AnswerKind.NUMBER: "No passage that bears on this names one number alone. I can't answer it.",
    AnswerKind.CHOICE: "No passage that bears on this speaks for one of the choices alone. I can't answer it.",
    AnswerKind.TEXT: "No passage that bears on this is short enough to be an answer. I can't answer it.",
}
TAKEN_UP = (
    "{Who} cites what I had not weighed: {quote}. It counts {towards}.",
    "Through {who} I have come to weigh {quote}. It counts {towards}.",
)
CHANGED = (
    "With that my answer {before} doesn't stand any more: I change it to {answer}.",
    "Weighing that as well changes what I answer: it was {before}, and is {answer} now.",
)
KEPT = (
    "Weighed together with what I had, it leaves my answer as it was: {answer}.",
    "I have weighed that with what I had before, and stay with {answer}.",
)
NOTHING_NEW = (
    "Nothing was cited that I had not weighed before; that others answer otherwise is no reason to change.",
    "What the others go by I had weighed already.",
)
RANKED = (
    "Speaker {letter} rests on {number} {passages}, first {quote}.",
    "Behind speaker {letter} stand {number} {passages}, among them {quote}.",
)
RESTS_ON_NOTHING = (
    "Speaker {letter} cites nothing that stands in the evidence and bears on the question.",
    "What speaker {letter} says rests on no passage of the evidence that bears on the question.",
)
NOBODY_TO_RANK = "Nobody else has answered, so that there is nobody to rank."
ANSWERED = (
    "{Who} {answer_verb} {answer}, on {number} {passages} of the evidence.",
    "{Who} {say_verb} {answer}, and {cite_verb} {number} {passages} for it.",
)
ABSTAINED = "{Who} gave no answer that can be read."
CHAIR_DECIDES = (
    "The passages cited for {answer} bear most closely on the question, and that decides it.",
    "By the evidence that was cited for each, the answer is {answer}.",
)
CHAIR_CANNOT = "For no answer more was cited than for every other, so that I leave it undecided."
REVIEWED = (
    "They part over {subject}: {quote}. Who answers otherwise should say what is wrong with it.",
    "What has to be settled first is {subject}: {quote}.",
)
ALL_ALIKE = "All who have answered say {answer}. Whether for the same reasons shows in what they cite."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What one seat has last answered, and the sentences that it cited for that, each once."""

    seat: SeatId
    answer: str
    cited: tuple[Sentence, ...]


def answer(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """The paragraphs of a turn that answers, and its last line, "" where nothing can be answered."""
    said, given, _ = _answered(request, corpus)
    return said, f"ANSWER: {given}" if given else ""


def stance(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """The same, with the share of what was weighed that speaks for the answer as how sure the seat is."""
    said, given, percent = _answered(request, corpus)
    return said, f"STANCE: {given} (confidence {percent}%)" if given else ""


def ballot(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """What can be voted on by how closely what was cited for it bears on the question; what nothing was cited for is
    left out."""
    brief = request.brief
    said, weights = _answers_told(brief, corpus, Wording(seed=request.seed, step=request.step))
    cited = [option for option in brief.options if weights.get(option, 0) > 0]
    order = sorted(cited, key=lambda option: (-weights[option], option))
    return said or [NOBODY_TO_RANK], f"BALLOT: {' > '.join(order)}" if order else ""


def _answered(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str, int]:
    """The paragraphs, the answer ("" for none), and which share of what was weighed speaks for it, in per cent."""
    brief, form = request.brief, request.brief.answer
    wording = Wording(seed=request.seed, step=request.step)
    found = passages(corpus, brief.motion, form)
    own = drawn(found, seed=request.seed, seat=request.seat)
    heard = _heard(brief, corpus)
    before = next((each.answer for each in heard if each.seat == request.seat), "")
    known = {passage.sentence.number for passage in own}
    new = [
        (each.seat, passage)
        for each in heard
        if each.seat != request.seat
        for passage in found
        if passage.sentence in each.cited and passage.sentence.number not in known
    ]
    read = (*own, *dict.fromkeys(passage for _, passage in new))
    given = answer_of(read, form)
    said = _own_reasons(own, read, given, request, wording, is_known=bool(before))
    if before and len(heard) > 1:
        said = [*_taken_up(new, brief, wording), *_weighing_again(before, given, bool(new), form, wording), *said]
    return said, given, _sure_percent(read, given)


def _sure_percent(read: Sequence[Passage], given: str) -> int:
    """Nobody who rehearses is wholly sure of anything, nor of nothing; one half where what was weighed is level."""
    sums = {answer: weight for answer, weight in weighed(read).items() if weight > 0}
    total = sum(sums.values())
    return min(99, max(1, sums[given] * 100 // total)) if given in sums else 50


def ranking(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """The others by the evidence behind their words, best first; no last line where there is nobody."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    scores = corpus.bearing_on((brief.motion, *brief.answer.choices))
    heard = {each.seat: [one for one in each.cited if one.number in scores] for each in _heard(brief, corpus)}
    weights = {letter: sum(scores[one.number] for one in heard.get(seat, ())) for seat, letter in brief.letters.items()}
    if not weights:
        return [NOBODY_TO_RANK], ""
    seats = {letter: seat for seat, letter in brief.letters.items()}
    order = sorted(weights, key=lambda letter: (-weights[letter], letter))
    said = []
    for letter in order:
        cited = heard.get(seats[letter], ())
        if cited:
            words = {"letter": letter, "quote": quoted_short(cited[0]), **_passages(len(cited))}
            said.append(wording.one_of(RANKED).format(**words))
        else:
            said.append(wording.one_of(RESTS_ON_NOTHING).format(letter=letter))
    return said, f"RANKING: {' > '.join(order)}"


def decision(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """A chair's reasons among the answers that were given, and the verdict."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    said, weights = _answers_told(brief, corpus, wording)
    best = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        said.append(CHAIR_CANNOT)
        return said, "VERDICT: undecided" if brief.answer.kind is AnswerKind.MOTION else ""
    chosen = best[0][0]
    said.append(wording.one_of(CHAIR_DECIDES).format(answer=_shown(chosen)))
    return said, f"VERDICT: {chosen}"


def panel_review(request: ModelRequest, corpus: Corpus) -> list[str]:
    """Who answers what on which evidence, and over which passage they part. Says nothing of its own."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    said, weights = _answers_told(brief, corpus, wording)
    if len(weights) == 1:
        return [*said, ALL_ALIKE.format(answer=_shown(next(iter(weights))))]
    scores = corpus.bearing_on((brief.motion, *brief.answer.choices))
    cited = {one.number: one for each in _heard(brief, corpus) for one in each.cited if one.number in scores}
    if cited and weights:
        sharpest = max(cited.values(), key=lambda one: (scores[one.number], -one.number))
        subject = sharpest.topic.lower() if sharpest.topic else "this"
        said.append(wording.one_of(REVIEWED).format(subject=subject, quote=quoted(sharpest)))
    return said


def is_of_a_panel(turns: Sequence[Turn]) -> bool:
    """True where somebody has answered for itself."""
    return any(turn.role is Role.PANELIST for turn in turns)


def _own_reasons(
    own: Sequence[Passage],
    read: Sequence[Passage],
    given: str,
    request: ModelRequest,
    wording: Wording,
    *,
    is_known: bool,
) -> list[str]:
    """What the seat goes by; where it has been quoted before, by its places alone."""
    kind = request.brief.answer.kind
    if not own:
        return [CANNOT[kind]]
    lead = wording.one_of(LEADS).format(**_passages(len(own)), these="them" if len(own) > 1 else "it")
    said = [lead]
    for found in weighed(own):
        speaking = [passage.sentence for passage in own if passage.answer == found and passage.weight > 0]
        against = [passage.sentence for passage in own if passage.answer == found and passage.weight < 0]
        for variants, sentences in ((SPEAKING[kind], speaking), (SPEAKING_AGAINST, against)):
            if sentences:
                words = {
                    "answer": found,
                    "Answer": started(found),
                    "quotes": _quotes(sentences, 0 if is_known else QUOTED_MAX),
                }
                said.append(started(wording.one_of(variants).format(**words)))
    if not given:
        return [*said, CANNOT[kind]]
    if kind is AnswerKind.MOTION and given == "undecided":
        return [*said, wording.one_of(LEVEL)]
    if len(weighed(read)) == 1:
        return [*said, wording.one_of(ONLY_ONE)]
    if kind is AnswerKind.MOTION:
        other = next(word for word in FOR_AGAINST.values() if word != given)
        return [*said, wording.one_of(DECIDED_OF_A_MOTION).format(answer=given, other=other)]
    return [*said, wording.one_of(DECIDED).format(answer=_shown(given))]


def _taken_up(new: Sequence[tuple[SeatId, Passage]], brief: Brief, wording: Wording) -> list[str]:
    said: list[str] = []
    told: set[int] = set()
    for seat, passage in new:
        if passage.sentence.number in told or len(told) == TAKEN_UP_MAX:
            continue
        told.add(passage.sentence.number)
        who = _called(seat, brief)
        towards = f"{'towards' if passage.weight > 0 else 'against'} {_shown(passage.answer)}"
        quote = quoted(passage.sentence)
        words = {"who": who, "Who": started(who), "quote": quote, "towards": towards}
        said.append(wording.one_of(TAKEN_UP).format(**words))
    return said


def _weighing_again(before: str, given: str, has_news: bool, form: AnswerForm, wording: Wording) -> list[str]:
    if not given:
        return []
    is_same = normalised(given, form) == before
    if not has_news:
        return [wording.one_of(NOTHING_NEW)]
    return [wording.one_of(KEPT if is_same else CHANGED).format(answer=_shown(given), before=_shown(before))]


def _answers_told(brief: Brief, corpus: Corpus, wording: Wording) -> tuple[list[str], Mapping[str, int]]:
    """Who has answered what, and how closely what was cited for each answer bears on the question."""
    scores = corpus.bearing_on((brief.motion, *brief.answer.choices))
    by_answer: dict[str, list[_Heard]] = {}
    for each in _heard(brief, corpus):
        by_answer.setdefault(each.answer, []).append(each)
    said: list[str] = []
    weights: dict[str, int] = {}
    for given, group in by_answer.items():
        who = listed([_called(each.seat, brief) for each in group])
        if not given:
            said.append(ABSTAINED.format(Who=started(who)))
            continue
        cited = {one.number for each in group for one in each.cited if one.number in scores}
        weights[given] = sum(scores[number] for number in cited)
        ending = "s" if len(group) == 1 else ""
        verbs = {f"{verb}_verb": f"{verb}{ending}" for verb in ("answer", "say", "cite")}
        words = {"answer": _shown(given), "Who": started(who), **verbs, **_passages(len(cited))}
        said.append(wording.one_of(ANSWERED).format(**words))
    return said, weights


def _heard(brief: Brief, corpus: Corpus) -> list[_Heard]:
    """The latest answer of each panelist, as the turns that the seat sees show it."""
    citation = citation_of(corpus)
    answering = (turn for turn in brief.turns if turn.kind is TurnKind.ARGUMENT and turn.role is Role.PANELIST)
    latest = {turn.seat: turn for turn in answering if not casts_a_ballot(turn.text)}
    return [
        _Heard(
            seat=seat,
            answer=answer_in(turn.text, brief.answer).value or stance_in(turn.text, brief.answer).value,
            cited=tuple(dict.fromkeys(cited_in(turn.text, citation, corpus))) if citation is not None else (),
        )
        for seat, turn in latest.items()
    ]


def _called(seat: SeatId, brief: Brief) -> str:
    return f"speaker {brief.letters[seat]}" if seat in brief.letters else f"the {seat.replace('_', ' ')}"


def _quotes(sentences: Sequence[Sentence], quoted_max: int) -> str:
    shown = [quoted(sentence) for sentence in sentences[:quoted_max]]
    return listed([*shown, *(sentence.source for sentence in sentences[quoted_max:])])


def _passages(count: int) -> dict[str, str]:
    word = number_word(count)
    return {
        "number": word,
        "Number": started(word),
        "passages": "passage" if count == 1 else "passages",
        "bear": "bears" if count == 1 else "bear",
    }


def _shown(given: str) -> str:
    return f"“{given.rstrip('.')}”"
