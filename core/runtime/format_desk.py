"""How are the formats of debate changed, one version at a time?

Whatever asks, a format is checked whole before it is kept, and every version stays: a debate goes on by the one that it
began with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.domain.errors import CommandRefused, WrongUse, nearest
from core.domain.ids import TemplateId, is_snake_case
from core.ports.catalogue import TemplateVersion
from core.ports.inbox import InboxAnswer
from core.rules.action import ApplyTemplate
from core.rules.editing import put
from core.rules.layers import RuleBook, all_rules
from core.runtime.formats import plan_import, surroundings_of
from core.runtime.ports import Ports
from core.runtime.requests import Asker
from core.runtime.rule_desk import Body, Edited, RuleDesk, Verb
from core.runtime.stock import SHIPPED_BY
from core.templates.checking import Finding, check_template, errors_of
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.plain import template_from_plain
from core.templates.template import Template
from core.templates.unpacking import Standing

SHIPPED = {template.id: template for template in SHIPPED_TEMPLATES}
ERRORS_TOLD_MAX = 5


class FormatDesk:
    """The verbs that are about formats."""

    def __init__(self, ports: Ports, rules: RuleDesk) -> None:
        self._ports = ports
        self._rules = rules
        self._changing = asyncio.Lock()
        self.verbs: Mapping[str, Verb] = {
            "create_template": self._locked(self._create),
            "edit_template": self._locked(self._edit),
            "clone_template": self._locked(self._clone),
            "delete_template": self._locked(self._delete),
            "restore_template": self._locked(self._restore),
            "import_template": self._locked(self._import),
        }

    def _locked(self, work: Verb) -> Verb:
        async def one_at_a_time(body: Body, by: Asker) -> InboxAnswer:
            async with self._changing:
                return await work(body, by)

        return one_at_a_time

    async def create(self, template: Template, *, by: Asker, change: str) -> InboxAnswer:
        """Keep a format under an id that nothing has. Not to be called while another change is made."""
        await self._require_free(template.id)
        return await self._keep(template, by=by, change=change or "created")

    # --- the verbs ----------------------------------------------------------------------------------------------

    async def _create(self, body: Body, by: Asker) -> InboxAnswer:
        return await self.create(template_from_plain(body["template"]), by=by, change=str(body.get("change") or ""))

    async def _edit(self, body: Body, by: Asker) -> InboxAnswer:
        template = template_from_plain(body["template"])
        newest = await self._newest(str(body["id"]))
        if template.id != newest.id:
            raise WrongUse(
                f"this is the format {template.id}.",
                where=newest.id,
                now=f"Call it {newest.id}, or create another one.",
            )
        based_on = int(body.get("based_on") or 0)
        if based_on and based_on != newest.version:
            raise CommandRefused(
                f"it was changed since version {based_on}: version {newest.version} is the newest.",
                where=f"template {newest.id}",
                now="Nothing was saved. Look at it as it is now, then change it again.",
            )
        if replace(template, version=newest.version) == newest:
            return _answer("nothing is different", newest)
        return await self._keep(template, by=by, change=str(body.get("change") or "") or "edited")

    async def _clone(self, body: Body, by: Asker) -> InboxAnswer:
        origin = await self._newest(str(body["id"]))
        new = str(body["new"])
        if not is_snake_case(new):
            raise WrongUse(
                f"{new[:80]!r} can't be the id of a template.", now="Use small letters, digits and single underscores."
            )
        await self._require_free(TemplateId(new))
        name = str(body.get("name") or "") or f"{origin.name} (copy)"
        copy = replace(origin, id=TemplateId(new), name=name)
        return await self._keep(copy, by=by, change=f"cloned from {origin.id}, version {origin.version}")

    async def _delete(self, body: Body, by: Asker) -> InboxAnswer:
        newest = await self._newest(str(body["id"]))
        shipped = SHIPPED.get(newest.id)
        if shipped is not None and replace(newest, version=shipped.version) == shipped:
            raise CommandRefused("it comes with moot.", where=f"template {newest.id}", now="Clone it, and change that.")
        at_ms = self._ports.clock.now_ms()
        if shipped is not None:
            answer = _answer(f"{newest.id} is the one that comes with moot again", shipped)
            await self._ports.catalogue.save_template(
                shipped, actor=SHIPPED_BY, at_ms=at_ms, change="as shipped again", receipt=by.receipt(answer)
            )
            return answer
        book = await self._ports.catalogue.rule_book()
        applying = [
            rule.id
            for rule in all_rules(book)
            if any(isinstance(action, ApplyTemplate) and action.template == newest.id for action in rule.then)
        ]
        if applying:
            raise CommandRefused(
                f"the rule {applying[0]} applies it.", where=f"template {newest.id}", now="Change the rule first."
            )
        answer = InboxAnswer(is_done=True, text=f"deleted {newest.id}", body={"template": newest.id, "version": 0})
        await self._ports.catalogue.remove_template(
            newest.id, actor=by.actor, at_ms=at_ms, change="deleted", receipt=by.receipt(answer)
        )
        return answer

    async def _restore(self, body: Body, by: Asker) -> InboxAnswer:
        id, number = TemplateId(str(body["id"])), int(body["version"])
        history = await self._ports.catalogue.template_history(id)
        digest = next((change.digest for change in history if change.number == number), None)
        if digest is None:
            numbers = ", ".join(str(number) for number in sorted({change.number for change in history}))
            raise WrongUse(
                f"{id[:80]} has no version {number}.", now=f"There are {numbers}." if numbers else "There is none."
            )
        then = await self._ports.catalogue.template(digest)
        if not history[0].is_deleted and history[0].digest == digest:
            return _answer(f"version {number} is the newest already", then)
        return await self._keep(then, by=by, change=f"restored version {number}")

    async def _import(self, body: Body, by: Asker) -> InboxAnswer:
        """Participants first, then rules, the format last: one that is here has all that it needs. What a crash cuts
        short is done again, and comes to the same."""
        plan = await plan_import(
            self._ports, str(body["text"]), origin=str(body["origin"]), as_id=str(body.get("as_id") or "")
        )
        where = str(body["origin"])
        if plan.replaced and not body.get("is_replacing"):
            told = ", ".join(f"{each.kind} {each.name}" for each in plan.replaced[:ERRORS_TOLD_MAX])
            now = "Take the format in under another id, or have what is here replaced."
            raise WrongUse(f"something else here is called as what it brings: {told}.", where=where, now=now)
        _require_sound(plan.parcel.template, plan.findings)
        parcel = plan.parcel
        quietly = replace(by, message=0)  # the request is done once the format is here
        kept = {each.name for each in plan.arrivals if each.standing is Standing.SAME}
        people = [each for each in parcel.participants if each.id not in kept]
        if people:
            await self._ports.catalogue.save_participants(people)
        if parcel.sets or parcel.rules:
            change = f"came with the format {parcel.template.id}"

            def make(book: RuleBook) -> Edited:
                return Edited(book=put(book, parcel.rules, parcel.sets), change=change, taken=len(parcel.rules))

            await self._rules.change(make, by=quietly)
        newest = await self._ports.catalogue.newest_template(parcel.template.id)
        if newest is not None and replace(parcel.template, version=newest.version) == newest:
            return _answer(f"{newest.id} is here already", newest)
        return await self._keep(parcel.template, by=by, change=f"imported from {where.rpartition('/')[2]}")

    # --- within -------------------------------------------------------------------------------------------------

    async def _keep(self, template: Template, *, by: Asker, change: str) -> InboxAnswer:
        """Save as the newest version, with a number of its own. Raises WrongUse for one with errors."""
        _require_sound(template, check_template(template, surroundings=await surroundings_of(self._ports)))
        history = await self._ports.catalogue.template_history(template.id)
        kept = replace(template, version=_next(history))
        answer = _answer(f"{kept.id} is at version {kept.version}: {change}", kept)
        await self._ports.catalogue.save_template(
            kept, actor=by.actor, at_ms=self._ports.clock.now_ms(), change=change, receipt=by.receipt(answer)
        )
        return answer

    async def _newest(self, id: str) -> Template:
        newest = await self._ports.catalogue.newest_template(TemplateId(id))
        if newest is None:
            known = [row.id for row in await self._ports.catalogue.template_rows()]
            raise WrongUse(f"no template is called {id[:80]!r}.", now=nearest(id[:80], known))
        return newest

    async def _require_free(self, id: TemplateId) -> None:
        taken = await self._ports.catalogue.newest_template(id)
        if taken is not None:
            raise WrongUse(
                f"a template is called {id!r} already: {taken.name}, version {taken.version}.",
                now="Choose another id, or edit that one.",
            )


def _require_sound(template: Template, findings: Sequence[Finding]) -> None:
    errors = errors_of(findings)
    if errors:
        told = " ".join(f"{found.what} {found.now}".strip() for found in errors[:ERRORS_TOLD_MAX])
        more = f" And {len(errors) - ERRORS_TOLD_MAX} more." if len(errors) > ERRORS_TOLD_MAX else ""
        raise WrongUse(f"{told}{more}", where=f"template {template.id[:80]}")


def _next(history: Sequence[TemplateVersion]) -> int:
    return max((change.number for change in history), default=0) + 1


def _answer(text: str, template: Template) -> InboxAnswer:
    return InboxAnswer(is_done=True, text=text, body={"template": template.id, "version": template.version})
