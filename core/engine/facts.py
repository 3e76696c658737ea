"""What can a rule know of any session, whatever its flow?"""

from __future__ import annotations

from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.people import is_person
from core.domain.session import SessionState, Status

PPM = 1_000_000


def _count(name: str, meaning: str, *, example: int) -> FactSpec:
    return FactSpec(name=name, unit=FactUnit.COUNT, meaning=meaning, example=example, least=0, is_always_known=True)


def _running_on(name: str, meaning: str, *, example: int) -> FactSpec:
    return FactSpec(
        name=name,
        unit=FactUnit.MILLISECONDS,
        meaning=meaning,
        example=example,
        grows_with_time=True,
        least=0,
        is_always_known=True,
    )


SESSION_FACTS: tuple[FactSpec, ...] = (
    FactSpec(
        name="status",
        unit=FactUnit.WORD,
        meaning="where the session stands; rules are heard while it is running, and see nothing else",
        example="running",
        words=(Status.RUNNING.value,),
        is_always_known=True,
    ),
    FactSpec(name="flow", unit=FactUnit.WORD, meaning="the kind of session", example="debate", is_always_known=True),
    _count("turn_count", "answers recorded so far", example=4),
    _count("attempt_count", "calls begun so far", example=5),
    _count("error_count", "calls that failed so far", example=1),
    _count("consecutive_error_count", "failed calls in a row", example=0),
    FactSpec(
        name="error_rate_ppm",
        unit=FactUnit.PPM,
        meaning="failed calls among all ended ones",
        example=200_000,
        least=0,
        most=PPM,
        is_always_known=True,
    ),
    _running_on("elapsed_ms", "active time since the session began (paused time does not count)", example=252_000),
    _running_on("silence_ms", "active time since something was last said", example=4_000),
    _running_on("round_elapsed_ms", "active time since the round began", example=63_000),
    FactSpec(
        name="cost_microusd",
        unit=FactUnit.MICROUSD,
        meaning="money spent so far, by its children as well",
        example=41_200,
        least=0,
        is_always_known=True,
    ),
    FactSpec(
        name="budget_microusd",
        unit=FactUnit.MICROUSD,
        meaning="the session's cap, none if it has none",
        example=120_000,
        least=0,
    ),
    FactSpec(
        name="budget_used_ppm",
        unit=FactUnit.PPM,
        meaning="share of the cap that is spent",
        example=343_000,
        least=0,
    ),
    _count("tokens_input", "tokens sent so far", example=5_120),
    _count("tokens_output", "tokens answered so far", example=1_604),
    _count("escalation_count", "questions put to the operator so far", example=0),
)


def time_facts(state: SessionState, now_ms: int) -> dict[str, FactValue]:
    """The facts that grow by themselves, at Unix time `now_ms`. Only the engine has such facts."""
    time = state.time
    active_ms = time.at(now_ms)
    return {
        "elapsed_ms": active_ms,
        # While a person is asked nobody is silent: they were told for how long they are waited for. Nor is anybody
        # while a child speaks.
        "silence_ms": 0 if _is_somebody_waited_for(state) else active_ms - time.last_turn_active_ms,
        "round_elapsed_ms": active_ms - time.round_active_ms,
    }


def _is_somebody_waited_for(state: SessionState) -> bool:
    return bool(state.work.children) or _is_a_person_asked(state)


def _is_a_person_asked(state: SessionState) -> bool:
    return bool(state.work.open) and any(is_person(attempt.route) for attempt in state.work.open.values())


def session_facts(state: SessionState, now_ms: int) -> dict[str, FactValue]:
    """A value for each of SESSION_FACTS at Unix time `now_ms`."""
    work, money = state.work, state.money
    ended = work.turns + work.errors
    cap, used = money.cap_microusd, money.used_microusd
    return {
        "status": str(state.life.status),
        "flow": state.opening.flow.partition("@")[0] if state.opening else "",
        "turn_count": work.turns,
        "attempt_count": work.attempts,
        "error_count": work.errors,
        "consecutive_error_count": work.consecutive_errors,
        "error_rate_ppm": work.errors * PPM // ended if ended else 0,
        **time_facts(state, now_ms),
        "cost_microusd": used,
        "budget_microusd": cap,
        "budget_used_ppm": None if cap is None else used * PPM // cap if cap else 0,
        "tokens_input": money.tokens_input,
        "tokens_output": money.tokens_output,
        "escalation_count": state.life.escalations,
    }
