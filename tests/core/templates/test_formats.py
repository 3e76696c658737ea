"""Is each format of the literature built as its source says, and is it sound?"""

from __future__ import annotations

import re
from itertools import groupby

import pytest

from core.domain.ids import is_snake_case
from core.domain.participants import Role
from core.judging.answers import ANSWERS_PIN, LETTERS
from core.judging.ballots import BALLOTS_PIN
from core.judging.stances import STANCE_PIN
from core.templates.formats import (
    CONSULTANCY,
    COUNCIL,
    EXPERT_PANEL,
    FORMATS,
    SAMPLES,
    SELF_CONSISTENCY,
    SHIPPED_TEMPLATES,
    SOCIETY_OF_MINDS,
    SPARSE_SOCIETY,
    TIT_FOR_TAT,
    VOTE_ONLY,
)
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.plain import template_from_plain, template_to_plain
from core.templates.round_tables import BALLOT_PANEL, ROUND_TABLE
from core.templates.standard import STANDARD_TEMPLATES
from core.templates.template import ANSWERING, DecidedBy, EarlyStop, Expects, Sees, StepSpec, Template

every_format = pytest.mark.parametrize("format_", FORMATS, ids=lambda each: each.id)
CONTROLS = {"consultancy", "vote_only", "self_consistency"}


def steps_of(format_: Template) -> tuple[StepSpec, ...]:
    return (*format_.steps, *((format_.verdict,) if format_.verdict is not None else ()))


def test_no_two_formats_that_are_shipped_share_an_id_and_the_first_four_are_the_seeds() -> None:
    ids = [each.id for each in SHIPPED_TEMPLATES]

    assert len(set(ids)) == len(ids)
    assert SHIPPED_TEMPLATES[: len(STANDARD_TEMPLATES)] == STANDARD_TEMPLATES


@every_format
def test_every_step_has_a_seat_and_every_seat_a_step_and_a_participant_of_its_role(format_: Template) -> None:
    assert {step.seat for step in steps_of(format_)} | set(format_.judges) == {seat.id for seat in format_.seats}
    for seat in format_.seats:
        assert seat.participant in PARTICIPANTS_BY_ID
        assert seat.participant == seat.role.value


@every_format
def test_names_are_unique_and_say_what_they_mean(format_: Template) -> None:
    names = [step.name for step in steps_of(format_)]

    assert len(set(names)) == len(names)
    assert all(map(is_snake_case, (format_.id, *names, *(seat.id for seat in format_.seats))))


@every_format
def test_a_format_names_its_source_with_a_year_and_how_it_is_to_be_found(format_: Template) -> None:
    assert re.search(r"\b20(22|23|24|25)\b", format_.source)
    assert "literature" in format_.tags
    assert ("control" in format_.tags) == (format_.id in CONTROLS)
    assert format_.description.endswith(".")


@every_format
def test_a_format_reads_back_from_what_is_stored_of_it(format_: Template) -> None:
    assert template_from_plain(template_to_plain(format_)) == format_


@every_format
def test_the_steps_of_a_block_stand_together_and_every_block_has_some(format_: Template) -> None:
    blocks = [block for block, _ in groupby(step.block for step in format_.steps) if block]

    assert len(set(blocks)) == len(blocks)
    assert set(blocks) == {block.id for block in format_.blocks}


@every_format
def test_where_seats_answer_agreement_is_measured_on_answers_and_else_on_words(format_: Template) -> None:
    expecting = {step.expects for step in format_.steps}
    measured = {ANSWERS_PIN: Expects.ANSWER, STANCE_PIN: Expects.STANCE, BALLOTS_PIN: Expects.BALLOT}
    answering = not expecting.isdisjoint(measured.values())

    assert (format_.measure in measured) == answering
    assert format_.measure not in measured or measured[format_.measure] in expecting
    assert not format_.is_vote or answering
    assert format_.is_vote or format_.verdict is not None


@every_format
def test_no_word_that_a_dial_is_to_choose_is_left_in_an_instruction(format_: Template) -> None:
    for step in steps_of(format_):
        assert "{" not in format_.told(step.instruction)
        assert len(step.instruction.split()) < 150


@every_format
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_every_round_has_turns_however_many_are_played(format_: Template, rounds: int) -> None:
    for number in range(1, rounds + 1):
        assert format_.steps_of_round(number, rounds_limit=rounds)


@pytest.mark.parametrize(
    "format_",
    [SOCIETY_OF_MINDS, SPARSE_SOCIETY, EXPERT_PANEL, COUNCIL, VOTE_ONLY, ROUND_TABLE, BALLOT_PANEL],
    ids=lambda f: f.id,
)
def test_a_panel_answers_at_once_and_unseen_in_its_first_round(format_: Template) -> None:
    first = [step for step in format_.steps_of_round(1, rounds_limit=3) if step.expects in ANSWERING]
    at_once = {block.id for block in format_.blocks if block.is_at_once}
    panel = [seat.id for seat in format_.seats if seat.role is Role.PANELIST]

    assert [step.seat for step in first] == panel
    assert all(step.sees is Sees.NOTHING and step.block in at_once for step in first)


def test_in_a_society_of_minds_all_see_all_of_the_round_before() -> None:
    later = SOCIETY_OF_MINDS.steps_of_round(2, rounds_limit=3)

    assert len(later) == 3
    assert all(step.sees is Sees.ALL and step.rounds_seen == 2 for step in later)


def test_in_a_sparse_society_the_links_make_one_ring() -> None:
    links = SPARSE_SOCIETY.links
    for seat, seen in links.items():
        assert len(set(seen)) == 2
        assert seat not in seen
        assert all(seat in links[other] for other in seen)
    reached, ring = {SPARSE_SOCIETY.seats[0].id}, []
    for _ in SPARSE_SOCIETY.seats:
        ring.append(frozenset(reached))
        reached |= {other for seat in reached for other in links[seat]}

    assert reached == {seat.id for seat in SPARSE_SOCIETY.seats}
    assert ring[2] == reached, "two steps reach everybody in a ring of five"


def test_a_council_ranks_blind_and_its_chair_knows_no_name() -> None:
    ranking = [step for step in COUNCIL.steps if step.expects is Expects.RANKING]

    assert [step.seat for step in ranking] == [seat.id for seat in COUNCIL.seats if seat.role is Role.PANELIST]
    assert all(step.is_blind for step in ranking)
    assert len(ranking) <= len(LETTERS)
    assert COUNCIL.verdict is not None
    assert COUNCIL.verdict.is_blind
    assert COUNCIL.decided_by is DecidedBy.JUDGE


def test_the_judge_of_a_tit_for_tat_is_asked_after_every_round_but_the_last() -> None:
    asked = [
        number
        for number in range(1, 5)
        if TIT_FOR_TAT.steps_of_round(number, rounds_limit=4)[-1].expects is Expects.BREAK
    ]

    assert asked == [1, 2, 3]
    assert [len(dial.words) for dial in TIT_FOR_TAT.dials] == [4]


def test_a_consultancy_hears_one_side_and_asks_it() -> None:
    assert [seat.role for seat in CONSULTANCY.seats] == [Role.PROPOSER, Role.JUDGE]
    assert [step.seat for step in CONSULTANCY.steps_of_round(2, rounds_limit=3)] == ["judge", "consultant"]


def test_the_experts_look_from_different_sides() -> None:
    told = {step.instruction for step in EXPERT_PANEL.steps_of_round(1, rounds_limit=3) if step.task == "answer"}

    assert len(told) == 3


def test_self_consistency_asks_one_seat_an_odd_number_of_times() -> None:
    assert len(SELF_CONSISTENCY.seats) == 1
    assert len(SELF_CONSISTENCY.steps) == SAMPLES
    assert SAMPLES % 2 == 1
    assert SELF_CONSISTENCY.decided_by is DecidedBy.SAMPLES


def test_at_a_round_table_confidence_decides_and_at_a_ballot_panel_duels() -> None:
    assert {step.expects for step in ROUND_TABLE.steps} == {Expects.STANCE}
    assert (ROUND_TABLE.decided_by, ROUND_TABLE.measure) == (DecidedBy.CONFIDENCE, STANCE_PIN)
    assert (BALLOT_PANEL.decided_by, BALLOT_PANEL.measure) == (DecidedBy.CONDORCET, BALLOTS_PIN)
    assert [step.expects for step in BALLOT_PANEL.steps_of_round(1, rounds_limit=2)] == [
        *[Expects.ANSWER] * 5,
        *[Expects.BALLOT] * 5,
    ]


def test_every_format_that_ships_trusts_its_measure_which_is_shown_as_uncalibrated() -> None:
    assert {format_.early_stop for format_ in SHIPPED_TEMPLATES} == {EarlyStop.TRUSTED}
