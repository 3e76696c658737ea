"""How does a session read, event by event, as text on a page?

Pure: an event goes in, lines come out. What any session can live through is told here; each flow brings the words for
its own events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from console.cli.page import INDENT, Page
from console.cli.spoken_debate import SpokenDebate
from console.cli.spoken_refinement import SpokenRefinement
from console.presenters.asked import asked_or_told
from console.presenters.carried import carried, forked_words
from console.presenters.figures import counted, money
from console.presenters.flips import SIGN, Listener, sentence, sums_words
from console.presenters.kinds import KINDS, SESSION, Kind
from console.presenters.people import silence_in_words
from console.presenters.reasons import called, failed_in_words, given_again, in_words, not_heard
from core.analytics.flips import counts_of
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    RuleErred,
    RuleFired,
    RulesChanged,
    RuleSwitchedOff,
    RunResumed,
    SessionCancelled,
    SessionCompleted,
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
from core.domain.steered import MotionAmended, ParticipantTold, RoundsLimitChanged, SeatsChanged, StatementAdded
from core.rules.units import label, shown


class Words(Protocol):
    """How one flow's events are told."""

    def opening(self, event: SessionOpened) -> Iterator[str]:
        """What the session is about."""
        ...

    def agreed(self, event: SessionOpened) -> str:
        """On what terms, in a few words."""
        ...

    def lines(self, event: Event) -> Iterator[str]:
        """What to print for an event of this flow; nothing for any other."""
        ...


WORDS: Mapping[str, Callable[[Page], Words]] = {"debate": SpokenDebate, "refinement": SpokenRefinement}
"""By the name of the flow."""


def words_of(flow: str, page: Page, words: Mapping[str, Callable[[Page], Words]]) -> tuple[Kind, Words]:
    """What a session of `flow`, as an opening pins it, is called and told with."""
    name = flow.partition("@")[0]
    return KINDS.get(name, SESSION), words.get(name, SpokenDebate)(page)


@dataclass(slots=True)
class SpokenSession:
    """Turns a session's events into lines. Until its opening is told, it is taken for one of `flow`: whoever listens
    from somewhere behind it doesn't hear it."""

    width: int
    facts: Mapping[str, FactSpec]
    flow: str = "debate"
    told_with: Mapping[str, Callable[[Page], Words]] = field(default_factory=lambda: WORDS)
    people: set[str] = field(default_factory=set)
    minds: Listener = field(default_factory=Listener)
    page: Page = field(init=False)
    kind: Kind = field(init=False)
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        self.page = Page(width=self.width)
        self.kind, self.words = words_of(self.flow, self.page, self.told_with)

    def lines(self, recorded: Recorded) -> Iterator[str]:
        """What to print for this event; nothing for those that only matter to the engine."""
        event = recorded.event
        flip = self.minds.hear(event)
        match event:
            case SessionOpened():
                yield from self._opening(recorded.session, event)
            case SessionForked():
                for each in carried(recorded, event):
                    yield from self.lines(each)
                yield ""
                yield self.page.heading(f"Fork, {forked_words(event)}")
            case _:
                yield from self.words.lines(event)
                yield from self._rules_and_life(event)
                if flip is not None:
                    yield from self.page.noted(SIGN, sentence(flip))
                if isinstance(event, SessionCompleted) and (sums := sums_words(counts_of(self.minds.ledger))):
                    yield from self.page.noted(SIGN, sums)

    def _rules_and_life(self, event: Event) -> Iterator[str]:
        match event:
            case RuleFired(rule=rule, actions=actions, seen=seen):
                facts = ", ".join(self._fact(name, value) for name, value in seen.items())
                yield from self.page.noted(
                    "◆", f"rule {rule} fired: {', '.join(actions)}" + (f" ({facts})" if facts else "")
                )
            case ActionOverruled(rule=rule, action=action, reason=reason):
                yield from self.page.noted("◇", f"rule {rule} asked for {action}, overruled: {reason}")
            case RuleErred(rule=rule, message=message, in_a_row=1):
                yield from self.page.noted("✗", f"rule {rule} could not be evaluated: {message}")
            case RuleSwitchedOff(rule=rule, errors=errors):
                yield from self.page.noted("✗", f"rule {rule} {not_heard(errors)}")
            case RulesChanged():
                yield from self.page.noted("◇", "the rules were changed; the new ones hold from here on")
            case StatementAdded(text=text, by=by):
                yield from ("", f"{by.capitalize()} states", *self.page.indented(text))
            case MotionAmended(motion=motion, by=by):
                yield from self.page.noted("◇", f"{called(by)} amended the {self.kind.about}: {motion}")
            case RoundsLimitChanged(rounds_limit=limit, by=by):
                yield from self.page.noted("◇", f"{called(by)} set the {self.kind.lap}s to {limit}")
            case SeatsChanged(seats=seats, by=by):
                told = ", ".join(f"{seat.id}: {seat.participant.model}" for seat in seats)
                yield from self.page.noted("◇", f"{called(by)} seated {told} from the next turn on")
            case BudgetChanged(cap_microusd=cap, by=by):
                yield from self.page.noted(
                    "◇", f"{called(by)} set the budget to {'no cap' if cap is None else money(cap)}"
                )
            case _:
                yield from self._trouble(event)

    def _trouble(self, event: Event) -> Iterator[str]:
        match event:
            case SessionQueued():
                yield from self.page.noted("◌", "waits for a place among the sessions that run")
            case RunResumed(why=why):
                yield from self.page.noted("●", f"goes on: {why}" if why else "taken up again where it was left")
            case SessionResumed(by=by):
                yield from self.page.noted("●", f"resumed by {called(by)}")
            case SessionPaused(reason=reason, by=by):
                yield from self.page.noted("‖", f"paused by {called(by)}: {in_words(reason)}")
            case SessionEscalated(question=question, reason=reason):
                yield from self.page.noted("◆", f"asks you: {question}" + (f" ({in_words(reason)})" if reason else ""))
            case EscalationAnswered(answer=answer, by=by, note=note):
                yield from self.page.noted(
                    "◆", f"{called(by)} answered: {in_words(answer)}" + (f" ({note})" if note else "")
                )
            case EscalationExpired() | ClarificationAsked() | ClarificationForgone() | ParticipantTold():
                if (told := asked_or_told(event)) is not None:
                    heading, text = told
                    mark, _, rest = heading.partition(" ")
                    yield from self.page.noted(mark, f"{rest}: {text}")
            case ClarificationAnswered(text=text):
                heading, _ = asked_or_told(event) or ("", "")
                yield from ("", heading, *self.page.indented(text))
            case SessionCancelled(reason=reason, by=by):
                yield from self.page.noted("✗", f"cancelled by {called(by)}: {in_words(reason)}")
            case SessionFailed(reason=reason, step=step):
                yield from self.page.noted(
                    "✗", f"failed at {step}: {in_words(reason)}" if step else f"failed: {in_words(reason)}"
                )
            case SpendRefused(cap=cap, wanted_microusd=wanted, left_microusd=left):
                limit = "spending is stopped" if cap == "switch" else f"the cap of the {cap} leaves {money(left)}"
                yield from self.page.noted("✗", f"{money(wanted)} refused: {limit}")
            case AttemptStarted(step=step, route=route):
                self.people = (self.people - {step}) | ({step} if is_person(route) else set())
            case AttemptFailed(step=step) if step in self.people and silence_in_words(event):
                yield from self.page.noted("◇", f"{step}: {silence_in_words(event)}")
            case AttemptFailed(step=step, attempt=attempt, cost_microusd=cost):
                billed = f"; it cost {money(cost)}" if cost else ""
                yield from self.page.noted("✗", f"{step}, attempt {attempt}: {failed_in_words(event)}{billed}")
            case AttemptSucceeded(step=step, findings=findings, is_cached=is_cached, saved_microusd=saved):
                if is_cached:
                    yield from self.page.noted("◇", f"{step}: {given_again(saved)}")
                for finding in findings:
                    yield from self.page.noted("◇", f"{step}: {finding}")
            case AttemptInDoubt(step=step, why=why, cost_microusd_max=most):
                charged = f"; charged at {money(most)} until that is settled" if most else ""
                yield from self.page.noted("?", f"{step} is in doubt: {in_words(why)}{charged}")
            case AttemptSettled(step=step, attempt=attempt, cost_microusd=cost, by=by):
                yield from self.page.noted("◇", f"{step}, attempt {attempt}, cost {money(cost)}, said {called(by)}")
            case StepExhausted(step=step, attempts=attempts):
                yield from self.page.noted("✗", f"{step} was given up after {counted(attempts, 'attempt')}")
            case StepRetried(step=step, by=by):
                yield from self.page.noted("●", f"{called(by)} had {step} tried again")
            case _:
                return

    def _opening(self, session: str, event: SessionOpened) -> Iterator[str]:
        opening = event.opening
        self.kind, self.words = words_of(opening.flow, self.page, self.told_with)
        yield from self.words.opening(event)
        rules = "" if opening.rule_set == DEFAULT_RULE_SET else f" · rules {opening.rule_set}"
        yield f"session {session[:8]} · {self.words.agreed(event)} · seed {opening.seed}{rules}"
        for seat in opening.seats:
            yield f"{INDENT}{seat.id}: {seat.participant.model}"
        for document in opening.documents:
            yield f"{INDENT}evidence: {document.name} ({document.bytes:,} bytes)"

    def _fact(self, name: str, value: FactValue) -> str:
        spec = self.facts.get(name)
        return f"{label(name)} {shown(value, spec.unit if spec else FactUnit.TEXT)}"
