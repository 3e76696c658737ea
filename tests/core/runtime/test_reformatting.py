"""Does a running debate go on by the format that the operator chooses?"""

from __future__ import annotations

import pytest

from core.domain.commands import ApplyTemplate
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import AttemptStarted
from core.domain.ids import SessionId, TemplateId
from core.engine.replay import verify
from core.flows.debate_events import RoundStarted, TemplateApplied
from core.templates.changing import FormatChange
from tests.stage import Stage, obey, start, until, until_event
from tests.virtual_time import in_virtual_time


def test_the_operator_changes_the_format_from_the_next_round_on_and_it_is_on_record() -> None:
    stage = Stage()

    async def play() -> tuple[SessionId, FormatChange]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await until_event(orchestrator, debate, AttemptStarted, 2)
        change = await orchestrator.plan_format(debate, "complex_debate")
        await obey(orchestrator, debate, ApplyTemplate(template=TemplateId("complex_debate")))
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate, change

    debate, change = in_virtual_time(play)
    rounds = [event for event in stage.events(debate, RoundStarted) if isinstance(event, RoundStarted)]
    (applied,) = stage.events(debate, TemplateApplied)

    assert isinstance(applied, TemplateApplied)
    assert (applied.template, applied.by, applied.rounds_limit) == ("complex_debate", "operator", change.rounds_after)
    assert rounds[change.from_round - 1].steps == tuple(step.name for step in change.steps_after)
    assert rounds[0].steps == ("opening_proposer", "opening_opponent")
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None


def test_what_is_followed_already_or_not_there_is_refused() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        with pytest.raises(CommandRefused, match="follows simple_debate already"):
            await obey(orchestrator, debate, ApplyTemplate(template=TemplateId("simple_debate")))
        with pytest.raises(WrongUse, match="no template is called 'complex'"):
            await obey(orchestrator, debate, ApplyTemplate(template=TemplateId("complex")))
        assert not stage.events(debate, TemplateApplied)
        await orchestrator.stop()

    in_virtual_time(play)
