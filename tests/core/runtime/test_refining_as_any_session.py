"""Is a refinement a session as any other: forked, tried under other rules, carried, cached, sat in by people?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import demo_request
from core.domain.commands import ChangeBudget, Pause, Resume
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import AttemptFailed, AttemptSucceeded, RuleFired
from core.domain.ids import SessionId, StepId
from core.domain.session import Status
from core.engine.backtest import Revision
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.flows.refinement_events import DraftDecided, DraftPresented, DraftScored, RefinementCompleted, ReviewGiven
from core.ports.model_provider import ModelInfo, ProviderFailed
from core.ports.response_cache import CacheBounds, CacheMode
from core.providers.script import Answer, Script
from core.providers.scripted import ScriptedProvider
from core.rules.action import CompleteDebate, EscalateToHuman
from core.rules.condition import ConditionType
from core.runtime.caching import CachedAnswers
from core.runtime.refining_requests import RefinementRequest
from core.runtime.replaying import Outcome
from core.runtime.requests import ForkRequest
from storage.memory_cache import MemoryCache
from tests.builders import at_least, rule, when
from tests.core.runtime.test_bundling import driven, exported
from tests.core.runtime.test_people import PeopledStage, awaited
from tests.core.runtime.test_refining import refine, review, scripted
from tests.stage import Stage, start, until, until_event
from tests.virtual_time import in_virtual_time


def slow(*scores: str) -> Script:
    drafts = tuple(Answer(text=f"Draft {number}.", delay_ms=5_000) for number in range(1, 9))
    return Script(
        answers={"draft": drafts, "review": tuple(Answer(text=review(score), delay_ms=5_000) for score in scores)}
    )


def scores(stage: Stage, session: SessionId) -> list[int | None]:
    return [event.score_ppm for event in stage.events(session, DraftScored) if isinstance(event, DraftScored)]


def test_a_fork_goes_on_from_an_earlier_draft_with_another_reviewer_and_verifies() -> None:
    stage = Stage(script=scripted("0.4", "0.5", "0.6", "0.7", "0.8"))

    async def play() -> None:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, patience=9)
        await until(orchestrator, refinement)
        seq = next(each.seq for each in stage.records(refinement) if isinstance(each.event, DraftDecided))
        records = stage.records(refinement)
        at = next(each.seq - 1 for each in records[seq:] if each.envelope is not None)  # where that append ends
        fork = await orchestrator.fork(ForkRequest(session=refinement, at_seq=at, rounds=3))
        assert await until(orchestrator, fork) is Status.COMPLETED
        state = await orchestrator.state(fork)
        assert [draft.text for draft in state.flow.drafts] == ["One.", "Two.", "Three."]
        assert (await orchestrator.summary(fork)).best_draft == 3
        assert (await orchestrator.verify(fork)).outcome is Outcome.SAME
        await orchestrator.stop()

    in_virtual_time(play)


def test_what_was_true_at_an_earlier_event_is_told_with_its_facts_and_prompts() -> None:
    stage = Stage(script=scripted("0.4", "0.9"))

    async def play() -> None:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        await until(orchestrator, refinement)
        seq = next(each.seq for each in stage.records(refinement) if isinstance(each.event, DraftScored))
        facts = await orchestrator.facts(refinement, at_seq=seq)
        assert (facts["score_ppm"], facts["iteration"], facts["round_count"]) == (400_000, 1, None)
        assert (await orchestrator.facts(refinement))["best_score_ppm"] == 900_000
        _, asked = await orchestrator.prompt(refinement, StepId("r2.draft.writer"))
        assert "One." in asked.text
        assert await orchestrator.draft(refinement, 1) == "One."
        with pytest.raises(WrongUse, match="no draft 3"):
            await orchestrator.draft(refinement, 3)
        await orchestrator.stop()

    in_virtual_time(play)


def test_rules_are_tried_on_refinements_that_are_on_record() -> None:
    stage = Stage(script=scripted("0.4", "0.5", "0.9"), rules=())
    ending = rule("ending", at_least("draft_count", 2), CompleteDebate(reason="two_are_enough"))

    async def play() -> None:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        await until(orchestrator, refinement)
        steps = [step async for step in orchestrator.rulebook.backtest(Revision(rules=(ending,)))]
        assert steps[-1].totals.differing == 1
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_rule_about_the_score_reaches_a_refinement_that_runs() -> None:
    poor = rule(
        "poor",
        when(ConditionType.LESS_THAN, "score_ppm", 500_000),
        EscalateToHuman(question="Is it worth it?", reason="poor"),
    )
    stage = Stage(script=slow("0.4", "0.9"), rules=(poor,))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        assert await until(orchestrator, refinement, Status.ESCALATED) is Status.ESCALATED
        await orchestrator.command(refinement, AcceptDraft())
        assert await until(orchestrator, refinement) is Status.COMPLETED
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    assert [event.rule for event in stage.events(session, RuleFired)] == ["poor"]  # type: ignore[attr-defined]


def test_it_is_paused_edited_resumed_and_its_budget_changed_as_any_other() -> None:
    stage = Stage(script=slow("0.2", "0.9"))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        await until_event(orchestrator, refinement, DraftPresented)
        await orchestrator.command(refinement, Pause())
        await orchestrator.command(refinement, ReviseDraft(text="The operator's."))
        await orchestrator.command(refinement, ChangeBudget(cap_microusd=5))
        await orchestrator.command(refinement, Resume())
        assert await until(orchestrator, refinement) is Status.COMPLETED
        assert await orchestrator.draft(refinement) == "The operator's."
        assert (await orchestrator.verify(refinement)).outcome is Outcome.SAME
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    (ended,) = stage.events(session, RefinementCompleted)
    assert isinstance(ended, RefinementCompleted)
    assert (ended.draft, ended.is_approved) == (2, True)


def test_the_same_refinement_again_is_answered_from_what_was_kept() -> None:
    stage = Stage(script=scripted("0.4", "0.9"))
    memory = MemoryCache(CacheBounds(entries_max=100, bytes_max=1_000_000))
    stage.answers = CachedAnswers(mode=CacheMode.EXACT, clock=stage.clock, memory=memory, keeps_warm=True)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        await until(orchestrator, await refine(orchestrator, seed=3))
        second = await refine(orchestrator, seed=3)
        await until(orchestrator, second)
        await orchestrator.stop()
        return second

    session = in_virtual_time(play)
    answered = stage.events(session, AttemptSucceeded)
    assert len(answered) == 4
    assert all(each.is_cached for each in answered)  # type: ignore[attr-defined]


def test_a_person_reviews_and_a_review_that_can_not_be_read_is_refused_with_how_it_has_to_end() -> None:
    stage = PeopledStage(script=scripted("0.4"))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, strategy="human", casting={"": "scripted"})
        row = await awaited(orchestrator, refinement)
        assert row.awaited_seat == "reviewer"
        with pytest.raises(WrongUse, match="does not end as it has to"):
            await orchestrator.speak(refinement, "I like it.")
        await orchestrator.speak(refinement, "I like it.\nSCORE: 0.9")
        assert await until(orchestrator, refinement) is Status.COMPLETED
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    (given,) = stage.events(session, ReviewGiven)
    assert isinstance(given, ReviewGiven)
    assert (given.score_ppm, given.feedback) == (900_000, "I like it.")


def test_a_seat_is_taken_and_left_while_it_runs() -> None:
    stage = PeopledStage(script=slow("0.4", "0.9"))

    async def play() -> None:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        assert await orchestrator.take_seat(refinement, "reviewer") == "reviewer is yours from its next turn on"
        await awaited(orchestrator, refinement)
        await orchestrator.leave_seat(refinement, "reviewer")
        assert await until(orchestrator, refinement) is Status.COMPLETED
        with pytest.raises(WrongUse, match="no seat 'judge'"):
            await orchestrator.take_seat(await refine(orchestrator), "judge")
        await orchestrator.stop()

    in_virtual_time(play)


class Narrow(ScriptedProvider):
    """Reads little at once."""

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(model=model, price=super().describe(model).price, tokens_context_max=1_000)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"brief": " \n"}, "a refinement without a brief"),
        ({"brief": "x" * 20_001}, "the brief is 20,001 bytes long"),
        ({"draft": "long " * 2_000}, "the draft is about 2,499 tokens long, and scripted reads 1,000"),
        ({"draft": "x" * 200_001}, "a draft of 200,001 characters"),
        ({"threshold_ppm": 1_700_000}, "1700000 can't be the threshold"),
        ({"iterations": 0}, "0 can't be the number of iterations"),
        ({"strategy": "pannel"}, "no strategy is called 'pannel'. Did you mean 'panel'"),
        ({"strategy": "panel", "reviewers": ("scripted",)}, "a panel of one"),
        ({"reviewers": ("scripted", "scripted")}, "2 reviewers are named, and the strategy single has one"),
        ({"strategy": "self", "reviewers": ("scripted",)}, "the writer reviews itself"),
        ({"casting": {"": "scripted", "judge": "scripted"}}, "a refinement has no seat or role 'judge'"),
        ({"strategy": "debate", "debate_template": "simple_debat"}, "no template is called 'simple_debat'"),
        ({"debate_template": "simple_debate"}, "a format is named, and drafts are not debated"),
        ({"cap_microusd": -1}, "a budget below zero"),
        ({"seed": -1}, "-1 can't be a seed"),
        ({"rules": "unheard_of"}, "unheard_of"),
    ],
)
def test_what_can_not_be_refined_is_refused_with_what_to_do_and_nothing_is_recorded(
    fields: dict[str, object], why: str
) -> None:
    stage = Stage(script=scripted("0.4"))
    stage.provider = Narrow(clock=stage.clock, script=stage.script)

    async def play() -> None:
        orchestrator = await stage.drive()
        with pytest.raises(WrongUse) as refusal:
            await refine(orchestrator, **fields)
        assert why in str(refusal.value)
        assert not stage.disk.records
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_plan_names_who_takes_part_what_it_may_take_and_what_to_know_of_it() -> None:
    stage = Stage(script=Script(answers=scripted("0.4").answers))

    async def play() -> None:
        orchestrator = await stage.drive()
        request = RefinementRequest(brief="A notice.", strategy="panel", casting={"": "scripted"}, iterations=4)
        plan = await orchestrator.plan_refinement(request)
        assert [seat.id for seat in plan.seats] == ["writer", "reviewer_1", "reviewer_2", "reviewer_3"]
        assert plan.estimate.turns == 16
        long = await orchestrator.plan_refinement(replace(request, draft="A long one. " * 2_000))
        assert any("what it rewrites would be cut off" in note for note in long.notes)
        debated = await orchestrator.plan_refinement(replace(request, strategy="debate"))
        assert debated.estimate.turns == 4 * 2 + 4 * 6
        assert any("models like what they wrote themselves" in note for note in plan.notes)
        assert not stage.disk.records
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_reviewer_that_can_not_read_what_it_is_sent_stops_it_with_the_reason_on_record() -> None:
    faults = Script(answers=scripted("0.4").answers)
    stage = Stage(script=faults)

    class Overflowing(ScriptedProvider):
        async def stream(self, request):  # type: ignore[no-untyped-def, override]
            if request.seat == "reviewer":
                raise ProviderFailed("context_overflow", "it is too long for its window", is_final=True)
            async for piece in super().stream(request):
                yield piece

    stage.provider = Overflowing(clock=stage.clock, script=stage.script)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        assert await until(orchestrator, refinement) is Status.FAILED
        await orchestrator.command(refinement, AcceptDraft())
        assert await until(orchestrator, refinement) is Status.COMPLETED
        assert await orchestrator.draft(refinement) == "One."
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    assert "context_overflow" in {event.error for event in stage.events(session, AttemptFailed)}  # type: ignore[attr-defined]


def test_a_debate_knows_nothing_of_drafts() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        with pytest.raises(CommandRefused, match="AcceptDraft is nothing that can be asked of it"):
            await orchestrator.command(debate, AcceptDraft())
        with pytest.raises(WrongUse, match="it is no refinement"):
            await orchestrator.draft(debate)
        refinement = await refine(orchestrator)
        with pytest.raises(CommandRefused, match="it follows no format"):
            await orchestrator.plan_format(refinement, "council")
        why = await orchestrator.explain(refinement, "complete_at_max_rounds")
        assert why.waits_for == "round_count is of a debate alone"
        await orchestrator.stop()

    in_virtual_time(play)


async def test_a_refinement_is_carried_in_a_bundle_to_another_database(tmp_path: Path) -> None:
    async with driven(tmp_path / "here") as here:
        documents = demo_request().documents
        session = await here.start_refinement(
            "A notice on billing operations for the on-call people", documents=documents, seed=5
        )
        async for _ in here.watch(session):
            if (await here.summary(session)).status.is_over:
                break
        path = await exported(here, session, tmp_path / "refined.moot")
        kept = await here.draft(session)
        digest = await here.digest(session)
    async with driven(tmp_path / "there") as there:
        await there.bundles.import_(await there.bundles.look(path), path)
        assert await there.draft(session) == kept
        assert await there.digest(session) == digest
        assert (await there.verify(session)).outcome is Outcome.SAME
