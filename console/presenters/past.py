"""How did a session look behind each of its events?

A fold that can be moved to and fro: forwards it takes what follows, backwards it begins at the last copy that was kept
before. What is shown is what the sessions screen shows, at that event's own moment.
"""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.presenters.figures import PPM_ONE, bar, counted, duration, money, percent, spark, trend
from console.presenters.kinds import REFINEMENT, flow_name, kind_of
from console.presenters.moments import about, verdict_lines
from console.presenters.paragraphs import Paragraph
from console.presenters.reasons import in_words
from console.presenters.refinement_detail import score_parts
from console.presenters.rules_fired import concerning
from console.presenters.session_detail import BAR_CELLS, SPARK_CELLS, DetailFold
from console.presenters.sessions import STATES
from console.presenters.shown import Line
from console.presenters.transcript import TranscriptFold
from core.analytics.flips import all_seen
from core.domain.events import (
    ClarificationAnswered,
    ClarificationAsked,
    EscalationExpired,
    Recorded,
    RuleFired,
    SessionEscalated,
    SessionForked,
)
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, BallotGiven, RoundStarted, StatementAdded, VerdictReached
from core.flows.refinement_events import DraftPresented, IterationStarted, RefinementCompleted, ReviewGiven

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from console.presenters.shown import Part, TurnView
    from core.analytics.flips import Formats
    from core.domain.facts import FactSpec
    from core.domain.summary import SessionSummary
    from core.rules.explanation import Explanation

COPIES_EVENTS = 250
"""A step back folds so many events again at most."""

DRAFTED = (DraftPresented, ReviewGiven, RefinementCompleted)
TURNS = (ArgumentPresented, BallotGiven, VerdictReached, StatementAdded, ClarificationAnswered, *DRAFTED)
NOTABLE = (*TURNS, RuleFired, SessionEscalated, ClarificationAsked, EscalationExpired, SessionForked)

TRACK, PASSED, HERE = "─", "━", "┃"
MARKS = (
    (RuleFired, "◆"),
    (SessionEscalated, "◆"),
    (ClarificationAsked, "◆"),
    (EscalationExpired, "◆"),
    (RoundStarted, "╋"),
    (IterationStarted, "╋"),
    (ArgumentPresented, "•"),
    (BallotGiven, "•"),
    (VerdictReached, "•"),
    *((each, "•") for each in DRAFTED),
)
"""What a place of the bar is marked with: the first of these that happened there."""

PLAYING, RESTING, AT_THE_END = "▶", "‖", "▪"


@dataclass(slots=True)
class _Copy:
    transcript: TranscriptFold
    detail: DetailFold
    row: SessionSummary | None


class PastFold:
    """One session's events, and what was true behind the one that it stands at. `place` counts from 0: none taken."""

    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        summarise: Callable[[SessionSummary | None, Recorded], SessionSummary],
        formats: Formats = all_seen,
    ) -> None:
        self.records: list[Recorded] = []
        self.place = 0
        self.transcript = TranscriptFold(facts, formats)
        self.detail = DetailFold(facts)
        self.row: SessionSummary | None = None
        self._summarise = summarise
        self._copies = [self._copy()]
        self._notable: list[int] = []
        self._marked: list[tuple[int, str]] = []
        self._marks: tuple[tuple[int, int], dict[int, str]] = ((0, 0), {})

    def extend(self, records: Iterable[Recorded]) -> None:
        """Know of further events; where it stands stays."""
        for record in records:
            self.records.append(record)
            if isinstance(record.event, NOTABLE):
                self._notable.append(len(self.records))
            mark = next((glyph for kind, glyph in MARKS if isinstance(record.event, kind)), "")
            if mark:
                self._marked.append((len(self.records), mark))

    @property
    def record(self) -> Recorded | None:
        """The event that it stands at."""
        return self.records[self.place - 1] if self.place else None

    @property
    def turns(self) -> tuple[TurnView, ...]:
        return tuple(self.transcript.turns.values())

    def move(self, place: int) -> tuple[str, ...] | None:
        """Stand behind the event with this number; the keys of the turns that are new or changed, None where the whole
        may be another."""
        place = max(min(place, len(self.records)), min(1, len(self.records)))
        is_back = place < self.place
        if is_back:
            kept = self._copies[min(place // COPIES_EVENTS, len(self._copies) - 1)]
            self.transcript, self.detail, self.row = _copied(kept.transcript), _copied_detail(kept.detail), kept.row
            self.place = min(place // COPIES_EVENTS, len(self._copies) - 1) * COPIES_EVENTS
        let_go, known = self.transcript.let_go, set(self.transcript.turns)
        changed: dict[str, None] = {}
        while self.place < place:
            record = self.records[self.place]
            self.detail.take(record)
            changed.update(dict.fromkeys(self.transcript.take(record)))
            self.row = self._summarise(self.row, record)
            self.place += 1
            if self.place == len(self._copies) * COPIES_EVENTS:
                self._copies.append(self._copy())
        is_whole = is_back or self.transcript.let_go != let_go or not known <= set(self.transcript.turns)
        return None if is_whole else tuple(changed)

    def next_notable(self, step: int) -> int | None:
        """The number of the next event worth stopping at, or with -1 of the one before; None where there is none."""
        if step > 0:
            at = bisect_right(self._notable, self.place)
            return self._notable[at] if at < len(self._notable) else None
        at = bisect_left(self._notable, self.place)
        return self._notable[at - 1] if at else None

    def marks(self, width: int) -> Mapping[int, str]:
        """What happened in each cell of a bar of this width."""
        count = len(self.records)
        if self._marks[0] != (count, width):
            marks: dict[int, str] = {}
            for number, mark in self._marked:
                cell = _cell(number, count, width)
                if cell not in marks or _rank(mark) < _rank(marks[cell]):
                    marks[cell] = mark
            self._marks = ((count, width), marks)
        return self._marks[1]

    def waits_ms(self) -> int:
        """How long after this event the next one was recorded."""
        if not 0 < self.place < len(self.records):
            return 0
        return max(0, self.records[self.place].at_ms - self.records[self.place - 1].at_ms)

    def _copy(self) -> _Copy:
        return _Copy(_copied(self.transcript), _copied_detail(self.detail), self.row)


def _copied(fold: TranscriptFold) -> TranscriptFold:
    """The turns themselves never change: what holds them is copied."""
    made = copy.copy(fold)
    for name, value in vars(fold).items():
        if type(value) is dict:
            setattr(made, name, dict(value))
    return made


def _copied_detail(fold: DetailFold) -> DetailFold:
    return replace(
        fold,
        done=set(fold.done),
        seats=dict(fold.seats),
        speaking=dict(fold.speaking),
        exhausted=dict(fold.exhausted),
        drafts=fold.drafts.copied(),
    )


def past_line(fold: PastFold, *, speed: str, is_playing: bool) -> Line:
    """That this is the past, and which moment of it; how it is played stands at the right."""
    record = fold.record
    if record is None:
        return Line((("◀ the past", "attention strong"), ("  the log is being read …", "muted")))
    after = duration(max(0, record.at_ms - fold.records[0].at_ms))
    is_last = fold.place == len(fold.records)
    when = f"event {record.seq:,} of {fold.records[-1].seq:,} · {after} after its opening"
    glyph = PLAYING if is_playing else AT_THE_END if is_last else RESTING
    return Line(
        (("◀ the past", "attention strong"), (f"  {when}", "text"), ("  the last event" if is_last else "", "muted")),
        right=((f"{glyph} {speed}", "accent strong" if is_playing else "muted"),),
    )


def position_line(fold: PastFold, *, width: int) -> Line:
    """Where in the log it stands: what is passed, what comes, and where something happened."""
    count = len(fold.records)
    if not count or width < 3:
        return Line(())
    here = _cell(fold.place, count, width)
    marks = fold.marks(width)
    parts: list[Part] = []
    for cell in range(width):
        if cell == here:
            part = (HERE, "attention strong")
        elif cell in marks:
            part = (marks[cell], "accent" if marks[cell] == "◆" else "text" if cell < here else "muted")
        else:
            part = (PASSED, "attention") if cell < here else (TRACK, "muted")
        if parts and parts[-1][1] == part[1]:
            parts[-1] = (parts[-1][0] + part[0], part[1])
        else:
            parts.append(part)
    return Line(tuple(parts))


def _cell(number: int, count: int, width: int) -> int:
    return (number - 1) * (width - 1) // max(1, count - 1)


def _rank(mark: str) -> int:
    return next(rank for rank, (_, glyph) in enumerate(MARKS) if glyph == mark)


def side_lines(fold: PastFold, explanations: Sequence[Explanation], trouble: str = "") -> tuple[Paragraph, ...]:
    """Behind the event: what happened, where the session stood, how far it was, and what every rule said."""
    row, record = fold.row, fold.record
    if row is None or record is None:
        return ()
    told_of = concerning(explanations, fold.detail.facts, flow_name(row))
    rules: tuple[Paragraph, ...] = verdict_lines(told_of, is_aligned=False)
    if trouble:
        rules = (Paragraph(((trouble, "failed"),)),)
    state = STATES[row.status]
    reason = in_words(row.reason) if row.status is not Status.RUNNING else ""
    told = about(record)
    return (
        Paragraph(
            (
                (
                    type(record.event).__name__,
                    "accent strong" if isinstance(record.event, RuleFired) else "text strong",
                ),
                (f"  {told}" if told else "", "text"),
            )
        ),
        Paragraph(
            (
                (state.text, f"{state.style_name.removesuffix(' strong')} strong"),
                (f"  {reason}" if reason else "", "text"),
                (f"  {kind_of(row).lap} {row.round} of {row.rounds_limit}" if row.round else "", "muted"),
                (f"  {counted(fold.detail.turns, 'turn')}", "muted"),
            )
        ),
        Paragraph((*_reading(row, fold.detail), *_money(row))),
        *((Paragraph(((row.question, "text strong"),)),) if row.question else ()),
        Paragraph(),
        *rules,
    )


def _reading(row: SessionSummary, detail: DetailFold) -> tuple[Part, ...]:
    if kind_of(row) is REFINEMENT:
        return tuple(score_parts(row, detail.drafts))
    readings = detail.readings or list(row.trend)
    if not readings:
        return ("consensus ", "muted"), ("–", "muted")
    drawn = f"{spark(readings, width=SPARK_CELLS)} {percent(readings[-1])} {trend(readings)}"
    return ("consensus ", "muted"), (drawn, "text")


def _money(row: SessionSummary) -> tuple[Part, ...]:
    spent, cap = row.used_microusd, row.cap_microusd
    if cap is None:
        return ("   spent ", "muted"), (money(spent), "text")
    share_ppm = spent * PPM_ONE // cap if cap else PPM_ONE
    return (
        ("   budget ", "muted"),
        (f"{bar(share_ppm, width=BAR_CELLS)} {percent(share_ppm)}", "text"),
        (f" of {money(cap)}", "muted"),
    )
