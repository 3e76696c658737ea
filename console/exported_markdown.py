"""How does a session read as a Markdown document?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Protocol

from console.exported_debate import DebateDocument
from console.exported_refinement import RefinementDocument
from console.marked_down import aside, escaped, quoted
from console.plain import iso_time
from console.presenters.asked import asked_or_told
from console.presenters.carried import forked_words, unfolded
from console.presenters.flips import SIGN, Listener, sentence, sums_words
from console.presenters.kinds import KINDS, SESSION
from core.analytics.flips import FlipLedger, Formats, all_seen, counts_of
from core.domain.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    EscalationExpired,
    Event,
    Recorded,
    RuleFired,
    SessionEscalated,
    SessionForked,
    SessionOpened,
)
from core.domain.steered import MotionAmended, ParticipantTold, StatementAdded


class Document(Protocol):
    """How one flow's events are written down."""

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """Its heading."""
        ...

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        ...

    def lines(self, event: Event) -> Iterator[str]:
        """What the document says of an event of this flow; nothing of any other."""
        ...


DOCUMENTS: Mapping[str, Callable[[], Document]] = {"debate": DebateDocument, "refinement": RefinementDocument}
"""By the name of the flow."""


async def markdown_lines(events: AsyncIterator[Recorded], formats: Formats = all_seen) -> AsyncIterator[str]:
    """The document's lines. What was said is quoted, with Markdown's own signs made harmless."""
    minds = Listener(formats)
    document: Document = DebateDocument()
    about = SESSION.about
    async for recorded in unfolded(events):
        event = recorded.event
        flip = minds.hear(event)
        if isinstance(event, SessionOpened):
            name = event.opening.flow.partition("@")[0]
            document, about = DOCUMENTS.get(name, DebateDocument)(), KINDS.get(name, SESSION).about
            for line in _opening(recorded, event, document):
                yield line
        for line in (*document.lines(event), *_life(event, about)):
            yield line
        if flip is not None:
            for line in aside(f"{SIGN} {sentence(flip)}"):
                yield line
    for line in _minds(minds.ledger):
        yield line


def _minds(ledger: FlipLedger) -> Iterator[str]:
    """Every change of mind once more, now that the verdict is known, and what they come to."""
    if not ledger.flips:
        return
    yield from ("", "## Changes of mind", "")
    yield from (f"- round {flip.round}: {escaped(sentence(flip))}" for flip in ledger.flips)
    if sums := sums_words(counts_of(ledger)):
        yield from ("", f"{escaped(sums)}.")


def _opening(recorded: Recorded, event: SessionOpened, document: Document) -> Iterator[str]:
    opening = event.opening
    yield from document.opening(event)
    yield ""
    agreed = document.agreed(event)
    yield f"Session `{recorded.session}`, {iso_time(recorded.at_ms)}, {agreed}, seed {opening.seed}."
    yield ""
    yield from (f"- {seat.id}: {escaped(seat.participant.model)}" for seat in opening.seats)
    yield from (f"- evidence: {escaped(document.name)}" for document in opening.documents)


def _life(event: Event, about: str) -> Iterator[str]:
    match event:
        case SessionForked():
            yield from ("", f"*Fork, {forked_words(event)}*")
        case StatementAdded(by=by, text=text):
            yield from ("", f"### {escaped(by.capitalize())} states", "", *quoted(text))
        case MotionAmended(by=by, motion=motion):
            yield from aside(f"{by} amended the {about}: {motion}")
        case RuleFired(rule=rule, actions=actions):
            yield from ("", f"*Rule `{rule}` fired: {escaped(', '.join(actions))}*")
        case SessionEscalated(question=question):
            yield from aside(f"Asked the operator: {question}")
        case ClarificationAnswered(text=text):
            heading, _ = asked_or_told(event) or ("", "")
            yield from ("", f"### {escaped(heading)}", "", *quoted(text))
        case EscalationExpired() | ClarificationAsked() | ClarificationForgone() | ParticipantTold():
            heading, text = asked_or_told(event) or ("", "")
            yield from aside(f"{heading.lstrip('◆◇ ')}: {text}")
        case _:
            return
