"""What does a document say of a session: its transcript, then how far it agreed, which rules fired, what it cost?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from console.exported_blocks import Aside, Block, Chart, Grid, Heading, Item, Reading, Said, Told
from console.exported_debate import DebateDocument
from console.exported_refinement import RefinementDocument
from console.plain import iso_time
from console.presenters.answered import outcome_shown
from console.presenters.asked import asked_or_told
from console.presenters.carried import forked_words, unfolded
from console.presenters.figures import counted, duration, money, percent, score
from console.presenters.flips import SIGN, Listener, sentence, sums_words
from console.presenters.kinds import KINDS, SESSION, kind_of, reading_text
from console.presenters.reasons import called, in_words
from console.presenters.rules_fired import Firing, erred, fired, overruled, switched_off
from core.analytics.flips import FlipLedger, Formats, all_seen, counts_of
from core.analytics.life import DebateLife, ModelUse, fold_life
from core.domain.events import (
    ActionOverruled,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    RuleErred,
    RuleFired,
    RuleSwitchedOff,
    SessionEscalated,
    SessionForked,
    SessionOpened,
    Unreadable,
)
from core.domain.facts import FactSpec
from core.domain.steered import MotionAmended, ParticipantTold, StatementAdded
from core.domain.summary import SessionSummary

READINGS_MAX = 400
FIRINGS_MAX = 1_000
"""The newest of each stand below the transcript; all of them stand in it, where they happened."""

COST_HEAD = ("model", "calls", "answers", "failed", "in doubt", "tokens in", "tokens out", "cost")


class Document(Protocol):
    """How one flow's events are written down. `title` is what its readings are of, `level_ppm` what is asked of them, 0
    where nothing is."""

    title: str
    level_ppm: int

    def opening(self, event: SessionOpened) -> Iterator[Block]:
        """Its heading."""
        ...

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        ...

    def reading(self, event: Event) -> Reading | None:
        """How far an event says that it has come."""
        ...

    def blocks(self, event: Event) -> Iterator[Block]:
        """What the document says of an event of this flow; nothing of any other."""
        ...


DOCUMENTS: Mapping[str, Callable[[], Document]] = {"debate": DebateDocument, "refinement": RefinementDocument}
"""By the name of the flow."""


async def report(
    events: AsyncIterator[Recorded],
    formats: Formats = all_seen,
    facts: Mapping[str, FactSpec] | None = None,
    row: SessionSummary | None = None,
) -> AsyncIterator[Block]:
    """A session from its first event to its last, and then what it comes to. `facts` say in which units rules saw;
    with its `row` of the list, what came of it stands at its head."""
    minds = Listener(formats)
    gathered = _Gathered(facts or {})
    document: Document = DebateDocument()
    about = SESSION.about
    async for recorded in unfolded(_told_to(gathered, events)):
        event = recorded.event
        flip = minds.hear(event)
        if isinstance(event, SessionOpened):
            name = event.opening.flow.partition("@")[0]
            document, about = DOCUMENTS.get(name, DebateDocument)(), KINDS.get(name, SESSION).about
            for block in _opening(recorded, event, document):
                yield block
            if row is not None:
                yield Aside(glance(row))
        gathered.take(event, document)
        for block in (*document.blocks(event), *gathered.life_blocks(event, about)):
            yield block
        if flip is not None:
            yield Aside(f"{SIGN} {sentence(flip)}")
    for block in (*_minds(minds.ledger), *gathered.closing(document)):
        yield block


async def _told_to(gathered: _Gathered, events: AsyncIterator[Recorded]) -> AsyncIterator[Recorded]:
    """The events as they are in this log: what a fork took along was paid for elsewhere."""
    async for recorded in events:
        gathered.count(recorded)
        yield recorded


@dataclass(slots=True)
class _Gathered:
    """What stands below the transcript."""

    facts: Mapping[str, FactSpec]
    life: DebateLife | None = None
    turns: int = 0
    readings: list[Reading] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)

    def count(self, recorded: Recorded) -> None:
        """What this session's own calls come to."""
        if self.life is not None or isinstance(recorded.event, SessionOpened):
            self.life = fold_life(self.life, recorded)

    def take(self, event: Event, document: Document) -> None:
        self.turns += type(event).__name__ in ("ArgumentPresented", "DraftPresented")
        reading = document.reading(event)
        if reading is not None:
            self.readings = [*self.readings, reading][-READINGS_MAX:]
        firing = self._firing(event)
        if firing is not None:
            self.firings = [*self.firings, firing][-FIRINGS_MAX:]

    def life_blocks(self, event: Event, about: str) -> Iterator[Block]:
        """What is said of an event that any session may have."""
        match event:
            case SessionForked():
                yield Aside(f"Fork, {forked_words(event)}")
            case StatementAdded(by=by, text=text):
                yield from (Heading(3, f"{by.capitalize()} states"), Said(text))
            case MotionAmended(by=by, motion=motion):
                yield Aside(f"{by} amended the {about}: {motion}")
            case RuleFired():
                yield Aside(_fired_in_words(self.firings[-1]))
            case SessionEscalated(question=question):
                yield Aside(f"Asked the operator: {question}")
            case EscalationAnswered(answer=answer, by=by, note=note):
                told = f"Answered by {called(by)}: {in_words(answer)}"
                yield Aside(f"{told} ({note})" if note else told)
            case ClarificationAnswered(text=text):
                heading, _ = asked_or_told(event) or ("", "")
                yield from (Heading(3, heading), Said(text))
            case EscalationExpired() | ClarificationAsked() | ClarificationForgone() | ParticipantTold():
                heading, text = asked_or_told(event) or ("", "")
                yield Aside(f"{heading.lstrip('◆◇ ')}: {text}")
            case Unreadable(kind=kind, why=why):
                yield Aside(f"A {kind} stands here that can't be read: {why}")
            case _:
                return

    def closing(self, document: Document) -> Iterator[Block]:
        if self.life is not None and not self.life.status.is_over:
            yield Told(f"It is not over: it is {self.life.status.value}, and this is how it stands.")
        if self.readings:
            level, is_score = document.level_ppm, isinstance(document, RefinementDocument)
            shown = (score(level) if is_score else percent(level)) if level else ""
            yield Heading(2, document.title)
            yield Chart(document.title, tuple(self.readings), level, shown, is_score)
        if self.firings:
            yield Heading(2, "Rules")
            rows = tuple((each.rule, f"turn {each.turn}", each.effect, each.values) for each in self.firings)
            yield Grid(("rule", "after", "what came of it", "because of"), rows)
        if self.life is not None and self.life.attempts:
            yield Heading(2, "Cost")
            yield Grid(COST_HEAD, tuple(_cost_rows(self.life.models)), has_numbers=True)

    def _firing(self, event: Event) -> Firing | None:
        match event:
            case RuleFired():
                return fired(event, turn=self.turns, facts=self.facts)
            case ActionOverruled():
                return overruled(event, turn=self.turns)
            case RuleErred():
                return erred(event, turn=self.turns)
            case RuleSwitchedOff():
                return switched_off(event, turn=self.turns)
            case _:
                return None


def _fired_in_words(firing: Firing) -> str:
    because = f", because of {firing.values}" if firing.values else ""
    return f"Rule {firing.rule} fired: {firing.effect}{because}"


def _cost_rows(models: Mapping[str, ModelUse]) -> Iterator[tuple[str, ...]]:
    uses = [(model or "unknown", use) for model, use in sorted(models.items()) if use.attempts or use.cost_microusd]
    for model, use in uses:
        yield (
            model,
            f"{use.attempts:,}",
            f"{use.answers:,}",
            f"{use.failures:,}",
            f"{use.in_doubt:,}",
            f"{use.tokens_input:,}",
            f"{use.tokens_output:,}",
            money(use.cost_microusd),
        )
    if len(uses) > 1:
        names = ("attempts", "answers", "failures", "in_doubt", "tokens_input", "tokens_output")
        sums = (f"{sum(getattr(use, name) for _, use in uses):,}" for name in names)
        yield "in all", *sums, money(sum(use.cost_microusd for _, use in uses))


def glance(row: SessionSummary) -> str:
    """What came of a session, in one line: for who reads no further."""
    kind = kind_of(row)
    said = [f"{row.status.value}: {outcome_shown(row.outcome)}" if row.outcome else row.status.value]
    if row.round:
        said.append(f"{kind.lap} {row.round} of {row.rounds_limit}")
    said.append(counted(row.turns, "turn"))
    if reading := reading_text(row):
        said.append(f"{kind.reading} {reading}")
    said += [money(row.used_microusd), f"{duration(row.active_ms)} of active time"]
    return f"{', '.join(said)}."


def _minds(ledger: FlipLedger) -> Iterator[Block]:
    """Every change of mind once more, now that the verdict is known, and what they come to."""
    if not ledger.flips:
        return
    yield Heading(2, "Changes of mind")
    yield from (Item(f"round {flip.round}: {sentence(flip)}") for flip in ledger.flips)
    if sums := sums_words(counts_of(ledger)):
        yield Told(f"{sums}.")


def _opening(recorded: Recorded, event: SessionOpened, document: Document) -> Iterator[Block]:
    opening = event.opening
    yield from document.opening(event)
    yield Told(
        f"Session {recorded.session}, {iso_time(recorded.at_ms)}, {document.agreed(event)}, seed {opening.seed}."
    )
    yield from (Item(f"{seat.id}: {seat.participant.model}") for seat in opening.seats)
    yield from (Item(f"evidence: {each.name}") for each in opening.documents)
