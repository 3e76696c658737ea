"""Does an estimate say what a format takes with those who are cast?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.domain.budget import FREE, Price
from core.domain.estimates import Estimate, Pace, Spread
from core.domain.ids import SeatId
from core.domain.participants import Seat
from core.prompts.window import TRANSCRIPT_CHARACTERS_MAX
from core.templates.estimate import CHARACTERS_PER_TOKEN, TURNS_GONE_THROUGH_MAX, Known, estimated
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.standard import COMPLEX_DEBATE, SIMPLE_DEBATE, STANDARD_DEBATE, STANDARD_TEMPLATES
from core.templates.template import Block, Sees, Template

TWO_PAGES = 4_000
SMALL = Price(input_microusd=1_000_000, output_microusd=5_000_000)
MIDDLE_CLASS = Price(input_microusd=3_000_000, output_microusd=15_000_000)


def cast(template: Template, model: str = "paid") -> tuple[Seat, ...]:
    return tuple(
        Seat(id=spec.id, role=spec.role, participant=replace(PARTICIPANTS_BY_ID[spec.participant], model=model))
        for spec in template.seats
    )


def known(price: Price = MIDDLE_CLASS, **paces: Pace) -> Known:
    return Known(
        prices={"paid": price, "free": FREE},
        paces=paces,
        motion_characters=60,
        evidence_characters=0,
        rehearsing=frozenset({"free"}),
    )


def taken(template: Template, *, rounds: int | None = None, model: str = "paid", **paces: Pace) -> Estimate:
    seats = cast(template, model)
    return estimated(template, seats, rounds=rounds or template.rounds, known=known(**paces))


def pace(tokens: int, ms: int, sessions: int = 5) -> Pace:
    return Pace(
        sessions=sessions,
        tokens_output=Spread(low=tokens // 2, expected=tokens, high=tokens * 2),
        ms=Spread(low=ms // 2, expected=ms, high=ms * 2),
    )


def test_what_the_shipped_formats_are_said_to_cost_lies_between_small_models_and_those_of_the_middle_class() -> None:
    for template in STANDARD_TEMPLATES:
        low, high = (
            estimated(
                template,
                cast(template),
                rounds=template.rounds,
                known=replace(known(price), evidence_characters=TWO_PAGES),
            ).cost_microusd
            for price in (SMALL, MIDDLE_CLASS)
        )

        assert low.low <= template.cost_microusd_expected <= high.high, template.id


def test_seats_that_may_ask_cost_as_much_more_at_most_as_they_may_ask_for() -> None:
    seats = tuple(replace(seat, may_ask=2) if seat.id == "proposer" else seat for seat in SIMPLE_DEBATE.seats)
    curious = replace(SIMPLE_DEBATE, seats=seats)
    answered = replace(curious, clarified_by=SeatId("judge"))

    before, after, by_a_seat = (taken(each) for each in (SIMPLE_DEBATE, curious, answered))

    assert (after.turns, by_a_seat.turns) == (before.turns + 2, before.turns + 4)
    assert before.cost_microusd.high < after.cost_microusd.high < by_a_seat.cost_microusd.high
    assert after.cost_microusd.expected == before.cost_microusd.expected


def test_a_rehearsal_takes_no_money_and_no_minutes() -> None:
    estimate = taken(COMPLEX_DEBATE, model="free")

    assert (estimate.cost_microusd.high, estimate.active_ms.high) == (0, 0)
    assert estimate.turns == COMPLEX_DEBATE.turns_of([seat.id for seat in COMPLEX_DEBATE.seats], rounds=5)


def test_past_sessions_of_the_model_take_the_place_of_what_models_do_in_general() -> None:
    estimate = taken(SIMPLE_DEBATE, paid=pace(100, 7_000))

    assert estimate.sessions == 5
    assert estimate.active_ms == Spread(low=5 * 3_500, expected=5 * 7_000, high=5 * 14_000)
    assert estimate.tokens_output == 6 * 100, "the judge is asked twice, at once"
    assert taken(SIMPLE_DEBATE).sessions == 0


def test_nobody_is_expected_to_say_more_than_a_participant_may() -> None:
    seats = cast(SIMPLE_DEBATE)
    most = sum(seat.participant.tokens_output_max for seat in seats) * 2

    assert taken(SIMPLE_DEBATE, paid=pace(100_000, 1)).tokens_output <= most


def test_steps_that_are_asked_at_once_take_as_long_as_the_slowest() -> None:
    one_by_one = taken(SIMPLE_DEBATE, rounds=1, paid=pace(100, 1_000))
    steps = tuple(replace(step, block="both") for step in SIMPLE_DEBATE.steps)
    together = replace(SIMPLE_DEBATE, steps=steps, blocks=(Block(id="both", is_at_once=True),))

    assert one_by_one.active_ms.expected == 3_000
    assert taken(together, rounds=1, paid=pace(100, 1_000)).active_ms.expected == 2_000


def test_what_a_step_does_not_see_is_not_paid_for() -> None:
    blind = replace(STANDARD_DEBATE, steps=tuple(replace(step, sees=Sees.NOTHING) for step in STANDARD_DEBATE.steps))

    assert taken(blind).tokens_input < taken(STANDARD_DEBATE).tokens_input


def test_a_prompt_is_never_expected_to_hold_more_than_its_window() -> None:
    fifty, hundred = (taken(STANDARD_DEBATE, rounds=rounds) for rounds in (50, 100))
    per_turn = (hundred.tokens_input - fifty.tokens_input) // (hundred.turns - fifty.turns)

    assert per_turn <= TRANSCRIPT_CHARACTERS_MAX // CHARACTERS_PER_TOKEN + 1_000


@given(rounds=st.integers(1, 30), tokens=st.integers(1, 600), ms=st.integers(1, 60_000))
def test_the_low_end_lies_below_the_high_one_and_a_further_round_takes_no_less(
    rounds: int, tokens: int, ms: int
) -> None:
    fewer, more = (taken(STANDARD_DEBATE, rounds=each, paid=pace(tokens, ms)) for each in (rounds, rounds + 1))

    for spread in (fewer.cost_microusd, fewer.active_ms):
        assert spread.low <= spread.expected <= spread.high
    assert fewer.cost_microusd.expected <= more.cost_microusd.expected
    assert fewer.active_ms.expected <= more.active_ms.expected


def test_a_debate_too_long_to_be_gone_through_is_expected_to_go_on_as_it_went() -> None:
    rounds = [TURNS_GONE_THROUGH_MAX // 2 + more for more in (0, 100, 200)]
    shorter, longer, longest = (taken(SIMPLE_DEBATE, rounds=each, paid=pace(600, 1_000)) for each in rounds)

    assert longer.turns - shorter.turns == longest.turns - longer.turns == 200
    assert longest.cost_microusd.expected - longer.cost_microusd.expected == (
        longer.cost_microusd.expected - shorter.cost_microusd.expected
    )
    assert longest.active_ms.expected == 1_000 * longest.turns
