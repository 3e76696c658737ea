"""Does a simulated participant do what its traits say, and pass for nothing else?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.budget import FREE
from core.domain.errors import WrongUse
from core.domain.ids import SeatId, StepId
from core.domain.participants import Role
from core.domain.steps import ModelRequest, StepKind
from core.domain.transcript import Turn, TurnKind
from core.domain.unasked import REHEARSAL, SIMULATED, asks_no_model, what_it_is
from core.judging.answers import answer_in, break_in, normalised, ranking_in
from core.judging.ballots import vote_in
from core.judging.calibration import wilson_ppm
from core.judging.measure import PPM
from core.judging.stances import stance_in
from core.ports.model_provider import Closing, Piece
from core.providers.simulated import SimulatedProvider, simulated
from core.providers.simulating.drawing import hidden_truth, wrong_answers
from core.providers.simulating.traits import BOUNDS, NAMES, Traits, traits_of
from tests.core.providers.requests import request, turn
from tests.virtual_time import VirtualClock

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
CHOICE = AnswerForm(kind=AnswerKind.CHOICE, choices=("red", "green", "blue"))
TEXT = AnswerForm(kind=AnswerKind.TEXT)
FORMS = (MOTION_FORM, NUMBER, CHOICE, TEXT)
SEEDS = 1_500
Z_MILLI = 3_900
"""Intervals are so wide that of ten thousand such tests one fails by chance; seeds are fixed, so that none does."""


def asked(
    traits: str = "",
    *,
    expects: str = "answer",
    form: AnswerForm = NUMBER,
    known: str = "42",
    seed: int = 1,
    seat: str = "ada",
    role: Role = Role.PANELIST,
    turns: Sequence[Turn] = (),
    round_number: int = 1,
    kind: StepKind = StepKind.TURN,
    step: str = "",
    motion: str = "What is it?",
    tokens_output_max: int = 600,
    letters: dict[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> ModelRequest:
    plain = request(
        motion=motion,
        role=role,
        task=expects,
        turns=turns,
        kind=kind,
        seed=seed,
        seat=seat,
        step=step or f"r{round_number}.{expects}.{seat}",
        round_number=round_number,
        tokens_output_max=tokens_output_max,
        model=f"{SIMULATED}:{traits}" if traits else SIMULATED,
    )
    brief = replace(
        plain.brief,
        expects=expects,
        answer=form,
        known_answer=known,
        options=options,
        letters={SeatId(each): letter for each, letter in (letters or {}).items()},
    )
    return replace(plain, brief=brief)


def said_by(seat: str, answer: str, *, role: Role = Role.PANELIST) -> Turn:
    return replace(turn(f"So I think.\nANSWER: {answer}", seat=seat, role=role), step=StepId(f"r1.answer.{seat}"))


def answer_of(request: ModelRequest) -> str:
    return answer_in(simulated(request), request.brief.answer).value


def is_share(right: int, of: int, percent: int) -> bool:
    """Whether `percent` lies within the interval that so many of so many leave."""
    low, high = wilson_ppm(right, of, z_milli=Z_MILLI)
    return low <= percent * PPM // 100 <= high


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("competence", [0, 35, 70, 100])
def test_it_is_right_as_often_as_it_is_competent(form: AnswerForm, competence: int) -> None:
    truth = hidden_truth("What is it?", form)

    right = sum(
        answer_of(asked(f"competence={competence}", form=form, known="", seed=seed)) == truth for seed in range(SEEDS)
    )

    assert is_share(right, SEEDS, competence)


@pytest.mark.parametrize("conformity", [0, 30, 100])
def test_it_takes_up_the_answer_of_most_others_as_often_as_it_conforms(conformity: int) -> None:
    turns = (said_by("ada", "41"), said_by("ben", "7"), said_by("cleo", "7"), said_by("dan", "8"))

    taken_up = Counter(
        answer_of(asked(f"conformity={conformity}", turns=turns, round_number=2, seed=seed)) for seed in range(SEEDS)
    )

    assert set(taken_up) <= {"7", "41"}
    assert is_share(taken_up["7"], SEEDS, conformity)


@pytest.mark.parametrize("discernment", [0, 40, 100])
def test_it_sees_that_another_is_right_as_often_as_it_discerns(discernment: int) -> None:
    turns = (said_by("ada", "41"), said_by("ben", "42"), said_by("cleo", "7"), said_by("dan", "7"))

    seen = sum(
        answer_of(asked(f"conformity=0,discernment={discernment}", turns=turns, round_number=2, seed=seed)) == "42"
        for seed in range(SEEDS)
    )

    assert is_share(seen, SEEDS, discernment)


def test_it_stays_with_what_it_said_where_the_others_are_even() -> None:
    turns = (said_by("ada", "41"), said_by("ben", "7"), said_by("cleo", "8"))

    assert {answer_of(asked("conformity=100", turns=turns, seed=seed)) for seed in range(50)} == {"41"}


def test_two_seats_err_apart_unless_their_errors_are_shared() -> None:
    def both_wrong(shared: int) -> int:
        routes = [asked(f"competence=60,shared_error={shared}", seat=seat, seed=0) for seat in ("ada", "ben")]
        return sum(all(answer_of(replace(each, seed=seed)) != "42" for each in routes) for seed in range(SEEDS))

    assert is_share(both_wrong(0), SEEDS, 16)
    assert is_share(both_wrong(100), SEEDS, 40)


def test_where_errors_are_shared_they_are_the_same_error() -> None:
    ada, ben = (asked("competence=0,shared_error=100", seat=seat) for seat in ("ada", "ben"))

    assert all(answer_of(replace(ada, seed=seed)) == answer_of(replace(ben, seed=seed)) for seed in range(100))


def test_mistakes_are_spread_over_what_is_plausible_the_likeliest_most_often() -> None:
    mistakes = Counter(answer_of(asked("competence=0", seed=seed)) for seed in range(SEEDS))

    assert list(dict(mistakes.most_common())) == list(wrong_answers("42", NUMBER))
    assert "42" not in mistakes


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
def test_no_mistake_about_a_number_is_the_right_one(number: Decimal) -> None:
    known = normalised(f"{number:f}", NUMBER)

    assert known
    assert known not in wrong_answers(known, NUMBER)
    assert all(wrong_answers(known, NUMBER))


@pytest.mark.parametrize("bias", [-60, 0, 60])
def test_a_judge_prefers_whoever_it_was_shown_first_or_last_as_often_as_it_is_biased(bias: int) -> None:
    turns = (turn("Yes.", role=Role.PROPOSER), turn("No.", role=Role.OPPONENT))

    for_it = sum(
        answer_of(
            asked(
                f"competence=50,position_bias={bias}",
                kind=StepKind.VERDICT,
                form=MOTION_FORM,
                known="for",
                role=Role.JUDGE,
                seat="judge",
                turns=turns,
                seed=seed,
            )
        )
        == "for"
        for seed in range(SEEDS)
    )

    # What it doesn't decide by position it decides by merit, and is right half of the time.
    assert is_share(for_it, SEEDS, 50 + bias // 2)


def test_where_speakers_go_by_letters_the_first_is_the_one_with_the_first_letter() -> None:
    turns = (turn("Yes.", role=Role.PROPOSER), turn("No.", role=Role.OPPONENT))

    def verdicts(letters: dict[str, str]) -> set[str]:
        biased = asked(
            "position_bias=100",
            kind=StepKind.VERDICT,
            form=MOTION_FORM,
            known="for",
            role=Role.JUDGE,
            turns=turns,
            letters=letters,
        )
        return {answer_of(replace(biased, seed=seed)) for seed in range(30)}

    assert verdicts({"proposer": "A", "opponent": "B"}) == {"for"}
    assert verdicts({"proposer": "B", "opponent": "A"}) == {"against"}


@pytest.mark.parametrize("overconfidence", [-30, 0, 30])
def test_it_says_how_often_it_is_right_and_adds_its_overconfidence(overconfidence: int) -> None:
    traits = f"competence=50,overconfidence={overconfidence}"
    stances = [stance_in(simulated(asked(traits, expects="stance", seed=seed)), NUMBER) for seed in range(SEEDS)]

    stated = sum(stance.confidence_ppm or 0 for stance in stances) // len(stances)
    right = sum(stance.value == "42" for stance in stances)

    assert not any(stance.is_repaired for stance in stances)
    assert is_share(right, SEEDS, 50)
    assert abs(stated - (50 + overconfidence) * PPM // 100) < PPM // 100


def test_the_surer_it_says_to_be_the_oftener_it_is_right() -> None:
    stances = [
        stance_in(simulated(asked("competence=60", expects="stance", seed=seed)), NUMBER) for seed in range(SEEDS)
    ]

    unsure = [stance for stance in stances if (stance.confidence_ppm or 0) < 50 * PPM // 100]
    sure = [stance for stance in stances if (stance.confidence_ppm or 0) > 70 * PPM // 100]

    assert is_share(sum(stance.value == "42" for stance in unsure), len(unsure), 45)
    assert is_share(sum(stance.value == "42" for stance in sure), len(sure), 75)


def test_its_verbosity_stretches_what_it_says_and_nothing_else() -> None:
    short, long = (simulated(asked(f"verbosity={times}", tokens_output_max=2_000)) for times in (1, 4))

    assert len(long.split()) > 2 * len(short.split())
    assert short.splitlines()[-1] == long.splitlines()[-1]


@given(st.integers(0, 2**32 - 1), st.sampled_from(FORMS), st.integers(1, 400), st.text(min_size=1, max_size=60))
def test_every_turn_ends_as_its_step_expects_says_what_it_is_and_fits(
    seed: int, form: AnswerForm, tokens_output_max: int, motion: str
) -> None:
    known = hidden_truth(motion, form)
    assert normalised(known, form) == known

    def told(expects: str, **more: object) -> str:
        how = {"seed": seed, "form": form, "known": "", "motion": motion, "tokens_output_max": tokens_output_max}
        text = simulated(asked(expects=expects, **{**how, **more}))  # type: ignore[arg-type]
        assert text.startswith("(Simulated: no model was asked;")
        return text

    turns = (said_by("ben", known), said_by("cleo", wrong_answers(known, form)[0]))
    assert answer_in(told("answer"), form).value
    assert stance_in(told("stance"), form).value
    assert answer_in(told("verdict", kind=StepKind.VERDICT, role=Role.JUDGE, turns=turns), form).value
    assert break_in(told("break", role=Role.JUDGE, turns=turns, round_number=3)).reason != "the judge named no outcome"
    options = (known, *wrong_answers(known, form))
    assert sorted(vote_in(told("ballot", options=options), form, options).ranking) == sorted(options)
    letters = {"ben": "A", "cleo": "B"}
    assert sorted(ranking_in(told("ranking", turns=turns, letters=letters), ["A", "B"])) == ["A", "B"]
    assert not answer_in(told("", role=Role.PROPOSER), form).value


def test_it_follows_from_the_request_alone() -> None:
    one = asked("competence=50,conformity=50", turns=(said_by("ben", "7"),))

    assert simulated(one) == simulated(replace(one, session=one.session, messages=()))
    others = (
        replace(one, seed=2),
        replace(one, seat=SeatId("ben")),
        replace(one, step=StepId("r2.answer.ada")),
        replace(one, model=f"{SIMULATED}:competence=50,conformity=50,verbosity=2"),
    )
    assert all(simulated(other) != simulated(one) for other in others)


def test_with_more_competence_nobody_is_wrong_where_they_were_right() -> None:
    for seed in range(300):
        less, more = (answer_of(asked(f"competence={percent}", seed=seed)) for percent in (50, 65))
        assert more == "42" or less != "42"


def test_two_questions_are_not_answered_alike_under_one_seed() -> None:
    rights = [
        answer_of(asked("competence=50", motion=f"Question {number}", known="42")) == "42" for number in range(400)
    ]

    assert is_share(sum(rights), len(rights), 50)


def test_a_side_that_is_wrong_gives_way_as_readily_as_it_conforms() -> None:
    def concedes(side: Role) -> bool:
        said = simulated(asked("conformity=100", expects="", role=side, form=MOTION_FORM, known="for", round_number=2))
        return "I concede" in said

    assert concedes(Role.OPPONENT)
    assert not concedes(Role.PROPOSER)


def test_it_costs_nothing_and_is_known_as_what_it_is() -> None:
    info = SimulatedProvider(clock=VirtualClock()).describe("simulated:competence=80")

    assert (info.price, info.is_rehearsal) == (FREE, True)
    assert asks_no_model("simulated:competence=80")
    assert not asks_no_model("simulate:competence=80")
    assert what_it_is(["simulated", "rehearsal"]) == SIMULATED
    assert what_it_is(["rehearsal"]) == REHEARSAL
    assert what_it_is(["simulated", "ollama:llama3"]) == ""


def test_it_is_streamed_in_pieces_that_make_up_the_whole() -> None:
    async def heard() -> list[Piece | Closing]:
        stream = SimulatedProvider(clock=VirtualClock()).stream(asked("verbosity=3"))
        return [each async for each in stream]

    *pieces, closing = asyncio.run(heard())

    assert "".join(piece.text for piece in pieces if isinstance(piece, Piece)) == simulated(asked("verbosity=3"))
    assert isinstance(closing, Closing)
    assert (closing.stop_reason, closing.model) == ("stop", "simulated:verbosity=3")


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("simulated:competnce=70", "no trait is called 'competnce'. Did you mean 'competence'?"),
        ("simulated:zeal=70", "no trait is called 'zeal'. There are competence, conformity"),
        ("simulated:competence=101", "competence can't be '101'. Give a whole number from 0 to 100."),
        ("simulated:competence=-1", "competence can't be '-1'. Give a whole number from 0 to 100."),
        ("simulated:verbosity=0", "verbosity can't be '0'. Give a whole number from 1 to 20."),
        ("simulated:competence=0.7", "competence can't be '0.7'."),
        ("simulated:competence=\u0667", "competence can't be '\u0667'."),
        ("simulated:competence", "competence can't be ''."),
        ("simulated:competence=7,competence=8", "competence is named twice."),
        ("simulated:", "'simulated:' names no traits. Say simulated or simulated:competence=70"),
        ("simulated:competence=70,", "no trait is called ''."),
    ],
)
def test_a_trait_that_can_not_be_is_refused_with_what_can(route: str, message: str) -> None:
    with pytest.raises(WrongUse) as refused:
        SimulatedProvider(clock=VirtualClock()).describe(route)

    assert message in str(refused.value)


@given(st.fixed_dictionaries({}, optional={name: st.integers(*BOUNDS[name]) for name in NAMES}))
def test_every_trait_within_its_bounds_is_taken_as_it_is_named(named: dict[str, int]) -> None:
    route = SIMULATED + (":" + ",".join(f"{name}={value}" for name, value in named.items()) if named else "")

    assert traits_of(route) == Traits(**named)


def test_statements_of_the_operator_are_nobodys_answer() -> None:
    stated = replace(said_by("", "7"), kind=TurnKind.STATEMENT, role=None)

    assert {answer_of(asked("conformity=100,competence=100", turns=(stated,), seed=seed)) for seed in range(20)} == {
        "42"
    }
