"""How does a debate run without any model, honestly?

The rehearsal argues from the operator's own evidence: it quotes sentences with file and line, never invents one, and
concedes where the evidence ends. What it says follows from the request alone, so that the same seed gives the same
words. It costs nothing and asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from core.domain.budget import FREE
from core.domain.errors import WrongUse
from core.domain.steps import ModelRequest, StepKind
from core.ports.clock import Clock
from core.ports.model_provider import Closing, ModelInfo, Piece
from core.providers.rehearsing.corpus import Corpus, read_corpus
from core.providers.rehearsing.sentences import SENTENCES_MAX
from core.providers.rehearsing.speech import speech
from core.providers.rehearsing.weighing import review, verdict
from core.providers.rehearsing.wording import FOR_AGAINST

REHEARSAL: Final = "rehearsal"
TOKENS_CONTEXT_MAX = 10_000_000
WORDS_PER_PIECE = 3
MOTION_CHARACTERS_SHOWN = 60
MILLISECONDS_PER_SECOND = 1_000

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
        if len(corpus.sentences) == SENTENCES_MAX:
            raise WrongUse(
                f"the evidence holds {SENTENCES_MAX} sentences or more, too many to rehearse from.",
                where=corpus.documents[0],
                now="Give evidence files that keep to the motion.",
            )
        bearing = corpus.bearing_on((brief.motion,))
        files = _files(corpus)
        if not bearing:
            raise WrongUse(
                f"nothing in {files} speaks about {_shown(brief.motion)}.",
                where=corpus.documents[0],
                now="Give evidence files that do.",
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


def rehearsed(request: ModelRequest) -> str:
    """What the rehearsal says to `request`."""
    corpus = read_corpus(request.brief.documents)
    words_max = request.tokens_output_max * 3 // 4
    if request.kind is StepKind.VERDICT:
        return verdict(request, corpus, words_max=words_max)
    paragraphs = speech(request, corpus) if request.brief.side else review(request, corpus)
    return _within(paragraphs, words_max)


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
