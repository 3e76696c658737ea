"""How does a debate run without any model, honestly?

The rehearsal argues from the operator's own evidence: it quotes sentences with file and line, never invents one, and
concedes where the evidence ends. What it says follows from the request alone, so that the same seed gives the same
words. It costs nothing and asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from core.domain.answers import AnswerKind
from core.domain.budget import FREE
from core.domain.errors import WrongUse
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest, StepKind
from core.domain.transcript import TurnKind
from core.ports.clock import Clock
from core.ports.model_provider import Closing, ModelInfo, Piece
from core.providers.rehearsing.corpus import Corpus, read_corpus
from core.providers.rehearsing.drafting import draft
from core.providers.rehearsing.inquiring import clarification, evidence_check, may_end, question
from core.providers.rehearsing.panel import answer, ballot, decision, is_of_a_panel, panel_review, ranking, stance
from core.providers.rehearsing.reading import ANSWER_WORDS_MAX, passages
from core.providers.rehearsing.reviewing import preference, review_of_draft
from core.providers.rehearsing.sentences import SENTENCES_MAX
from core.providers.rehearsing.speech import speech
from core.providers.rehearsing.weighing import review, verdict
from core.providers.rehearsing.wording import FOR_AGAINST

REHEARSAL: Final = "rehearsal"
TOKENS_CONTEXT_MAX = 10_000_000
WORDS_PER_PIECE = 3
MOTION_CHARACTERS_SHOWN = 60
MILLISECONDS_PER_SECOND = 1_000

READABLE = {
    AnswerKind.NUMBER: "says it in one number",
    AnswerKind.CHOICE: "names one of the choices alone",
    AnswerKind.TEXT: f"is of {ANSWER_WORDS_MAX} words or fewer",
}
"""What a sentence has to do before an answer can be read in it."""

_PIECES = re.compile(rf"(?:\S+\s*){{1,{WORDS_PER_PIECE}}}")


class RehearsalProvider:
    """The provider of the model `rehearsal`. A pace of None speaks as fast as it is listened to."""

    prefix = REHEARSAL

    def __init__(self, *, clock: Clock, pace_characters_per_second: int | None = None) -> None:
        if pace_characters_per_second is not None and pace_characters_per_second <= 0:
            raise WrongUse(
                f"a pace of {pace_characters_per_second} characters a second never ends.",
                where="rehearsal",
                now="Give a pace above zero, or none at all to speak at once.",
            )
        self._clock = clock
        self._pace_characters_per_second = pace_characters_per_second

    def describe(self, model: str) -> ModelInfo:
        if model != REHEARSAL:
            raise WrongUse(
                f"there is only one rehearsal, and {model!r} isn't its name.", where="model", now=f"Say {REHEARSAL!r}."
            )
        return ModelInfo(model=REHEARSAL, price=FREE, tokens_context_max=TOKENS_CONTEXT_MAX, is_rehearsal=True)

    def refuse_early(self, request: ModelRequest) -> None:
        brief = request.brief
        if not brief.documents:
            raise WrongUse(
                "a rehearsal argues from evidence, and none was given.",
                where=f"seat {request.seat}",
                now="Give it files, Markdown or text.",
            )
        corpus = read_corpus(brief.documents)
        files = _files(corpus)
        if len(corpus.sentences) == SENTENCES_MAX:
            raise WrongUse(
                f"the evidence holds {SENTENCES_MAX} sentences or more, too many to rehearse from.",
                where=corpus.documents[0],
                now="Give evidence files that keep to the motion.",
            )
        bearing = corpus.bearing_on((brief.motion, *brief.answer.choices))
        if not bearing:
            raise WrongUse(
                f"nothing in {files} speaks about {_shown(brief.motion)}.",
                where=corpus.documents[0],
                now="Give evidence files that do.",
            )
        if brief.answer.kind is not AnswerKind.MOTION and not passages(corpus, brief.motion, brief.answer):
            raise WrongUse(
                f"of the {len(bearing)} sentences in {files} that bear on {_shown(brief.motion)}, none "
                f"{READABLE[brief.answer.kind]}.",
                where=corpus.documents[0],
                now="Give evidence that does: a rehearsal answers only what it can read, and reckons nothing.",
            )
        if brief.side and all(corpus.sentences[number].side == -brief.side for number in bearing):
            mark = "+" if brief.side > 0 else "-"
            raise WrongUse(
                f"of the {len(bearing)} sentences in {files} that bear on {_shown(brief.motion)}, none speaks "
                f"{FOR_AGAINST[brief.side]} it.",
                where=corpus.documents[0],
                now=f"Begin lines that do with '{mark} ', or give evidence files that argue that side too.",
            )

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        text = rehearsed(request)
        for match in _PIECES.finditer(text):
            if self._pace_characters_per_second is not None:
                milliseconds = len(match[0]) * MILLISECONDS_PER_SECOND // self._pace_characters_per_second
                await self._clock.sleep(milliseconds)
            yield Piece(text=match[0])
        yield Closing(
            stop_reason="stop",
            tokens_input=sum(tokens_estimated(message.text) for message in request.messages),
            tokens_output=tokens_estimated(text),
            model=REHEARSAL,
        )


TASK_CLARIFY = "clarify"
NOTHING_BEYOND = "Nothing is known here beyond the evidence: take it as it stands."
TO_ASK = (
    "Before I say anything I would like to know what no file can tell me.\n\n"
    "CLARIFY: Is there anything beyond the evidence that I should know?"
)
"""What a seat asks that may ask: a rehearsal knows the evidence, and so that there is more than it."""


def rehearsed(request: ModelRequest) -> str:
    """What the rehearsal says to `request`."""
    brief = request.brief
    if brief.may_ask and not _has_asked(request):
        return TO_ASK
    if brief.task == TASK_CLARIFY:
        return NOTHING_BEYOND
    corpus = read_corpus(brief.documents)
    words_max = request.tokens_output_max * 3 // 4
    if request.kind is StepKind.VERDICT and not _is_about_answers(brief):
        return verdict(request, corpus, words_max=words_max)
    paragraphs, ending = _said(request, corpus)
    if not ending:
        return _within(paragraphs, words_max)
    return f"{_within(paragraphs, words_max - len(ending.split()))}\n\n{ending}"


def _has_asked(request: ModelRequest) -> bool:
    """It asks once: what it was told, or that nobody told it, stands among what was said."""
    asked = f"{request.seat} asked: "
    return any(turn.kind is TurnKind.STATEMENT and turn.text.startswith(asked) for turn in request.brief.turns)


def _said(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """The paragraphs of a turn, and its last line where one is asked for and can be given."""
    brief = request.brief
    if request.kind is StepKind.VERDICT:
        return decision(request, corpus)
    match brief.expects:
        case "answer":
            return answer(request, corpus)
        case "stance":
            return stance(request, corpus)
        case "ballot":
            return ballot(request, corpus)
        case "ranking":
            return ranking(request, corpus)
        case "break":
            return may_end(request, corpus)
        case "draft":
            return draft(request, corpus), ""
        case "review":
            return review_of_draft(request, corpus)
        case "preference":
            return preference(request, corpus)
        case _:
            speaks_for_itself = brief.role is Role.PANELIST
            return answer(request, corpus)[0] if speaks_for_itself else _argued(request, corpus), ""


def _argued(request: ModelRequest, corpus: Corpus) -> list[str]:
    brief = request.brief
    if "evidence_check" in brief.task:
        return evidence_check(request, corpus)
    if brief.side:
        asked = clarification(request, corpus) if "clarification" in brief.task else []
        return asked or speech(request, corpus)
    if "question" in brief.task or "clarification" in brief.task:
        return question(request, corpus)
    return panel_review(request, corpus) if is_of_a_panel(brief.turns) else review(request, corpus)


def _is_about_answers(brief: Brief) -> bool:
    return brief.answer.kind is not AnswerKind.MOTION or is_of_a_panel(brief.turns)


def tokens_estimated(text: str) -> int:
    """An estimate, four tokens for three words as in English prose: nobody is billed by it."""
    return len(text.split()) * 4 // 3


def _within(paragraphs: list[str], words_max: int) -> str:
    """As many paragraphs as there is room for, from the front; the first always."""
    room = words_max
    said: list[str] = []
    for paragraph in paragraphs:
        room -= len(paragraph.split())
        if said and room < 0:
            break
        said.append(paragraph)
    return "\n\n".join(said)


def _files(corpus: Corpus) -> str:
    count = len(corpus.documents)
    return "the one file given" if count == 1 else f"the {count} files given"


def _shown(motion: str) -> str:
    short = motion if len(motion) <= MOTION_CHARACTERS_SHOWN else f"{motion[:MOTION_CHARACTERS_SHOWN].rstrip()} …"
    return f"{short!r}"
