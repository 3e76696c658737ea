"""Where on the way of its format does a session stand?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.domain.transcript import TurnKind
from core.flows.debate_facts import DEBATE_FACTS
from core.flows.debate_judging import judges_of, passes_of
from core.flows.debate_state import DebateState, step_name
from core.templates.template import ITERATION_MARK
from core.templates.workflow import (
    Mark,
    NodeKind,
    WorkflowDefinition,
    ballot_node,
    standing,
    to_workflow_definition,
)

if TYPE_CHECKING:
    from core.domain.session import SessionState


def session_graph(state: SessionState) -> tuple[WorkflowDefinition, Mapping[str, Mark]]:
    """The graph of the format that a debate follows, in the number of rounds that it has, and how each node stands."""
    debate: DebateState = state.flow
    facts = {spec.name: spec for spec in DEBATE_FACTS}
    workflow = to_workflow_definition(debate.template, rounds=debate.rounds_limit, facts=facts)
    is_over = state.life.status.is_over
    marks = standing(
        workflow,
        round=debate.round,
        spoken=debate.spoken,
        skipped=debate.skipped,
        speaking=[step_name(step) for step in state.work.open],
        balloted=[ballot_node(ballot.seat, ballot.pass_number) for ballot in debate.bench.ballots],
        is_judging=state.life.completing is not None and not is_over,
        is_over=is_over,
    )
    return workflow, {**marks, **_not_taken(workflow, marks, debate), **_not_asked(workflow, debate)}


def _not_asked(workflow: WorkflowDefinition, debate: DebateState) -> dict[str, Mark]:
    """The ballots of judges that were recused, and what nobody asks a person twice."""
    asked = {
        ballot_node(judge, number) for judge in judges_of(debate) for number in range(1, passes_of(debate, judge) + 1)
    }
    ballots = (node.id for node in workflow.nodes if node.kind is NodeKind.BALLOT)
    return {id: Mark.SKIPPED for id in ballots if id not in asked}


def _not_taken(workflow: WorkflowDefinition, marks: Mapping[str, Mark], debate: DebateState) -> dict[str, Mark]:
    """What lies behind and never happened: rounds of a format that another was followed in, or that an early end left
    out, and the verdict of a session that has none."""
    taken = {
        (turn.round, step_name(turn.step).partition(ITERATION_MARK)[0])
        for turn in debate.turns
        if turn.kind is TurnKind.ARGUMENT
    }
    given = {ballot_node(ballot.seat, ballot.pass_number) for ballot in debate.bench.ballots}
    found: dict[str, Mark] = {}
    for node in workflow.nodes:
        if marks[node.id] is not Mark.DONE:
            continue
        if node.kind is NodeKind.STEP:
            stage = workflow.stages[node.stage]
            if not any((number, node.step) in taken for number in range(stage.first, stage.last + 1)):
                found[node.id] = Mark.SKIPPED
        elif node.kind is NodeKind.BALLOT:
            if node.id not in given:
                found[node.id] = Mark.SKIPPED
        elif node.kind in (NodeKind.VERDICT, NodeKind.COUNT) and not debate.outcome:
            found[node.id] = Mark.SKIPPED
    return found
