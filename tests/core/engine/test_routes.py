"""By which route is a step asked next, and when has it given up?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import Admit, AnswerEscalation, BeginAttempt, Open, RecordFailure, RetryStep
from core.domain.events import AttemptFailed, AttemptStarted, StepExhausted
from core.domain.ids import Digest, SeatId, StepId
from core.domain.participants import OnContentPolicy, Participant, Role
from core.domain.provider_errors import MEANINGS, NOT_SENT, ProviderError
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, FailedAttempt, Status
from core.engine.plan import next_attempt
from core.engine.routes import RETRY_AFTER_MS_MAX, next_route, routes_left
from tests.builders import ROUTE, Played, after, begun, opened, participant, seat

ROUTES = ("scripted:alpha", "scripted:beta", "scripted:gamma")
WINDOWS = {"scripted:alpha": 8_000, "scripted:beta": 8_000, "scripted:gamma": 32_000}
PASSING = [word for word, meaning in MEANINGS.items() if meaning.is_worth_retry and word != NOT_SENT]
LASTING = [
    word for word, meaning in MEANINGS.items() if not meaning.is_worth_retry and word != ProviderError.CONTENT_POLICY
]


def speaker(**fields: object) -> Participant:
    return replace(participant(), fallbacks=ROUTES[1:], **fields)  # type: ignore[arg-type]


def failed(route: str, error: str = "overloaded", *, retry_after_ms: int | None = None) -> FailedAttempt:
    return FailedAttempt(attempt=1, route=route, error=error, retry_after_ms=retry_after_ms)


def asked_next(*failures: FailedAttempt, who: Participant | None = None, resting: tuple[str, ...] = ()) -> str | None:
    return next_route(who or speaker(), failures, windows=WINDOWS, resting=resting)


def test_the_first_route_is_the_participants_model() -> None:
    assert asked_next() == ROUTES[0]


@pytest.mark.parametrize("error", [*PASSING, "a_word_of_an_older_release"])
def test_what_may_pass_is_asked_again_by_the_same_route_and_then_by_the_next(error: str) -> None:
    failures = [failed(ROUTES[0], error)] * (ATTEMPTS_PER_ROUTE_MAX - 1)

    assert asked_next(*failures) == ROUTES[0]
    assert asked_next(*failures, failed(ROUTES[0], error)) == ROUTES[1]


@pytest.mark.parametrize("error", [word for word in LASTING if word != ProviderError.CONTEXT_OVERFLOW])
def test_what_a_retry_cannot_help_goes_to_the_next_route_at_once(error: str) -> None:
    assert asked_next(failed(ROUTES[0], error)) == ROUTES[1]


def test_a_prompt_too_long_goes_only_to_a_larger_window() -> None:
    overflown = failed(ROUTES[0], ProviderError.CONTEXT_OVERFLOW)

    assert asked_next(overflown) == ROUTES[2]
    assert next_route(speaker(), [overflown], windows={}) is None
    assert asked_next(overflown, failed(ROUTES[2], ProviderError.CONTEXT_OVERFLOW)) is None


def test_a_provider_that_asks_for_longer_than_a_debate_waits_is_left_at_once() -> None:
    assert asked_next(failed(ROUTES[0], "rate_limited", retry_after_ms=RETRY_AFTER_MS_MAX)) == ROUTES[0]
    assert asked_next(failed(ROUTES[0], "rate_limited", retry_after_ms=RETRY_AFTER_MS_MAX + 1)) == ROUTES[1]


def test_a_refusal_of_the_content_is_surfaced_unless_the_participant_falls_back() -> None:
    refusal = failed(ROUTES[0], ProviderError.CONTENT_POLICY)

    assert asked_next(refusal) is None
    assert asked_next(refusal, who=speaker(content_policy=OnContentPolicy.FALL_BACK)) == ROUTES[1]


def test_a_resting_route_is_passed_over_while_another_is_left() -> None:
    assert asked_next(resting=(ROUTES[0],)) == ROUTES[1]
    assert asked_next(resting=ROUTES) == ROUTES[0]


def test_a_route_named_twice_is_asked_no_oftener() -> None:
    twice = replace(participant(), fallbacks=(ROUTES[0], ROUTES[1]))

    assert twice.routes == ROUTES[:2]
    assert asked_next(failed(ROUTES[0], "not_found"), who=twice) == ROUTES[1]


@given(
    st.lists(
        st.tuples(st.sampled_from([*MEANINGS, "unheard_of"]), st.sampled_from([None, 1_000, RETRY_AFTER_MS_MAX + 1])),
        max_size=20,
    ),
    st.sampled_from(list(OnContentPolicy)),
)
def test_every_row_of_failures_ends_and_never_returns_to_a_route_it_has_left(
    words: list[tuple[str, int | None]], content_policy: OnContentPolicy
) -> None:
    who, failures, asked = speaker(content_policy=content_policy), list[FailedAttempt](), list[str]()
    for error, retry_after_ms in words:
        route = next_route(who, failures, windows=WINDOWS)
        if route is None:
            break
        asked.append(route)
        failures.append(failed(route, error, retry_after_ms=retry_after_ms))

    assert len(asked) <= ATTEMPTS_PER_ROUTE_MAX * len(ROUTES)
    assert [ROUTES.index(route) for route in asked] == sorted(ROUTES.index(route) for route in asked)
    assert set(routes_left(who, failures, windows=WINDOWS)) <= set(ROUTES)


# --- in a session -----------------------------------------------------------------------------------------------------


def with_fallbacks(**fields: object) -> Played:
    """A debate whose proposer has fallbacks, running."""
    played = Played()
    seats = [replace(seat(Role.PROPOSER), participant=speaker(**fields)), seat(Role.OPPONENT), seat(Role.JUDGE)]
    opening = replace(played.opening(seats=seats), windows=WINDOWS)
    played.do(Open(opening=opening))
    played.do(Admit())
    return played


def begin_by(played: Played, route: str) -> BeginAttempt:
    step = played.next_step()
    return BeginAttempt(
        step=step.id,
        attempt=next_attempt(played.state, step.id),
        seat=SeatId(step.seat),
        route=route,
        cost_microusd_max=500,
        prompt_digest=Digest("0" * 64),
    )


def fail_by(played: Played, route: str, error: str = "overloaded") -> None:
    played.do(begin_by(played, route))
    played.fail(error=error)


def test_a_step_gives_up_only_when_no_route_is_left() -> None:
    played = with_fallbacks()
    for route in ROUTES:
        for _ in range(ATTEMPTS_PER_ROUTE_MAX):
            assert played.status is Status.RUNNING
            fail_by(played, route)

    assert played.status is Status.FAILED
    assert played.of(StepExhausted)[0].attempts == ATTEMPTS_PER_ROUTE_MAX * len(ROUTES)
    assert [event.route for event in played.of(AttemptFailed)] == [event.route for event in played.of(AttemptStarted)]


def test_nobody_is_asked_whom_the_participant_does_not_name_or_who_was_given_up() -> None:
    played = with_fallbacks()

    assert "Left for it: scripted:alpha, scripted:beta" in played.refuses(begin_by(played, "scripted:unheard"))
    fail_by(played, ROUTES[0], "not_found")
    assert "Left for it: scripted:beta, scripted:gamma" in played.refuses(begin_by(played, ROUTES[0]))


def test_a_retried_step_begins_with_its_first_route_again() -> None:
    played = with_fallbacks()
    for route in ROUTES:
        fail_by(played, route, "not_found")
    played.do(RetryStep())

    assert played.state.work.failures == {}
    played.do(begin_by(played, ROUTES[0]))


def test_an_answer_by_a_fallback_forgets_what_failed_before() -> None:
    played = with_fallbacks()
    fail_by(played, ROUTES[0], "not_found")
    played.do(begin_by(played, ROUTES[1]))
    played.answer()

    assert played.state.work.failures == {}


def test_a_call_that_was_never_sent_failed_nobody() -> None:
    played = after(*opened(), begun)
    for _ in range(2 * ATTEMPTS_PER_ROUTE_MAX):
        step, attempt = played.open_attempt()
        played.do(RecordFailure(step=step, attempt=attempt, error=NOT_SENT, message="", cost_microusd=0))
        played.begin()

    assert played.status is Status.RUNNING
    assert (played.state.work.errors, played.state.work.failures) == (0, {})


def test_doubts_that_leave_no_route_can_be_answered_by_going_on() -> None:
    played = after(*opened())
    for number in range(2 * ATTEMPTS_PER_ROUTE_MAX):
        played.begin()
        played.doubt(policy="ask")
        assert played.status is Status.ESCALATED, number
        played.do(AnswerEscalation(answer="continue"))

    assert played.wanted == (StepId("r1.claim.proposer"),)
    assert played.of(AttemptStarted)[-1].route == ROUTE
