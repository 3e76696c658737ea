"""Are the counts of what rules did those of the log, also after a crash and while nobody drives?"""

from __future__ import annotations

import json

from core.analytics.rule_measures import RuleCounts, rule_counts
from core.domain.events import RuleErred, RuleFired, RuleSwitchedOff
from core.engine.react import RULE_ERRORS_IN_A_ROW_MAX
from core.rules.rule import CompleteDebate, ContinueDebate, Repeat
from tests.builders import at_least, rule
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

LOUD = rule("loud", at_least("argument_count", 1), ContinueDebate(reason="on"), repeat=Repeat.EVENT)
ENDING = rule("ending", at_least("round_count", 1), CompleteDebate(reason="enough"))
BROKEN = rule("broken", at_least("roud_count", 1), CompleteDebate(reason="never"))


def stage_of() -> Stage:
    return Stage(rules=(LOUD, ENDING, BROKEN))


def counted(stage: Stage) -> dict[str, RuleCounts]:
    return {str(id): counts for id, counts in rule_counts(stage.disk.records).items()}


def test_what_is_told_of_each_rule_follows_from_the_log_at_once() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator = await stage.drive()
        for _ in range(2):
            await until(orchestrator, await start(orchestrator))
            told = await orchestrator.rulebook.measures()
            log = counted(stage)
            assert {id: (each.fired, each.errors) for id, each in told.items()} == {
                id: (each.fired, each.errors) for id, each in log.items()
            }
        assert log["loud"].fired > log["ending"].fired == 2
        await orchestrator.stop()

    in_virtual_time(play)


def test_stored_counts_are_neither_short_nor_double_after_a_crash() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator = await stage.drive()
        await until(orchestrator, await start(orchestrator))
        await orchestrator.stop()
        orchestrator = await stage.drive()
        await until(orchestrator, await start(orchestrator))
        position, before = await stage.catalogue.rule_counts()
        await stage.crash()
        assert 0 < position < stage.disk.records[-1].position

        again = await stage.drive()
        await again.stop()

        position, after = await stage.catalogue.rule_counts()
        assert position == stage.disk.records[-1].position
        assert after == counted(stage) != before

    in_virtual_time(play)


def test_who_only_reads_is_told_as_much() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator = await stage.drive()
        await until(orchestrator, await start(orchestrator))
        told = await orchestrator.rulebook.measures()
        await stage.crash()
        reader = stage.orchestrator()
        await reader.start(drive=False)

        assert {id: each.fired for id, each in (await reader.rulebook.measures()).items()} == {
            id: each.fired for id, each in told.items()
        }
        await reader.stop()

    in_virtual_time(play)


def test_rules_that_are_heard_are_counted_with_the_times_that_are_stored_as_it_stops() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator = await stage.drive()
        for _ in range(2):
            await until(orchestrator, await start(orchestrator))
        await orchestrator.stop()

        times = await stage.catalogue.rule_times()
        assert times[LOUD.id].heard == times[ENDING.id].heard > 0
        assert times[LOUD.id].timed >= 1

    in_virtual_time(play)


def test_a_rule_that_is_given_up_is_counted_with_the_moment() -> None:
    stage = Stage(rules=(BROKEN,))

    async def play() -> None:
        orchestrator = await stage.drive()
        session = await start(orchestrator)
        await until(orchestrator, session)

        told = (await orchestrator.rulebook.measures())[BROKEN.id]

        assert len(stage.events(session, RuleErred)) == told.errors == RULE_ERRORS_IN_A_ROW_MAX
        assert len(stage.events(session, RuleSwitchedOff)) == told.switched_off == 1
        assert told.switched_off_at_ms > 0
        assert stage.events(session, RuleFired) == []
        await orchestrator.stop()

    in_virtual_time(play)


def test_the_summary_file_holds_what_is_known_of_each_rule() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator = await stage.drive()
        await until(orchestrator, await start(orchestrator))

        _, summary = await orchestrator.export_metrics()

        told = json.loads(summary.read_text(encoding="utf-8"))["rules"]
        log = counted(stage)
        assert {id: each["fired"] for id, each in told.items()} == {id: each.fired for id, each in log.items()}
        assert {"heard", "fired", "errors", "mean_ns", "p95_ns"} <= told["loud"].keys()
        await orchestrator.stop()

    in_virtual_time(play)
