"""Whatever is done to a refinement, does it come to an end with the best that it had, and can every decision be taken
again?"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.commands import (
    AddStatement,
    Admit,
    AnswerEscalation,
    ChangeRounds,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    Pause,
    RecordCheck,
    RecordChild,
    RecordChildEnd,
    RecordFailure,
    RefuseSpend,
    Resume,
    RetryStep,
    StartNewRound,
)
from core.domain.errors import CommandRefused
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.steps import Step, StepKind
from core.engine.plan import plan
from core.engine.replay import verify
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.flows.refinement_events import DraftScored, RefinementCompleted
from core.flows.refinement_state import standing
from core.flows.refinement_terms import RefinementTerms, Strategy
from core.judging.criteria import Check, CheckKind, Criteria
from tests.builders import SESSION
from tests.core.flows.refining import Refined, review

DEEDS_TO_THE_END_MAX = 3_000
CHILD = SessionId("c1d0" * 8)
CHECKS = Criteria(
    checks=(
        Check(id="says_when", kind=CheckKind.CONTAINS, value="7", is_required=True),
        Check(id="tests", kind=CheckKind.COMMAND, value="tests"),
    )
)

Deed = Callable[[Refined], None]
SAID = st.sampled_from(
    [review(score) for score in (0.1, 0.5, 0.8, 0.9, 1.0)] + ["Hm.", review(1.7), "PREFERRED: first"]
)
TERMS = st.builds(
    RefinementTerms,
    strategy=st.sampled_from(Strategy),
    threshold_ppm=st.sampled_from([600_000, 850_000, 1_000_000]),
    iterations_max=st.integers(1, 5),
    patience=st.integers(1, 3),
    draft=st.sampled_from(["", "Given 7."]),
    criteria=st.sampled_from([Criteria(), CHECKS]),
    is_pairwise=st.booleans(),
)


def trying(command: Command) -> Deed:
    """What may be refused, and then changes nothing."""

    def deed(refined: Refined) -> None:
        try:
            refined.do(command)
        except CommandRefused:
            return

    return deed


def going_on(said: str) -> Deed:
    """The first that is wanted is done, or the first that is under way is heard."""

    def deed(refined: Refined) -> None:
        if refined.status is Status.RUNNING:
            do_next(refined, said)

    return deed


def do_next(refined: Refined, said: str) -> None:
    if refined.state.work.open:
        refined.heard(next(iter(refined.state.work.open)), said)
        return
    step = next(iter(plan(refined.engine, refined.state)), None)
    assert step is not None, "it runs and wants nothing"
    match step.kind:
        case StepKind.CHECK:
            refined.do(RecordCheck(step=step.id, has_passed=len(said) % 2 == 0, detail="as drawn"))
        case StepKind.CHILD:
            refined.do(RecordChild(step=step.id, child=CHILD, cap_microusd=10, is_awaited=True))
        case StepKind.CHILD_END:
            refined.do(ended(step))
        case _:
            refined.heard(refined.asked(step.id.split(".")[1], step.seat), said)


def ended(step: Step) -> RecordChildEnd:
    return RecordChildEnd(
        step=step.id, child=CHILD, status="completed", outcome="for", text="It can be used.", cost_microusd=7
    )


def failing(refined: Refined) -> None:
    for step, attempt in tuple(refined.state.work.open.items()):
        refined.do(RecordFailure(step=step, attempt=attempt.attempt, error="overloaded", message="", cost_microusd=0))
        return


def unpaid(refined: Refined) -> None:
    step = next((each for each in plan(refined.engine, refined.state) if each.is_call), None)
    if step is not None:
        refined.do(RefuseSpend(step=step.id, cap="session", wanted_microusd=9, left_microusd=1))


def asking(refined: Refined) -> None:
    """Another call is begun beside those under way."""
    if refined.status is Status.RUNNING:
        for step in plan(refined.engine, refined.state):
            if step.is_call:
                refined.asked(step.id.split(".")[1], step.seat)
                return


COMMANDS: tuple[Command, ...] = (
    Pause(),
    Resume(),
    RetryStep(),
    Escalate(question="Go on?"),
    AnswerEscalation(answer="continue"),
    AnswerEscalation(answer="new_round"),
    AnswerEscalation(answer="complete"),
    AcceptDraft(),
    AcceptDraft(draft=1),
    ReviseDraft(text="Mine 7."),
    AddStatement(text="Mind the weekend."),
    ChangeRounds(rounds_limit=3),
    StartNewRound(reason="asked"),
    ContinueOn(reason="asked"),
    Complete(reason="enough"),
)
DEEDS = st.one_of(
    SAID.map(going_on),
    SAID.map(going_on),
    SAID.map(going_on),
    st.just(asking),
    st.just(failing),
    st.just(unpaid),
    st.sampled_from(COMMANDS).map(trying),
)


def drive_home(refined: Refined) -> None:
    for number in range(DEEDS_TO_THE_END_MAX):
        match refined.status:
            case Status.CREATED | Status.WAITING:
                refined.do(Admit())
            case Status.PAUSED:
                refined.do(Resume())
            case Status.ESCALATED:
                refined.do(AnswerEscalation(answer="continue"))
            case Status.FAILED:
                refined.do(RetryStep())
            case Status.RUNNING:
                do_next(refined, review(number % 10 / 10))
            case _:
                return
    raise AssertionError(f"it is still {refined.status}")


@settings(max_examples=150)
@given(TERMS, st.lists(DEEDS, max_size=30), st.integers(1, 3))
def test_it_ends_with_the_best_that_it_had_and_every_decision_can_be_taken_again(
    terms: RefinementTerms, deeds: list[Deed], reviewers: int
) -> None:
    refined = Refined(terms, reviewers=reviewers).began()

    for deed in deeds:
        deed(refined)
    drive_home(refined)

    (end,) = refined.of(RefinementCompleted)
    assert verify(refined.engine, SESSION, refined.log) is None
    state = refined.refinement
    scored = [draft for draft in state.drafts if draft.score_ppm is not None]
    if state.accepted:
        assert (end.draft, end.is_approved) == (state.accepted, True)
    elif scored:
        best = max(standing(draft, terms) for draft in scored)
        assert end.draft == next(draft.number for draft in scored if standing(draft, terms) == best)
    else:
        assert end.draft == min(1, len(state.drafts))
    numbers = [event.draft for event in refined.of(DraftScored)]
    assert len(set(numbers)) == len(numbers)
    assert [draft.number for draft in state.drafts] == list(range(1, len(state.drafts) + 1))
