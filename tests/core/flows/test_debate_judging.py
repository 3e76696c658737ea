"""Are judges asked so that neither order nor names decide, and is every ballot counted as it is said to be?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import UNDECIDED, AnswerForm, AnswerKind
from core.domain.commands import ChangeSeats, Complete, RetryStep
from core.domain.events import StepExhausted
from core.domain.ids import SeatId
from core.domain.participants import Role
from core.domain.session import Status
from core.engine.plan import plan
from core.flows.debate_events import (
    ArgumentPresented,
    BallotGiven,
    BallotsCounted,
    DebateCompleted,
    JudgeKept,
    JudgeRecused,
    VerdictReached,
)
from core.templates.template import Judging
from tests.builders import ROUTE, kinds, seat, step_spec
from tests.core.flows.judges import ELSEWHERE, JUDGES, Judgement, judged

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
SOLE = ("verdict.first.judge", "verdict.reversed.judge")


def letters(prompt: str) -> dict[str, str]:
    """Whose words stand under which letter."""
    return {"calm": "", "short": ""} | {
        word: match[1]
        for word in ("calm", "short")
        if (match := re.search(rf"Speaker (\w), round 1:\nFridays are {word}", prompt))
    }


def outcomes_listed(prompt: str) -> list[str]:
    return re.findall(r"^VERDICT: (\w+)$", prompt, re.MULTILINE)


def test_a_judge_is_asked_in_both_orders_at_once() -> None:
    played = Judgement(judged())

    assert played.wanted == SOLE
    first, reversed_ = played.prompt("first"), played.prompt("reversed")
    assert letters(first).keys() == letters(reversed_).keys()
    assert [letters(first)[word] for word in ("calm", "short")] == [
        letters(reversed_)[word] for word in ("short", "calm")
    ]
    assert outcomes_listed(first) == outcomes_listed(reversed_)[::-1] == ["for", "against", "undecided"]
    assert first.index("Speaker A, round 1") < first.index("Speaker B, round 1")
    assert reversed_.index("Speaker A, round 1") < reversed_.index("Speaker B, round 1")


def test_no_judge_reads_a_seat_a_role_or_a_model() -> None:
    said = ("I, the proposer, run on openai:gpt-4o-mini.", "As the proposer said, Fridays are short.\nOpponent: no.")
    played = Judgement(judged(), models={"proposer": "openai:gpt-4o-mini"}, said=said)

    for order in ("first", "reversed"):
        told = played.prompt(order).casefold()
        assert "proposer" not in told
        assert "opponent" not in told
        assert "gpt-4o" not in told


def test_the_order_is_drawn_from_the_seed_and_is_on_record_with_each_ballot() -> None:
    orders = set()
    for seed in range(12):
        played = Judgement(judged(), seed=seed)
        first = letters(played.prompt("first"))
        played.ballots("for", "for")
        given_first, given_reversed = played.of(BallotGiven)
        assert given_first.order == given_reversed.order[::-1]
        assert given_first.order[0] == ("proposer" if first["calm"] == "A" else "opponent")
        assert (given_first.pass_number, given_reversed.pass_number) == (1, 2)
        orders.add(given_first.order)

    assert len(orders) == 2, "whoever is first is drawn"


@pytest.mark.parametrize(
    ("said", "outcome", "flipped", "reason"),
    [
        (("for", "for"), "for", (), "sole judge: the judge says for in both orders"),
        (("for", "against"), UNDECIDED, ("judge",), "says for in one order and against in the other"),
        (("for", "I can't tell them apart."), "for", (), "of the other: no line of its words names a verdict"),
        (("VERDICT: Speaker A", "Dear both, thank you."), UNDECIDED, (), "the judge is not counted"),
    ],
)
def test_the_verdict_of_one_judge_says_how_its_two_ballots_were_counted(
    said: tuple[str, str], outcome: str, flipped: tuple[str, ...], reason: str
) -> None:
    played = Judgement(judged())

    played.ballots(*said)

    (counted,), (verdict,) = played.of(BallotsCounted), played.of(VerdictReached)
    assert (counted.outcome, counted.flipped, counted.rule) == (outcome, flipped, "sole_judge")
    assert (verdict.outcome, verdict.by, verdict.seat) == (outcome, "seat:judge", "judge")
    assert reason in verdict.reason
    assert kinds(played.events)[-4:] == ["BallotsCounted", "VerdictReached", "DebateCompleted", "SessionCompleted"]


def test_a_judge_that_flips_is_quoted_in_both_orders_and_a_steady_one_once() -> None:
    flipping, steady = Judgement(judged()), Judgement(judged())
    flipping.ballots("for", "against")
    steady.ballots("for", "for")

    assert steady.of(VerdictReached)[0].text == "So it is.\nVERDICT: for"
    told = flipping.of(VerdictReached)[0].text
    assert "Judge, in the first order:\nSo it is.\nVERDICT: for" in told
    assert "Judge, in the reversed order:\nSo it is.\nVERDICT: against" in told


def test_both_ballots_are_paid_for_and_the_verdict_holds_their_sum() -> None:
    played = Judgement(judged())
    played.ballots("for", "for")

    assert played.of(VerdictReached)[0].cost_microusd == sum(each.cost_microusd for each in played.of(BallotGiven))
    assert played.of(DebateCompleted)[0].cost_microusd == played.state.money.spent_microusd


def test_three_judges_decide_by_more_than_half_and_how_far_they_agree_is_on_record() -> None:
    played = Judgement(judged(*JUDGES))
    assert len(played.wanted) == 6

    played.ballots("for", "for", "for", "for", "against", "against")

    (counted,), (verdict,) = played.of(BallotsCounted), played.of(VerdictReached)
    assert counted.votes == {"judge": "for", "second_judge": "for", "third_judge": "against"}
    assert (verdict.outcome, verdict.by, verdict.reason) == ("for", "panel", "majority: 2 of 3 judges say for")
    assert counted.agreement == "3 judges, 6 ballots: alpha -0.25"
    assert counted.alpha_ppm == -250_000
    assert "Third judge" not in verdict.text


def test_judges_who_all_say_the_same_have_no_alpha_and_that_is_said() -> None:
    played = Judgement(judged(*JUDGES))
    played.ballots(*["for"] * 6)

    (counted,) = played.of(BallotsCounted)
    assert (counted.alpha_ppm, counted.agreement) == (None, "3 judges, 6 ballots: all alike, so that there is no alpha")


def test_ties_all_the_way_are_undecided_with_the_count() -> None:
    played = Judgement(judged(*JUDGES))
    played.ballots("for", "for", "against", "against", "for", "against")

    (verdict,) = played.of(VerdictReached)
    assert verdict.outcome == UNDECIDED
    assert "no outcome has more than half of 3 votes (against: 1, for: 1, undecided: 1)" in verdict.reason
    assert "third judge says for in one order and against in the other" in verdict.reason


def test_judges_may_be_asked_once_and_answer_a_question() -> None:
    played = Judgement(judged(*JUDGES, judging=Judging.ONCE), form=NUMBER)
    assert played.wanted == ("verdict.first.judge", "verdict.first.second_judge", "verdict.first.third_judge")

    played.ballots("41", "42", "42")

    assert played.of(VerdictReached)[0].outcome == "42"


def test_a_person_who_judges_is_asked_once() -> None:
    played = Judgement(judged(*JUDGES[:2]), models={"second_judge": "human"})

    assert played.wanted == (*SOLE, "verdict.first.second_judge")
    played.ballots("for", "for", "for")
    assert played.of(BallotsCounted)[0].rule == "majority"


def test_a_person_does_not_judge_where_a_person_has_argued_unless_nobody_else_can() -> None:
    why = "judge is a person, and so is who speaks as proposer: they may be one"
    several = Judgement(judged(*JUDGES[:2]), models={"proposer": "human:10m", "second_judge": "human"})
    alone = Judgement(judged(), models={"proposer": "human:10m", "judge": "human"})
    other = Judgement(judged(), models={"proposer": "human"})

    assert [(each.seat, each.reason) for each in several.of(JudgeRecused)] == [("second_judge", f"the second {why}")]
    assert [(each.seat, each.reason) for each in alone.of(JudgeKept)] == [("judge", f"the {why}")]
    assert not [*several.of(JudgeKept), *alone.of(JudgeRecused), *other.of(JudgeKept), *other.of(JudgeRecused)]


def test_a_model_that_has_argued_judges_its_own_words_also_where_another_sits_there_by_now() -> None:
    played = Judgement(judged(*JUDGES[:2], rounds=2), models={"proposer": "scripted:gamma", "judge": "scripted:gamma"})
    proposer = played.debate.seats[SeatId("proposer")]
    played.do(ChangeSeats(seats=(replace(proposer, participant=replace(proposer.participant, model=ELSEWHERE)),)))
    played.speak("Fridays are long.")
    played.speak("Fridays are loud.")

    assert [each.seat for each in played.of(JudgeKept)] == ["judge", "second_judge"]
    assert "scripted:gamma speaks as proposer too" in played.of(JudgeKept)[0].reason


def test_a_ballot_that_nobody_gave_holds_nobody_up() -> None:
    played = Judgement(judged())
    first, reversed_ = played.begin_all()
    played.give_up(reversed_)
    assert not played.of(VerdictReached)

    played.end(first, "VERDICT: against")

    (verdict,) = played.of(VerdictReached)
    assert verdict.outcome == "against"
    assert "in the one order that could be counted; of the other: it was not answered" in verdict.reason


def test_a_panel_that_loses_a_judge_decides_by_a_quorum_and_one_that_loses_more_than_half_does_not() -> None:
    for lost, rule, outcome in ((1, "quorum", "for"), (2, "no_quorum", UNDECIDED)):
        played = Judgement(judged(*JUDGES))
        steps = played.begin_all()
        for step in steps[2 * (3 - lost) :]:
            played.give_up(step)
        for step in steps[: 2 * (3 - lost)]:
            played.end(step, "VERDICT: for")

        (counted,) = played.of(BallotsCounted)
        assert (counted.rule, counted.outcome, len(counted.lost)) == (rule, outcome, lost)
        assert "could not be counted" in counted.reason
        assert played.status is Status.COMPLETED


def test_where_no_judge_answers_at_all_the_session_fails_and_can_be_retried() -> None:
    played = Judgement(judged())
    for step in played.begin_all():
        played.give_up(step)
    assert played.status is Status.FAILED

    played.do(RetryStep())
    played.ballots("for", "for")

    assert played.of(VerdictReached)[0].outcome == "for"


def test_a_ballot_that_nobody_pays_for_is_left_out_where_another_was_given() -> None:
    played = Judgement(judged())
    first = played.begin()
    played.refuse()
    assert played.status is Status.RUNNING, "what the first leaves over may be enough"
    played.end(first, "VERDICT: for")
    played.refuse()

    (given_up,), (verdict,) = played.of(StepExhausted), played.of(VerdictReached)
    assert (given_up.step, given_up.error) == ("verdict.reversed.judge", "budget_spent")
    assert verdict.outcome == "for"
    assert "in the one order that could be counted" in verdict.reason


def test_where_no_ballot_can_be_paid_the_session_waits_for_money() -> None:
    played = Judgement(judged())

    played.refuse()

    assert (played.status, played.state.life.reason) == (Status.PAUSED, "budget_spent_session")


def test_an_operator_who_rules_meanwhile_needs_no_ballot() -> None:
    played = Judgement(judged())
    first, reversed_ = played.begin_all()
    played.end(first, "VERDICT: for")
    played.do(Complete(reason="asked", outcome="against"))
    played.end(reversed_, "VERDICT: for")

    (verdict,) = played.of(VerdictReached)
    assert (verdict.by, verdict.outcome) == ("operator", "against")
    assert len(played.of(BallotGiven)) == 1


def test_a_judge_of_the_model_that_speaks_is_recused_where_another_can_judge() -> None:
    played = Judgement(judged(*JUDGES), models={"second_judge": ROUTE})

    (recused,) = played.of(JudgeRecused)
    assert recused.seat == "second_judge"
    assert recused.reason == f"the second judge judges words of its own model: {ROUTE} speaks as proposer too"
    assert len(played.wanted) == 4
    played.ballots("for", "for", "for", "for")
    assert played.of(BallotsCounted)[0].votes == {"judge": "for", "third_judge": "for"}


def test_where_every_judge_is_of_the_model_that_speaks_they_judge_and_it_is_said() -> None:
    played = Judgement(judged(), models={"judge": ROUTE})

    assert played.wanted == SOLE
    assert "judges words of its own model" in played.of(JudgeKept)[0].reason
    assert played.of(JudgeRecused) == []


INSTEAD = f"was answered by its fallback {ROUTE}, which speaks as proposer too"


def test_ballots_of_a_fallback_that_has_spoken_are_left_out_where_another_judge_can_be_counted() -> None:
    played = Judgement(judged(*JUDGES), fallbacks={"second_judge": ROUTE})
    said = ("for", "for", "against", "against", "for", "for")
    played.ballots(*said, instead=["verdict.first.second_judge"])

    (recused,), (counted,), (verdict,) = played.of(JudgeRecused), played.of(BallotsCounted), played.of(VerdictReached)
    assert (recused.seat, recused.reason) == ("second_judge", f"the second judge {INSTEAD}")
    assert (counted.votes, counted.ballots) == ({"judge": "for", "third_judge": "for"}, 4)
    assert verdict.reason == f"majority: 2 of 2 judges say for; the second judge {INSTEAD}, and others can judge"
    assert verdict.cost_microusd == sum(each.cost_microusd for each in played.of(BallotGiven)), "all six were paid"
    assert [each.fallback for each in played.of(BallotGiven)] == ["", "", ROUTE, "", "", ""]


def test_where_nobody_else_can_be_counted_the_fallback_that_has_spoken_judges_and_the_verdict_says_so() -> None:
    sole = Judgement(judged(), fallbacks={"judge": ROUTE})
    sole.ballots("for", "for", instead=SOLE)
    lost = Judgement(judged(*JUDGES[:2]), fallbacks={"judge": ROUTE})
    lost.ballots("for", "for", "No line says so.", "No line says so.", instead=SOLE)

    for played in (sole, lost):
        assert [(each.seat, each.reason) for each in played.of(JudgeKept)] == [("judge", f"the judge {INSTEAD}")]
        assert played.of(JudgeRecused) == []
        assert played.of(VerdictReached)[0].outcome == "for"
        assert f"; the judge {INSTEAD}, and nobody else can judge" in played.of(VerdictReached)[0].reason


def test_a_fallback_that_has_not_spoken_or_is_no_model_judges_as_anybody() -> None:
    silent = Judgement(judged(*JUDGES), fallbacks={"judge": "scripted:gamma"})
    silent.ballots(*["for"] * 6, instead=SOLE)
    rehearsed = Judgement(judged(), models={"proposer": "rehearsal"}, fallbacks={"judge": "rehearsal"})
    rehearsed.ballots("for", "for", instead=SOLE)

    for played in (silent, rehearsed):
        assert [*played.of(JudgeKept), *played.of(JudgeRecused)] == []
        assert played.of(VerdictReached)[0].reason.count(";") == 0


def test_a_judge_whose_model_spoke_in_another_s_stead_is_recused_like_any_other() -> None:
    played = Judgement(
        judged(*JUDGES[:2]), models={"judge": "scripted:gamma"}, fallbacks={"opponent": "scripted:gamma"}, said=()
    )
    played.speak("Fridays are calm.")
    played.speak_instead("Fridays are short.")

    assert [(each.seat, each.reason) for each in played.of(JudgeRecused)] == [
        ("judge", "the judge judges words of its own model: scripted:gamma speaks as opponent too")
    ]


def test_a_model_in_whose_stead_another_spoke_has_not_spoken() -> None:
    models = {"proposer": "scripted:gamma", "opponent": "human", "judge": "scripted:gamma", "second_judge": "human"}
    fallbacks = {"proposer": ROUTE, "opponent": ROUTE}
    played = Judgement(judged(*JUDGES[:2]), models=models, fallbacks=fallbacks, said=())
    played.speak_instead("Fridays are calm.")
    played.speak_instead("Fridays are short.")

    assert [*played.of(JudgeKept), *played.of(JudgeRecused)] == []


def test_a_call_that_went_back_to_its_seat_s_own_model_is_nobody_else_s() -> None:
    played = Judgement(judged(), models={"judge": "scripted:gamma"}, fallbacks={"opponent": "scripted:gamma"}, said=())
    played.speak("Fridays are calm.")
    step = plan(played.engine, played.state)[0]
    played.fail_step(played.ask(step, route="scripted:gamma"))
    played.speak("Fridays are short.")

    assert [*played.of(JudgeKept), *played.of(JudgeRecused)] == []


def test_who_was_asked_has_answered_though_another_sits_there_by_then() -> None:
    models = {"judge": "scripted:alpha", "second_judge": "scripted:gamma"}
    played = Judgement(judged(*JUDGES[:2]), models={**models, "opponent": "scripted:alpha"}, said=())
    played.speak("Fridays are calm.")
    step, sitting = played.begin(), played.debate.seats[SeatId("opponent")]
    taken = replace(sitting, participant=replace(sitting.participant, model="scripted:gamma"))
    played.do(ChangeSeats(seats=(taken,), by="operator"))
    played.end(step, "Fridays are short.")

    assert dict(played.debate.heard_by).get("scripted:gamma") is None
    assert "second_judge" not in {each.seat for each in played.of(JudgeRecused)}


def test_a_ballot_under_way_is_by_whoever_was_asked_for_it() -> None:
    played = Judgement(judged(*JUDGES), models={"third_judge": "scripted:gamma"})
    steps, sitting = played.begin_all(), played.debate.seats[SeatId("judge")]
    taken = replace(sitting, participant=replace(sitting.participant, model="scripted:gamma"))
    played.do(ChangeSeats(seats=(taken,), by="operator"))
    for step in steps:
        played.end(step, "So it is.\nVERDICT: for")

    assert [each.fallback for each in played.of(BallotGiven)] == [ELSEWHERE, ELSEWHERE, "", "", "", ""]


def test_what_is_held_of_calls_does_not_grow_with_how_often_fallbacks_answer() -> None:
    fallbacks = dict.fromkeys(("proposer", "opponent", "judge"), "scripted:gamma")
    played = Judgement(judged(rounds=4), fallbacks=fallbacks, said=())
    for number in range(8):
        step = plan(played.engine, played.state)[0]
        played.fail_step(played.ask(step))
        assert played.debate.calls == {}
        played.speak_instead(f"Fridays are calm, {number} times.")

    assert len(played.wanted) == 2, "the ballots"
    assert played.debate.calls == {}
    played.ballots("for", "for", instead=SOLE)
    assert played.debate.calls == {}


def test_a_debate_of_the_first_version_is_decided_as_it_was() -> None:
    played = Judgement(judged(*JUDGES), fallbacks={"judge": ROUTE, "opponent": ELSEWHERE}, flow="debate@1", said=())
    played.speak("Fridays are calm.")
    played.speak_instead("Fridays are short.")
    played.ballots(*["for"] * 6, instead=SOLE)

    assert [*played.of(JudgeKept), *played.of(JudgeRecused)] == []
    assert {each.fallback for each in played.of(BallotGiven)} == {""}
    assert played.of(VerdictReached)[0].reason == "majority: 3 of 3 judges say for"


@pytest.mark.parametrize("model", ["rehearsal", "simulated:competence=70"])
def test_nobody_is_told_that_a_rehearsal_judges_itself(model: str) -> None:
    played = Judgement(judged(*JUDGES), models=dict.fromkeys(("proposer", "opponent", *JUDGES), model))

    assert played.of(JudgeKept) == []
    assert played.of(JudgeRecused) == []
    assert len(played.wanted) == 6


def test_who_has_argued_judges_only_where_nobody_else_can() -> None:
    arguing = replace(judged(), judges=(SeatId("proposer"),))

    other = Judgement(arguing, models={"proposer": "scripted:gamma"})
    assert [(each.seat, each.reason) for each in other.of(JudgeRecused)] == [
        ("proposer", "the proposer has argued itself")
    ]
    assert other.wanted == SOLE
    alone = replace(arguing.verdict, seat=SeatId("proposer")) if arguing.verdict is not None else None
    itself = Judgement(replace(arguing, verdict=alone, judges=()))
    assert [each.reason for each in itself.of(JudgeKept)] == ["the proposer has argued itself"]
    assert itself.wanted == ("verdict.first.proposer", "verdict.reversed.proposer")


def test_who_judges_is_settled_before_the_first_ballot_and_stays_so() -> None:
    played = Judgement(judged(*JUDGES[:2]))
    first, *_ = played.begin_all()
    played.end(first, "VERDICT: for")

    played.do(ChangeSeats(seats=(seat(Role.JUDGE, "second_judge", model=ROUTE),)))

    assert played.of(JudgeRecused) == []


def test_what_a_judge_asked_itself_is_told_to_be_its_own_and_is_not_judged() -> None:
    asking = replace(judged(), steps=(*judged().steps, step_spec("question", "judge")))
    played = Judgement(asking, said=("Fridays are calm.", "Fridays are short.", "Which Fridays?"))

    for order in ("first", "reversed"):
        assert "You, round 1:\nWhich Fridays?" in played.prompt(order)
        assert set(played.request(order).brief.letters) == {"proposer", "opponent"}
    played.ballots("for", "for")
    assert all("judge" not in ballot.order for ballot in played.of(BallotGiven))


OUTCOME = st.sampled_from(("for", "against", UNDECIDED, "Neither of the two."))


def test_which_order_is_answered_first_makes_no_difference_to_what_is_quoted() -> None:
    texts = ("It was the cost.\nVERDICT: for", "It was the time.\nVERDICT: for")
    verdicts = []
    for is_reversed in (False, True):
        played = Judgement(judged())
        given_texts = list(zip(played.begin_all(), texts, strict=True))
        for step, text in reversed(given_texts) if is_reversed else given_texts:
            played.end(step, text)
        verdicts += played.of(VerdictReached)

    assert verdicts[0] == verdicts[1]
    assert verdicts[0].text == texts[0]


@given(st.lists(OUTCOME, min_size=6, max_size=6), st.permutations(range(6)))
def test_it_makes_no_difference_in_which_order_the_ballots_come(said: Sequence[str], order: Sequence[int]) -> None:
    in_order, shuffled = Judgement(judged(*JUDGES)), Judgement(judged(*JUDGES))
    in_order.ballots(*said)
    steps = shuffled.begin_all()
    for place in order:
        text = said[place]
        shuffled.end(steps[place], text if " " in text else f"So it is.\nVERDICT: {text}")

    assert shuffled.of(BallotsCounted) == in_order.of(BallotsCounted)
    assert shuffled.of(VerdictReached) == in_order.of(VerdictReached)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_judge_that_always_takes_the_first_it_reads_never_decides(seed: int) -> None:
    played = Judgement(judged(), seed=seed)
    sides = {SeatId("proposer"): "for", SeatId("opponent"): "against"}
    texts = []
    for order in ("first", "reversed"):
        by_letter = {letter: name for name, letter in played.request(order).brief.letters.items()}
        texts.append(sides[by_letter["A"]])

    played.ballots(*texts)

    assert played.of(VerdictReached)[0].outcome == UNDECIDED
    assert len(played.of(ArgumentPresented)) == 2
