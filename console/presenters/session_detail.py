"""Where does the session under the cursor stand, why, and which keys lead on?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.presenters.answered import outcome_shown
from console.presenters.carried import carried
from console.presenters.controls import beside
from console.presenters.deadlines import asked_besides, due_in_words
from console.presenters.drafts import DraftsFold
from console.presenters.estimates import came_to
from console.presenters.figures import PPM_ONE, age, bar, counted, duration, money, percent, spark, trend
from console.presenters.kinds import REFINEMENT, flow_name, kind_of
from console.presenters.people import is_awaited, question_of, silence_in_words, time_left
from console.presenters.reasons import in_words
from console.presenters.refinement_detail import ended_line, facts_of, reason_line, score_parts
from console.presenters.rules_fired import (
    FIRED_KEPT_MAX,
    Firing,
    concerning,
    erred,
    fired,
    firing_line,
    overruled,
    switched_off,
    waiting_lines,
)
from console.presenters.sessions import CHILD, FORK, LEFT, is_left, title_of
from console.presenters.shown import Line
from console.presenters.transcript import seat_title, words
from core.domain.cases import CLARIFICATION
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    ClarificationAsked,
    CompletionDecided,
    EscalationAnswered,
    EscalationExpired,
    Recorded,
    RuleErred,
    RuleFired,
    RuleSwitchedOff,
    SessionCompleted,
    SessionEscalated,
    SessionForked,
    SessionOpened,
    StepExhausted,
    StepRetried,
)
from core.domain.people import is_person
from core.domain.session import Status
from core.domain.unasked import partly
from core.flows.debate_events import ArgumentPresented, ConsensusUpdated, MotionAmended, RoundCompleted, RoundStarted
from core.flows.refinement_events import DraftPresented, ReviewGiven

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.domain.cases import Case
    from core.domain.estimates import Estimate
    from core.domain.facts import FactSpec
    from core.domain.summary import SessionSummary
    from core.ports.catalogue import Label
    from core.rules.explanation import Explanation

ID_SHOWN_CHARACTERS = 8
READINGS_KEPT_MAX = 24
TITLE_LINES_MAX = 2
QUESTION_LINES_MAX = 4
BAR_CELLS = 8
SPARK_CELLS = 8
ATTENTION_PPM = 800_000
"""A budget used this far is worth a glance."""

JUDGE = "judge"
JUST_NOW = "now"

ANSWERS_SHOWN = "shows all seven answers, and what each would do"
TO_A_PARTICIPANT_SHOWN = "tells it, or has it go on without"
"""What the key does that answers: to a session, to a participant that wants to know something."""


@dataclass(slots=True)
class DetailFold:
    """What the log says beside the turns. `seats` maps a step's name to its seat, learned from the log itself."""

    facts: Mapping[str, FactSpec]
    motion: str = ""
    readings: list[int] = field(default_factory=list)
    reading: ConsensusUpdated | None = None
    turns: int = 0
    steps: tuple[str, ...] = ()
    done: set[str] = field(default_factory=set)
    seats: dict[str, str] = field(default_factory=dict)
    speaking: dict[str, str] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    silences: int = 0
    estimate: Estimate | None = None
    exhausted: dict[str, str] = field(default_factory=dict)
    doubtful: int = 0
    is_completing: bool = False
    question_rule: str = ""
    question_at_ms: int = 0
    firings: list[Firing] = field(default_factory=list)
    drafts: DraftsFold = field(default_factory=DraftsFold)

    def take(self, record: Recorded) -> None:
        """Fold one event."""
        event = record.event
        self.drafts.take(event)
        match event:
            case ConsensusUpdated():
                self.reading = event
                if not event.is_advice:
                    self.readings = [*self.readings[-READINGS_KEPT_MAX:], event.ppm]
            case MotionAmended(motion=motion):
                self.motion = motion
            case RoundStarted(steps=steps):
                self.steps, self.done = steps, set()
            case RoundCompleted():
                self.steps = ()
            case ArgumentPresented(step=step):
                self.turns += 1
                self.done.add(_name(step))
            case DraftPresented() | ReviewGiven():
                self.turns += 1
            case RuleFired():
                self._keep(fired(event, turn=self.turns, facts=self.facts))
            case ActionOverruled():
                self._keep(overruled(event, turn=self.turns))
            case RuleErred(in_a_row=1):
                self._keep(erred(event, turn=self.turns))
            case RuleSwitchedOff():
                self._keep(switched_off(event, turn=self.turns))
            case SessionOpened(opening=opening):
                self.estimate = opening.estimate
            case SessionForked():
                for each in carried(record, event):
                    self.take(each)
                self.speaking, self.exhausted, self.doubtful, self.question_rule = {}, {}, 0, ""
            case CompletionDecided():
                self.is_completing = True
            case SessionCompleted():
                self.is_completing = False
            case SessionEscalated(rule=rule):
                self.question_rule, self.question_at_ms = rule, record.at_ms
            case ClarificationAsked():
                self.question_rule, self.question_at_ms = "", record.at_ms
            case EscalationAnswered() | EscalationExpired():
                self.question_rule = ""
            case _:
                self._take_attempt(record)

    def _take_attempt(self, record: Recorded) -> None:
        match record.event:
            case AttemptStarted(step=step, seat=seat, route=route):
                self.people = (self.people - {step}) | ({step} if is_person(route) else set())
                self.speaking[step] = seat
                self.seats[_name(step)] = seat
                self.exhausted.pop(step, None)
            case AttemptFailed(step=step):
                self.speaking.pop(step, None)
                self.silences += step in self.people and bool(silence_in_words(record.event))
            case AttemptSucceeded(step=step):
                self.speaking.pop(step, None)
            case AttemptInDoubt(step=step):
                self.speaking.pop(step, None)
                self.doubtful += 1
            case StepExhausted(step=step, message=message):
                self.exhausted[step] = message
            case StepRetried(step=step):
                self.exhausted.pop(step, None)
            case _:
                pass

    def _keep(self, firing: Firing) -> None:
        self.firings = [*self.firings[-FIRED_KEPT_MAX:], firing]

    def next_seat(self, known: Mapping[str, str]) -> str:
        """Who speaks in this round after the turn under way; "" where nobody does, or it is not known.

        `known` are the template's own seats."""
        under_way = {_name(step) for step in self.speaking}
        for name in self.steps:
            if name not in self.done and name not in under_way:
                return self.seats.get(name, known.get(name, ""))
        return ""

    def upcoming(self, summary: SessionSummary, known: Mapping[str, str]) -> str:
        """What comes after the turn under way, as far as the rules let it."""
        if summary.status.is_over or JUDGE in self.speaking.values():
            return ""
        if kind_of(summary) is REFINEMENT:
            return self.drafts.upcoming(frozenset(self.speaking.values()))
        if self.is_completing:
            return "the verdict"
        if seat := self.next_seat(known):
            return seat_title(seat).lower()
        if not summary.round:
            return ""
        return f"round {summary.round + 1}" if summary.round < summary.rounds_limit else "the verdict"


def _name(step: str) -> str:
    """A step's name in its template: `r2.rebuttal_opponent.opponent` is `rebuttal_opponent`."""
    return step.split(".")[1] if step.count(".") > 1 else step


def head_lines(
    summary: SessionSummary,
    label: Label | None,
    *,
    now_ms: int,
    is_driven: bool = True,
    parent: SessionSummary | None = None,
) -> list[Line]:
    """What it is about, and the facts that place it. `parent` is the session that began it, where that is known."""
    own = title_of(summary, label)
    is_about_a_draft = parent is not None and kind_of(parent) is REFINEMENT  # its name says no more than that
    facts = [
        *(facts_of(summary) if kind_of(summary) is REFINEMENT else _rounds(summary)),
        duration(active_ms(summary, now_ms=now_ms, is_driven=is_driven)),
        summary.session[:ID_SHOWN_CHARACTERS],
    ]
    if summary.forked_from:
        facts.append(f"{FORK} of {summary.forked_from[:ID_SHOWN_CHARACTERS]} at {summary.forked_at_seq}")
    if summary.parent:
        what = "about a draft of" if is_about_a_draft else "control of"
        facts.insert(0, f"{CHILD} {what} {summary.parent[:ID_SHOWN_CHARACTERS]}")
    tags = tuple((f"  #{tag}", "accent") for tag in (label.tags if label else ()))
    what = partly(summary.models) or ("rehearsal" if summary.is_rehearsal else "")
    rehearsal = ((what, "attention"), (" · ", "muted")) if what else ()
    lines = [Line(((summary.motion, "text strong"),), lines_max=TITLE_LINES_MAX)]
    parts = (*rehearsal, (" · ".join(facts), "muted"), *tags)
    if not (is_about_a_draft or _begins_as(own, summary.motion)):
        parts = ((f"{own}  ", "text"), *parts)
    return [*lines, Line(parts)]


def _begins_as(title: str, motion: str) -> bool:
    """Is the title the motion's own beginning, so that below it it says nothing and takes the room of what does?"""
    begins = title.removesuffix("…").rstrip()
    return title == motion or (begins != title and " ".join(motion.split()).startswith(begins))


def _rounds(summary: SessionSummary) -> list[str]:
    limit = summary.rounds_limit
    return [words(summary.template), f"round {summary.round} of {limit}" if summary.round else counted(limit, "round")]


def active_ms(summary: SessionSummary, *, now_ms: int, is_driven: bool = True) -> int:
    """How long it has been active; what was paused doesn't count, nor what nobody drove."""
    running = now_ms - summary.changed_at_ms if summary.status is Status.RUNNING and is_driven else 0
    return summary.active_ms + max(0, running)


def standing_lines(
    summary: SessionSummary,
    detail: DetailFold,
    keys: Mapping[str, str],
    *,
    now_ms: int,
    is_driven: bool = True,
    related: SessionSummary | None = None,
    cases: Sequence[Case] = (),
) -> tuple[list[Line], str]:
    """Where it stands still: why, and the keys that lead on, with the style of its edge. Nothing while it runs.
    `related` is its control or, of a control, the debate that began it; `cases` are what it asks."""
    is_refined = kind_of(summary) is REFINEMENT
    if is_left(summary, is_driven=is_driven):
        on = f"moot sessions resume {summary.session[:ID_SHOWN_CHARACTERS]}"
        here = _hints(keys, ("take_wheel", "takes the wheel: what was left goes on here"))
        elsewhere = Line((("moot drive", "accent strong"), (" or ", "muted"), (on, "accent strong"), (" too", "muted")))
        return [_what(LEFT.text, "nobody drives it", "attention strong"), here, elsewhere], "attention"
    if summary.unreadable:
        what = ("✗ not readable here", "failed strong"), (f"  {summary.unreadable}", "text")
        return [Line(what, lines_max=QUESTION_LINES_MAX)], "failed"
    match summary.status:
        case Status.RUNNING if is_awaited(summary):
            return _turn(summary, keys, now_ms=now_ms), "attention"
        case Status.ESCALATED:
            return _question(summary, detail, keys, cases, now_ms=now_ms), "attention"
        case Status.FAILED:
            broken = next(iter(detail.exhausted.values()), "")
            said = f"{in_words(summary.reason)}" + (f": {broken}" if broken else "")
            over = "keeps the best draft" if is_refined else "goes to the verdict"
            hints = _hints(keys, ("retry_turn", "tries the turn again"), ("complete", over))
            return [_what("✗ failed", said, "failed strong"), hints], "failed"
        case Status.PAUSED:
            return _paused(summary, keys), "text"
        case Status.WAITING | Status.CREATED:
            line = _what("◌ waiting", "for a place among the sessions that run", "text strong")
            return [line, _hints(keys, ("pause_resume", "holds it"), ("cancel", "takes it out"))], "muted"
        case Status.COMPLETED if is_refined:
            hints = _hints(keys, ("drafts", "shows the drafts"), ("export", "writes it to a file"))
            return [ended_line(summary), *_fared(summary, detail, keys, None), hints], "ok"
        case Status.COMPLETED:
            outcome = f"verdict {outcome_shown(summary.outcome)}" if summary.outcome else "no outcome"
            how = f"{in_words(summary.reason)}, consensus {_consensus(summary)}"
            hints = _hints(keys, ("export", "writes it to a file"), ("new_debate", "starts another"))
            lines = [Line(((f"✓ {outcome}", "ok strong"), (f"  {how}", "muted")))]
            return [*lines, *_fared(summary, detail, keys, related), hints], "ok"
        case Status.CANCELLED:
            return [_what("– stopped", in_words(summary.reason), "muted strong")], "muted"
        case _:
            return [], ""


def _fared(
    summary: SessionSummary, detail: DetailFold, keys: Mapping[str, str], related: SessionSummary | None
) -> list[Line]:
    """What it took beside what was expected of it, and how it fared beside its control."""
    lines = []
    if detail.estimate is not None:
        came = came_to(detail.estimate, cost_microusd=summary.used_microusd, active_ms=summary.active_ms)
        lines.append(Line((("took ", "muted"), (came, "text")), lines_max=2))
    if related is not None and kind_of(related) is REFINEMENT:
        lines.append(_hints(keys, ("go_control", "goes to the refinement whose draft it is about")))
    elif related is not None:
        told = beside(related, summary) if summary.parent else beside(summary, related)
        lines.append(Line(((told, "text"),), lines_max=2))
        lines.append(_hints(keys, ("go_control", "goes to the debate" if summary.parent else "goes to the control")))
    return lines


def _question(
    summary: SessionSummary, detail: DetailFold, keys: Mapping[str, str], cases: Sequence[Case], *, now_ms: int
) -> list[Line]:
    waited = age(max(0, now_ms - detail.question_at_ms)) if detail.question_at_ms else ""
    since = f"{waited} ago" if waited not in ("", JUST_NOW) else ""
    asked_by = f"rule {detail.question_rule}" if detail.question_rule else ""
    about = "  ".join(each for each in (in_words(summary.reason), asked_by, since, asked_besides(cases)) if each)
    due = due_in_words(cases, now_ms=now_ms)
    return [
        Line((("◆ asks you", "attention strong"), (f"  {about}", "muted"))),
        Line(((summary.question, "text strong"),), lines_max=QUESTION_LINES_MAX),
        *([Line(((due, "attention"),), lines_max=2)] if due else ()),
        _hints(keys, ("answer", TO_A_PARTICIPANT_SHOWN if summary.reason == CLARIFICATION else ANSWERS_SHOWN)),
        _hints(keys, ("add_statement", "says something to all seats first")),
    ]


def _turn(summary: SessionSummary, keys: Mapping[str, str], *, now_ms: int) -> list[Line]:
    """A person is to speak: as whom, until when, and the keys."""
    left = time_left(summary.awaited_until_ms, now_ms=now_ms)
    return [
        Line((("◆ your turn", "attention strong"), (f"  {left}", "muted"))),
        Line(((question_of(summary), "text strong"),)),
        _hints(keys, ("answer", "opens what you type in, or passes"), ("take_seat", "leaves the seat")),
    ]


def _paused(summary: SessionSummary, keys: Mapping[str, str]) -> list[Line]:
    hints = [("pause_resume", "goes on")]
    if summary.reason.startswith("budget_spent_session"):
        hints.insert(0, ("raise_budget", "raises the budget"))
    if summary.reason == "spending_stopped":
        hints.insert(0, ("kill_switch", "allows spending again"))
    return [_what("‖ paused", in_words(summary.reason), "text strong"), _hints(keys, *hints)]


def _what(head: str, said: str, style: str) -> Line:
    return Line(((head, style), (f"  {said}" if said else "", "text")), lines_max=1)


def _hints(keys: Mapping[str, str], *hints: tuple[str, str]) -> Line:
    """`a answers …   p goes on`: keys as the keymap in force has them."""
    parts: list[tuple[str, str]] = []
    for action, what in hints:
        if keys.get(action):
            parts += [("   " if parts else "", "muted"), (keys[action], "accent strong"), (f" {what}", "muted")]
    return Line(tuple(parts))


def _consensus(summary: SessionSummary) -> str:
    return "not measured" if summary.consensus_ppm is None else percent(summary.consensus_ppm)


def strip_lines(
    summary: SessionSummary,
    detail: DetailFold,
    explanations: Sequence[Explanation],
    *,
    next_seats: Mapping[str, str],
    lines_max: int,
) -> list[Line]:
    """Is it going anywhere, and why did it do that? The figures, the reading's reason, and the rules."""
    lines = [_figures(summary, detail, next_seats)]
    if kind_of(summary) is REFINEMENT and lines_max >= 3:
        why = reason_line(detail.drafts, lines_max=2 if lines_max > 5 else 1)
        lines += [why] if why is not None else []
    elif detail.reading is not None and lines_max >= 4:
        advice = " (advice alone)" if detail.reading.is_advice else ""
        reason = f"{detail.reading.measure}{advice}: {detail.reading.reason}"
        lines.append(Line(((reason, "muted"),), lines_max=2 if lines_max > 5 else 1))
    room = max(0, lines_max - len(lines))
    told = [firing_line(each) for each in reversed(detail.firings)]
    moves = summary.status in (Status.RUNNING, Status.PAUSED, Status.ESCALATED)
    told_of = concerning(explanations, detail.facts, flow_name(summary))
    waits = waiting_lines(told_of, rounds_limit=summary.rounds_limit) if moves else []
    waits_room = max(room - len(told), room // 2)
    return [*lines, *told[: room - min(len(waits), waits_room)], *waits[:waits_room]]


def _figures(summary: SessionSummary, detail: DetailFold, next_seats: Mapping[str, str]) -> Line:
    is_refined = kind_of(summary) is REFINEMENT
    parts = score_parts(summary, detail.drafts) if is_refined else _consensus_parts(summary, detail)
    parts += _budget(summary)
    if detail.doubtful:
        parts.append((f"   {detail.doubtful} in doubt", "attention"))
    failed = summary.errors - detail.silences  # whoever passes, or lets the time go by, has broken nothing
    if failed > 0:
        parts.append((f"   {counted(failed, 'failed attempt')}", "failed"))
    upcoming = detail.upcoming(summary, next_seats)
    return Line(tuple(parts), right=(("next ", "muted"), (upcoming, "text")) if upcoming else ())


def _consensus_parts(summary: SessionSummary, detail: DetailFold) -> list[tuple[str, str]]:
    readings = detail.readings or list(summary.trend)
    said = f"{spark(readings, width=SPARK_CELLS)} {percent(readings[-1])} {trend(readings)}" if readings else "–"
    return [("consensus ", "muted"), (said, "text" if readings else "muted")]


def _budget(summary: SessionSummary) -> list[tuple[str, str]]:
    spent, cap = summary.used_microusd, summary.cap_microusd
    if cap is None:
        return [("   spent ", "muted"), (money(spent), "text"), (", no cap" if spent else "", "muted")]
    share_ppm = spent * PPM_ONE // cap if cap else PPM_ONE
    ink = "failed strong" if share_ppm >= PPM_ONE else "attention" if share_ppm >= ATTENTION_PPM else "text"
    said = f"{bar(share_ppm, width=BAR_CELLS)} {percent(share_ppm)}"
    return [("   budget ", "muted"), (said, ink), (f" of {money(cap)}", "muted")]
