"""Are seats that are asked at once independent, and does each see what its format shows it and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.commands import AddStatement, ApplyTemplate, StartNewRound
from core.domain.ids import TemplateId
from core.domain.session import Status
from core.engine.replay import fold_session, verify
from core.flows.debate_events import (
    AnswerGiven,
    ConsensusReached,
    ConsensusUpdated,
    RankingGiven,
    VerdictReached,
)
from core.flows.debate_state import seat_of
from core.judging.answers import LETTERS
from core.rules.standard import STANDARD_RULES
from core.templates.template import Block, DecidedBy, Expects, Occurs, Sees
from tests.builders import SESSION
from tests.core.flows.panels import AT_ONCE, PANEL, Panel, answers, asked, panel

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
FOR, AGAINST = "It holds.\nANSWER: for", "It doesn't.\nANSWER: against"


def said(name: str, answer: str = "for") -> str:
    return f"The words of {name}.\nANSWER: {answer}"


def interleaved(order: tuple[int, ...], *, failing: frozenset[int] = frozenset()) -> Panel:
    """A first round whose calls end in this order, those of `failing` after a first attempt that came to nothing."""
    played = Panel(panel())
    begun = played.begin_all()
    for place in order:
        if place in failing:
            played.fail_step(begun[place])
    played.begin_all()
    for place in order:
        played.end(begun[place], said(PANEL[place]))
    return played


def test_all_seats_of_a_block_that_is_taken_at_once_are_wanted_together() -> None:
    played = Panel(panel())

    assert played.wanted_seats == list(PANEL)
    begun = played.begin_all()
    assert played.wanted == ()
    played.end(begun[1], FOR)
    assert played.wanted == ()
    assert played.debate.round == 1


def test_a_call_of_a_block_that_failed_is_asked_again_while_the_others_are_under_way() -> None:
    played = Panel(panel())
    begun = played.begin_all()

    played.fail_step(begun[0])

    assert played.wanted == (begun[0],)


def test_none_of_those_asked_at_once_sees_another_also_when_it_is_asked_again() -> None:
    played = Panel(panel())
    before = {seat: played.prompt(f"answer_{seat}") for seat in PANEL}
    begun = played.begin_all()
    played.end(begun[0], said("ada"))
    played.fail_step(begun[2])

    assert played.prompt("answer_cleo") == before["cleo"]
    assert "words of ada" not in played.prompt("answer_cleo")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whichever_order_a_block_is_answered_the_next_round_is_asked_the_same(order: tuple[int, ...]) -> None:
    usual, other = interleaved((0, 1, 2)), interleaved(order)

    for seat in PANEL:
        assert other.prompt(f"answer_{seat}") == usual.prompt(f"answer_{seat}")
    assert other.debate.answers.latest == usual.debate.answers.latest
    assert other.debate.agreement.ppm == usual.debate.agreement.ppm


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(3)), st.frozensets(st.integers(0, 2)))
def test_neither_order_nor_failures_show_in_what_is_asked_next(order: list[int], failing: frozenset[int]) -> None:
    usual, other = interleaved((0, 1, 2)), interleaved(tuple(order), failing=failing)

    assert [other.prompt(f"answer_{seat}") for seat in PANEL] == [usual.prompt(f"answer_{seat}") for seat in PANEL]


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_a_crash_within_a_block_leaves_those_wanted_that_have_not_answered(answered: int) -> None:
    played = Panel(panel())
    begun = played.begin_all()
    for step in begun[:answered]:
        played.end(step, FOR)

    again = fold_session(played.engine, SESSION, played.log)

    assert again == played.state
    open_ = {step.id for step in played.engine.flow(again).plan(again)}
    assert open_ == set(begun[answered:])


def test_a_statement_within_a_block_is_seen_by_whoever_is_asked_after_it() -> None:
    played = Panel(panel())
    begun = played.begin_all()
    played.fail_step(begun[0])
    played.do(AddStatement(text="Mind the rota."))

    assert "Mind the rota." in played.prompt("answer_ada")
    played.begin_all()
    for step in begun:
        played.end(step, FOR)
    assert "Mind the rota." in played.prompt("answer_ben")


def test_consensus_waits_for_all_who_are_asked_at_once() -> None:
    played = Panel(panel())
    begun = played.begin_all()
    played.end(begun[0], FOR)
    played.end(begun[1], FOR)
    assert not played.of(ConsensusUpdated)
    assert not played.of(ConsensusReached)

    played.end(begun[2], AGAINST)

    (reading,) = played.of(ConsensusUpdated)
    assert reading.ppm == 666_666
    assert reading.inputs == {"ada.answer": "for", "ben.answer": "for", "cleo.answer": "against"}


def test_a_seat_that_loses_its_answer_is_counted_no_more() -> None:
    played = Panel(panel(rounds=3))
    played.play(FOR, FOR, AGAINST)
    played.play(FOR, AGAINST, "I am not sure any more.")

    assert played.debate.agreement.ppm == 500_000
    assert played.of(AnswerGiven)[-1].answer == ""
    assert played.of(AnswerGiven)[-1].reason == "no line names an answer"


LINKED = panel(
    *answers(sees=Sees.LINKED),
    links={"ada": ("ben",), "ben": ("cleo",)},
    rounds=3,
)


def test_in_a_sparse_topology_a_seat_sees_its_neighbours_and_itself_alone() -> None:
    played = Panel(LINKED)
    played.play(*(said(seat) for seat in PANEL))

    assert "words of ada" in played.prompt("answer_ada")
    assert "words of ben" in played.prompt("answer_ada")
    assert "words of cleo" not in played.prompt("answer_ada")
    assert "words of ada" not in played.prompt("answer_ben")
    assert "words of cleo" in played.prompt("answer_cleo")
    assert "words of ben" not in played.prompt("answer_cleo")


@pytest.mark.parametrize(
    ("sees", "own", "others"), [(Sees.NOTHING, False, False), (Sees.OWN, True, False), (Sees.ALL, True, True)]
)
def test_a_step_sees_as_much_as_its_format_says(sees: Sees, own: bool, others: bool) -> None:
    played = Panel(panel(*answers(sees=sees)))
    played.play(*(said(seat) for seat in PANEL))
    played.do(AddStatement(text="Mind the rota."))

    assert ("words of ada" in played.prompt("answer_ada")) == own
    assert ("words of ben" in played.prompt("answer_ada")) == others
    assert "Mind the rota." in played.prompt("answer_ada")


def test_rounds_seen_counts_back_from_the_one_under_way() -> None:
    played = Panel(panel(*answers(rounds_seen=2), rounds=4))
    for number in (1, 2, 3):
        played.play(*(said(f"{seat} in {number}", "for" if seat == "ada" else "against") for seat in PANEL))

    prompt = played.prompt("answer_ada")

    assert "words of ben in 3" in prompt
    assert "words of ben in 2" not in prompt
    assert "words of ada in 1" not in prompt


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_prompt_holds_a_turn_that_its_seat_may_not_see(data: st.DataObject) -> None:
    sees = {seat: data.draw(st.sampled_from(Sees), label=seat) for seat in PANEL}
    links = {seat: data.draw(st.lists(st.sampled_from(PANEL), max_size=2).map(tuple)) for seat in PANEL}
    rounds_seen = data.draw(st.integers(0, 2))
    steps = tuple(asked(f"answer_{seat}", seat, sees=sees[seat], rounds_seen=rounds_seen) for seat in PANEL)
    played = Panel(panel(*steps, links=links, rounds=3))
    for number in (1, 2):
        begun = played.begin_all()
        for place in data.draw(st.permutations(range(3))):
            played.end(begun[place], said(f"{PANEL[place]} in {number}", "for" if number % 2 else "against"))
    allowed = {Sees.ALL: set(PANEL), Sees.NOTHING: set()}

    for seat in PANEL:
        may = allowed.get(sees[seat], {seat} | (set(links[seat]) if sees[seat] is Sees.LINKED else set()))
        for other in PANEL:
            for number in (1, 2):
                is_near = not rounds_seen or number > 3 - rounds_seen
                shown = f"words of {other} in {number}" in played.prompt(f"answer_{seat}")
                assert shown == (other in may and is_near), (seat, other, number)


RANKERS = tuple(asked(f"rank_{seat}", seat, expects=Expects.RANKING, block="ranks", is_blind=True) for seat in PANEL)
COUNCIL = panel(
    *answers(sees=Sees.NOTHING),
    *RANKERS,
    blocks=(AT_ONCE, Block(id="ranks", is_at_once=True)),
    decided_by=DecidedBy.JUDGE,
    judge="chair",
    rounds=1,
    is_blind=True,
)


def councilled(seed: int = 7) -> Panel:
    played = Panel(COUNCIL, seed=seed)
    played.play(*(said(seat) for seat in PANEL))
    return played


def letters(played: Panel, name: str) -> dict[str, str]:
    return {str(seat): letter for seat, letter in played.request(name).brief.letters.items()}


def test_who_ranks_sees_letters_instead_of_names_and_never_its_own_words() -> None:
    played = councilled()

    for seat in PANEL:
        prompt = played.prompt(f"rank_{seat}")
        others = [other for other in PANEL if other != seat]
        assert f"words of {seat}" not in prompt
        assert all(f"words of {other}" in prompt for other in others)
        assert "Speaker A" in prompt
        assert "Speaker B" in prompt
        assert not any(f"{other}" in prompt.replace(f"words of {other}", "") for other in others)
        assert sorted(letters(played, f"rank_{seat}").values()) == ["A", "B"]
        assert prompt.endswith("such as 'RANKING: A > B', and nothing else.")


def test_letters_are_the_same_after_a_replay_and_others_for_another_seed() -> None:
    played = councilled()
    before = {seat: letters(played, f"rank_{seat}") for seat in PANEL}

    played.state = fold_session(played.engine, SESSION, played.log)

    assert {seat: letters(played, f"rank_{seat}") for seat in PANEL} == before
    drawn = {tuple(letters(councilled(seed), "rank_ada").items()) for seed in range(12)}
    assert len(drawn) > 1


def test_blind_words_are_read_in_the_order_of_their_letters() -> None:
    for seed in range(6):
        prompt = councilled(seed).prompt("rank_ada")

        assert prompt.index("Speaker A") < prompt.index("Speaker B")


def test_a_ranking_is_recorded_by_seats_and_an_unreadable_one_as_such() -> None:
    played = councilled()
    by_letter = {letter: seat for seat, letter in letters(played, "rank_ada").items()}
    begun = played.begin_all()

    played.end(begun[0], "B is better.\nRANKING: B > A")
    played.end(begun[1], "Both.\nRANKING: A > A")
    played.end(begun[2], "I rank none.")

    first, second, third = played.of(RankingGiven)
    assert first.ranking == (by_letter["B"], by_letter["A"])
    assert second.ranking == third.ranking == ()
    assert third.reason == "no line ranks each of them once"


def test_the_chair_is_told_the_rankings_under_its_own_letters_and_not_in_others_words() -> None:
    played = councilled()
    orders = {}
    begun = played.begin_all()
    for seat, step in zip(PANEL, begun, strict=True):
        played.end(step, f"Ranked by {seat}, who says Speaker A is best.\nRANKING: A > B")
        orders[seat] = played.of(RankingGiven)[-1].ranking

    prompt = played.prompt("verdict")
    chair = letters(played, "verdict")

    assert "Ranked by" not in prompt
    for ranking in orders.values():
        assert " > ".join(f"Speaker {chair[seat]}" for seat in ranking) in prompt
    assert "Mean place: " in prompt
    assert not any(seat in prompt.replace(f"words of {seat}", "") for seat in PANEL)


def test_more_seats_than_letters_leave_the_rest_without_a_name() -> None:
    seats = tuple(f"seat_{number:02}" for number in range(len(LETTERS) + 2))
    played = Panel(
        panel(
            *answers(*seats, sees=Sees.NOTHING),
            seats=seats,
            judge="chair",
            decided_by=DecidedBy.JUDGE,
            rounds=1,
            is_blind=True,
        )
    )
    played.play(*(said("somebody") for _ in seats))

    prompt = played.prompt("verdict")

    assert "Another speaker" in prompt
    assert "seat_" not in prompt


def test_most_seats_decide_by_their_latest_answers() -> None:
    played = Panel(panel())
    played.play(FOR, FOR, FOR)
    played.play(FOR, AGAINST, AGAINST)

    (verdict,) = played.of(VerdictReached)
    assert (verdict.by, verdict.outcome, verdict.seat) == ("vote", "against", "")
    assert verdict.reason == "2 of 3 answers are against"
    assert verdict.text == "Counted: against: 2, for: 1."
    assert played.status is Status.COMPLETED


def test_most_samples_decide_where_one_seat_is_asked_often() -> None:
    samples = tuple(asked(f"sample_{number}", "ada", sees=Sees.NOTHING) for number in range(1, 6))
    played = Panel(panel(*samples, seats=("ada",), decided_by=DecidedBy.SAMPLES, rounds=1), form=NUMBER)
    requests = [played.request(f"sample_{number}") for number in range(1, 6)]

    played.play(*(f"ANSWER: {number}" for number in (4, 5, 5, 4, 5)))

    assert len({request.seed for request in requests}) == 5
    assert len({request.messages[-1].text.replace(request.brief.task, "") for request in requests}) == 1
    assert played.of(VerdictReached)[0].outcome == "5"
    assert played.of(ConsensusUpdated)[0].inputs == {"5": 3, "4": 2}


def test_samples_of_later_rounds_are_drawn_with_seeds_of_their_own() -> None:
    samples = tuple(asked(f"sample_{number}", "ada", sees=Sees.NOTHING) for number in (1, 2))
    played = Panel(panel(*samples, seats=("ada",), decided_by=DecidedBy.SAMPLES), form=NUMBER, seed=2**32 - 1)
    first = {played.request(f"sample_{number}").seed for number in (1, 2)}
    played.play("ANSWER: 4", "ANSWER: 5")
    second = {played.request(f"sample_{number}").seed for number in (1, 2)}

    assert len(first | second) == 4
    assert all(0 <= seed < 2**32 for seed in first | second)


def test_an_even_vote_goes_to_the_judge_where_the_format_has_one() -> None:
    played = Panel(panel(judge="chair", rounds=1))
    played.play(FOR, AGAINST, "I abstain.")

    assert played.wanted_seats == ["chair"]
    played.play("They part at the second step.\nVERDICT: for")
    (verdict,) = played.of(VerdictReached)
    assert (verdict.by, verdict.outcome) == ("seat:chair", "for")


def test_a_vote_that_is_not_even_asks_no_judge() -> None:
    played = Panel(panel(judge="chair", rounds=1))
    played.play(FOR, AGAINST, FOR)

    assert played.of(VerdictReached)[0].by == "vote"


def test_an_even_vote_without_a_judge_is_undecided_and_says_why() -> None:
    played = Panel(panel(rounds=1))
    played.play(FOR, AGAINST, "I abstain.")

    (verdict,) = played.of(VerdictReached)
    assert (verdict.outcome, verdict.reason) == ("undecided", "the vote is even (against: 1, for: 1)")


def test_a_vote_in_which_nobody_answered_is_undecided_and_says_so() -> None:
    played = Panel(panel(rounds=1))
    played.play("Hm.", "Well.", "Who knows.")

    assert played.of(VerdictReached)[0].reason == "nobody gave an answer that can be read"


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_whatever_order_answers_come_in_the_log_verifies(data: st.DataObject) -> None:
    played = Panel(COUNCIL if data.draw(st.booleans()) else panel(rounds=2), *STANDARD_RULES)
    while played.status is Status.RUNNING:
        begun = played.begin_all()
        for step in data.draw(st.permutations(begun)):
            ending = data.draw(
                st.sampled_from(["ANSWER: for", "ANSWER: against", "RANKING: A > B", "VERDICT: for", ""])
            )
            played.end(step, f"Said at {step}.\n{ending}")

    assert verify(played.engine, SESSION, played.log) is None


def test_a_late_answer_to_a_format_that_was_left_is_not_read_as_one_of_the_seat_that_has_its_step_now() -> None:
    other = replace(panel(asked("answer_ada", "ben")), id=TemplateId("other"))
    played = Panel(panel(rounds=3), others=(other,))
    begun = played.begin_all()
    played.do(ApplyTemplate(template=other.id))
    played.do(StartNewRound(reason="on"))
    for step in begun:
        played.end(step, said("late", "against"))

    assert all(each.seat == seat_of(each.step) for each in played.of(AnswerGiven))
    assert "ben" not in played.debate.answers.latest
    assert played.wanted_seats == ["ben"]


def test_whoever_is_asked_at_once_with_those_who_rank_is_not_told_how_they_ranked() -> None:
    both = (asked("rank", "ada", expects=Expects.RANKING), asked("comment", "ben"))
    played = Panel(
        panel(*answers(block="", occurs=Occurs.FIRST), *(replace(each, occurs=Occurs.LATER) for each in both))
    )
    for _ in range(3):
        played.play(said("first"))
    assert played.debate.round == 2
    before = played.prompt("comment")
    rank, _answer = played.begin_all()
    played.end(rank, "RANKING: A > B")

    assert played.of(RankingGiven)[0].ranking
    assert played.prompt("comment") == before


def test_rankings_by_the_letters_of_a_format_that_was_left_stay_hidden() -> None:
    other = replace(panel(), id=TemplateId("other"))
    played = Panel(panel(*answers(), asked("rank", "ada", expects=Expects.RANKING, block="")), others=(other,))
    played.play(said("one"), said("two"), said("three"))
    played.do(ApplyTemplate(template=other.id))
    played.play("I ranked them.\nRANKING: A > B")

    assert played.debate.template.id == "other"
    assert "RANKING:" not in played.prompt("answer_ben")


def test_a_seat_that_left_with_its_format_votes_no_more() -> None:
    other = replace(panel(*answers("ben", "cleo"), seats=("ben", "cleo")), id=TemplateId("other"))
    played = Panel(panel(), others=(other,))
    first, second, third = played.begin_all()
    played.do(ApplyTemplate(template=other.id))
    for step, text in ((first, FOR), (second, FOR), (third, AGAINST)):
        played.end(step, text)
    assert played.debate.answers.tally.counts == (("against", 1), ("for", 1))

    played.play(AGAINST, FOR)

    assert played.of(VerdictReached)[0].text == "Counted: against: 1, for: 1."
    assert played.of(ConsensusUpdated)[-1].ppm == 500_000
