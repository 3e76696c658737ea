"""How does a session's log read as turns?

A fold: each event changes at most a few turns, so that what is shown costs what happened since, not the whole log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.answered import noted, outcome_shown
from console.presenters.asked import asked_or_told, question_asked
from console.presenters.carried import FORKED, carried, forked_words
from console.presenters.figures import count, money, percent, plural
from console.presenters.flips import CHANGED, hear, note_of
from console.presenters.judged import balloted, counted_in_words
from console.presenters.people import person_marks, silence_in_words, silence_mark
from console.presenters.reasons import called, failed_in_words, given_again, in_words, not_heard
from console.presenters.refined import Spoken, spoken
from console.presenters.refined import noted as noted_of_drafts
from console.presenters.rules_fired import values_seen
from console.presenters.shown import TurnView
from core.analytics.flips import NO_MINDS, all_seen, so_far
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    EscalationAnswered,
    Event,
    Recorded,
    RuleErred,
    RuleFired,
    RulesChanged,
    RuleSwitchedOff,
    RunResumed,
    SessionCancelled,
    SessionEscalated,
    SessionFailed,
    SessionForked,
    SessionOpened,
    SessionPaused,
    SessionResumed,
    SpendRefused,
    StepRetried,
    Unreadable,
)
from core.domain.ids import SeatId
from core.domain.people import is_person
from core.domain.provider_errors import NOT_SENT
from core.domain.unasked import SIMULATED, asks_no_model, is_simulated
from core.flows.debate_events import (
    ArgumentPresented,
    BallotsCounted,
    ConsensusReached,
    MotionAmended,
    RoundsLimitChanged,
    RoundStarted,
    SeatsChanged,
    StatementAdded,
    TemplateApplied,
    VerdictReached,
)
from core.flows.refinement_events import IterationStarted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.analytics.flips import Formats
    from core.domain.facts import FactSpec
    from core.domain.participants import Seat

TURNS_KEPT_MAX = 2_000
CHARACTERS_KEPT_MAX = 2_000_000
"""Of one transcript, so that a console that is left open for weeks stays as small as on its first day. The log has it
all."""

EARLIER = "earlier"
"""The key of the note that stands for the turns that were let go."""

NOT_ASKED = "no model asked"
JUDGE = "judge"


def turn_key(step: str, attempt: int) -> str:
    """The key of an attempt's turn; `step_of` gives the step back."""
    return f"{step}#{attempt}"


def step_of(key: str) -> str:
    """The step behind a turn, "" for a note."""
    step, hash_, _ = key.rpartition("#")
    return step if hash_ else ""


def words(name: str) -> str:
    """Names are stable words for programs; people read them with blanks."""
    return name.replace("_", " ")


def seat_title(seat: str) -> str:
    return seat.replace("_", " ").capitalize()


def model_marks(model: str) -> tuple[str, ...]:
    """What a reader must know of who speaks: a rehearsal, and whoever is simulated, asked nobody."""
    if is_simulated(model):
        return SIMULATED, NOT_ASKED
    return (NOT_ASKED,) if asks_no_model(model) else person_marks(model)


class TranscriptFold:
    """`turns` by key, in order. `take` says which of them an event changed."""

    def __init__(self, facts: Mapping[str, FactSpec], formats: Formats = all_seen) -> None:
        self.turns: dict[str, TurnView] = {}
        self._formats = formats
        self._minds = NO_MINDS
        self._changes: dict[tuple[str, str], str] = {}
        self._facts = facts
        self._seats: dict[str, int] = {}
        self._open: dict[str, TurnView] = {}
        self._findings: dict[str, tuple[str, ...]] = {}
        self._lap = ""
        self._counted = ""
        self._characters = 0
        self._session = ""
        self.let_go = 0

    def take(self, record: Recorded) -> Iterable[str]:
        """Fold one event; the keys of the turns that are new or changed. `let_go` counts the oldest ones that gave way
        to newer ones: where it has grown, the whole is another."""
        self._session = record.session
        yield from self._taken(record)
        if len(self.turns) > TURNS_KEPT_MAX or self._characters > CHARACTERS_KEPT_MAX:
            yield from self._make_room()

    def _taken(self, record: Recorded) -> Iterable[str]:
        event = record.event
        match event:
            case SessionOpened(opening=opening):
                self._seat(opening.seats)
            case SessionForked():
                yield from self._forked(record, event)
            case RoundStarted():
                self._lap = f"round {event.round}"
            case IterationStarted():
                self._lap = f"iteration {event.iteration}"
            case AttemptStarted():
                yield self._put(self._begun(event))
            case ArgumentPresented():
                yield self._put(self._argued(event))
            case BallotsCounted():
                self._counted = counted_in_words(event)
            case VerdictReached():
                yield self._put(self._concluded(event, record.seq))
            case AttemptFailed(step=step, attempt=attempt, error=error, cost_microusd=cost):
                mark = "not sent" if error == NOT_SENT else "failed"
                said = failed_in_words(event)
                begun = self.turns.get(turn_key(step, attempt))
                if begun is not None and is_person(begun.model) and (silence := silence_in_words(event)):
                    mark, said = silence_mark(event), silence
                yield from self._ended(step, attempt, mark, said, cost)
            case AttemptSucceeded(step=step, findings=findings, is_cached=is_cached) if findings or is_cached:
                self._findings[step] = (*((given_again(event.saved_microusd),) if is_cached else ()), *findings)
            case AttemptInDoubt(step=step, attempt=attempt, why=why, cost_microusd_max=cost):
                said = f"{in_words(why)}. It may have been answered; it counts as {money(cost)} until that is settled."
                yield from self._ended(step, attempt, "in doubt", said, cost)
            case AttemptSettled(step=step, attempt=attempt, cost_microusd=cost):
                yield from self._ended(step, attempt, "settled", f"It turned out to have cost {money(cost)}.", cost)
            case TemplateApplied():
                self._seat(event.seats)
                yield self._note(record, "format", f"{event.template} from the next round on, said {called(event.by)}")
            case _:
                if (turn := spoken(event) or balloted(event) or question_asked(event)) is not None:
                    yield self._put(self._spoken(turn, record.seq))
                elif (note := self._said(event)) is not None:
                    yield self._note(record, *note)
        yield from self._minded(record)

    def _minded(self, record: Recorded) -> Iterable[str]:
        """A change of mind marks its turn and is told behind it; which way it led is added once there is a verdict."""
        self._minds, flip = hear(self._minds, record.event, self._formats)
        if flip is not None:
            key = next((each for each in reversed(self.turns) if step_of(each) == flip.step), "")
            if key and CHANGED not in self.turns[key].marks:
                turn = self.turns[key]
                yield self._put(turn._replace(marks=(CHANGED, *turn.marks)))
            seat, text = note_of(flip)
            # A verdict that changes its judge's mind has the note of its event itself.
            note = TurnView(key=f"changed {record.seq}", seat_index=0, seat=seat, text=text, state="note")
            self._changes[flip.step, flip.seat] = note.key
            yield self._put(note)
        if isinstance(record.event, VerdictReached):
            for each in so_far(self._minds).flips:
                key = self._changes.get((each.step, each.seat), "")
                if key in self.turns:
                    yield self._put(self.turns[key]._replace(text=note_of(each)[1]))

    def waits(self, key: str, before: str, now: str) -> TurnView:
        """The turn of a call under way, with what it waits for beside its model until it is sent; "" for nothing."""
        turn = self.turns[key]
        kept = tuple(mark for mark in turn.marks if mark != _waiting(before))
        self.turns[key] = turn._replace(marks=(*kept, _waiting(now)) if now else kept)
        return self.turns[key]

    def _said(self, event: Event) -> tuple[str, str] | None:
        """What an event that is no turn is called, and says."""
        match event:
            case RuleFired(rule=rule, actions=actions, seen=seen):
                values = values_seen(seen, self._facts)
                done = ", ".join(words(each) for each in actions)
                return "◆ rule", f"{rule} → {done}" + (f" ({values})" if values else "")
            case ActionOverruled(rule=rule, action=action, reason=reason):
                return "◇ rule", f"{rule} asked to {words(action)}; overruled: {reason}"
            case RuleErred(rule=rule, message=message, in_a_row=1):
                return "✗ rule", f"{rule} could not be evaluated: {message}"
            case RuleSwitchedOff(rule=rule, errors=errors):
                return "✗ rule", f"{rule} {not_heard(errors)}"
            case RulesChanged():
                return "◇ rules", "changed; the new ones hold from here on"
            case ConsensusReached(ppm=ppm, level_ppm=level):
                return "◆ consensus", f"reached: {percent(ppm)}, asked for {percent(level)}"
            case StatementAdded(text=text, by=by):
                return seat_title(by), text
            case MotionAmended(motion=motion, by=by):
                return "◇ motion", f"{motion}  (amended by {called(by)})"
            case SeatsChanged(seats=seats, by=by):
                told = ", ".join(f"{words(seat.id)}: {seat.participant.model}" for seat in seats)
                return "◇ seats", f"{told} from the next turn on, said {called(by)}"
            case RoundsLimitChanged(rounds_limit=limit, by=by):
                return "◇ rounds", f"{limit} from now on, said {called(by)}"
            case Unreadable(why=why, now=now):
                return "✗ unread", f"{why} {now}"
            case BudgetChanged(cap_microusd=cap, by=by):
                return "◇ budget", f"{'no cap' if cap is None else money(cap)} from now on, said {called(by)}"
            case _:
                return noted(event) or noted_of_drafts(event) or asked_or_told(event) or _life(event)

    def _seat(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            if seat.role.value != JUDGE:
                self._seats.setdefault(seat.id, len(self._seats) + 1)

    def _put(self, view: TurnView) -> str:
        before = self.turns.get(view.key)
        self._characters += len(view.text) - (len(before.text) if before is not None else 0)
        self.turns[view.key] = view
        return view.key

    def _make_room(self) -> Iterable[str]:
        """Let the oldest turns go, more than has to be, so that it is seldom; those under way and the newest stay."""
        spoken = {view.key for view in self._open.values()}
        oldest = [key for key in list(self.turns)[:-1] if key not in spoken and key != EARLIER]
        for key in oldest:
            if len(self.turns) <= TURNS_KEPT_MAX * 3 // 4 and self._characters <= CHARACTERS_KEPT_MAX * 3 // 4:
                break
            self._characters -= len(self.turns.pop(key).text)
            self.let_go += 1
        if not oldest:
            return
        self.turns.pop(EARLIER, None)
        stand = plural(self.let_go, "turn or note stands", "turns and notes stand")
        said = f"{self.let_go:,} {stand} before this: moot sessions show {self._session[:8]}"
        view = TurnView(key=EARLIER, seat_index=0, seat="… earlier", text=said, state="note")
        self.turns = {EARLIER: view, **self.turns}
        yield EARLIER

    def _note(self, record: Recorded, seat: str, text: str) -> str:
        return self._put(TurnView(key=f"note {record.seq}", seat_index=0, seat=seat, text=text, state="note"))

    def _forked(self, record: Recorded, event: SessionForked) -> Iterable[str]:
        """All that was said before; a call that was under way there was not taken along."""
        changed = dict.fromkeys(key for each in carried(record, event) for key in self._taken(each))
        for step, view in tuple(self._open.items()):
            self.turns.pop(view.key, None)
            del self._open[step]
        yield from (key for key in changed if key in self.turns)
        yield self._note(record, FORKED, forked_words(event))

    def _begun(self, event: AttemptStarted) -> TurnView:
        view = TurnView(
            key=turn_key(event.step, event.attempt),
            seat_index=self._seats.get(event.seat, 0),
            seat=seat_title(event.seat),
            model=event.route,
            heading_right=self._lap,
            state="speaking",
            marks=(*model_marks(event.route), *((f"attempt {event.attempt}",) if event.attempt > 1 else ())),
        )
        self._open[event.step] = view
        return view

    def _argued(self, event: ArgumentPresented) -> TurnView:
        begun = self._open.pop(event.step, None)
        return TurnView(
            key=begun.key if begun else turn_key(event.step, 1),
            seat_index=self._seats.get(event.seat, 0),
            seat=seat_title(event.seat),
            model=event.model,
            heading_right="   ".join((f"round {event.round}", *_figures(event.tokens_output, event.cost_microusd))),
            text=event.text,
            marks=(*model_marks(event.model), *self._findings.pop(event.step, ())),
        )

    def _spoken(self, said: Spoken, seq: int) -> TurnView:
        """A turn of a refinement, or a ballot, in the place of its call; one that no call brought has its own."""
        begun = self._open.pop(said.step, None)
        model = said.model or (begun.model if begun else "")
        return TurnView(
            key=begun.key if begun else f"note {seq}",
            seat_index=self._seats.get(SeatId(said.seat), 0),
            seat=said.title,
            model=model,
            heading_right="   ".join(said.right),
            text=said.text,
            state=said.state,
            marks=(*model_marks(model), *self._findings.pop(said.step, ()), *said.marks),
        )

    def _concluded(self, event: VerdictReached, seq: int) -> TurnView:
        begun = self._open.pop(event.step, None)
        by_model = bool(event.model)
        return TurnView(
            key=begun.key if begun else f"note {seq}",
            seat_index=0,
            seat=f"Verdict: {outcome_shown(event.outcome)}" if event.outcome else "Verdict",
            model=event.model if by_model else f"by {called(event.by)}",
            heading_right="   ".join(_figures(event.tokens_output, event.cost_microusd)) if by_model else "",
            text=self._counted or event.text,  # what was counted stands above it, whole
            state="verdict",
            marks=(*model_marks(event.model), *self._findings.pop(event.step, ())),
        )

    def _ended(self, step: str, attempt: int, mark: str, said: str, cost_microusd: int) -> Iterable[str]:
        """An attempt that gave no turn stays visible: it may have cost something, and it says why."""
        key = turn_key(step, attempt)
        begun = self.turns.get(key)
        if begun is None:
            return
        self._open.pop(step, None)
        kept = tuple(each for each in begun.marks if each not in ("failed", "in doubt"))
        yield self._put(
            TurnView(
                key=key,
                seat_index=begun.seat_index,
                seat=begun.seat,
                model=begun.model,
                heading_right=money(cost_microusd) if cost_microusd else "",
                text=said,
                state="superseded",
                marks=(*kept, mark),
            )
        )


def _waiting(what: str) -> str:
    return f"waits for {what}"


def _figures(tokens: int, cost_microusd: int) -> tuple[str, ...]:
    """Tokens and money where there are any: a rehearsal has neither."""
    return (*((f"{count(tokens)} tok",) if tokens else ()), *((money(cost_microusd),) if cost_microusd else ()))


def _life(event: Event) -> tuple[str, str] | None:
    """What befell the session as a whole."""
    match event:
        case RunResumed(why=""):
            return "● taken up", "again, where another process left it"
        case RunResumed(why=why):
            return "● goes on", why
        case SessionResumed(by=by):
            return "● resumed", f"by {called(by)}"
        case SessionPaused(reason=reason, by=by):
            return "‖ paused", f"by {called(by)}: {in_words(reason)}"
        case SessionEscalated(question=question, reason=reason):
            return "◆ asks you", question + (f"  ({in_words(reason)})" if reason else "")
        case EscalationAnswered(answer=answer, by=by, note=note):
            return "◆ answered", f"{called(by)}: {words(answer)}" + (f" – {note}" if note else "")
        case SessionCancelled(reason=reason, by=by):
            return "– stopped", f"by {called(by)}: {in_words(reason)}"
        case SessionFailed(reason=reason, step=step):
            return "✗ failed", f"{in_words(reason)}" + (f" at {step}" if step else "")
        case SpendRefused(cap=cap, wanted_microusd=wanted, left_microusd=left):
            limit = "spending is stopped" if cap == "switch" else f"the cap of the {cap} leaves {money(left)}"
            return "✗ refused", f"{money(wanted)} for the next turn: {limit}"
        case StepRetried(step=step, by=by):
            return "● again", f"{step}, said {called(by)}"
        case _:
            return None
