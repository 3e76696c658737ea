"""Does a format come of seats and steps, or every reason why it doesn't?"""

from __future__ import annotations

import pytest

from core.domain.participants import Participant, Role
from core.rules.condition import Compare, ConditionType
from core.templates.checking import check_template, errors_of
from core.templates.composing import (
    CompositionRefused,
    StepChoice,
    TemplateMetadata,
    compose_custom_template,
    step_choice,
)
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.steps_library import STEPS, STEPS_BY_ID
from core.templates.template import Complexity, DecidedBy, EarlyStop, Expects, Occurs, Template
from tests.core.templates.making import FACTS, HERE, step

TWO_SIDES = ("proposer", "opponent", "judge")
EVERYBODY = (
    *("proposer", "opponent", "second_proposer", "second_opponent"),
    *("panelist", "reviewer", "moderator", "observer", "judge"),
)


def composed(participants: object = TWO_SIDES, steps: object = ("opening_arguments",), **parts: object) -> Template:
    told: dict[str, object] = {
        "template_id": "my_template",
        "metadata": TemplateMetadata(name="My template"),
        "participants": participants,
        "step_sequence": steps,
        "facts": FACTS,
        **parts,
    }
    return compose_custom_template(**told)  # type: ignore[arg-type]  # as told


def problems(**parts: object) -> tuple[str, ...]:
    with pytest.raises(CompositionRefused) as refused:
        composed(**parts)
    return refused.value.problems


def test_the_example_of_the_specification_comes_to_a_debate_of_three_rounds() -> None:
    claude = Participant(id="claude_proposer", name="Claude", model="anthropic:claude")  # type: ignore[arg-type]
    gemini = Participant(id="gemini_opponent", name="Gemini", model="gemini:pro")  # type: ignore[arg-type]
    template = compose_custom_template(
        template_id="my_template",
        metadata=TemplateMetadata(name="My Template", complexity_level=3),
        participants=["claude_proposer", "gemini_opponent", "judge"],
        step_sequence=["opening_arguments", "consensus_check", "final_decision"],
        config_overrides={"max_rounds": 3},
        library={**PARTICIPANTS_BY_ID, claude.id: claude, gemini.id: gemini},
        facts=FACTS,
    )

    assert (template.id, template.rounds, template.complexity) == ("my_template", 3, Complexity.STANDARD)
    assert [(seat.id, seat.participant) for seat in template.seats][:2] == [
        ("proposer", "claude_proposer"),
        ("opponent", "gemini_opponent"),
    ]
    assert [step.name for step in template.steps_of_round(1, rounds_limit=3)] == [
        "opening_proposer",
        "opening_opponent",
        "consensus_check_judge",
    ]
    assert [step.task for step in template.steps_of_round(3, rounds_limit=3)] == ["rebuttal", "rebuttal"]
    assert template.verdict is not None
    assert template.verdict.seat == "judge"


def test_what_is_argued_later_keeps_openings_in_the_first_round_alone() -> None:
    template = composed(steps=("opening_arguments", "cross_examination", "final_decision"))

    assert {step.task for step in template.steps} == {"opening", "cross_examination"}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_every_step_of_the_library_makes_a_sound_format_beside_openings(step: object) -> None:
    verdict = "chair_decision" if step is STEPS_BY_ID["chair_decision"] else "final_decision"
    steps = dict.fromkeys(("independent_answers", "opening_arguments", step.id, verdict))  # type: ignore[attr-defined]
    template = composed(EVERYBODY, tuple(steps))

    assert not errors_of(check_template(template, surroundings=HERE))
    assert step.about.isprintable()  # type: ignore[attr-defined]


def test_second_speakers_open_a_second_line_and_speak_behind_the_first_of_each_side() -> None:
    template = composed((*EVERYBODY[:4], "judge"), ("opening_arguments", "final_decision"))

    opening = [step for step in template.steps if step.task == "opening"]
    assert [step.seat for step in opening] == ["proposer", "opponent", "second_proposer", "second_opponent"]
    assert [step.instruction == STEPS_BY_ID["opening_arguments"].second for step in opening] == [False] * 2 + [True] * 2


def test_a_vote_is_taken_at_once_and_decides_where_no_judge_does() -> None:
    template = composed(("panelist",) * 3, ("independent_answers", "vote"))

    assert template.decided_by is DecidedBy.SEATS
    assert [seat.id for seat in template.seats] == ["panelist", "second_panelist", "third_panelist"]
    assert {block.is_at_once for block in template.blocks} == {True}
    assert template.measure == "answers@1"


def test_stances_and_ballots_decide_where_no_judge_does() -> None:
    stances = composed(("panelist",) * 3, ("independent_answers", "stance_vote"))
    ballots = composed(
        ("panelist",) * 3, ("independent_answers", "ballot"), config_overrides={"early_stop": "calibrated"}
    )

    assert (stances.decided_by, stances.measure) == (DecidedBy.CONFIDENCE, "stance@1")
    assert (ballots.decided_by, ballots.measure) == (DecidedBy.RANKED, "answers@1")
    assert (stances.early_stop, ballots.early_stop) == (EarlyStop.TRUSTED, EarlyStop.CALIBRATED)


def test_a_seat_is_named_with_its_role_and_participant() -> None:
    template = composed(
        ("ann:proposer=panelist", "bob:opponent=panelist", "judge"), ("opening_arguments=ann,bob", "final_decision")
    )

    assert [(seat.id, seat.role) for seat in template.seats][:2] == [("ann", Role.PROPOSER), ("bob", Role.OPPONENT)]


def test_a_step_can_be_taken_by_others_elsewhere_and_under_a_condition() -> None:
    when = Compare(type=ConditionType.GREATER_THAN, field="concession_count", value=0)
    template = composed(
        steps=(
            "opening_arguments",
            "rebuttal@last=opponent",
            StepChoice(step="clarification", when=when),
            "final_decision",
        )
    )

    rebuttals = [step for step in template.steps if step.task == "rebuttal"]
    assert [(step.seat, step.occurs) for step in rebuttals] == [("opponent", Occurs.LAST)]
    assert [step.when for step in template.steps if step.task == "clarification"] == [when, when]


def test_steps_of_ones_own_are_taken_as_they_are() -> None:
    own = step("plea", "opponent", task="plea")
    template = composed(steps=("opening_arguments", own, "final_decision"))

    assert own in template.steps


def test_a_step_twice_has_two_names() -> None:
    template = composed(steps=("opening_arguments", "rebuttal", "rebuttal@last", "final_decision"))

    assert [step.name for step in template.steps if step.seat == "opponent"][1:] == [
        "rebuttal_opponent",
        "rebuttal_opponent_2",
    ]


def test_every_problem_is_named_at_once() -> None:
    found = problems(
        participants=("proposr", "anthropic:claude", "panelist"),
        steps=("opening_argments", "review", "final_decision@never"),
        metadata=TemplateMetadata(name="x", complexity_level=9),
        config_overrides={"max_round": 3, "rounds": 0, "decided_by": "jury"},
    )

    assert found == (
        "no participant is called 'proposr'. Did you mean 'proposer'?",
        "no participant is called 'anthropic:claude'."
        " That looks like a model: seat a participant, and cast the model when you start.",
        "nothing called 'max_round' can be set. Did you mean 'max_rounds'?",
        "0 can't be rounds. Name a whole number from 1 to 100.",
        "nobody called 'jury' can decide. It is one of judge, seats, samples, confidence, ranked, borda, condorcet.",
        "9 can't be a level of complexity. Name one from 1 to 5.",
        "no step is called 'opening_argments'. Did you mean 'opening_arguments'?",
        "final_decision: no step occurs 'never'. Did you mean 'every'?",
        "review is for reviewer, and nobody sits as that. Seat one, or name who takes it.",
    )


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"participants": ()}, "without participants"),
        ({"steps": ()}, "without steps"),
        ({"participants": ("panelist",) * 1_000}, "1000 seats. A format has at most 26."),
        ({"steps": ("rebuttal",) * 1_000}, "1000 steps. A format has at most 200."),
        ({"config_overrides": {"cost_microusd_expected": -1}}, "-1 can't be cost_microusd_expected"),
        ({"config_overrides": {"max_rounds": True}}, "True can't be max_rounds"),
        ({"config_overrides": {"early_stop": "trust"}}, "no early stop is called 'trust'. Did you mean 'trusted'?"),
        ({"template_id": "My Template"}, "can't be the id of a template"),
        ({"steps": ("opening_arguments",)}, "no step gives the verdict, and the judge decides."),
        ({"participants": ("proposer", "a=proposer", "a=opponent")}, "two seats are called 'a'"),
        (
            {"steps": ("opening_arguments", "rebuttal=jury", "final_decision")},
            "rebuttal is for 'jury', who isn't seated.",
        ),
        ({"participants": ("x:juge=proposer",)}, "no role is called 'juge'. Did you mean 'judge'?"),
    ],
)
def test_what_cant_be_is_refused_with_what_can(parts: dict[str, object], said: str) -> None:
    assert any(said in problem for problem in problems(**parts)), problems(**parts)


def test_a_choice_is_read_from_its_words() -> None:
    assert step_choice("rebuttal@every=proposer, opponent") == StepChoice(
        step="rebuttal", seats=("proposer", "opponent"), occurs=Occurs.EVERY
    )


def test_what_only_a_judge_gives_stands_behind_the_last_round() -> None:
    template = composed(steps=("final_decision", "opening_arguments"))

    assert all(step.expects is not Expects.VERDICT for step in template.steps)
