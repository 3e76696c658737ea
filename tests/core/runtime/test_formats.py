"""Are formats kept in versions, found, changed through the one door, and refused whole where something is wrong?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import ParticipantId, TemplateId
from core.domain.participants import Participant
from core.flows.debate_state import DebateState
from core.orchestrator import Orchestrator
from core.runtime.formats import Formats
from core.templates.composing import TemplateMetadata
from core.templates.parcels import ParcelRefused
from core.templates.searching import TemplateQuery
from core.templates.standard import SIMPLE_DEBATE
from core.templates.template import Template
from core.templates.template_files import TemplateFileError
from core.templates.unpacking import Standing
from tests.core.templates.making import PANEL, seat, with_step
from tests.memory import MemoryCatalogue
from tests.stage import Stage, start
from tests.virtual_time import in_virtual_time

Work = Callable[[Stage, Orchestrator], Awaitable[None]]


def with_moot(work: Work) -> None:
    async def play() -> None:
        stage = Stage()
        moot = await stage.drive()
        try:
            await work(stage, moot)
        finally:
            await moot.stop()

    in_virtual_time(play)


def with_formats(work: Callable[[Formats], Awaitable[None]]) -> None:
    with_moot(lambda _, moot: work(moot.formats))


async def story(formats: Formats, id: str) -> list[tuple[int, str, bool]]:
    return [(each.number, each.change, each.is_deleted) for each in await formats.history(id)]


def test_a_format_is_created_edited_restored_and_deleted_in_versions() -> None:
    async def work(formats: Formats) -> None:
        created = await formats.create(PANEL)
        edited = await formats.edit(PANEL.id, replace(PANEL, name="Louder"), based_on=created.version)
        restored = await formats.restore(PANEL.id, 1)
        deleted = await formats.delete(PANEL.id)

        assert [change.version for change in (created, edited, restored, deleted)] == [1, 2, 3, 0]
        assert await story(formats, PANEL.id) == [
            (3, "deleted", True),
            (3, "restored version 1", False),
            (2, "edited", False),
            (1, "created", False),
        ]
        assert (await formats.template(PANEL.id, 2)).name == "Louder"
        assert replace(await formats.template(PANEL.id, 3), version=1) == PANEL
        with pytest.raises(WrongUse, match="no template is called 'small_panel'"):
            await formats.template(PANEL.id)

    with_formats(work)


def test_a_deleted_format_comes_back_by_its_version() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)
        await formats.delete(PANEL.id)

        assert (await formats.restore(PANEL.id, 1)).version == 2
        assert (await formats.template(PANEL.id)).version == 2

    with_formats(work)


def test_an_id_that_is_taken_is_refused_with_what_has_it() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)

        with pytest.raises(WrongUse, match="called 'small_panel' already: Small panel, version 1"):
            await formats.create(replace(PANEL, name="Mine"))
        with pytest.raises(WrongUse, match="called 'simple_debate' already"):
            await formats.clone(PANEL.id, "simple_debate")

    with_formats(work)


def test_what_is_as_it_was_makes_no_version() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)

        assert (await formats.edit(PANEL.id, PANEL)).text == "nothing is different"
        assert len(await formats.history(PANEL.id)) == 1

    with_formats(work)


def test_a_change_of_an_outdated_version_is_refused() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)
        await formats.edit(PANEL.id, replace(PANEL, rounds=3, steps=PANEL.steps[:3]))

        with pytest.raises(CommandRefused, match="changed since version 1"):
            await formats.edit(PANEL.id, replace(PANEL, name="Late"), based_on=1)

    with_formats(work)


def test_an_error_keeps_a_format_out_whoever_brings_it() -> None:
    async def work(formats: Formats) -> None:
        wrong = with_step("answer_ann", seat="anne")

        with pytest.raises(WrongUse, match="taken by 'anne', and there is no such seat"):
            await formats.create(wrong)
        with pytest.raises(WrongUse, match="no template is called"):
            await formats.history(PANEL.id)
        with pytest.raises(TemplateFileError, match=r"mine\.yaml:1:1: this format has no 'seats'"):
            await formats.read("id: mine\n", origin="mine.yaml")

    with_formats(work)


def test_what_ships_is_not_deleted_and_comes_back_where_it_was_edited() -> None:
    async def work(formats: Formats) -> None:
        with pytest.raises(CommandRefused, match="comes with moot"):
            await formats.delete("simple_debate")
        await formats.edit("simple_debate", replace(SIMPLE_DEBATE, name="Shorter"))

        assert (await formats.delete("simple_debate")).text == "simple_debate is the one that comes with moot again"
        assert await formats.template("simple_debate") == SIMPLE_DEBATE
        edited = await formats.edit("simple_debate", replace(SIMPLE_DEBATE, name="Once more"))
        assert edited.version == SIMPLE_DEBATE.version + 2

    with_formats(work)


def test_what_the_operator_made_of_a_shipped_format_outlives_a_start() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.formats.edit("simple_debate", replace(SIMPLE_DEBATE, name="Shorter"))
        await moot.stop()
        again = await stage.drive()

        assert (await again.formats.template("simple_debate")).name == "Shorter"
        await again.stop()

    with_moot(work)


def test_a_format_that_a_rule_applies_is_not_deleted() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        formats = moot.formats
        await formats.create(PANEL)
        await moot.rulebook.load(
            "- {id: to_panel, name: x, priority: 1, when: {field: round_count, greater_than: 1},"
            " then: [{apply_template: {template: small_panel, reason: x}}]}\n"
        )

        with pytest.raises(CommandRefused, match="the rule to_panel applies it"):
            await formats.delete(PANEL.id)

    with_moot(work)


def test_lists_are_searched_by_their_rows() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)

        assert [row.id for row in await formats.rows(TemplateQuery(text="SMALL_panel"))] == ["small_panel"]
        panels = await formats.rows(TemplateQuery(tags=("panel",), complexity="standard"))
        assert "small_panel" in [row.id for row in panels]
        assert all("panel" in row.tags for row in panels)
        (row,) = await formats.rows(TemplateQuery(text="small_panel"))
        assert (row.actor, row.version, row.seats) == ("operator", 1, 4)

    with_formats(work)


def test_a_clone_says_where_it_comes_from() -> None:
    async def work(formats: Formats) -> None:
        change = await formats.clone("simple_debate", "my_debate", name="Mine")

        assert change.text == "my_debate is at version 1: cloned from simple_debate, version 3"
        assert (await formats.template("my_debate")).name == "Mine"
        with pytest.raises(WrongUse, match="can't be the id of a template"):
            await formats.clone("simple_debate", "My debate")

    with_formats(work)


def test_versions_are_compared_line_by_line() -> None:
    async def work(formats: Formats) -> None:
        await formats.create(PANEL)
        await formats.edit(PANEL.id, replace(PANEL, name="Louder"))

        assert "+name: Louder" in await formats.differences(PANEL.id, 1)
        with pytest.raises(WrongUse, match=r"has no version 7\. There are 1, 2"):
            await formats.differences(PANEL.id, 7)

    with_formats(work)


def test_a_format_is_composed_from_who_is_there() -> None:
    async def work(formats: Formats) -> None:
        template = await formats.compose(
            template_id="quick",
            metadata=TemplateMetadata(name="Quick", complexity_level=1),
            participants=["proposer", "opponent", "judge"],
            step_sequence=["opening_arguments", "final_decision"],
        )

        await formats.create(template)
        assert (await formats.template("quick")).rounds == 1

    with_formats(work)


def test_a_process_that_has_joined_changes_formats_through_the_driver() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        joined = stage.orchestrator()
        await joined.start()

        assert (await joined.formats.create(PANEL)).version == 1
        assert (await moot.formats.template(PANEL.id)).id == TemplateId("small_panel")
        with pytest.raises(WrongUse, match="called 'small_panel' already"):
            await joined.formats.create(PANEL)
        await joined.stop()

    with_moot(work)


def test_a_debate_goes_on_by_the_version_that_it_began_with() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.formats.clone("simple_debate", "mine")
        session = await moot.start_debate("Should we?", template_id="mine", casting={"": "scripted"})
        await moot.formats.edit("mine", replace(await moot.formats.template("mine"), name="Other"))
        await moot.formats.delete("mine")

        flow: DebateState = (await moot.state(session)).flow
        assert flow.template.name == "Simple debate (copy)"

    with_moot(work)


CID = Participant(id=ParticipantId("cid"), name="Cid", model="scripted", system_prompt="Be Cid.")
NEEDY = replace(PANEL, rule_set="night", seats=(*PANEL.seats[:2], seat("cid", participant="cid"), PANEL.seats[3]))
NIGHT = """\
sets:
- {name: night, extends: own}
rules:
- id: quiet
  name: x
  set: night
  priority: 1
  when: {field: round_count, greater_than: 1}
  then: [{pause_debate: {reason: x}}]
"""


def exported() -> str:
    found: list[str] = []

    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.save_participants([CID])
        await moot.rulebook.load(NIGHT)
        await moot.formats.create(NEEDY)
        found.append(await moot.formats.export(NEEDY.id))

    with_moot(work)
    return found[0]


def test_an_exported_format_brings_its_participants_and_rules_through_the_driver() -> None:
    text = exported()

    async def work(stage: Stage, moot: Orchestrator) -> None:
        joined = stage.orchestrator()
        await joined.start()
        plan = await joined.formats.plan_import(text, origin="panel.json")
        assert not [row for row in await moot.formats.rows() if row.id == NEEDY.id], "looking adds nothing"
        done = await joined.formats.take(text, origin="panel.json")

        assert {each.name for each in plan.arrivals if each.standing is Standing.NEW} == {
            *("small_panel", "cid", "night", "night/quiet")
        }
        assert done.text == "small_panel is at version 1: imported from panel.json"
        assert await moot.formats.template(NEEDY.id) == NEEDY
        assert await moot.participant("cid") == CID
        assert "quiet" in {placed.rule.id for placed in await moot.rulebook.layer("night")}
        assert (await joined.formats.take(text, origin="panel.json")).text == "small_panel is here already"
        await joined.stop()

    with_moot(work)


def test_what_an_import_would_replace_is_kept_unless_that_is_said() -> None:
    text = exported()

    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.save_participants([replace(CID, system_prompt="Be somebody.")])

        with pytest.raises(WrongUse, match="called as what it brings: participant cid"):
            await moot.formats.take(text, origin="panel.json")
        assert (await moot.participant("cid")).system_prompt == "Be somebody."
        assert not [row for row in await moot.formats.rows() if row.id == NEEDY.id]

        await moot.formats.take(text, origin="panel.json", as_id="theirs", is_replacing=True)
        assert await moot.participant("cid") == CID
        assert (await moot.formats.template("theirs")).name == NEEDY.name

    with_moot(work)


def test_a_format_that_was_changed_on_its_way_changes_nothing() -> None:
    text = exported().replace("Be Cid.", "Be loud.")

    async def work(stage: Stage, moot: Orchestrator) -> None:
        with pytest.raises(ParcelRefused, match=r"panel\.json:\d+:\d+: participants/1 is not what was packed"):
            await moot.formats.take(text, origin="panel.json")
        assert "cid" not in {each.id for each in await moot.participants()}

    with_moot(work)


class EditedMeanwhile(MemoryCatalogue):
    """A catalogue in which somebody edits a format while another looks who sits where."""

    edit: Template | None = None

    async def participants(self) -> tuple[Participant, ...]:
        if self.edit is not None:
            edited, self.edit = self.edit, None
            await self.save_template(edited, actor="operator", at_ms=0)
        return await super().participants()


def test_whoever_begins_by_a_format_that_is_edited_meanwhile_takes_no_edit_back() -> None:
    async def play() -> None:
        catalogue = EditedMeanwhile()
        moot = await Stage(catalogue=catalogue).drive()
        await catalogue.save_template(PANEL, actor="operator", at_ms=0)
        catalogue.edit = replace(PANEL, version=2, name="Louder")

        session = await start(moot, template_id=PANEL.id)

        assert (await moot.state(session)).flow.template.version == PANEL.version
        assert (await moot.formats.template(PANEL.id)).name == "Louder"
        await moot.stop()

    in_virtual_time(play)
