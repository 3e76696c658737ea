"""What exactly is a seat of a debate asked, and what is read from its answer?

Both follow from what the format says about the step: what it may see, and how its turn has to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from core.domain.answers import AnswerKind
from core.domain.changing import maker
from core.domain.commands import RecordAnswer
from core.domain.errors import CommandRefused
from core.domain.ids import SeatId, StepId
from core.domain.session import Opening, SessionState
from core.domain.steps import Brief, Document, ModelRequest, Step, StepKind
from core.domain.transcript import Turn
from core.flows.debate_answers import options_of
from core.flows.debate_clarifying import asking_line, clarifying_spec, is_clarifying
from core.flows.debate_events import AnswerGiven, BreakConsidered, RankingGiven, StanceDeclared, VoteCast
from core.flows.debate_judging import ballot_spec, is_ballot, order_of, pass_of
from core.flows.debate_sight import Letters, is_blind, letters_of, rankings_told, turns_by_letter, turns_seen
from core.flows.debate_state import DebateState, round_of, seat_of, step_name
from core.flows.debate_verdict import VERDICT_STEP, form_of
from core.judging.answers import ANSWERS, LET_GO_ON, LETTERS, VERDICT_LINE, answer_in, break_in, ranking_in
from core.judging.ballots import BALLOTS, vote_in
from core.judging.measure import Cues, Reading, SeatCues
from core.judging.questions import question_in
from core.judging.stances import stance_in
from core.judging.verdicts import ballot_in
from core.prompts.answering import answer_line, ballot_line, break_line, ranking_line, stance_line
from core.prompts.debating import debate_messages, side_of
from core.templates.template import ANSWERING, DecidedBy, Expects, Judging, StepSpec

Heard = AnswerGiven | StanceDeclared | VoteCast | RankingGiven | BreakConsidered
SEEDS = 2**32
"""Seeds are numbers below this; one that is drawn past it begins again from 0."""
SAMPLES_PER_ROUND_MAX = 1_000

_NO_LETTERS: Letters = {}
_made_request = maker(ModelRequest)
_made_brief = maker(Brief)


def opening_of(state: SessionState) -> Opening:
    """What was pinned. Raises CommandRefused where nothing is recorded yet."""
    if state.opening is None:
        raise CommandRefused("nothing is recorded of it yet.", where=f"session {state.session[:8]}")
    return state.opening


def spec_of(debate: DebateState, step: StepId) -> StepSpec | None:
    """What the format says about a step; None for one of a format that was left in the meantime."""
    if step == VERDICT_STEP:
        return debate.template.verdict
    if is_ballot(step):
        return ballot_spec(debate, seat_of(step))
    if is_clarifying(step):
        return clarifying_spec(debate, step)
    name = step_name(step)
    if round_of(step) == debate.round:
        coming = debate.next_step  # nearly always it is this one that is asked about, and a round may be long
        if coming is not None and coming.name == name:
            return coming
        for spec in debate.steps:
            if spec.name == name:
                return spec
    found = debate.template.step(name)
    return found if found is not None and found.seat == seat_of(step) else None


def request_of(state: SessionState, step: Step, documents: tuple[Document, ...]) -> ModelRequest:
    """Everything that the seat's model is sent for `step`."""
    debate: DebateState = state.flow
    opening = opening_of(state)
    seat = debate.seats[step.seat]
    spec = spec_of(debate, step.id)
    turns: Sequence[Turn] = turns_seen(debate, spec, round_number=step.round) if spec else debate.turns
    letters: Letters | None = None
    is_swapped = debate.template.judging is Judging.SWAPPED
    is_by_letter = spec is not None and is_ballot(step.id) and (is_swapped or is_blind(spec))
    if is_by_letter:
        order = order_of(state, judge=step.seat, number=pass_of(step.id))
        letters = dict(zip(order, LETTERS, strict=False))
    elif spec is not None and not is_ballot(step.id) and is_blind(spec):
        letters = letters_of(turns, seed=opening.seed, step=step.id)
        turns = turns_by_letter(debate, turns, letters)
    options = options_shown(state, step.id) if spec is not None and spec.expects is Expects.BALLOT else ()
    may_ask = asking_line(debate, step.seat) if _may_ask_in(debate, step) else ""
    return _made_request(
        session=state.session,
        step=step.id,
        seat=step.seat,
        kind=step.kind,
        model=seat.participant.model,
        messages=debate_messages(
            motion=debate.motion,
            seat=seat,
            seats=debate.seats,
            instruction=_with(
                _instruction(state, spec, letters, options, is_reversed=is_ballot(step.id) and pass_of(step.id) > 1),
                may_ask,
            ),
            told=debate.asides.told.to(step.seat),
            round_number=step.round,
            rounds_limit=debate.rounds_limit,
            turns=turns,
            documents=documents,
            is_question=opening.answer.kind is not AnswerKind.MOTION,
            letters=letters,
            rankings=(
                rankings_told(debate, spec, letters, round_number=step.round)
                if spec and debate.answers.rankings
                else ""
            ),
            is_by_letter=is_by_letter,
            is_unnamed=is_by_letter or (is_swapped and letters is not None),
        ),
        tokens_output_max=seat.participant.tokens_output_max,
        temperature_milli=seat.participant.temperature_milli,
        seed=_seed(debate, opening, step, spec),
        brief=_made_brief(
            motion=debate.motion,
            role=seat.role,
            side=side_of(seat.role),
            task=step.task,
            round=step.round,
            rounds_limit=debate.rounds_limit,
            turns=turns,
            documents=documents,
            expects=str(spec.expects) if spec else "",
            answer=opening.answer,
            known_answer=opening.known_answer,
            letters=letters or _NO_LETTERS,
            options=options,
            may_ask=bool(may_ask) and debate.asides.asked.get(step.seat, 0) < debate.template.may_ask(step.seat),
        ),
    )


def _may_ask_in(debate: DebateState, step: Step) -> bool:
    """True in a turn of a round: who judges or answers others has all that there is."""
    return step.kind is StepKind.TURN and not is_clarifying(step.id) and bool(debate.template.may_ask(step.seat))


def _with(instruction: str, may_ask: str) -> str:
    return f"{instruction}\n\n{may_ask}" if may_ask else instruction


def options_shown(state: SessionState, step: StepId) -> tuple[str, ...]:
    """What a ballot orders, in an order drawn for the step from the session's seed: what stands first in a prompt is
    put first too often for it to be the same for everybody."""
    debate: DebateState = state.flow
    opening = opening_of(state)
    options = options_of(debate.answers, opening.answer)
    return tuple(sorted(options, key=lambda option: sha256(f"{opening.seed}:{step}:{option}".encode()).digest()))


def read_from(state: SessionState, command: RecordAnswer) -> Heard | None:
    """What is read from a turn that had to end in a certain way."""
    debate: DebateState = state.flow
    spec = spec_of(debate, command.step)
    if spec is None or spec.expects in (Expects.NOTHING, Expects.VERDICT):
        return None
    step, seat, number = command.step, spec.seat, round_of(command.step)
    if spec.expects is Expects.ANSWER:
        given = answer_in(command.text, form_of(state))
        return AnswerGiven(step=step, seat=seat, round=number, answer=given.value, reason=given.reason)
    if spec.expects is Expects.STANCE:
        stance = stance_in(command.text, form_of(state))
        return StanceDeclared(
            step=step,
            seat=seat,
            round=number,
            stance=stance.value,
            confidence_ppm=stance.confidence_ppm,
            is_repaired=stance.is_repaired,
            reason=stance.reason,
        )
    if spec.expects is Expects.BALLOT:
        options = options_of(debate.answers, form_of(state))
        vote = vote_in(command.text, form_of(state), options)
        return VoteCast(step=step, seat=seat, round=number, options=options, ranking=vote.ranking, reason=vote.reason)
    if spec.expects is Expects.BREAK:
        heard = break_in(command.text)
        return BreakConsidered(step=step, seat=seat, round=number, outcome=heard.value, reason=heard.reason)
    turns = turns_seen(debate, spec, round_number=number)
    seats = {letter: each for each, letter in letters_of(turns, seed=opening_of(state).seed, step=step).items()}
    ranking = ranking_in(command.text, sorted(seats))
    return RankingGiven(
        step=step,
        seat=seat,
        round=number,
        ranking=tuple(seats[letter] for letter in ranking),
        reason="its last line says so" if ranking else "no line ranks each of them once",
    )


def fault_of_ending(state: SessionState, step: StepId, text: str) -> str:
    """How `text` has to end and doesn't, where its step expects a certain last line; "" where nothing is missing."""
    debate: DebateState = state.flow
    spec = spec_of(debate, step)
    if spec is None or spec.expects is Expects.NOTHING:
        return ""
    form = form_of(state)
    if debate.asides.asked.get(seat_of(step), 0) < debate.template.may_ask(seat_of(step)) and question_in(text):
        return ""  # who asks is asked again
    match spec.expects:
        case Expects.VERDICT if is_ballot(step):
            return "" if ballot_in(text, form).value else answer_line(form, label="VERDICT")
        case Expects.VERDICT if form.kind is AnswerKind.MOTION:
            return "" if VERDICT_LINE.search(text) else answer_line(form, label="VERDICT")
        case Expects.VERDICT | Expects.ANSWER as expected:
            label = "VERDICT" if expected is Expects.VERDICT else "ANSWER"
            return "" if answer_in(text, form).value else answer_line(form, label=label)
        case Expects.STANCE:
            return "" if stance_in(text, form).value else stance_line(form)
        case Expects.BALLOT:
            options = options_of(debate.answers, form)
            return "" if not options or vote_in(text, form, options).ranking else ballot_line(options)
        case Expects.BREAK:
            return "" if VERDICT_LINE.search(text) or break_in(text).reason == LET_GO_ON else break_line(form)
        case Expects.RANKING:
            turns = turns_seen(debate, spec, round_number=round_of(step))
            letters = sorted(letters_of(turns, seed=opening_of(state).seed, step=step).values())
            return "" if ranking_in(text, letters) else ranking_line(letters)


def agreement_of(debate: DebateState, heard: AnswerGiven | StanceDeclared | VoteCast) -> Reading | None:
    """How far what seats declare agrees with this among it; None where the measure goes by something else, and while
    others are asked at once with it: the first two of five that happen to agree are no consensus."""
    is_of_ballots = debate.measure.name == BALLOTS.name
    if is_of_ballots is not isinstance(heard, VoteCast) or _is_waited_for(debate, heard):
        return None
    seated = {each.id for each in debate.template.seats}
    if isinstance(heard, VoteCast):
        firsts = {seat: vote.ranking[0] for seat, vote in debate.answers.votes.items()}
        firsts[heard.seat] = heard.ranking[0] if heard.ranking else ""
        return debate.measure.combine(
            [_cues(seat, first) for seat, first in firsts.items() if first and seat in seated]
        )
    answer, confidence = (
        (heard.stance, heard.confidence_ppm) if isinstance(heard, StanceDeclared) else (heard.answer, None)
    )
    if debate.template.decided_by is DecidedBy.SAMPLES:
        return ANSWERS.of_samples((*debate.answers.samples, answer))
    latest = {**debate.answers.latest, heard.seat: answer}
    sure = {**debate.answers.confidences, heard.seat: confidence}
    return debate.measure.combine(
        [_cues(seat, answer, sure.get(seat)) for seat, answer in latest.items() if answer and seat in seated]
    )


def _cues(seat: SeatId, answer: str, confidence_ppm: int | None = None) -> SeatCues:
    cues = Cues(agreements=0, disagreements=0, concessions=0, words="", answer=answer, confidence_ppm=confidence_ppm)
    return SeatCues(seat=seat, side=0, cues=cues)


def _is_waited_for(debate: DebateState, heard: AnswerGiven | StanceDeclared | VoteCast) -> bool:
    name = step_name(heard.step)
    spec = next((each for each in debate.steps if each.name == name), None)
    block = debate.template.block(spec.block) if spec is not None and heard.round == debate.round else None
    if spec is None or block is None or not block.is_at_once:
        return False
    alike = {Expects.BALLOT} if isinstance(heard, VoteCast) else ANSWERING
    return any(
        each.expects in alike
        and each.block == spec.block
        and each.iteration == spec.iteration
        and each.name != name
        and each.name not in debate.spoken
        for each in debate.steps
    )


def _seed(debate: DebateState, opening: Opening, step: Step, spec: StepSpec | None) -> int:
    """Samples of one question are drawn with different seeds: with one they would all be the same."""
    if debate.template.decided_by is not DecidedBy.SAMPLES or spec is None or spec not in debate.steps:
        return opening.seed
    drawn = (step.round - 1) * SAMPLES_PER_ROUND_MAX + debate.steps.index(spec)
    return (opening.seed + drawn) % SEEDS


def _instruction(
    state: SessionState,
    spec: StepSpec | None,
    letters: Letters | None,
    options: Sequence[str],
    *,
    is_reversed: bool = False,
) -> str:
    if spec is None:
        return "Say what is still to be said."
    debate: DebateState = state.flow
    template = debate.template
    told = template.told(spec.instruction) if template.dials else spec.instruction
    match spec.expects:
        case Expects.NOTHING:
            return told
        case Expects.VERDICT:
            return f"{told} {answer_line(form_of(state), label='VERDICT', is_reversed=is_reversed)}"
        case Expects.ANSWER:
            return f"{told} {answer_line(form_of(state))}"
        case Expects.STANCE:
            return f"{told} {stance_line(form_of(state))}"
        case Expects.BALLOT:
            return f"{told} {ballot_line(options)}"
        case Expects.RANKING:
            return f"{told} {ranking_line(sorted((letters or {}).values()))}"
        case Expects.BREAK:
            return f"{told} {break_line(form_of(state))}"
