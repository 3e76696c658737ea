"""How does a debate come to its verdict?

The judge's words are read for the outcome, the operator may rule, and where nothing was argued nobody has to judge.
Whichever it is, the debate closes with the sums of its life in the same breath.
"""

from __future__ import annotations

from core.domain.answers import MOTION_FORM, OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.domain.commands import Complete, RecordAnswer, RecordChild
from core.domain.errors import CommandRefused, nearest
from core.domain.events import Event, SessionCompleted
from core.domain.ids import NO_TEMPLATE, StepId
from core.domain.session import SessionState
from core.domain.text import clean_text
from core.flows.debate_answers import count_of
from core.flows.debate_events import ControlStarted, DebateCompleted, RoundCompleted, VerdictReached
from core.flows.debate_state import DebateState
from core.judging.answers import VERDICT_LINE, answer_in, normalised
from core.templates.template import COUNTED

VERDICT_STEP = StepId("verdict")
CONTROL_STEP = StepId("control")


def judged(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    seat = debate.judge
    outcome, reason = outcome_of(command.text, form_of(state))
    verdict = VerdictReached(
        step=command.step,
        seat=seat,
        by=f"seat:{seat}",
        outcome=outcome,
        text=command.text,
        reason=reason,
        tokens_output=command.tokens_output,
        cost_microusd=command.cost_microusd,
        model=command.model,
    )
    return closed(state, verdict)


def form_of(state: SessionState) -> AnswerForm:
    """How what is debated can be answered."""
    return state.opening.answer if state.opening is not None else MOTION_FORM


def outcome_of(text: str, form: AnswerForm = MOTION_FORM) -> tuple[str, str]:
    """What a judge's words decide, and why we read them so. The last line that names an outcome counts."""
    if form.kind is not AnswerKind.MOTION:
        answer = answer_in(text, form)
        return (answer.value, f"the judge answers {answer.value}") if answer.value else (UNDECIDED, answer.reason)
    named = VERDICT_LINE.findall(text)
    if not named:
        return "undecided", "the judge named no outcome"
    outcome = named[-1].lower()
    return outcome, f"the judge found {outcome} the motion" if outcome != "undecided" else "the judge left it undecided"


def ruled(state: SessionState, command: Complete) -> tuple[Event, ...]:
    if state.flow.outcome:
        raise refused(state, "it has its verdict.", "Its control is about to begin; then it is over.")
    form = form_of(state)
    outcome = command.outcome or outcome_of(command.verdict, form)[0]
    text = clean_text(command.verdict).strip() or "Ruled without further words."
    if form.kind is not AnswerKind.MOTION and outcome != UNDECIDED:
        known = normalised(outcome, form)
        if not known:
            raise refused(state, f"{outcome!r} is no answer of the form that is asked for: {form.kind}.")
        outcome = known
    elif outcome not in OUTCOMES:
        advice = nearest(outcome, OUTCOMES) or f"Name one of {', '.join(OUTCOMES)}."
        raise refused(state, f"{outcome!r} is no outcome.", advice)
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=state.flow.judge,
        by=command.by,
        outcome=outcome,
        text=text,
        reason=f"ruled by the {command.by}",
    )
    return closed(state, verdict)


def nothing_argued(state: SessionState) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=debate.judge,
        by="nobody",
        outcome="undecided",
        text="Nothing was argued.",
        reason="nothing was argued",
    )
    return closed(state, verdict)


def is_left_to_the_judge(debate: DebateState) -> bool:
    """True where the judge's step is due once nobody has a turn left: always, or where a vote is even."""
    if debate.template.verdict is None:
        return False
    return not debate.template.is_vote or not debate.answers.tally.leading


def counted(state: SessionState) -> tuple[Event, ...]:
    """The verdict by the answers, stances or ballots that were given, with the whole count; `undecided` where nobody
    is ahead."""
    debate: DebateState = state.flow
    count = count_of(debate.template, debate.answers)
    if count is not None:
        verdict = VerdictReached(
            step=VERDICT_STEP,
            seat=debate.judge,
            by="vote",
            outcome=count.winner or UNDECIDED,
            text=f"Counted: {COUNTED[debate.template.decided_by]}. {count.told}",
            reason=count.reason,
        )
        return closed(state, verdict)
    tally = debate.answers.tally
    spread = ", ".join(f"{answer}: {count}" for answer, count in tally.counts) or "nobody answered"
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=debate.judge,
        by="vote",
        outcome=tally.leading or UNDECIDED,
        text=f"Counted: {spread}.",
        reason=(
            f"{tally.counts[0][1]} of {tally.answers} answers are {tally.leading}"
            if tally.leading
            else f"the vote is even ({spread})"
            if tally.counts
            else "nobody gave an answer that can be read"
        ),
    )
    return closed(state, verdict)


def is_of_the_debate(verdict: VerdictReached) -> bool:
    """Whether the debate came to its verdict by itself: nobody ruled from outside."""
    return verdict.by in ("vote", "panel") or verdict.by.startswith("seat:")


def is_control_due(state: SessionState) -> bool:
    """True where something was argued and decided, and a control that was asked for is not under way yet."""
    debate: DebateState = state.flow
    asked = state.opening is not None and bool(state.opening.control)
    return asked and bool(debate.arguments) and bool(debate.outcome)


def control_started(state: SessionState, command: RecordChild) -> tuple[Event, ...]:
    """The control is under way, or can't be held: either way this debate is over."""
    debate: DebateState = state.flow
    if command.step != CONTROL_STEP or not is_control_due(state):
        raise refused(state, f"{command.step} wants no session of its own.")
    template = state.opening.control if state.opening is not None else NO_TEMPLATE
    started = ControlStarted(
        step=command.step,
        child=command.child,
        template=template,
        cap_microusd=state.money.spent_microusd or None,
        why=command.why,
    )
    return started, *_over(state, outcome=debate.outcome, rounds=debate.rounds_completed)


def closed(state: SessionState, verdict: VerdictReached) -> tuple[Event, ...]:
    """The verdict and the end. A round that is still open ends before it, so that only sums follow a verdict.

    Where a control is wanted the end waits until that is under way: what is over begins nothing.
    """
    debate: DebateState = state.flow
    closing: list[Event] = [round_over(debate)] if debate.is_round_open else []
    if state.opening is not None and state.opening.control and debate.arguments:
        return *closing, verdict
    return *closing, verdict, *_over(state, outcome=verdict.outcome, rounds=debate.rounds_completed + len(closing))


def _over(state: SessionState, *, outcome: str, rounds: int) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    reason = state.life.completing or "completed"
    completed = DebateCompleted(
        reason=reason,
        outcome=outcome,
        rounds=rounds,
        arguments=debate.arguments,
        consensus_ppm=debate.agreement.ppm,
        cost_microusd=state.money.spent_microusd,
        tokens_input=state.money.tokens_input,
        tokens_output=state.money.tokens_output,
    )
    return completed, SessionCompleted(reason=reason)


def round_over(debate: DebateState) -> RoundCompleted:
    """The end of the round under way: cut short where a seat was still to speak."""
    return RoundCompleted(
        round=debate.round,
        arguments=len(debate.spoken) - len(debate.skipped),
        consensus_ppm=debate.agreement.ppm,
        is_cut_short=debate.next_step is not None,
        leading=(debate.answers.tally.leading or UNDECIDED)
        if debate.is_answer_known and debate.template.is_vote
        else "",
    )


def refused(state: SessionState, what: str, now: str = "") -> CommandRefused:
    return CommandRefused(what, where=f"session {state.session[:8]}", now=now)
