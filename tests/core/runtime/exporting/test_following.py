"""Are exports written by themselves as they are planned, and only where there is something new to say?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.domain.status import Status
from core.exporting.kinds import Form, Kind
from core.orchestrator import Orchestrator
from core.runtime.exporting.folder import kept_exports
from core.runtime.exporting.wanted import ExportPlan
from tests.stage import until

KINDS = (Kind.SESSIONS, Kind.EVENTS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "here").mkdir()
    return Settings(
        database=tmp_path / "here" / "moot.db",
        metrics_export_path=tmp_path / "metrics",
        enable_metrics_export=False,
        enable_health_checks=False,
        exports_every_minutes=60,
        exports_kinds=KINDS,
        exports_folder=tmp_path / "exports",
        exports_keep_files=2,
        rehearsal_pace=0,
    )


@pytest.fixture
async def moot(settings: Settings) -> AsyncIterator[Orchestrator]:
    opened = open_orchestrator(settings)
    await opened.start()
    yield opened
    await opened.stop()


def plan_of(settings: Settings) -> ExportPlan:
    return ExportPlan(every_seconds=3_600, kinds=KINDS, form=Form.JSON, folder=settings.exports_folder, files_max=2)


async def test_they_are_one_of_the_jobs_that_the_system_shows(moot: Orchestrator) -> None:
    jobs = {job.name: job for job in (await moot.system_status()).jobs}

    assert jobs["exports"].every_seconds == 3_600


async def test_what_is_planned_is_written_anew_only_once_more_is_recorded_and_the_oldest_goes(
    moot: Orchestrator, settings: Settings
) -> None:
    plan = plan_of(settings)
    await moot.exports.follow(plan)
    first = kept_exports(plan.folder)
    assert sorted(each.kind for each in first) == sorted(KINDS)

    for _ in range(2):
        await moot.start_debate("Is it so?", casting={"": "simulated"})
        await moot.exports.follow(plan)

    kept = kept_exports(plan.folder)
    assert sorted(each.kind for each in kept) == sorted(KINDS * 2)
    assert not {each.file for each in first} & {each.file for each in kept}


async def test_where_nothing_was_recorded_since_nothing_is_written(moot: Orchestrator, settings: Settings) -> None:
    plan = plan_of(settings)
    await moot.exports.follow(plan)
    before = kept_exports(plan.folder)

    await moot.exports.follow(plan)
    assert kept_exports(plan.folder) == before

    await moot.exports.follow(replace(plan, form=Form.CSV))
    assert len(kept_exports(plan.folder)) == len(before) + len(KINDS)


async def test_a_rule_that_was_switched_and_a_new_tag_are_something_new(moot: Orchestrator, settings: Settings) -> None:
    session = await moot.start_debate("Is it so?", casting={"": "simulated"})
    await until(moot, session, Status.COMPLETED)
    plan = replace(plan_of(settings), kinds=(Kind.RULES, Kind.SESSIONS))
    await moot.exports.follow(plan)

    await moot.rulebook.switch(["complete_when_stalled"], False)
    await moot.set_label(session, tags=("new",))
    await moot.exports.follow(plan)

    newest = {each.kind: json.loads(each.file.read_bytes())["rows"] for each in reversed(kept_exports(plan.folder))}
    assert "complete_when_stalled" in [row["rule"] for row in newest[Kind.RULES] if not row["is_enabled"]]
    assert [row["tags"] for row in newest[Kind.SESSIONS]] == [["new"]]
