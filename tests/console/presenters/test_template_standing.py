"""Does the graph of a session say of nobody that they spoke who never did?"""

from __future__ import annotations

from collections.abc import Mapping

from console.presenters.template_standing import session_graph
from core.domain.commands import ApplyTemplate, Cancel, Complete
from core.domain.events import AttemptStarted
from core.domain.ids import TemplateId
from core.flows.debate_events import RoundStarted
from core.templates.workflow import Mark
from tests.stage import Stage, obey, start, until, until_event
from tests.virtual_time import in_virtual_time

DONE, SKIPPED = Mark.DONE, Mark.SKIPPED


def stands(stage: Stage, state: object) -> Mapping[str, Mark]:
    workflow, marks = session_graph(state)  # type: ignore[arg-type]
    names = {
        node.id: f"{node.stage + 1} {node.step}" if node.stage >= 0 else node.kind.value for node in workflow.nodes
    }
    return {names[id]: mark for id, mark in marks.items()}


def test_rounds_that_an_early_end_left_out_were_not_played() -> None:
    stage = Stage()

    async def play() -> Mapping[str, Mark]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await until_event(orchestrator, debate, AttemptStarted, 2)
        await obey(orchestrator, debate, Complete(reason="enough"))
        await until(orchestrator, debate)
        state = await orchestrator.state(debate)
        await orchestrator.stop()
        return stands(stage, state)

    marks = in_virtual_time(play)

    assert marks["1 opening_proposer"] is marks["1 opening_opponent"] is DONE
    assert marks["2 rebuttal_proposer"] is marks["2 rebuttal_opponent"] is SKIPPED
    assert marks["verdict"] is DONE


def test_who_sat_down_with_a_later_format_has_not_spoken_before() -> None:
    stage = Stage()

    async def play() -> Mapping[str, Mark]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await until_event(orchestrator, debate, AttemptStarted, 1)
        await obey(orchestrator, debate, ApplyTemplate(template=TemplateId("complex_debate")))
        await until_event(orchestrator, debate, RoundStarted, 2)
        state = await orchestrator.state(debate)
        await orchestrator.stop()
        return stands(stage, state)

    marks = in_virtual_time(play)

    assert marks["1 opening_proposer"] is DONE
    assert marks["1 opening_second_proposer"] is marks["1 review_reviewer"] is SKIPPED


def test_a_session_that_was_cancelled_has_no_verdict() -> None:
    stage = Stage()

    async def play() -> Mapping[str, Mark]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await obey(orchestrator, debate, Cancel())
        state = await orchestrator.state(debate)
        await orchestrator.stop()
        return stands(stage, state)

    assert in_virtual_time(play)["verdict"] is SKIPPED
