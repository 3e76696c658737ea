"""Where on the way of its format does a session stand?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.flows.debate_facts import DEBATE_FACTS
from core.flows.debate_state import DebateState, step_name
from core.templates.workflow import Mark, WorkflowDefinition, standing, to_workflow_definition

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
        is_judging=state.life.completing is not None and not is_over,
        is_over=is_over,
    )
    return workflow, marks
