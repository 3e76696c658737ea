"""What does a rehearsing seat say that asks, is asked, looks citations up, or is to say whether a debate may end?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.domain.answers import AnswerKind
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest
from core.domain.transcript import Turn, TurnKind
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.record import citation_of, cited_in, read_record
from core.providers.rehearsing.sentences import Sentence
from core.providers.rehearsing.stems import motion_stems
from core.providers.rehearsing.wording import FOR_AGAINST, Wording, number_word, quoted, quoted_short, started

ASKING_ROLES = (Role.JUDGE, Role.MODERATOR, Role.REVIEWER)
CITATIONS_LISTED_MAX = 6
ANSWERED_MAX = 2

ASKED = (
    "What do you say to this: {quote}? It speaks {side} the motion, and nothing that was said so far takes it up.",
    "The evidence also says {quote}. How does your case stand beside it?",
)
NOTHING_TO_ASK = (
    "I have found nothing in the evidence that speaks {side} the motion and was not taken up. Which of your points "
    "would fall first if somebody went and looked, and why that one?"
)
ANSWERED = (
    "You ask about {theirs}. On that there is also {mine}.",
    "To {theirs} I answer from the evidence: {mine}.",
)
CONCEDED = (
    "To {theirs} I have no answer in the evidence, and I concede it.",
    "I looked for an answer to {theirs} and found none; that one I concede.",
)
ANSWERED_BY_WORDS = ("To what you ask this speaks: {mine}.", "The evidence says to that: {mine}.")
NO_ANSWER = "The evidence says nothing to what you ask that was not said before. I concede that I can't answer it."
CHECKED = (
    "I looked up {number} {citations}: {found} {stand} where it is said to stand.",
    "Of {number} {citations} that were given, {found} {stand} in the evidence as cited.",
)
NOTHING_CITED = "Nothing was cited in what has been said, so that there is nothing to look up."
NOT_THERE = "{source}, cited by the {seat}: no passage begins on that line of the evidence."
NOT_SO = "{source}, cited by the {seat}: what stands there is {quote}."
STANDINGS = (
    "{pro} {side_for} the motion and {con} against it are unanswered.",
    "Unanswered are {pro} {side_for} the motion and {con} against it.",
)
ENOUGH = (
    "Every point {other} the motion has met an answer, and {side} it there is one that has not: it turns on {quote}.",
    "What decides it stands {side} the motion and nobody has answered it: {quote}.",
)
GO_ON = (
    "Both sides still owe an answer, so that it may not end here: {quote} is open.",
    "It is too early: {quote} has had no answer yet.",
)
NOTHING_OPEN = "No side has left a point standing, so that another round may still bring one."

_QUOTATION = re.compile(r"“([^”]{1,600})”\s*$")


def question(request: ModelRequest, corpus: Corpus) -> list[str]:
    """The passage that speaks most against what was said and that nobody has cited."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    cited = {one.number for turn in brief.turns for one in _cited(turn.text, corpus)}
    sides = [turn.role for turn in brief.turns if turn.role in (Role.PROPOSER, Role.OPPONENT)]
    against = 1 if sides and sides[-1] is Role.OPPONENT else -1
    scores = corpus.bearing_on((brief.motion,))
    open_ = [number for number in scores if number not in cited and corpus.sentences[number].side == against]
    if not open_:
        return [NOTHING_TO_ASK.format(side=FOR_AGAINST[against])]
    best = corpus.sentences[max(open_, key=lambda number: (scores[number], -number))]
    return [wording.one_of(ASKED).format(quote=quoted(best), side=FOR_AGAINST[against])]


def clarification(request: ModelRequest, corpus: Corpus) -> list[str]:
    """Answers to what was last asked: from passages that share telling words with it, or a concession."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    asked = _last_question(brief)
    if asked is None:
        return []
    used = {one.number for turn in brief.turns for one in _cited(turn.text, corpus)}
    put = [one for one in dict.fromkeys(_cited(asked.text, corpus)) if one.side != brief.side][:ANSWERED_MAX]
    said: list[str] = []
    for theirs in put:
        mine = _answer_to(theirs, used, brief, corpus)
        if mine is None:
            said.append(wording.one_of(CONCEDED).format(theirs=quoted_short(theirs)))
            continue
        used.add(mine.number)
        said.append(wording.one_of(ANSWERED).format(theirs=quoted_short(theirs), mine=quoted(mine)))
    if said:
        return said
    scores = corpus.bearing_on((asked.text,))
    fitting = [n for n in scores if n not in used and (not brief.side or corpus.sentences[n].side == brief.side)]
    if not fitting:
        return [NO_ANSWER]
    best = corpus.sentences[max(fitting, key=lambda number: (scores[number], -number))]
    return [wording.one_of(ANSWERED_BY_WORDS).format(mine=quoted(best))]


def evidence_check(request: ModelRequest, corpus: Corpus) -> list[str]:
    """Each citation of the turns that are shown, looked up: whether a passage stands there, and whether it says what
    was quoted in front of the citation."""
    wording = Wording(seed=request.seed, step=request.step)
    citation = citation_of(corpus)
    number, wrong = 0, list[str]()
    for turn in request.brief.turns:
        for match in citation.finditer(turn.text) if citation is not None and turn.kind is TurnKind.ARGUMENT else ():
            number += 1
            fault = _fault(turn, match, corpus)
            if fault:
                wrong.append(fault)
    if not number:
        return [NOTHING_CITED]
    words = {"number": number_word(number), "citations": "citation" if number == 1 else "citations"}
    found = number - len(wrong)
    lead = wording.one_of(CHECKED).format(found=number_word(found), stand="stands" if found == 1 else "stand", **words)
    listed = [f"- {fault}" for fault in wrong[:CITATIONS_LISTED_MAX]]
    more = len(wrong) - len(listed)
    return ["\n".join([started(lead), *listed, *([f"- and {number_word(more)} more."] if more else [])])]


def may_end(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """Whether a debate may end: once one side alone has a point left that nobody has answered."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    record = read_record(brief.turns, corpus)
    standing = {side: record.standing(side) for side in (1, -1)}
    counts = {name: _points(len(standing[side])) for name, side in (("pro", 1), ("con", -1))}
    told = started(wording.one_of(STANDINGS).format(side_for=FOR_AGAINST[1], **counts))
    ahead = [side for side in (1, -1) if standing[side] and not standing[-side] and record.made_by(-side)]
    if ahead:
        side = ahead[0]
        words = {"side": FOR_AGAINST[side], "other": FOR_AGAINST[-side], "quote": quoted(standing[side][0].sentence)}
        word = FOR_AGAINST[side] if brief.answer.kind is AnswerKind.MOTION else "enough"
        return [told, wording.one_of(ENOUGH).format(**words)], f"VERDICT: {word}"
    points = [*standing[1], *standing[-1]]
    why = wording.one_of(GO_ON).format(quote=quoted(points[-1].sentence)) if points else NOTHING_OPEN
    return [told, why], "VERDICT: go on"


def _points(count: int) -> str:
    return f"{number_word(count)} {'point' if count == 1 else 'points'}"


def _last_question(brief: Brief) -> Turn | None:
    for turn in reversed(brief.turns):
        if turn.kind is TurnKind.STATEMENT or turn.role in ASKING_ROLES:
            return turn
    return None


def _answer_to(theirs: Sentence, used: set[int], brief: Brief, corpus: Corpus) -> Sentence | None:
    subject = frozenset(motion_stems(brief.motion))
    scores = corpus.ranking.scores(corpus.stems[theirs.number])
    fitting = [
        corpus.sentences[number]
        for number in corpus.bearing_on((brief.motion,))
        if number not in used and corpus.sentences[number].side == brief.side
    ]
    sharing = [
        one
        for one in fitting
        if len(set(corpus.words_in_common(one, theirs)) - subject) >= corpus.words_in_common_min
        or (one.headings and (one.document, one.headings) == (theirs.document, theirs.headings))
    ]
    return max(sharing, key=lambda one: (scores.get(one.number, 0), -one.number), default=None)


def _cited(text: str, corpus: Corpus) -> Sequence[Sentence]:
    citation = citation_of(corpus)
    return tuple(cited_in(text, citation, corpus)) if citation is not None else ()


def _fault(turn: Turn, match: re.Match[str], corpus: Corpus) -> str:
    on_line = corpus.by_line.get((match[1], int(match[2])), [])
    seat = turn.seat.replace("_", " ")
    if not on_line:
        return NOT_THERE.format(source=match[0], seat=seat)
    said = _QUOTATION.search(turn.text[: match.start()].rstrip("( "))
    if said is None:
        return ""
    words = said[1].removesuffix(" …").rstrip(".,;: ")
    if any(words in sentence.text for sentence in on_line):
        return ""
    return NOT_SO.format(source=match[0], seat=seat, quote=quoted_short(on_line[0]))
