"""Who judges a debate by ballot, what is each of them asked, and how do ballots become the verdict?

Every judge is asked once or, in a format whose judging is swapped, twice at once: with the seats under letters in an
order drawn from the session's seed, and with that order and the list of outcomes reversed. Nobody judges its own words
while somebody else can: of who is cast that is seen before anybody is asked, of a fallback that answers in a judge's
stead once all ballots are there. A ballot that was lost holds nobody up: what can be counted is counted, by a rule with
a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from core.domain.commands import RecordAnswer
from core.domain.events import Event
from core.domain.ids import NO_SEAT, SeatId, StepId
from core.domain.people import is_person
from core.domain.session import SessionState
from core.domain.steps import Step, StepKind
from core.domain.transcript import TurnKind
from core.domain.unasked import asks_no_model
from core.flows.debate_events import BallotGiven, BallotsCounted, JudgeKept, JudgeRecused, VerdictReached
from core.flows.debate_sight import turns_seen
from core.flows.debate_state import ARGUING_ROLES, DebateState, seat_of
from core.flows.debate_verdict import VERDICT_STEP, closed, form_of
from core.flows.debate_versions import is_of_the_second
from core.judging.agreement import krippendorff_alpha
from core.judging.answers import LETTERS
from core.judging.measure import PPM
from core.judging.verdicts import Ballot, Rule, Ruling, Standing, Vote, ballot_in, in_words, ruling_of, vote_of
from core.templates.template import PASS_NAMES, StepSpec

REASONS_TOLD_MAX = 6
"""The verdict quotes at most so many ballots; the record holds every one."""


def ballot_step(judge: SeatId, number: int) -> StepId:
    """The id of the step in which a judge is asked for the `number`th time, from 1."""
    return StepId(f"{VERDICT_STEP}.{PASS_NAMES[number - 1]}.{judge}")


def is_ballot(step: StepId) -> bool:
    """Whether a step asks for a ballot."""
    return step.startswith(f"{VERDICT_STEP}.")


def pass_of(step: StepId) -> int:
    """Which pass of its judge a ballot's step is, from 1."""
    return PASS_NAMES.index(step.split(".")[1]) + 1


def ballot_steps(state: SessionState) -> tuple[Step, ...]:
    """The ballots that are still to be asked for. One that was given up is not asked for again while another ballot is
    there to be counted; where there is none it is named, so that the session fails and can be retried."""
    debate: DebateState = state.flow
    spec = debate.template.verdict
    if spec is None:
        return ()
    given = {ballot.step for ballot in debate.bench.ballots}
    missing = [
        Step(
            id=ballot_step(judge, number),
            kind=StepKind.VERDICT,
            seat=judge,
            task=spec.task,
            round=max(1, debate.round),
        )
        for judge in judges_of(debate)
        for number in range(1, passes_of(debate, judge) + 1)
        if ballot_step(judge, number) not in given
    ]
    left = [step for step in missing if step.id not in state.work.exhausted]
    return tuple(left if left or given else missing)


def has_another_ballot(state: SessionState, step: StepId) -> bool:
    """Whether another ballot than that of `step` was given, or is being given."""
    debate: DebateState = state.flow
    return bool(debate.bench.ballots) or any(is_ballot(each) and each != step for each in state.work.open)


def judges_of(debate: DebateState) -> tuple[SeatId, ...]:
    """Who judges: the format's judges but those that were recused."""
    return tuple(seat for seat in debate.template.bench if seat not in debate.bench.recused)


def passes_of(debate: DebateState, judge: SeatId) -> int:
    """How often a judge is asked. A person is asked once: asked again, they would remember."""
    return 1 if is_person(debate.seats[judge].participant.model) else debate.template.passes


def ballot_spec(debate: DebateState, judge: SeatId) -> StepSpec | None:
    """What the format says about a judge's ballot: it is the verdict's step, taken by that judge."""
    spec = debate.template.verdict
    return replace(spec, seat=judge) if spec is not None else None


def order_of(state: SessionState, *, judge: SeatId, number: int) -> tuple[SeatId, ...]:
    """Those whose words pass `number` of a judge shows, in its order; at most as many as there are letters.

    The first order is drawn from the session's seed for each judge, and the second is the first from behind: between
    them every two seats are seen in either order.
    """
    debate: DebateState = state.flow
    spec = ballot_spec(debate, judge)
    turns = turns_seen(debate, spec, round_number=max(1, debate.round)) if spec is not None else ()
    seed = state.opening.seed if state.opening is not None else 0
    spoke = {turn.seat for turn in turns if turn.kind is TurnKind.ARGUMENT and turn.seat != judge}
    drawn = sorted(spoke, key=lambda seat: sha256(f"{seed}:{VERDICT_STEP}:{judge}:{seat}".encode()).digest())
    first = tuple(drawn[: len(LETTERS)])
    return first if number == 1 else first[::-1]


def challenged(state: SessionState) -> tuple[Event, ...]:
    """Which judges are recused, and which judge though they should not, before anybody is asked; nothing once somebody
    was, or where all has been said."""
    debate: DebateState = state.flow
    bench = debate.bench
    if bench.ballots or any(is_ballot(step) for step in state.work.tries):
        return ()
    known = {*bench.recused, *bench.kept}
    judges = debate.template.bench
    spoke = {turn.seat for turn in debate.turns if turn.kind is TurnKind.ARGUMENT and turn.role in ARGUING_ROLES}
    own_words = {judge: f"{in_words(judge)} has argued itself" for judge in judges if judge in spoke}
    own_model = _of_the_same_model(debate, judges, _speakers(state))
    others = [judge for judge in judges if judge not in own_words]
    impartial = [judge for judge in others if judge not in own_model]
    recused: Mapping[SeatId, str] = {**own_model, **own_words} if impartial else own_words if others else {}
    kept = {judge: why for judge, why in {**own_model, **own_words}.items() if judge not in recused}
    return (
        *(JudgeRecused(seat=judge, reason=why) for judge, why in recused.items() if judge not in known),
        *(JudgeKept(seat=judge, reason=why) for judge, why in kept.items() if judge not in known),
    )


def balloted(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    """A judge has answered in one of its passes. What comes once the verdict is there counts for nothing."""
    debate: DebateState = state.flow
    if debate.outcome:
        return ()
    judge, number = seat_of(command.step), pass_of(command.step)
    read = ballot_in(command.text, form_of(state))
    return (
        BallotGiven(
            step=command.step,
            seat=judge,
            pass_number=number,
            order=order_of(state, judge=judge, number=number),
            outcome=read.value,
            text=command.text,
            reason=read.reason,
            tokens_output=command.tokens_output,
            cost_microusd=command.cost_microusd,
            model=command.model,
            fallback=_instead_of(debate, judge, debate.calls.get(command.step, "")) if is_of_the_second(state) else "",
        ),
    )


def _instead_of(debate: DebateState, judge: SeatId, route: str) -> str:
    return "" if route == debate.seats[judge].participant.model else route


def ballots_counted(state: SessionState) -> tuple[Event, ...]:
    """The verdict by the ballots, and the end; nothing while one of them is still to come."""
    debate: DebateState = state.flow
    if not debate.bench.ballots or ballot_steps(state):
        return ()
    judges = judges_of(debate)
    # Not as they came in: who was quicker says nothing, and must not decide which words the verdict quotes.
    every = sorted(debate.bench.ballots, key=lambda each: (judges.index(each.seat), each.pass_number))
    cast = [vote_of(judge, _of(judge, every), passes=passes_of(debate, judge)) for judge in judges]
    instead = _of_a_fallback(state, every)
    is_fair = any(vote.outcome and vote.judge not in {*instead, *debate.bench.kept} for vote in cast)
    out = frozenset(instead) if is_fair else frozenset()
    judges = tuple(judge for judge in judges if judge not in out)
    votes, ballots = [vote for vote in cast if vote.judge in judges], [each for each in every if each.seat in judges]
    ruling = ruling_of(votes)
    noted = [
        JudgeRecused(seat=seat, reason=why) if out else JudgeKept(seat=seat, reason=why)
        for seat, why in instead.items()
    ]
    alpha_ppm, agreement = _agreement(judges, ballots)
    counted = BallotsCounted(
        step=VERDICT_STEP,
        rule=ruling.rule.value,
        votes={vote.judge: vote.outcome for vote in votes if vote.outcome},
        flipped=tuple(vote.judge for vote in votes if vote.standing is Standing.FLIPPED),
        lost=tuple(vote.judge for vote in votes if vote.standing is Standing.LOST),
        outcome=ruling.outcome,
        reason=ruling.reason,
        ballots=len(ballots),
        alpha_ppm=alpha_ppm,
        agreement=agreement,
    )
    is_sole = ruling.rule is Rule.SOLE_JUDGE
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=judges[0] if is_sole else NO_SEAT,
        by=f"seat:{judges[0]}" if is_sole else "panel",
        outcome=ruling.outcome,
        text=_reasons(ruling, votes, ballots),
        reason="; ".join([f"{ruling.rule.replace('_', ' ')}: {ruling.reason}", *(_told(note) for note in noted)]),
        tokens_output=sum(ballot.tokens_output for ballot in every),
        cost_microusd=sum(ballot.cost_microusd for ballot in every),
        model=ballots[0].model if is_sole else "",
    )
    return *noted, counted, *closed(state, verdict)


def _speakers(state: SessionState) -> Mapping[str, SeatId]:
    """Which models have spoken, each with the first seat that it spoke as. The first version takes for one who has
    spoken whoever sat there, also where a fallback answered."""
    debate: DebateState = state.flow
    return debate.heard_by if is_of_the_second(state) else debate.speakers


def _of_the_same_model(
    debate: DebateState, judges: Sequence[SeatId], speakers: Mapping[str, SeatId]
) -> dict[SeatId, str]:
    """The judges whose model has spoken as well, whoever sits there by now, with whom it spoke as. People are taken for
    one: nobody here can tell."""
    found: dict[SeatId, str] = {}
    for judge in judges:
        model = debate.seats[judge].participant.model
        other = _speaks_as(model, speakers)
        if other in (None, judge):
            continue
        who = in_words(judge)
        found[judge] = (
            f"{who} is a person, and so is who speaks as {other}: they may be one"
            if is_person(model)
            else f"{who} judges words of its own model: {model} speaks as {other} too"
        )
    return found


def _of_a_fallback(state: SessionState, ballots: Iterable[BallotGiven]) -> dict[SeatId, str]:
    """The judges that are not known to be partial yet and one of whose ballots is by a fallback that has spoken as
    well, with whom it spoke as."""
    debate: DebateState = state.flow
    speakers = _speakers(state)
    found: dict[SeatId, str] = {}
    for ballot in ballots:
        judge, model = ballot.seat, ballot.fallback
        if not model or judge in found or judge in debate.bench.kept:
            continue
        other = _speaks_as(model, speakers)
        if other not in (None, judge):
            what = "a person, and a person" if is_person(model) else f"its fallback {model}, which"
            found[judge] = f"{in_words(judge)} was answered by {what} speaks as {other} too"
    return found


def _speaks_as(model: str, speakers: Mapping[str, SeatId]) -> SeatId | None:
    """Which seat's words a judge would know for its own that is answered by `model`. People are taken for one: nobody
    here can tell."""
    if is_person(model):
        return next((seat for speaker, seat in speakers.items() if is_person(speaker)), None)
    return None if asks_no_model(model) else speakers.get(model)


def _told(note: JudgeRecused | JudgeKept) -> str:
    return f"{note.reason}, and {'others can judge' if isinstance(note, JudgeRecused) else 'nobody else can judge'}"


def _of(judge: SeatId, ballots: Iterable[BallotGiven]) -> list[Ballot]:
    return [
        Ballot(judge=judge, number=ballot.pass_number, outcome=ballot.outcome, why=ballot.reason)
        for ballot in ballots
        if ballot.seat == judge
    ]


def _agreement(judges: Sequence[SeatId], ballots: Sequence[BallotGiven]) -> tuple[int | None, str]:
    """Krippendorff's alpha over the passes, each of which every judge rated, and what it was reckoned from."""
    if len(judges) < 2:
        return None, ""
    said = {(ballot.seat, ballot.pass_number): ballot.outcome or None for ballot in ballots}
    units = [[said.get((judge, number)) for judge in judges] for number in range(1, len(PASS_NAMES) + 1)]
    told = f"{len(judges)} judges, {len(ballots)} ballots"
    readable = {outcome for outcome in said.values() if outcome is not None}
    if len(readable) == 1:
        return None, f"{told}: all alike, so that there is no alpha"
    alpha = krippendorff_alpha(units)
    if alpha is None:
        return None, f"{told}: too few can be read for an alpha"
    ppm = int(alpha * PPM)
    sign = "-" if ppm < 0 else ""
    return ppm, f"{told}: alpha {sign}{abs(ppm) // PPM}.{abs(ppm) % PPM // 10_000:02}"


def _reasons(ruling: Ruling, votes: Sequence[Vote], ballots: Sequence[BallotGiven]) -> str:
    """The words of the ballots that decided; of all judges where none did."""
    deciding = [vote for vote in votes if vote.outcome == ruling.outcome] or list(votes)
    if len(votes) == 1 and votes[0].standing is not Standing.FLIPPED:
        return next((ballot.text for ballot in ballots if ballot.outcome), ballots[0].text)
    told: list[str] = []
    for vote in deciding:
        own = [each for each in ballots if each.seat == vote.judge]
        shown = own if vote.standing is Standing.FLIPPED else [each for each in own if each.outcome][:1]
        told += [f"{_title(each)}:\n{each.text}" for each in shown]
    left_out = len(told) - REASONS_TOLD_MAX
    more = [f"[{left_out} more ballots are in the record]"] if left_out > 0 else []
    return "\n\n".join([*told[:REASONS_TOLD_MAX], *more]) or f"{ruling.reason.capitalize()}."


def _title(ballot: BallotGiven) -> str:
    who = ballot.seat.replace("_", " ").capitalize()
    return f"{who}, in {'the first' if ballot.pass_number == 1 else 'the reversed'} order"
