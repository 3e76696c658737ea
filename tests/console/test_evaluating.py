"""Does an evaluation answer every task in every arm, pay for nothing twice, and stay within its budget?"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from console.evaluating import NO_MONEY, NO_MONEY_TODAY, QUESTIONS_ANSWERED_MAX, TASKS_FAILED_MAX, Outcome
from console.evaluation_plan import ArmPlan, planned
from console.presenters.evaluations import notes
from core.domain.errors import WrongUse
from core.domain.events import AttemptStarted, ClarificationForgone, EscalationAnswered
from core.domain.ids import RuleId, SessionId, TemplateId
from core.domain.status import Status
from core.domain.summary import EVALUATION, SessionSummary
from core.evaluation.results import Mark, report_of
from core.evaluation.statistics import LEVEL_PPM
from core.rules.action import EscalateToHuman
from core.rules.condition import Compare, ConditionType
from core.rules.layers import NOTHING
from core.rules.rule import Repeat, Rule
from tests.console.evaluations import (
    PRICED,
    Run,
    a_script,
    asked,
    core_in,
    evaluated,
    motions_in,
    opening_cap,
    spent_by_all,
    tasks_in,
)

ARMS = ("society_of_minds", "vote_only of society_of_minds", "self_consistency of society_of_minds")
FOUR = {"default": "Two and two.\nANSWER: 4"}
BRIEF = {"verdict": "VERDICT: for", "default": "It is so.\nANSWER: for"}
LONG = {"default": f"{'It was argued at length. ' * 200}\nVERDICT: for"}


async def test_every_arm_answers_every_task_and_a_second_run_reads_what_the_first_was_told(tmp_path: Path) -> None:
    request = asked(tasks_in(tmp_path, 3))
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, request)
        sessions = {row.session: row.seq for row in await core.summaries()}
        again, second = await evaluated(core, request)

        assert {row.session: row.seq for row in await core.summaries()} == sessions, "nothing was begun or asked again"
    assert (outcome.tally.tasks, outcome.tally.compared, outcome.gave_up) == (3, 3, "")
    assert [task for task, _ in run.told] == ["t1", "t2", "t3"]
    assert all(tuple(each.arm for each in results) == ARMS for _, results in run.told)
    assert len(sessions) == 9
    assert all(len({each.turns for each in results}) == 1 for _, results in run.told), "as many calls in each arm"
    samples = [results[2] for _, results in run.told]
    assert [each.changed for each in samples] == [0, 0, 0], "samples that saw nobody are no changes of mind"
    assert (again, second.told) == (outcome, run.told)


async def test_a_run_that_was_stopped_is_gone_on_with_and_comes_to_the_same(tmp_path: Path) -> None:
    request = asked(tasks_in(tmp_path, 6))
    async with core_in(tmp_path / "whole") as core:
        whole, _ = await evaluated(core, request)
    async with core_in(tmp_path / "cut") as core:
        cut = Run(core, await planned(core, request))
        cut.stop_after = 2
        first = await cut.to_the_end()
    async with core_in(tmp_path / "cut") as core:
        second, _ = await evaluated(core, request)

    assert first.is_stopped
    assert 2 <= first.tally.tasks < 6
    assert second.tally.compared == 6
    # How long a session was active is nobody's decision.
    sums = [{arm: replace(each, active_ms=0) for arm, each in run.tally.sums.items()} for run in (whole, second)]
    assert sums[0] == sums[1]
    assert second.tally.pairs == whole.tally.pairs


async def test_further_tasks_in_the_same_file_are_all_that_a_later_run_asks(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        await evaluated(core, asked(tasks_in(tmp_path, 1)))
        before = {row.session for row in await core.summaries()}
        outcome, _ = await evaluated(core, asked(tasks_in(tmp_path, 2)))
        after = {row.session for row in await core.summaries()}

    assert before < after
    assert len(after - before) == 3
    assert outcome.tally.compared == 2


@pytest.mark.parametrize("changed", [{"seed": 1}, {"rounds": 2}, {"rules": NOTHING}, {"model": "simulated"}])
async def test_whatever_is_asked_otherwise_is_another_session(tmp_path: Path, changed: dict[str, object]) -> None:
    tasks = tasks_in(tmp_path, 1)
    async with core_in(tmp_path) as core:
        await evaluated(core, asked(tasks, controls=()))
        await evaluated(core, asked(tasks, controls=(), **changed))

        assert len(await core.summaries()) == 2


async def test_a_control_follows_its_debate_with_what_that_has_spent_and_knows_the_right_answer(tmp_path: Path) -> None:
    model = a_script(tmp_path, FOUR, price=PRICED)
    async with core_in(tmp_path) as core:
        _, run = await evaluated(core, asked(tasks_in(tmp_path, 2), model=model))
        for _, (debate, *controls) in run.told:
            assert await opening_cap(core, debate.session) is None
            events = await core.events(SessionId(debate.session))
            call = next(each.event.cost_microusd_max for each in events if isinstance(each.event, AttemptStarted))
            caps = [await opening_cap(core, each.session) for each in controls]
            assert caps == [debate.cost_microusd + call] * 2
            for each in controls:  # to within a call: the last one began below it
                assert abs(each.cost_microusd - debate.cost_microusd) <= each.cost_microusd // each.turns
        rows = await core.summaries()
        openings = [(await core.state(row.session)).opening for row in rows]

    assert {row.origin for row in rows} == {EVALUATION}
    assert all(each is not None and each.known_answer in ("2", "4") for each in openings)
    assert [[each.mark for each in results] for _, results in run.told] == [[Mark.WRONG] * 3, [Mark.RIGHT] * 3]


async def test_beside_a_debate_whose_judge_is_dear_a_control_spends_two_of_its_own_calls_more_at_most(
    tmp_path: Path,
) -> None:
    model = a_script(tmp_path, BRIEF, price=PRICED)
    async with core_in(tmp_path) as core:
        _, run = await evaluated(core, asked(motions_in(tmp_path, 1), "simple_debate", model=model))
    ((_, (debate, *controls)),) = run.told

    assert len(controls) == 2
    for each in controls:
        assert 0 <= each.cost_microusd - debate.cost_microusd <= 2 * each.cost_microusd // each.turns


async def test_beside_another_debate_a_control_is_another_one(tmp_path: Path) -> None:
    model, judge = a_script(tmp_path, BRIEF, price=PRICED), a_script(tmp_path, LONG, name="long.yaml", price=PRICED)
    request = asked(motions_in(tmp_path, 1), "simple_debate", model=model, controls=("self_consistency",))
    async with core_in(tmp_path) as core:
        _, first = await evaluated(core, request)
        _, second = await evaluated(core, replace(request, seats={"judge": judge}))
    ((_, (_, before)),), ((_, (debate, control)),) = first.told, second.told

    assert control.session != before.session
    assert 0 <= control.cost_microusd - debate.cost_microusd <= 2 * control.cost_microusd // control.turns


async def test_all_together_spend_no_more_than_the_budget_and_no_task_is_left_half_done(tmp_path: Path) -> None:
    model = a_script(tmp_path, FOUR, price=PRICED)
    tasks = tasks_in(tmp_path, 6)
    async with core_in(tmp_path) as core:
        plan = await planned(core, asked(tasks, model=model))
        budget = plan.task_reserved_microusd + 30_000
        outcome, run = await evaluated(core, asked(tasks, model=model, cap_microusd=budget), concurrency=3)
        spent = await spent_by_all(core)
        sessions = len(await core.summaries())
        again, _ = await evaluated(core, asked(tasks, model=model, cap_microusd=budget))

        assert await spent_by_all(core) == spent, "what was answered is read, and nothing more is spent"
        less, _ = await evaluated(core, asked(tasks, model=model, cap_microusd=plan.task_reserved_microusd))
        more, _ = await evaluated(core, asked(tasks, model=model, cap_microusd=20 * budget))
        spent_in_the_end = await spent_by_all(core)
    assert outcome.gave_up == NO_MONEY
    assert 1 <= outcome.tally.tasks < 6
    assert sessions == 3 * outcome.tally.tasks
    assert [each.why for _, results in run.told for each in results if each.mark is Mark.UNANSWERED] == []
    assert outcome.tally.spent_microusd == spent <= budget
    assert again.tally == less.tally == outcome.tally, "a lower budget too holds what is answered already"
    assert (more.tally.compared, more.gave_up) == (6, "")
    assert more.tally.spent_microusd == spent_in_the_end <= 20 * budget


async def test_a_budget_that_holds_not_one_task_is_refused_before_anything_is_spent(tmp_path: Path) -> None:
    model = a_script(tmp_path, FOUR, price=PRICED)
    async with core_in(tmp_path) as core:
        with pytest.raises(WrongUse, match="hold no task"):
            await planned(core, asked(tasks_in(tmp_path, 2), model=model, cap_microusd=100))

        assert not await core.summaries()


async def test_a_debate_lacks_no_money_because_past_ones_were_cheap(tmp_path: Path) -> None:
    """What past sessions took is little; calls are reserved at far more than that all the same."""
    model = a_script(tmp_path, FOUR, price=PRICED)
    async with core_in(tmp_path, metrics_export_path=tmp_path / "metrics") as core:
        before, _ = await evaluated(core, asked(tasks_in(tmp_path, 8), model=model, controls=()))
        await core.export_metrics()
        request = asked(tasks_in(tmp_path, 8), model=model, controls=(), seed=1, cap_microusd=2_000_000)
        plan = await planned(core, request)
        outcome, _ = await evaluated(core, request)

    arm = plan.arms[0]
    assert arm.reserved_microusd > 10 * arm.cost_microusd.high
    assert outcome.tally.compared == 8
    assert outcome.tally.sums[arm.arm.name].turns == before.tally.sums[arm.arm.name].turns


async def test_a_debate_that_its_budget_cut_short_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmPlan, "reserved_microusd", 15_000)  # one call is reserved at more than 12,000
    model = a_script(tmp_path, {**FOUR, "answer_first_mind": "No.\nANSWER: 5"}, price=PRICED)
    async with core_in(tmp_path) as core:
        request = asked(tasks_in(tmp_path, 1), model=model, controls=(), rounds=9, cap_microusd=15_000)
        outcome, run = await evaluated(core, request)

    assert (outcome.tally.compared, outcome.tally.left_out) == (0, 1)
    assert "cut it short" in run.told[0][1][0].why


async def test_a_task_that_an_arm_can_not_answer_is_left_out_of_all_and_tried_again_by_the_next_run(
    tmp_path: Path,
) -> None:
    fails = [{"text": "No.", "faults": [{"error": "invalid_request", "is_final": True}] * 9}]
    model = a_script(tmp_path, {"default": FOUR["default"], "answer_first_voter": fails})
    request = asked(tasks_in(tmp_path, 2), model=model, controls=("vote_only",))
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, request)
    a_script(tmp_path, FOUR)
    async with core_in(tmp_path) as core:
        again, _ = await evaluated(core, request)

    assert (outcome.tally.tasks, outcome.tally.compared, outcome.tally.left_out) == (2, 0, 2)
    assert [[each.mark is Mark.UNANSWERED for each in results] for _, results in run.told] == [[False, True]] * 2
    assert all(results[1].why for _, results in run.told)
    assert again.tally.compared == 2


async def test_tasks_that_nobody_answers_end_the_evaluation_before_they_cost_more(tmp_path: Path) -> None:
    fails = [{"text": "No.", "faults": [{"error": "invalid_request", "is_final": True}] * 9}]
    model = a_script(tmp_path, {"default": fails})
    async with core_in(tmp_path) as core:
        outcome, _ = await evaluated(core, asked(tasks_in(tmp_path, 40), model=model), concurrency=1)

    assert outcome.tally.tasks == TASKS_FAILED_MAX
    assert "in a row" in outcome.gave_up


async def test_where_the_day_has_no_money_left_nothing_further_is_begun(tmp_path: Path) -> None:
    request = asked(tasks_in(tmp_path, 6), model=a_script(tmp_path, FOUR, price=PRICED))
    async with core_in(tmp_path, cap_day_microusd=20_000) as core:
        outcome, _ = await evaluated(core, request, concurrency=1)
        spent = await spent_by_all(core)
    async with core_in(tmp_path) as core:
        again, _ = await evaluated(core, request)

    assert outcome.gave_up == NO_MONEY_TODAY
    assert outcome.tally.tasks < 6
    assert spent <= 20_000
    assert again.tally.compared == 6


async def test_a_task_without_a_right_answer_is_answered_and_not_scored(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, asked(tasks_in(tmp_path, 3, keyless=[2])))

    assert (outcome.tally.tasks, outcome.tally.compared, outcome.tally.unscored) == (3, 2, 1)
    assert {each.mark for each in run.told[1][1]} == {Mark.UNSCORED}


async def test_an_answer_that_can_not_be_read_counts_as_wrong_and_is_counted(tmp_path: Path) -> None:
    model = a_script(tmp_path, {"default": "It is hard to say, and I would rather not."})
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, asked(tasks_in(tmp_path, 1), model=model))

    assert [each.mark for each in run.told[0][1]] == [Mark.UNREADABLE] * 3
    assert [each.unreadable == each.turns for each in run.told[0][1]] == [True] * 3
    row = report_of(outcome.tally, level_ppm=LEVEL_PPM).rows[0]
    assert (row.right_ppm, row.sums.unreadable) == (0, 1)


async def test_a_control_whose_money_brought_nothing_readable_is_wrong_and_not_left_out(tmp_path: Path) -> None:
    model = a_script(tmp_path, {"default": FOUR["default"], "sampler": "It is hard to say."}, price=PRICED)
    request = asked(tasks_in(tmp_path, 2), model=model, controls=("self_consistency",))
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, request)
        spent = await spent_by_all(core)
        await evaluated(core, request)

        assert await spent_by_all(core) == spent
    assert [results[1].mark for _, results in run.told] == [Mark.UNREADABLE] * 2
    assert outcome.tally.compared == 2


async def test_who_asks_the_operator_is_told_to_go_on(tmp_path: Path) -> None:
    model = a_script(tmp_path, {"default": "It is so.", "judge": "It is.\nVERDICT: for"})
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"id": "t1", "motion": "It rains.", "answer": "for"}\n')
    async with core_in(tmp_path) as core:
        await core.rulebook.save([*await core.rules(), ask_each_round()], change="for the test")
        outcome, run = await evaluated(core, asked(tasks, "standard_debate", model=model, controls=()))
        session = SessionId(run.told[0][1][0].session)
        row = await core.summary(session)
        answers = [each.event for each in await core.events(session) if isinstance(each.event, EscalationAnswered)]

    assert 1 <= row.escalations <= QUESTIONS_ANSWERED_MAX
    assert {answer.by for answer in answers} == {EVALUATION}
    assert (outcome.tally.compared, run.told[0][1][0].mark) == (1, Mark.RIGHT)


async def test_participants_may_ask_as_often_as_their_format_says(tmp_path: Path) -> None:
    model = a_script(tmp_path, {"default": "Two and two.\nANSWER: 2\nCLARIFY: Is it so?"})
    async with core_in(tmp_path) as core:
        format = await core.template("society_of_minds")
        seats = tuple(replace(seat, may_ask=QUESTIONS_ANSWERED_MAX) for seat in format.seats)
        await core.formats.create(replace(format, id=TemplateId("curious"), seats=seats))
        outcome, run = await evaluated(core, asked(tasks_in(tmp_path, 1), "curious", model=model, controls=()))
        session = SessionId(run.told[0][1][0].session)
        forgone = [each for each in await core.events(session) if isinstance(each.event, ClarificationForgone)]

    assert len(forgone) > QUESTIONS_ANSWERED_MAX
    assert outcome.tally.compared == 1


def ask_each_round() -> Rule:
    """A rule that puts the session before the operator behind each of its first rounds."""
    return Rule(
        id=RuleId("ask_each_round"),
        name="Ask",
        priority=99,
        when=Compare(type=ConditionType.COUNT_THRESHOLD, field="round_count", value=1),
        then=(EscalateToHuman(question="Go on?", reason="for the test"),),
        repeat=Repeat.EDGE,
    )


async def test_that_rules_were_changed_between_two_runs_is_told(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        first, _ = await evaluated(core, asked(tasks_in(tmp_path, 1)))
        await core.rulebook.save([*await core.rules(), ask_each_round()], change="for the test")
        plan = await planned(core, asked(tasks_in(tmp_path, 2)))
        both = await Run(core, plan).to_the_end()

    def said(outcome: Outcome) -> str:
        return " ".join(notes(report_of(outcome.tally, level_ppm=LEVEL_PPM), unasked="", budget_microusd=None))

    assert "versions of their set of rules" not in said(first)
    assert "followed 2 versions of their set of rules, which was changed in between" in said(both)


@pytest.mark.parametrize(
    ("formats", "fields", "what"),
    [
        (("standard_debate",), {}, "argues for and against a motion.*council.*society_of_minds.*vote_only"),
        (("society_of_mind",), {}, "Did you mean 'society_of_minds'"),
        (("council", "council"), {}, "council is named twice"),
        (("council",), {"controls": ("vote_onyl",)}, "Did you mean 'vote_only'"),
        (("council",), {"model": "nobody:knows"}, "nobody:knows"),
        (("council",), {"seats": {"jugde": "simulated"}}, "Did you mean 'judge'"),
        (("council",), {"rules": "no_such_set"}, "no_such_set"),
        (("council",), {"teams": (("simulated",), ("simulated",))}, "named twice"),
        (("council",), {"rounds": 0}, "can't be the number of rounds"),
        (("council",), {"seats": {"judge": "human"}}, "waits for nobody"),
    ],
)
async def test_what_can_not_be_evaluated_is_refused_before_anything_is_recorded(
    tmp_path: Path, formats: tuple[str, ...], fields: dict[str, object], what: str
) -> None:
    async with core_in(tmp_path) as core:
        with pytest.raises(WrongUse, match=what):
            await planned(core, asked(tasks_in(tmp_path, 2), *formats, **fields))  # type: ignore[arg-type]

        assert not await core.summaries()


async def test_a_pipe_is_refused_because_tasks_are_read_more_than_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with core_in(tmp_path) as core:
        with pytest.raises(WrongUse, match="a pipe can be read only once"):
            await planned(core, asked(pipe))


async def test_two_teams_are_two_arms_and_a_team_takes_the_seats_in_turn(tmp_path: Path) -> None:
    strong, weak = "simulated:competence=90", "simulated:competence=40"
    async with core_in(tmp_path) as core:
        plan = await planned(core, asked(tasks_in(tmp_path, 1), "council", teams=((weak,), (strong, weak))))

    alone, together = plan.arms
    assert (alone.arm.name, together.arm.name) == ("council 1", "council 2")
    assert (alone.arm.team, together.arm.team) == ((weak,), (strong, weak))
    assert {alone.casting[seat.id] for seat in alone.template.seats} == {weak}
    assert [together.casting[seat.id] for seat in together.template.seats] == [strong, weak, strong, weak, strong]
    assert [each.arm.control_of for each in together.controls] == [together.arm.name] * 2


async def test_a_mixed_panel_stands_beside_a_vote_of_the_same_models(tmp_path: Path) -> None:
    team = ("simulated:competence=90", "simulated:competence=40")
    async with core_in(tmp_path) as core:
        _, run = await evaluated(core, asked(tasks_in(tmp_path, 1), teams=(team,), rules=NOTHING))
        models = [(await core.summary(SessionId(each.session))).models for each in run.told[0][1]]
        asked_by_seat = [
            len((await core.state(SessionId(each.session))).flow.answers.latest) for each in run.told[0][1]
        ]

    assert models == [tuple(sorted(team)), tuple(sorted(team)), team[:1]]
    assert asked_by_seat == [3, 9, 1]


async def test_a_list_that_lags_behind_the_log_changes_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(tasks_in(tmp_path, 2), model=a_script(tmp_path, FOUR, price=PRICED))
    async with core_in(tmp_path / "first") as core:
        _, before = await evaluated(core, request)
    async with core_in(tmp_path / "second") as core:
        true_row = core.summary

        async def lagging(session: SessionId) -> SessionSummary:
            return replace(await true_row(session), status=Status.RUNNING, spent_microusd=0, turns=0)

        monkeypatch.setattr(core, "summary", lagging)
        _, behind = await evaluated(core, request)

    assert [_figures(run) for run in (before, behind)] == [_figures(before)] * 2


def _figures(run: Run) -> list[tuple[Mark, int, int]]:
    return [(each.mark, each.cost_microusd, each.turns) for _, results in run.told for each in results]


async def test_a_control_that_is_named_as_a_format_has_no_controls(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        plan = await planned(core, asked(tasks_in(tmp_path, 1), "vote_only", "council"))

    assert [len(arm.controls) for arm in plan.arms] == [0, 2]


async def test_an_evaluation_is_run_by_whoever_drives_and_followed_from_beside(tmp_path: Path) -> None:
    request = asked(tasks_in(tmp_path, 3))
    async with core_in(tmp_path) as driver, core_in(tmp_path) as beside:
        assert (driver.is_driver, beside.is_driver) == (True, False)
        outcome, _ = await evaluated(beside, request)
        rows = await driver.summaries()

    assert (outcome.tally.compared, outcome.tally.left_out) == (3, 0)
    assert {row.status for row in rows} == {Status.COMPLETED}
    assert {row.origin for row in rows} == {EVALUATION}


async def test_a_debate_that_waits_for_money_gets_more_where_the_budget_of_all_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArmPlan, "reserved_microusd", 20_000)
    says = {"default": "The rota is short.", "judge": "It stands.\nVERDICT: for"}
    model = a_script(tmp_path, says, price=PRICED)
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"id": "t1", "motion": "The rota is short.", "answer": "for"}\n')
    request = asked(tasks, "standard_debate", model=model, controls=(), rules=NOTHING, cap_microusd=500_000)
    async with core_in(tmp_path) as core:
        outcome, run = await evaluated(core, request)
        row = await core.summary(SessionId(run.told[0][1][0].session))

    assert (outcome.tally.compared, run.told[0][1][0].mark) == (1, Mark.RIGHT)
    assert 20_000 < (row.cap_microusd or 0) <= 500_000
