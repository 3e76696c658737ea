"""Does the graph of a format show what is played, once each, and where a session stands?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.participants import Role
from core.templates.juries import JURY_DEBATE
from core.templates.standard import COMPLEX_DEBATE, SIMPLE_DEBATE, STANDARD_TEMPLATES
from core.templates.template import Block, DecidedBy, Expects, Judging, Occurs, Template
from core.templates.workflow import EdgeKind, Mark, NodeKind, WorkflowDefinition, standing, to_workflow_definition
from tests.core.templates.making import FACTS, PANEL, at_least, step, with_step

BALLOTS = {"ballot_first_judge", "ballot_reversed_judge"}


def edges(workflow: WorkflowDefinition, kind: EdgeKind) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.label) for edge in workflow.edges if edge.kind is kind]


def reached(workflow: WorkflowDefinition) -> set[str]:
    found, waiting = {"start"}, ["start"]
    while waiting:
        for edge in workflow.leaving(waiting.pop()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def test_rounds_of_the_same_steps_are_one_stage() -> None:
    workflow = COMPLEX_DEBATE.to_workflow_definition()

    assert [stage.rounds for stage in workflow.stages] == ["round 1", "rounds 2–4", "round 5"]
    assert edges(workflow, EdgeKind.NEXT_ROUND) == [
        ("s2_review_reviewer", "s2_rebuttal_proposer", "next round, up to 4")
    ]
    assert len(edges(workflow, EdgeKind.NEXT_STAGE)) == 2


@pytest.mark.parametrize("template", STANDARD_TEMPLATES, ids=lambda template: template.id)
@given(rounds=st.integers(min_value=1, max_value=100))
def test_every_turn_that_is_played_stands_once_in_its_stage_and_can_be_reached(template: Template, rounds: int) -> None:
    workflow = to_workflow_definition(template, rounds=rounds)

    for number in range(1, rounds + 1):
        (stage,) = [stage for stage in workflow.stages if stage.first <= number <= stage.last]
        drawn = [workflow.node(id).step for group in stage.groups for id in group]
        assert drawn == [step.name for step in template.steps_of_round(number, rounds_limit=rounds)]
    assert reached(workflow) == {node.id for node in workflow.nodes}
    assert len({node.id for node in workflow.nodes}) == len(workflow.nodes)


def test_those_asked_at_once_stand_side_by_side() -> None:
    workflow = PANEL.to_workflow_definition()

    assert workflow.stages[0].groups == (("s1_answer_ann", "s1_answer_bob", "s1_answer_cid"),)
    assert {target for source, target, _ in edges(workflow, EdgeKind.NEXT) if source == "start"} == {
        "s1_answer_ann",
        "s1_answer_bob",
        "s1_answer_cid",
    }
    assert workflow.blocks == {"alone": "all at once"}


def test_a_step_with_a_condition_can_be_passed_by() -> None:
    conditional = with_step("ranking_ann", when=at_least("answer_count", 2))
    workflow = to_workflow_definition(conditional, facts=FACTS)

    assert workflow.node("s2_ranking_ann").condition == "answer_count > 1"
    assert ("s1_answer_cid", "verdict", "else") in edges(workflow, EdgeKind.OTHERWISE)


def test_a_block_leads_back_to_its_beginning() -> None:
    block = Block(id="alone", times=3, until=at_least("answer_count", 3))
    workflow = to_workflow_definition(replace(PANEL, blocks=(block,)), facts=FACTS)

    assert edges(workflow, EdgeKind.REPEAT) == [
        ("s1_answer_cid", "s1_answer_ann", "3 times in all, until answer_count > 2")
    ]
    assert workflow.blocks == {"alone": "3 times, until answer_count > 2"}


def test_a_vote_is_counted_and_the_judge_asked_where_it_is_even() -> None:
    workflow = to_workflow_definition(replace(PANEL, decided_by=DecidedBy.SEATS))

    assert [node.kind for node in workflow.nodes][-3:] == [NodeKind.COUNT, NodeKind.VERDICT, NodeKind.END]
    assert [(edge.target, edge.label) for edge in workflow.leaving("count")] == [
        ("verdict", "if the vote is even"),
        ("end", "else"),
    ]


def test_a_break_may_lead_to_the_end() -> None:
    asking = replace(SIMPLE_DEBATE, steps=(*SIMPLE_DEBATE.steps, step("check", "judge", expects=Expects.BREAK)))

    said = "may end, if a rule says so"
    once = replace(asking, judging=Judging.ONCE)
    assert edges(once.to_workflow_definition(), EdgeKind.MAY_END)[0] == ("s1_check", "verdict", said)
    assert {target for source, target, _ in edges(asking.to_workflow_definition(), EdgeKind.MAY_END)} == BALLOTS


def test_nodes_say_who_speaks() -> None:
    node = SIMPLE_DEBATE.to_workflow_definition().node("s1_opening_opponent")

    assert (node.seat, node.role, node.task, node.stage) == ("opponent", Role.OPPONENT, "opening", 0)


def test_where_a_session_stands_is_marked() -> None:
    workflow = COMPLEX_DEBATE.to_workflow_definition()
    marks = standing(
        workflow,
        round=3,
        spoken=("rebuttal_proposer", "rebuttal_opponent"),
        skipped=("rebuttal_opponent",),
    )

    assert marks["s1_opening_proposer"] is Mark.DONE
    assert marks["s2_rebuttal_proposer"] is Mark.DONE
    assert marks["s2_rebuttal_opponent"] is Mark.SKIPPED
    assert marks["s2_cross_examination_second_proposer"] is Mark.NOW
    assert marks["s2_review_reviewer"] is Mark.AHEAD
    assert marks["s3_closing_proposer"] is Mark.AHEAD
    assert marks["verdict"] is Mark.AHEAD


def test_those_who_are_asked_together_are_marked_together() -> None:
    marks = standing(
        PANEL.to_workflow_definition(), round=1, spoken=("answer_bob",), speaking=("answer_ann", "answer_cid")
    )

    assert [marks[f"s1_answer_{name}"] for name in ("ann", "bob", "cid")] == [Mark.NOW, Mark.DONE, Mark.NOW]


def test_while_the_judge_is_asked_every_round_is_done() -> None:
    workflow = SIMPLE_DEBATE.to_workflow_definition()

    judging = standing(workflow, round=2, is_judging=True)
    assert (judging["verdict"], *(judging[id] for id in BALLOTS)) == (Mark.AHEAD, Mark.NOW, Mark.NOW)
    assert {judging[node.id] for node in workflow.nodes if node.stage >= 0} == {Mark.DONE}
    assert set(standing(workflow, round=2, is_over=True).values()) == {Mark.DONE}
    assert standing(workflow, round=0)["start"] is Mark.NOW


def test_the_verdict_is_due_once_every_ballot_is_given() -> None:
    workflow = SIMPLE_DEBATE.to_workflow_definition()

    one_given = standing(workflow, round=2, is_judging=True, balloted=("ballot_first_judge",))
    assert (one_given["ballot_first_judge"], one_given["ballot_reversed_judge"]) == (Mark.DONE, Mark.NOW)
    assert standing(workflow, round=2, is_judging=True, balloted=BALLOTS)["verdict"] is Mark.NOW


def test_each_judge_stands_there_once_for_each_order_that_it_is_asked_in() -> None:
    workflow = JURY_DEBATE.to_workflow_definition()
    ballots = [node for node in workflow.nodes if node.kind is NodeKind.BALLOT]

    assert [(node.seat, node.order) for node in ballots] == [
        (judge, order) for judge in JURY_DEBATE.bench for order in ("first", "reversed")
    ]
    assert {edge.source for edge in workflow.edges if edge.target == "verdict"} == {node.id for node in ballots}
    assert workflow.node("verdict").seat == ""


def test_judges_of_a_vote_are_asked_only_where_it_is_even() -> None:
    workflow = to_workflow_definition(replace(PANEL, decided_by=DecidedBy.SEATS, judging=Judging.SWAPPED))

    assert [(edge.target, edge.label) for edge in workflow.leaving("count")] == [
        *((f"ballot_{order}_judge", "if the vote is even") for order in ("first", "reversed")),
        ("end", "else"),
    ]


def test_rounds_without_steps_are_left_out() -> None:
    sparse = replace(PANEL, rounds=5, steps=tuple(replace(each, occurs=Occurs.FIRST) for each in PANEL.steps))

    assert [stage.rounds for stage in sparse.to_workflow_definition().stages] == ["round 1"]
