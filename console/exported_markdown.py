"""How does a debate read as a Markdown document?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from console.plain import iso_time
from console.presenters.answered import answered_by, noted, outcome_shown
from console.presenters.carried import carried, forked_words
from console.presenters.figures import money, percent
from console.presenters.reasons import in_words, who_concluded
from core.domain.events import Recorded, RuleFired, SessionEscalated, SessionForked, SessionOpened
from core.flows.debate_events import (
    ArgumentPresented,
    ConsensusUpdated,
    DebateCompleted,
    MotionAmended,
    RoundCompleted,
    RoundStarted,
    StatementAdded,
    VerdictReached,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


async def markdown_lines(events: AsyncIterator[Recorded]) -> AsyncIterator[str]:
    """The document's lines. What was said is quoted, with Markdown's own signs made harmless."""
    consensus: ConsensusUpdated | None = None
    async for recorded in _unfolded(events):
        if isinstance(recorded.event, ConsensusUpdated):
            consensus = recorded.event
        for line in _lines(recorded, consensus):
            yield line


async def _unfolded(events: AsyncIterator[Recorded]) -> AsyncIterator[Recorded]:
    """What a fork took along comes before the word that it is one."""
    async for recorded in events:
        if isinstance(recorded.event, SessionForked):
            for each in carried(recorded, recorded.event):
                yield each
        yield recorded


def _lines(recorded: Recorded, consensus: ConsensusUpdated | None) -> Iterator[str]:
    event = recorded.event
    match event:
        case SessionOpened(opening=opening):
            yield f"# {_escaped(opening.motion)}"
            if answered_by(opening.answer):
                yield from ("", f"*{_escaped(answered_by(opening.answer).capitalize())}.*")
            yield ""
            yield f"Session `{recorded.session}`, {iso_time(recorded.at_ms)}, {opening.template}, seed {opening.seed}."
            yield ""
            yield from (f"- {seat.id}: {_escaped(seat.participant.model)}" for seat in opening.seats)
            yield from (f"- evidence: {_escaped(document.name)}" for document in opening.documents)
        case SessionForked():
            yield from ("", f"*Fork, {forked_words(event)}*")
        case RoundStarted(round=number):
            yield from ("", f"## Round {number}")
        case ArgumentPresented(seat=seat, model=model, text=text):
            yield from ("", f"### {_title(seat)} ({_escaped(model)})", "", *_quoted(text))
        case StatementAdded(by=by, text=text):
            yield from ("", f"### {_escaped(by.capitalize())} states", "", *_quoted(text))
        case MotionAmended(by=by, motion=motion):
            yield from ("", f"*{_escaped(by)} amended the motion: {_escaped(motion)}*")
        case RoundCompleted(consensus_ppm=int(ppm)) if consensus is not None:
            yield from ("", f"*Consensus {percent(ppm)} by {consensus.measure}: {_escaped(consensus.reason)}*")
        case RuleFired(rule=rule, actions=actions):
            yield from ("", f"*Rule `{rule}` fired: {_escaped(', '.join(actions))}*")
        case SessionEscalated(question=question):
            yield from ("", f"*Asked the operator: {_escaped(question)}*")
        case VerdictReached(outcome=outcome, text=text):
            yield from (
                "",
                f"## Verdict: {_escaped(outcome_shown(outcome))}",
                "",
                f"{_escaped(who_concluded(event))}:",
                "",
            )
            yield from _quoted(text)
        case DebateCompleted(reason=reason, arguments=arguments, cost_microusd=cost):
            yield from ("", f"Completed ({in_words(reason)}): {arguments} arguments, {money(cost)}.")
        case _:
            said = noted(event)
            if said is not None:
                yield from ("", f"*{said[0][2:].capitalize()}: {_escaped(said[1])}*")


def _quoted(text: str) -> Iterator[str]:
    return (f"> {_escaped(line)}".rstrip() for line in text.splitlines())


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _title(seat: str) -> str:
    return seat.replace("_", " ").capitalize()
