"""Does a draft of a format change as it is asked to, and come to the blocks that it asks for?"""

from __future__ import annotations

from console.presenters.composing import Draft, DraftStep, draft_rows, library_rows, outlook, verdict_of, with_blocks
from core.templates.composing import TemplateMetadata, compose_custom_template
from core.templates.participants import SHIPPED_PARTICIPANTS
from core.templates.steps_library import STEPS
from core.templates.template import Occurs, Template

SIDES = Draft(seats=("proposer", "opponent", "judge"))


def composed(draft: Draft) -> Template:
    template = compose_custom_template(
        template_id="mine",
        metadata=TemplateMetadata(name="Mine", complexity_level=draft.level),
        participants=draft.seats,
        step_sequence=draft.choices,
        config_overrides={"rounds": draft.rounds},
    )
    return with_blocks(template, draft)


def test_steps_are_added_at_the_end_and_the_verdict_stays_last() -> None:
    draft = SIDES.adding("step final_decision").adding("step opening_arguments").adding("seat reviewer")

    assert [each.step for each in draft.steps] == ["opening_arguments", "final_decision"]
    assert draft.seats[-1] == "reviewer"


def test_rows_are_moved_and_taken_out_within_their_list_alone() -> None:
    draft = SIDES.adding("step rebuttal").adding("step vote")

    assert [each.step for each in draft.moved("step 0", 1)[0].steps] == ["vote", "rebuttal"]
    assert draft.moved("step 0", 1)[1] == "step 1"
    assert draft.moved("step 0", -1) == (draft, "step 0")
    assert draft.moved("seat 2", 1) == (draft, "seat 2")
    assert draft.without("seat 0").seats == ("opponent", "judge")


def test_a_step_goes_round_its_occurrences_and_its_repeats_and_back() -> None:
    draft = SIDES.adding("step rebuttal")
    seen = []
    for _ in range(len(Occurs) + 1):
        draft = draft.occurring("step 0")
        seen.append(draft.steps[0].occurs)
    assert seen == [*Occurs, None]

    for times in (2, 3, 4, 5, 1):
        draft = draft.repeated("step 0")
        assert draft.steps[0].times == times


def test_a_seat_and_a_verdict_are_not_repeated() -> None:
    draft = SIDES.adding("step final_decision")

    assert draft.repeated("seat 0") == draft.at_once("step 0") == draft.occurring("step 0") == draft


def test_rounds_stay_within_bounds() -> None:
    assert SIDES.lasting(-5).rounds == 1
    assert SIDES.lasting(100).rounds == 20


def test_a_repeated_step_becomes_a_block_of_its_turns() -> None:
    draft = SIDES.adding("step opening_arguments").adding("step rebuttal").adding("step final_decision")
    plain = composed(draft)
    repeated = composed(draft.repeated("step 1").at_once("step 1"))

    assert not plain.blocks
    assert [(block.times, block.is_at_once) for block in repeated.blocks] == [(2, True)]
    assert {step.task for step in repeated.steps if step.block} == {"rebuttal"}
    seats = [seat.id for seat in plain.seats]
    assert repeated.turns_of(seats, rounds=3) > plain.turns_of(seats, rounds=3)


def test_a_step_at_once_by_itself_keeps_its_block_and_takes_the_repeats() -> None:
    draft = Draft(seats=("proposer", "opponent"), rounds=1, steps=(DraftStep(step="vote", times=3),))

    assert [(block.times, block.is_at_once) for block in composed(draft).blocks] == [(3, True)]


def test_the_library_lists_everybody_and_every_step_and_a_draft_says_what_is_otherwise() -> None:
    draft = SIDES.adding("step rebuttal").repeated("step 0")

    assert len(library_rows(SHIPPED_PARTICIPANTS)) == len(SHIPPED_PARTICIPANTS) + len(STEPS)
    assert draft_rows(draft)[-1].cells[2].text == "later ×2"
    assert outlook(composed(draft.adding("step final_decision"))).startswith("3 rounds · ")


def test_what_is_in_the_way_is_said_before_what_is_to_be_considered() -> None:
    assert verdict_of(["no judge"], ())[0] == "✗ 1 in the way"
    assert verdict_of((), ())[0] == "✓ can be kept"
