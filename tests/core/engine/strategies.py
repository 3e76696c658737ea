"""Which histories can a session have? Random commands, of which some are refused, under random rules."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from core.domain.commands import (
    ANSWERS,
    AddStatement,
    Admit,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    BeginAttempt,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    GiveUp,
    MarkInDoubt,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    RecordAnswer,
    RecordFailure,
    RefuseSpend,
    Resume,
    ResumeRun,
    RetryStep,
    SettleAttempt,
    StartNewRound,
)
from core.domain.errors import CommandRefused
from core.domain.ids import Digest, StepId, TemplateId
from core.engine.plan import next_attempt, plan
from core.rules import rule as asked
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.rules.rule import Action, Repeat, Rule
from tests.builders import ROUTE, Played, rule

TEXTS = st.sampled_from(
    [
        "I agree.",
        "I dispute that, and I reject the rest.",
        "I concede the point.",
        "Releases on Fridays break weekends.",
        "Verdict: for",
        "No.\nVerdict: against",
        "ﬁne — 100 %",
    ]
)
COUNTS = st.sampled_from(
    ["turn_count", "round_count", "argument_count", "error_count", "statement_count", "current_round", "attempt_count"]
)
DURATIONS = st.sampled_from(["elapsed_ms", "silence_ms", "round_elapsed_ms"])
WORDS = st.sampled_from(["last_role", "template", "status"])


def _compare(
    types: st.SearchStrategy[ConditionType], fields: st.SearchStrategy[str], values: st.SearchStrategy[int | str]
) -> st.SearchStrategy[Compare]:
    return st.builds(Compare, type=types, field=fields, value=values)


COMPARISONS: st.SearchStrategy[Condition] = st.one_of(
    _compare(
        st.sampled_from(
            [
                ConditionType.COUNT_THRESHOLD,
                ConditionType.EQUALS,
                ConditionType.LESS_THAN,
                ConditionType.GREATER_THAN,
            ]
        ),
        COUNTS,
        st.integers(0, 6),
    ),
    _compare(st.sampled_from([ConditionType.TIME_ELAPSED, ConditionType.LESS_THAN]), DURATIONS, st.integers(0, 90_000)),
    _compare(
        st.just(ConditionType.EQUALS), WORDS, st.sampled_from(["proposer", "opponent", "operator", "reviewed", "tiny"])
    ),
    _compare(
        st.sampled_from([ConditionType.GREATER_THAN, ConditionType.LESS_THAN]),
        st.just("consensus_ppm"),
        st.integers(0, 1_000_000),
    ),
    _compare(st.just(ConditionType.CONTAINS), st.just("last_text"), st.sampled_from(["agree", "fridays"])),
)
UNTELLABLE = Compare(type=ConditionType.COUNT_THRESHOLD, field="roud_count", value=1)
"""No fact is called so: a rule with this in it errs whenever it is looked at."""
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    COMPARISONS,
    COMPARISONS,
    st.sampled_from([Not(part=UNTELLABLE), UNTELLABLE]),
    st.builds(Not, part=COMPARISONS),
    st.builds(AllOf, parts=st.tuples(COMPARISONS, COMPARISONS)),
    st.builds(AnyOf, parts=st.tuples(COMPARISONS, COMPARISONS)),
)
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(
    [
        asked.ContinueDebate(reason="go_on"),
        asked.PauseDebate(reason="rest"),
        asked.CompleteDebate(reason="enough"),
        asked.StartNewRound(reason="again"),
        asked.EscalateToHuman(question="Go on?", reason="unsure"),
        asked.ApplyTemplate(template=TemplateId("reviewed"), reason="contested"),
        asked.ApplyTemplate(template=TemplateId("tiny"), reason="settled"),
        asked.ApplyTemplate(template=TemplateId("unknown"), reason="lost"),
    ]
)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    return tuple(
        rule(
            f"rule_{number}",
            draw(CONDITIONS),
            *draw(st.lists(ACTIONS, min_size=1, max_size=2)),
            priority=draw(st.integers(0, 3)),
            repeat=draw(st.sampled_from(Repeat)),
            enabled=draw(st.integers(0, 5)) > 0,
        )
        for number in range(draw(st.integers(0, 5)))
    )


def _begin(played: Played) -> Command:
    steps = plan(played.engine, played.state)
    seat, step = (steps[0].seat, steps[0].id) if steps else ("proposer", StepId("r1.claim.proposer"))
    return BeginAttempt(
        step=step,
        attempt=next_attempt(played.state, step),
        seat=seat,  # type: ignore[arg-type]
        route=ROUTE,
        cost_microusd_max=500,
        prompt_digest=Digest("0"),
    )


def _called(played: Played) -> tuple[StepId, int]:
    for step, attempt in played.state.work.open.items():
        return step, attempt.attempt
    return StepId("r1.claim.proposer"), 1


def _answer(text: str, cost_microusd: int) -> Callable[[Played], Command]:
    def command(played: Played) -> Command:
        step, attempt = _called(played)
        return RecordAnswer(
            step=step,
            attempt=attempt,
            text=text,
            tokens_input=7,
            tokens_output=3,
            cost_microusd=cost_microusd,
            latency_ms=1,
            model=ROUTE,
            stop_reason="end",
        )

    return command


def _failure(is_final: bool, cost_microusd: int) -> Callable[[Played], Command]:
    def command(played: Played) -> Command:
        step, attempt = _called(played)
        return RecordFailure(
            step=step, attempt=attempt, error="x", message="x", cost_microusd=cost_microusd, is_final=is_final
        )

    return command


def _doubt(policy: str) -> Callable[[Played], Command]:
    def command(played: Played) -> Command:
        step, attempt = _called(played)
        return MarkInDoubt(step=step, attempt=attempt, why="crash", policy=policy)

    return command


def _settling(cost_microusd: int) -> Callable[[Played], Command]:
    def command(played: Played) -> Command:
        for doubt in played.state.work.doubtful:
            return SettleAttempt(step=doubt.step, attempt=doubt.attempt, cost_microusd=cost_microusd)
        return SettleAttempt(step=StepId("r1.claim.proposer"), attempt=1, cost_microusd=cost_microusd)

    return command


def _give_up(played: Played) -> Command:
    return GiveUp()


def _opening(cap_microusd: int | None) -> Callable[[Played], Command]:
    return lambda played: Open(opening=played.opening(cap_microusd=cap_microusd))


COSTS = st.integers(0, 500)
OUTCOMES = st.sampled_from(["", "for", "against", "maybe"])
OPERATOR: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from(
        [
            Queue(),
            Admit(),
            ResumeRun(),
            Pause(),
            Resume(),
            Resume(),
            Escalate(question="Go on?"),
            Cancel(),
            ContinueOn(reason="x"),
            StartNewRound(reason="x"),
            ApplyTemplate(template=TemplateId("reviewed")),
            ApplyTemplate(template=TemplateId("tiny")),
            RetryStep(),
            ReachDeadline(),
            AmendMotion(motion="It leaves on Mondays."),
            AddStatement(text="Mind the weekend."),
            AddStatement(text=" "),
            RefuseSpend(step=StepId("r1.claim.proposer"), cap="session", wanted_microusd=2, left_microusd=1),
        ]
    ),
    st.builds(AnswerEscalation, answer=st.sampled_from(ANSWERS), verdict=st.just(""), outcome=OUTCOMES),
    st.builds(Complete, reason=st.just("x"), verdict=st.just(""), outcome=OUTCOMES),
    st.builds(ChangeBudget, cap_microusd=st.none() | st.integers(0, 3_000)),
    st.builds(ChangeRounds, rounds_limit=st.integers(0, 5)),
)

Deed = Callable[[Played], object]


def _obeyed_if_it_may(ask: Callable[[Played], Command], after_ms: int) -> Deed:
    def deed(played: Played) -> None:
        command = ask(played)
        try:
            played.try_out(command)
        except CommandRefused:
            played.refuses(command)
        else:
            played.do(command, after_ms=after_ms)

    return deed


def _switched(index: int) -> Deed:
    def deed(played: Played) -> None:
        rules = played.in_force.rules
        if rules and played.state.opening is not None and not played.state.life.status.is_over:
            chosen = rules[index % len(rules)]
            played.switch(chosen.id, on=not chosen.enabled)

    return deed


ASKED = st.one_of(
    st.just(_begin),
    st.just(_begin),
    st.builds(_answer, TEXTS, COSTS),
    st.builds(_answer, TEXTS, COSTS),
    st.builds(_failure, st.booleans(), COSTS),
    st.builds(_doubt, st.sampled_from(["retry", "ask", "fail"])),
    st.builds(_settling, COSTS),
    st.just(_give_up),
    OPERATOR.map(lambda command: lambda played: command),
)
PAUSES_MILLISECONDS = st.sampled_from([0, 1, 1_000, 40_000, -500])
TURN = st.builds(
    lambda text, cost: (_obeyed_if_it_may(_begin, 10), _obeyed_if_it_may(_answer(text, cost), 1_000)), TEXTS, COSTS
)
DEEDS_UNDER_THE_SAME_RULES: st.SearchStrategy[tuple[Deed, ...]] = st.one_of(
    TURN,
    TURN,
    st.builds(lambda ask, after_ms: (_obeyed_if_it_may(ask, after_ms),), ASKED, PAUSES_MILLISECONDS),
)
DEEDS: st.SearchStrategy[tuple[Deed, ...]] = st.one_of(
    DEEDS_UNDER_THE_SAME_RULES,
    st.integers(0, 5).map(lambda index: (_switched(index),)),
)


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    deeds_max: int = 25,
    under: st.SearchStrategy[tuple[Rule, ...]] | None = None,
    deeds: st.SearchStrategy[tuple[Deed, ...]] = DEEDS,
) -> Played:
    """A session after random deeds. Each deed checks what `Played.do` and `Played.refuses` check."""
    played = Played(draw(under if under is not None else rule_sets()))
    _obeyed_if_it_may(_opening(draw(st.none() | st.integers(0, 3_000))), 1)(played)
    if draw(st.integers(0, 4)):
        _obeyed_if_it_may(lambda _: Admit(), 1)(played)
    for some in draw(st.lists(deeds, max_size=deeds_max)):
        for deed in some:
            deed(played)
    return played
