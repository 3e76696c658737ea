"""Is a model's pace that of its past sessions?"""

from __future__ import annotations

from dataclasses import replace

from core.analytics.life import DebateLife, ModelUse
from core.analytics.paces import SESSIONS_LOOKED_AT_MAX, paces_of, spread_of
from core.domain.estimates import Spread
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status

LIFE = DebateLife(
    id=SessionId("s"),
    position=1,
    flow="debate@1",
    title="",
    motion="",
    template=TemplateId("simple_debate"),
    template_opened=TemplateId("simple_debate"),
    status=Status.COMPLETED,
)


def life(*, answers: int = 2, tokens: int, ms: int = 0, timed: int = 0) -> DebateLife:
    use = ModelUse(answers=answers, tokens_output=tokens, answers_timed=timed, latency_ms=ms)
    return replace(LIFE, models={"m": use})


def test_a_turn_is_what_each_session_came_to_on_average() -> None:
    paces = paces_of([life(tokens=200, ms=4_000, timed=2), life(tokens=400, ms=1_000, timed=1)])

    assert paces["m"].sessions == 2
    assert paces["m"].tokens_output == Spread(low=100, expected=100, high=200)
    assert paces["m"].ms == Spread(low=1_000, expected=1_000, high=2_000)


def test_a_model_that_never_answered_has_no_pace_and_one_that_nobody_timed_no_time() -> None:
    assert paces_of([replace(LIFE, models={"m": ModelUse(attempts=3)})]) == {}
    assert paces_of([life(tokens=200)])["m"].ms is None


def test_only_the_newest_sessions_are_looked_at() -> None:
    lives = [life(tokens=20_000)] * 50 + [life(tokens=200)] * SESSIONS_LOOKED_AT_MAX

    assert paces_of(lives)["m"].tokens_output == Spread(low=100, expected=100, high=100)


def test_the_ends_of_a_spread_leave_out_a_tenth_on_each_side() -> None:
    assert spread_of(range(101)) == Spread(low=10, expected=50, high=90)
    assert spread_of([7]) == Spread(low=7, expected=7, high=7)
