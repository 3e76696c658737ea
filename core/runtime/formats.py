"""How does anything outside the core read the formats of debate, and change them?

Reached as `orchestrator.formats`. Lists and searches look at rows alone; a format is read whole when it is asked for.
What changes one is a request to the driver, so that it is the same from the console, a command and a script.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Protocol, cast

from core.domain.calibration import Calibration
from core.domain.commands import OPERATOR
from core.domain.errors import WrongUse, nearest
from core.domain.facts import FactSpec
from core.domain.ids import TemplateId
from core.flows.debate_facts import DEBATE_FACTS
from core.ports.catalogue import TemplateVersion
from core.ports.inbox import InboxAnswer
from core.rules.layers import set_specs
from core.runtime.calibrating import calibration_for
from core.runtime.format_prompts import STAND_IN_MOTION, StepPrompt, prompt_of
from core.runtime.ports import Ports
from core.templates.checking import Finding, Surroundings, check_template
from core.templates.composing import StepChoice, TemplateMetadata, compose_custom_template
from core.templates.parcels import packed, read_parcel, write_parcel
from core.templates.plain import template_to_plain
from core.templates.searching import TemplateQuery, TemplateRow, found
from core.templates.template import SeatSpec, StepSpec, Template
from core.templates.template_files import check_template_text, read_template
from core.templates.template_writing import write_template
from core.templates.unpacking import ImportPlan, planned

FACTS: Mapping[str, FactSpec] = {spec.name: spec for spec in DEBATE_FACTS}
"""What the conditions of a format may look at."""

_EVERYTHING = TemplateQuery()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOfReadings:
    """What sessions with a known answer tell of a measure's readings: those of models, and those in which none took
    part. None where the format's early stop is trusted, so that nobody asks."""

    of_models: Calibration | None
    of_others: Calibration | None


class Ask(Protocol):
    """Has the driver carry out a verb."""

    def __call__(self, verb: str, body: Mapping[str, object], *, actor: str = ...) -> Awaitable[InboxAnswer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatSaved:
    """What a change came to: in words, of which format, and the version that is the newest now, 0 where it has none."""

    text: str
    template: TemplateId
    version: int


class Formats:
    """The formats of one database, in all their versions.

    `based_on` is the version that a change was made from: where another has come since, CommandRefused is raised.
    0 changes whatever is newest. Nothing is saved by a change that raises.
    """

    def __init__(self, ports: Ports, ask: Ask) -> None:
        self._ports = ports
        self._ask = ask

    # --- reading ------------------------------------------------------------------------------------------------

    async def rows(self, query: TemplateQuery = _EVERYTHING) -> tuple[TemplateRow, ...]:
        """The rows that a query asks for, by id. Raises WrongUse for a query that can't be."""
        return found(await self._ports.catalogue.template_rows(), query)

    async def known_of_readings(self, template: Template) -> KnownOfReadings:
        """What would be pinned if a session of `template` were opened now."""
        index = self._ports.index
        return KnownOfReadings(
            of_models=await calibration_for(index, template, is_unasked=False),
            of_others=await calibration_for(index, template, is_unasked=True),
        )

    async def template(self, id: str, version: int | None = None) -> Template:
        """A format, the newest version unless one is named. Raises WrongUse with the nearest name, or the versions."""
        if version is None:
            newest = await self._ports.catalogue.newest_template(TemplateId(id))
            if newest is None:
                raise await self._unknown(id)
            return newest
        history = await self.history(id)
        for change in history:
            if change.number == version:
                return await self._ports.catalogue.template(change.digest)
        numbers = sorted({change.number for change in history})
        raise WrongUse(
            f"{id} has no version {version}.", where="template", now=f"There are {', '.join(map(str, numbers))}."
        )

    async def history(self, id: str) -> Sequence[TemplateVersion]:
        """Every change of a format, newest first, also of a deleted one. Raises WrongUse for one that never was."""
        history = await self._ports.catalogue.template_history(TemplateId(id))
        if not history:
            raise await self._unknown(id)
        return history

    async def text_of(self, id: str, version: int | None = None) -> str:
        """A format as YAML, to be read or edited."""
        return write_template(await self.template(id, version), facts=FACTS)

    async def differences(self, id: str, before: int, after: int | None = None) -> str:
        """What is different between two versions, as a unified diff of their YAML; to the newest where no second is
        named. Empty where they are the same."""
        old, new = await self.text_of(id, before), await self.text_of(id, after)
        name = "newest" if after is None else f"version {after}"
        lines = unified_diff(old.splitlines(True), new.splitlines(True), f"version {before}", name)
        return "".join(lines)

    async def prompt(self, template: Template, step: str, *, motion: str = STAND_IN_MOTION) -> StepPrompt:
        """What a step is sent the first time that it takes place, with what is said before it made up. Raises WrongUse
        for a step that isn't there."""
        people = {str(each.id): each for each in await self._ports.catalogue.participants()}
        return prompt_of(template, step, people=people, motion=motion)

    async def surroundings(self) -> Surroundings:
        """What formats are checked against here."""
        return await surroundings_of(self._ports)

    async def check(self, template: Template) -> tuple[Finding, ...]:
        """What is wrong with a format, here."""
        return check_template(template, surroundings=await self.surroundings())

    async def check_text(self, text: str, *, origin: str) -> tuple[Template | None, tuple[Finding, ...]]:
        """What is wrong with a YAML text, and the format where it can be read. Never raises for what stands in it."""
        return check_template_text(text, origin=origin, surroundings=await self.surroundings())

    async def read(self, text: str, *, origin: str) -> Template:
        """The format in a YAML text. Raises TemplateFileError with every fault's place."""
        return read_template(text, origin=origin, surroundings=await self.surroundings())

    async def compose(
        self,
        *,
        template_id: str,
        metadata: TemplateMetadata,
        participants: Sequence[str | SeatSpec],
        step_sequence: Sequence[str | StepChoice | StepSpec],
        config_overrides: Mapping[str, object] | None = None,
    ) -> Template:
        """`compose_custom_template` with the participants and sets of rules that there are. Saves nothing."""
        people = await self._ports.catalogue.participants()
        return compose_custom_template(
            template_id=template_id,
            metadata=metadata,
            participants=participants,
            step_sequence=step_sequence,
            config_overrides=config_overrides,
            library={each.id: each for each in people},
            facts=FACTS,
            rule_sets=(await self.surroundings()).rule_sets,
        )

    async def export(self, id: str, version: int | None = None) -> str:
        """A format with all that it needs, as the text of a file that `take` takes in elsewhere."""
        template = await self.template(id, version)
        people, book = await self._ports.catalogue.participants(), await self._ports.catalogue.rule_book()
        return write_parcel(packed(template, participants=people, book=book))

    async def plan_import(self, text: str, *, origin: str, as_id: str = "") -> ImportPlan:
        """What taking in an exported format would add and run; changes nothing. Raises ParcelRefused, with the first
        place that is not as it was exported."""
        return await plan_import(self._ports, text, origin=origin, as_id=as_id)

    # --- changing -----------------------------------------------------------------------------------------------

    async def create(self, template: Template, *, change: str = "", actor: str = OPERATOR) -> FormatSaved:
        """Add a format. Raises WrongUse where its id is taken, or where an error is found in it."""
        return await self._change("create_template", actor, template=template_to_plain(template), change=change)

    async def edit(
        self, id: str, template: Template, *, based_on: int = 0, change: str = "", actor: str = OPERATOR
    ) -> FormatSaved:
        """Make this the newest version of the format `id`, which it has to be called. Debates under way go on by the
        version that they began with. Raises as `create`, and CommandRefused where it was changed meanwhile."""
        plain = template_to_plain(template)
        return await self._change("edit_template", actor, id=id, template=plain, based_on=based_on, change=change)

    async def clone(self, id: str, new: str, *, name: str = "", actor: str = OPERATOR) -> FormatSaved:
        """Copy a format under another id. Raises WrongUse where that is taken."""
        return await self._change("clone_template", actor, id=id, new=new, name=name)

    async def delete(self, id: str, *, actor: str = OPERATOR) -> FormatSaved:
        """List a format no more; where one that ships was edited, the shipped one is back. Its versions stay, and so
        do the debates that followed it. Raises CommandRefused for one that ships, and for one that a rule applies."""
        return await self._change("delete_template", actor, id=id)

    async def restore(self, id: str, version: int, *, actor: str = OPERATOR) -> FormatSaved:
        """Make an earlier version the newest, as one of its own; also of a deleted format."""
        return await self._change("restore_template", actor, id=id, version=version)

    async def take(
        self, text: str, *, origin: str, as_id: str = "", is_replacing: bool = False, actor: str = OPERATOR
    ) -> FormatSaved:
        """Take in what `export` wrote, under the id `as_id` where one is named. Raises ParcelRefused for what was
        changed on its way, and WrongUse where something else here has one of its names, unless `is_replacing`."""
        await self.plan_import(text, origin=origin, as_id=as_id)
        return await self._change(
            "import_template", actor, text=text, origin=origin, as_id=as_id, is_replacing=is_replacing
        )

    # --- within -------------------------------------------------------------------------------------------------

    async def _unknown(self, id: str) -> WrongUse:
        known = [row.id for row in await self._ports.catalogue.template_rows()]
        return WrongUse(
            f"no template is called {id[:80]!r}.",
            now=nearest(id[:80], known) or "'moot templates list' names those that there are.",
        )

    async def _change(self, verb: str, actor: str, **body: object) -> FormatSaved:
        answer = await self._ask(verb, body, actor=actor)
        said = cast("Mapping[str, Any]", answer.body)
        return FormatSaved(text=answer.text, template=TemplateId(said["template"]), version=said["version"])


async def plan_import(ports: Ports, text: str, *, origin: str, as_id: str = "") -> ImportPlan:
    """What a parcel would do here. Raises ParcelRefused."""
    parcel = read_parcel(text, origin=origin)
    return planned(
        parcel,
        template=await ports.catalogue.newest_template(TemplateId(as_id) if as_id else parcel.template.id),
        participants=await ports.catalogue.participants(),
        book=await ports.catalogue.rule_book(),
        surroundings=await surroundings_of(ports),
        as_id=as_id,
    )


async def surroundings_of(ports: Ports) -> Surroundings:
    """What formats are checked against: participants and sets of rules as they are now."""
    return Surroundings(
        facts=FACTS,
        participants={each.id for each in await ports.catalogue.participants()},
        rule_sets=set(set_specs(await ports.catalogue.rule_book())),
    )
