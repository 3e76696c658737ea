"""How does a debate read, event by event, as text on a page?

Pure: an event goes in, lines come out. What an operator reads first is marked: rounds by a rule across the page, seats
by their role, rules by a diamond, and what went wrong by a cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from console.cli.tables import cells, wrapped
from console.presenters.answered import answered_by, asked_as, noted, outcome_shown
from console.presenters.carried import carried, forked_words
from console.presenters.figures import money, percent
from console.presenters.people import silence_in_words
from console.presenters.reasons import called, failed_in_words, given_again, in_words, not_heard, who_concluded
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
    SessionQueued,
    SessionResumed,
    SpendRefused,
    StepExhausted,
    StepRetried,
)
from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.ids import DEFAULT_RULE_SET
from core.domain.people import is_person
from core.flows.debate_events import (
    AnswerGiven,
    ArgumentPresented,
    BreakConsidered,
    ConsensusReached,
    ConsensusUpdated,
    ControlStarted,
    DebateCompleted,
    MotionAmended,
    RankingGiven,
    RoundCompleted,
    RoundsLimitChanged,
    RoundStarted,
    SeatsChanged,
    StatementAdded,
    StepSkipped,
    TemplateApplied,
    VerdictReached,
)
from core.rules.units import label, shown

INDENT = "  "


@dataclass(slots=True)
class SpokenDebate:
    """Turns a session's events into lines, remembering what a round's end has to sum up."""

    width: int
    facts: Mapping[str, FactSpec]
    rounds_limit: int = 0
    consensus: ConsensusUpdated | None = None
    names: dict[str, str] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    def lines(self, recorded: Recorded) -> Iterator[str]:
        """What to print for this event; nothing for those that only matter to the engine."""
        event = recorded.event
        match event:
            case SessionOpened():
                yield from self._opening(recorded.session, event)
            case SessionForked():
                for each in carried(recorded, event):
                    yield from self.lines(each)
                yield ""
                yield self._heading(f"Fork, {forked_words(event)}")
            case RoundStarted(round=number):
                yield ""
                yield self._heading(f"Round {number} of {max(number, self.rounds_limit)}")
            case ArgumentPresented():
                yield from self._argument(event)
            case ConsensusUpdated():
                self.consensus = event
            case RoundCompleted():
                yield from self._round_end(event)
            case VerdictReached():
                yield from self._verdict(event)
            case DebateCompleted():
                yield from self._sums(event)
            case _:
                yield from self._rules_and_life(event)

    def _rules_and_life(self, event: Event) -> Iterator[str]:
        match event:
            case RuleFired(rule=rule, actions=actions, seen=seen):
                facts = ", ".join(self._fact(name, value) for name, value in seen.items())
                yield from self._noted(
                    "◆", f"rule {rule} fired: {', '.join(actions)}" + (f" ({facts})" if facts else "")
                )
            case ActionOverruled(rule=rule, action=action, reason=reason):
                yield from self._noted("◇", f"rule {rule} asked for {action}, overruled: {reason}")
            case RuleErred(rule=rule, message=message, in_a_row=1):
                yield from self._noted("✗", f"rule {rule} could not be evaluated: {message}")
            case RuleSwitchedOff(rule=rule, errors=errors):
                yield from self._noted("✗", f"rule {rule} {not_heard(errors)}")
            case RulesChanged():
                yield from self._noted("◇", "the rules were changed; the new ones hold from here on")
            case AnswerGiven() | RankingGiven() | BreakConsidered() | StepSkipped() | ControlStarted():
                said = noted(event)
                if said is not None:
                    yield from self._noted(said[0][0], f"{said[0][2:]}: {said[1]}")
            case ConsensusReached(ppm=ppm, level_ppm=level):
                yield from self._noted("◆", f"consensus reached: {percent(ppm)}, asked for {percent(level)}")
            case StatementAdded(text=text, by=by):
                yield from ("", f"{by.capitalize()} states", *wrapped(text, width=self.width, indent=INDENT))
            case MotionAmended(motion=motion, by=by):
                yield from self._noted("◇", f"{called(by)} amended the motion: {motion}")
            case RoundsLimitChanged(rounds_limit=limit, by=by):
                self.rounds_limit = limit
                yield from self._noted("◇", f"{called(by)} set the rounds to {limit}")
            case TemplateApplied(template=template, seats=seats, rounds_limit=limit, by=by):
                self.rounds_limit = limit
                self.names |= {seat.id: seat.role for seat in seats}
                yield from self._noted("◇", f"{called(by)} applied the template {template} from the next round on")
            case SeatsChanged(seats=seats, by=by):
                told = ", ".join(f"{seat.id}: {seat.participant.model}" for seat in seats)
                yield from self._noted("◇", f"{called(by)} seated {told} from the next turn on")
            case BudgetChanged(cap_microusd=cap, by=by):
                yield from self._noted("◇", f"{called(by)} set the budget to {'no cap' if cap is None else money(cap)}")
            case _:
                yield from self._trouble(event)

    def _trouble(self, event: Event) -> Iterator[str]:
        match event:
            case SessionQueued():
                yield from self._noted("◌", "waits for a place among the sessions that run")
            case RunResumed(why=why):
                yield from self._noted("●", f"goes on: {why}" if why else "taken up again where it was left")
            case SessionResumed(by=by):
                yield from self._noted("●", f"resumed by {called(by)}")
            case SessionPaused(reason=reason, by=by):
                yield from self._noted("‖", f"paused by {called(by)}: {in_words(reason)}")
            case SessionEscalated(question=question, reason=reason):
                yield from self._noted("◆", f"asks you: {question}" + (f" ({in_words(reason)})" if reason else ""))
            case EscalationAnswered(answer=answer, by=by, note=note):
                yield from self._noted(
                    "◆", f"{called(by)} answered: {in_words(answer)}" + (f" ({note})" if note else "")
                )
            case SessionCancelled(reason=reason, by=by):
                yield from self._noted("✗", f"cancelled by {called(by)}: {in_words(reason)}")
            case SessionFailed(reason=reason, step=step):
                yield from self._noted(
                    "✗", f"failed at {step}: {in_words(reason)}" if step else f"failed: {in_words(reason)}"
                )
            case SpendRefused(cap=cap, wanted_microusd=wanted, left_microusd=left):
                limit = "spending is stopped" if cap == "switch" else f"the cap of the {cap} leaves {money(left)}"
                yield from self._noted("✗", f"{money(wanted)} refused: {limit}")
            case AttemptStarted(step=step, route=route):
                self.people = (self.people - {step}) | ({step} if is_person(route) else set())
            case AttemptFailed(step=step) if step in self.people and silence_in_words(event):
                yield from self._noted("◇", f"{step}: {silence_in_words(event)}")
            case AttemptFailed(step=step, attempt=attempt, cost_microusd=cost):
                billed = f"; it cost {money(cost)}" if cost else ""
                yield from self._noted("✗", f"{step}, attempt {attempt}: {failed_in_words(event)}{billed}")
            case AttemptSucceeded(step=step, findings=findings, is_cached=is_cached, saved_microusd=saved):
                if is_cached:
                    yield from self._noted("◇", f"{step}: {given_again(saved)}")
                for finding in findings:
                    yield from self._noted("◇", f"{step}: {finding}")
            case AttemptInDoubt(step=step, why=why, cost_microusd_max=most):
                charged = f"; charged at {money(most)} until that is settled" if most else ""
                yield from self._noted("?", f"{step} is in doubt: {in_words(why)}{charged}")
            case AttemptSettled(step=step, attempt=attempt, cost_microusd=cost, by=by):
                yield from self._noted("◇", f"{step}, attempt {attempt}, cost {money(cost)}, said {called(by)}")
            case StepExhausted(step=step, attempts=attempts):
                yield from self._noted("✗", f"{step} was given up after {attempts} attempts")
            case StepRetried(step=step, by=by):
                yield from self._noted("●", f"{called(by)} had {step} tried again")
            case _:
                return

    def _opening(self, session: str, event: SessionOpened) -> Iterator[str]:
        opening = event.opening
        self.rounds_limit = opening.rounds_limit
        self.names = {seat.id: seat.role for seat in opening.seats}
        rounds = "1 round" if opening.rounds_limit == 1 else f"{opening.rounds_limit} rounds"
        yield from wrapped(f"{asked_as(opening.answer)}: {opening.motion}", width=self.width)
        if answered_by(opening.answer):
            yield from wrapped(answered_by(opening.answer), width=self.width, indent=INDENT)
        rules = "" if opening.rule_set == DEFAULT_RULE_SET else f" · rules {opening.rule_set}"
        yield f"session {session[:8]} · {opening.template} · {rounds} · seed {opening.seed}{rules}"
        for seat in opening.seats:
            yield f"{INDENT}{seat.id}: {seat.participant.model}"
        for document in opening.documents:
            yield f"{INDENT}evidence: {document.name} ({document.bytes:,} bytes)"

    def _argument(self, event: ArgumentPresented) -> Iterator[str]:
        price = f", {money(event.cost_microusd)}" if event.cost_microusd else ""
        yield ""
        yield f"{_title(event.seat)} ({event.model}{price})"
        yield from wrapped(event.text, width=self.width, indent=INDENT)

    def _round_end(self, event: RoundCompleted) -> Iterator[str]:
        yield ""
        cut_short = ", cut short" if event.is_cut_short else ""
        if event.consensus_ppm is None or self.consensus is None:
            yield from self._noted("=", f"consensus after round {event.round}{cut_short}: not measured yet")
            return
        reading = self.consensus
        said = f"consensus after round {event.round}{cut_short}: {percent(event.consensus_ppm)} by {reading.measure}"
        yield from self._noted("=", f"{said}: {reading.reason}")

    def _verdict(self, event: VerdictReached) -> Iterator[str]:
        yield ""
        yield self._heading(f"Verdict: {outcome_shown(event.outcome)}" if event.outcome else "Verdict")
        yield who_concluded(event) + (f", {money(event.cost_microusd)}" if event.cost_microusd else "")
        yield from wrapped(event.text, width=self.width, indent=INDENT)

    def _sums(self, event: DebateCompleted) -> Iterator[str]:
        rounds = "1 round" if event.rounds == 1 else f"{event.rounds} rounds"
        consensus = "not measured" if event.consensus_ppm is None else percent(event.consensus_ppm)
        yield ""
        yield from self._noted(
            "✓",
            f"completed ({in_words(event.reason)}): {outcome_shown(event.outcome) or 'no outcome'} after {rounds} and "
            f"{event.arguments} arguments, consensus {consensus}, {money(event.cost_microusd)}",
        )

    def _heading(self, text: str) -> str:
        return f"── {text} " + "─" * max(0, self.width - cells(text) - 4)

    def _noted(self, mark: str, text: str) -> Iterator[str]:
        lines = wrapped(text, width=self.width - len(INDENT))
        for number, line in enumerate(lines):
            yield f"{mark if number == 0 else ' '} {line}"

    def _fact(self, name: str, value: FactValue) -> str:
        spec = self.facts.get(name)
        return f"{label(name)} {shown(value, spec.unit if spec else FactUnit.TEXT)}"


def _title(seat: str) -> str:
    return seat.replace("_", " ").capitalize()
