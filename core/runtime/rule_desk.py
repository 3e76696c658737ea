"""How are the rules changed, one version at a time?

Every change is made of the newest version under one lock, checked whole, and saved as the next one with who made it and
what it was. One that was made from an outdated version is refused with what has happened since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.domain.errors import CommandRefused, WrongUse
from core.ports.catalogue import RulesVersion
from core.ports.inbox import InboxAnswer, Receipt
from core.rules.differences import Differences, differences
from core.rules.editing import (
    Renumbered,
    cloned,
    defined,
    find,
    find_all,
    moved,
    name_of,
    prioritised,
    put,
    refuse_known,
    switched,
    undefined,
    without,
)
from core.rules.layers import RuleBook, RuleSetSpec, all_rules, require_filled, require_sound
from core.rules.pinning import repinned
from core.rules.reading import RulesRead, read_rule_file
from core.rules.rule import OWN_RULE_SET, rule_from_plain
from core.rules.standard import STANDARD_RULE_SET
from core.rules.versions import VersionKind, redone_to, undoable, undone_to
from core.runtime.beside import beside
from core.runtime.ports import Ports
from core.runtime.requests import Asker
from core.runtime.rules_in_force import RulesInForce

VERSIONS_LOOKED_BACK_MAX = 1_000
"""How far undo reaches; `restore` reaches any version."""

NAMES_TOLD_MAX = 3
VERSIONS_TOLD_MAX = 3

IN_PLACE_CHARACTERS_MAX = 20_000
"""A longer text is read in a thread: a thousand rules take a third of a second, in which nobody would be heard."""

MOOT = Asker(actor="moot")
"""Who makes the versions that nobody asked for."""

Body = Mapping[str, Any]
Verb = Callable[[Body, Asker], Awaitable[InboxAnswer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What a change makes of the book. `change` says it in the history, `otherwise` what to answer where nothing is
    different from before."""

    book: RuleBook
    change: str
    otherwise: str = "nothing is different"
    kind: VersionKind = VersionKind.CHANGE
    renumbered: Sequence[Renumbered] = ()
    taken: int = 0


class RuleDesk:
    """The verbs that are about rules. `on_changed` is called when sessions may have to follow others."""

    def __init__(self, ports: Ports, rules: RulesInForce, *, on_changed: Callable[[], Awaitable[None]]) -> None:
        self._ports = ports
        self._rules = rules
        self._on_changed = on_changed
        self._told = -1
        self._changing = asyncio.Lock()
        self.verbs: Mapping[str, Verb] = {
            "switch_rules": self._switch,
            "save_rules": self._save,
            "create_rules": self._create,
            "edit_rule": self._edit,
            "load_rules": self._load,
            "clone_rule": self._clone,
            "delete_rules": self._delete,
            "move_rule": self._move,
            "set_priority": self._set_priority,
            "define_rule_set": self._define,
            "undefine_rule_set": self._undefine,
            "undo_rules": self._undo,
            "redo_rules": self._redo,
            "restore_rules": self._restore,
        }

    @property
    def book(self) -> RuleBook:
        """The rules as they were last read."""
        return self._rules.book

    @property
    def version(self) -> int:
        """The number of the version that `book` is, 0 before the first."""
        return self._rules.version

    async def read(self) -> None:
        """Look up which rules are in force, and have them at hand."""
        async with self._changing:  # of two that look at once, the slower one must not bring older rules back
            if await self._rules.read(self._ports):
                await self._pin()

    async def _pin(self) -> None:
        """Have rules name the versions of plugins that are installed here, so that logs do."""
        book = repinned(self._rules.book, self._ports.library.fact_specs)
        if book is not self._rules.book:
            change = f"rules follow the plugins installed: {', '.join(self._ports.library.plugins.origins)}"
            await self._save_as_newest(Edited(book=book, change=change, kind=VersionKind.PLUGINS), by=MOOT)

    async def follow(self) -> None:
        """Bring rules that were changed, here or elsewhere, to every running session at once."""
        await self.read()
        if self._told != self._rules.version:
            self._told = self._rules.version
            await self._on_changed()

    async def change(
        self, make: Callable[[RuleBook], Edited], *, by: Asker, based_on: int = 0, size_added: int = 0
    ) -> InboxAnswer:
        """Save what `make` makes of the newest version, with `size_added` rules at most that it brings along. Raises
        CommandRefused where it was meant for an older one."""
        async with self._changing:
            await self._rules.read(self._ports)
            before = self._rules.book
            if based_on and based_on != self._rules.version:
                await self._refuse_outdated(based_on)
            size = len(all_rules(before)) + size_added
            edited, found = await beside(size, self._made, make, before)
            if found:
                answer = self._answer(edited.change, edited, found, version=self._rules.version + 1)
                await self._save_as_newest(edited, by=by, receipt=by.receipt(answer))
        if not found:
            return self._answer(edited.otherwise, edited, found, version=self._rules.version)
        await self.follow()
        return answer

    def _made(self, make: Callable[[RuleBook], Edited], before: RuleBook) -> tuple[Edited, Differences]:
        """What a change makes of the book, and what is different then. Raises WrongUse where it can't be so."""
        made = make(before)
        edited = replace(made, book=repinned(made.book, self._ports.library.fact_specs))
        found = differences(before, edited.book)
        if found:
            require_sound(edited.book)
            require_filled(before, edited.book)
        return edited, found

    async def _save_as_newest(self, edited: Edited, *, by: Asker, receipt: Receipt | None = None) -> None:
        newest = await self._ports.catalogue.save_rule_book(
            edited.book,
            after=self._rules.version,
            kind=edited.kind,
            actor=by.actor,
            at_ms=self._ports.clock.now_ms(),
            change=edited.change,
            receipt=receipt,
        )
        await self._rules.take(newest, edited.book, self._ports)

    def _answer(self, text: str, edited: Edited, found: Differences, *, version: int) -> InboxAnswer:
        told = len(found.added) + len(found.changed)
        body = {
            "version": version,
            "added": [str(each) for each in found.added],
            "replaced": [str(each) for each in found.changed],
            "removed": [str(each) for each in found.removed],
            "unchanged": max(0, edited.taken - told),
            "renumbered": [
                {"rule": each.rule, "before": each.before, "after": each.after} for each in edited.renumbered
            ],
        }
        return InboxAnswer(is_done=True, text=text, body=body)

    async def _refuse_outdated(self, based_on: int) -> None:
        """Raise CommandRefused where anything that was made by hand has changed since that version."""
        before = await self._ports.catalogue.rule_book(based_on)
        found = differences(replace(before, files=()), replace(self._rules.book, files=()))
        if not found:
            return
        since = [
            version
            for version in await self._ports.catalogue.rules_history(limit=self._rules.version - based_on)
            if version.number > based_on and version.kind is not VersionKind.FILES
        ]
        told = "; ".join(
            f"version {version.number} by {version.actor}: {version.change}" for version in since[:VERSIONS_TOLD_MAX]
        )
        touched = told_names([str(each) for each in (*found.added, *found.changed, *found.removed)])
        rules = f" (it concerns {touched})" if touched else ""
        raise CommandRefused(
            f"they were changed since version {based_on}: {told}{rules}.",
            where="rules",
            now="Nothing was saved. Look at them as they are now, then change them again.",
        )

    async def _read_text(self, body: Body) -> RulesRead:
        text, origin = str(body["text"]), str(body.get("origin") or "rules")
        templates = [row.id for row in await self._ports.catalogue.template_rows()]
        facts = self._ports.library.fact_specs
        if len(text) <= IN_PLACE_CHARACTERS_MAX:
            return read_rule_file(text, origin=origin, facts=facts, templates=templates)
        return await asyncio.to_thread(read_rule_file, text, origin=origin, facts=facts, templates=templates)

    # --- the verbs ----------------------------------------------------------------------------------------------

    async def _switch(self, body: Body, by: Asker) -> InboxAnswer:
        enabled, only_in = bool(body["enabled"]), str(body.get("rule_set") or "")
        word = "enabled" if enabled else "disabled"

        def make(book: RuleBook) -> Edited:
            placed = find_all(book, body["rules"], rule_set=only_in or OWN_RULE_SET)
            changing = [each for each in placed if each.rule.enabled is not enabled]
            names = told_names([name_of(each.rule) for each in changing or placed])
            where = f" in {only_in}" if only_in else ""
            are = "is" if len(placed) == 1 else "are"
            return Edited(
                book=switched(book, changing, enabled=enabled, only_in=only_in),
                change=f"{word} {names}{where}",
                otherwise=f"{names} {are} {word} already",
                taken=len(placed),
            )

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _save(self, body: Body, by: Asker) -> InboxAnswer:
        def make(book: RuleBook) -> Edited:
            rules = [rule_from_plain(plain) for plain in body["rules"]]
            require_sound(RuleBook(rules=tuple(rules)))
            return Edited(book=put(replace(book, rules=()), rules), change=str(body["change"]), taken=len(rules))

        return await self.change(make, by=by, based_on=_based_on(body), size_added=len(body["rules"]))

    async def _create(self, body: Body, by: Asker) -> InboxAnswer:
        read = await self._read_text(body)

        def make(book: RuleBook) -> Edited:
            if body.get("rule"):
                _require_one(read, str(body["rule"]), body)
            if not read.rules:
                raise WrongUse("the text holds no rule.", where=_origin(body), now="Begin it with '- id:'.")
            refuse_known(book, read.rules)
            return Edited(
                book=put(book, read.rules, read.sets),
                change=f"created {told_names([name_of(rule) for rule in read.rules])}",
                taken=len(read.rules),
            )

        return await self.change(make, by=by, based_on=_based_on(body), size_added=len(read.rules))

    async def _edit(self, body: Body, by: Asker) -> InboxAnswer:
        read = await self._read_text(body)

        def make(book: RuleBook) -> Edited:
            _require_one(read, find(book, str(body["rule"])).rule.id, body)
            return Edited(book=put(book, read.rules), change=f"edited {name_of(read.rules[0])}", taken=1)

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _load(self, body: Body, by: Asker) -> InboxAnswer:
        read = await self._read_text(body)

        def make(book: RuleBook) -> Edited:
            return Edited(
                book=put(book, read.rules, read.sets),
                change=f"loaded {_origin(body).rpartition('/')[2]}",
                taken=len(read.rules),
            )

        return await self.change(make, by=by, based_on=_based_on(body), size_added=len(read.rules))

    async def _clone(self, body: Body, by: Asker) -> InboxAnswer:
        id, rule_set = str(body["id"]), str(body.get("rule_set") or OWN_RULE_SET)

        def make(book: RuleBook) -> Edited:
            placed = find(book, str(body["rule"]))
            return Edited(
                book=cloned(book, placed, id, rule_set=rule_set),
                change=f"cloned {name_of(placed.rule)} as {id}, switched off",
                taken=1,
            )

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _delete(self, body: Body, by: Asker) -> InboxAnswer:
        def make(book: RuleBook) -> Edited:
            gone = find_all(book, body["rules"])
            return Edited(
                book=without(book, gone), change=f"deleted {told_names([name_of(each.rule) for each in gone])}"
            )

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _move(self, body: Body, by: Asker) -> InboxAnswer:
        is_before, rule_set = bool(body["is_before"]), str(body.get("rule_set") or OWN_RULE_SET)

        def make(book: RuleBook) -> Edited:
            placed, beside = (find(book, str(body[part]), rule_set=rule_set) for part in ("rule", "beside"))
            changed, renumbered = moved(book, placed, beside, is_before=is_before, rule_set=rule_set)
            place = f"{'before' if is_before else 'behind'} {name_of(beside.rule)}"
            return Edited(
                book=changed,
                change=f"moved {name_of(placed.rule)} {place}: {told_names(list(map(str, renumbered)))}",
                otherwise=f"{name_of(placed.rule)} is {place} already",
                renumbered=renumbered,
            )

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _set_priority(self, body: Body, by: Asker) -> InboxAnswer:
        priority = int(body["priority"])

        def make(book: RuleBook) -> Edited:
            placed = find_all(book, body["rules"])
            changed, renumbered = prioritised(book, [(each, priority) for each in placed])
            names = told_names([name_of(each.rule) for each in placed])
            return Edited(
                book=changed,
                change=f"changed priorities: {told_names(list(map(str, renumbered)))}",
                otherwise=f"{names} {'has' if len(placed) == 1 else 'have'} the priority {priority} already",
                renumbered=renumbered,
            )

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _define(self, body: Body, by: Asker) -> InboxAnswer:
        spec = RuleSetSpec(
            name=str(body["name"]),
            extends=str(body.get("extends") or STANDARD_RULE_SET),
            description=str(body.get("description") or ""),
        )

        def make(book: RuleBook) -> Edited:
            return Edited(book=defined(book, spec), change=f"defined the set {spec.name}, which extends {spec.extends}")

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _undefine(self, body: Body, by: Asker) -> InboxAnswer:
        name = str(body["name"])
        naming = [row.id for row in await self._ports.catalogue.template_rows() if row.rule_set == name]
        if naming:
            raise WrongUse(f"the template {naming[0]} names the set {name!r}.", now="Have it name another one first.")

        def make(book: RuleBook) -> Edited:
            return Edited(book=undefined(book, name), change=f"deleted the set {name}")

        return await self.change(make, by=by, based_on=_based_on(body))

    async def _undo(self, body: Body, by: Asker) -> InboxAnswer:
        history = await self._history()
        to, undone = undone_to(_kinds(history)), undoable(_kinds(history))
        if to is None or undone is None:
            raise WrongUse("there is nothing to undo.", now="'moot rules restore VERSION' goes back to any version.")
        return await self._back_to(to, f"undid {_said(history, undone)}", VersionKind.UNDO, by, history)

    async def _redo(self, body: Body, by: Asker) -> InboxAnswer:
        history = await self._history()
        to = redone_to(_kinds(history))
        if to is None:
            raise WrongUse("nothing was undone since the last change.", now="'moot rules history' lists what was done.")
        return await self._back_to(to, f"redid {_said(history, to)}", VersionKind.REDO, by, history)

    async def _restore(self, body: Body, by: Asker) -> InboxAnswer:
        number = int(body["version"])
        history = await self._history()
        change = f"restored {_said(history, number)}"
        return await self._back_to(number, change, VersionKind.CHANGE, by, history, based_on=_based_on(body))

    async def _back_to(
        self,
        number: int,
        change: str,
        kind: VersionKind,
        by: Asker,
        history: Sequence[RulesVersion],
        *,
        based_on: int = 0,
    ) -> InboxAnswer:
        """Make the part of that version that was made by hand the newest; what files say now stays."""
        then = await self._ports.catalogue.rule_book(number)

        def make(book: RuleBook) -> Edited:
            return Edited(book=replace(then, files=book.files), change=change, kind=kind)

        return await self.change(make, by=by, based_on=based_on or history[0].number)

    async def _history(self) -> Sequence[RulesVersion]:
        """Newest first."""
        return await self._ports.catalogue.rules_history(limit=VERSIONS_LOOKED_BACK_MAX)


def told_names(names: Sequence[str]) -> str:
    """The first few, the rest by number."""
    more = len(names) - NAMES_TOLD_MAX
    return ", ".join(names[:NAMES_TOLD_MAX]) + (f" and {more} more" if more > 0 else "")


def _require_one(read: RulesRead, id: str, body: Body) -> None:
    """Raise WrongUse unless the text holds the rule of that id, and nothing else."""
    if len(read.rules) != 1 or read.sets:
        raise WrongUse(
            f"this is to be one rule, and the text holds {len(read.rules)} rules and {len(read.sets)} sets.",
            where=_origin(body),
            now="'moot rules load FILE' takes several.",
        )
    if read.rules[0].id != id:
        raise WrongUse(
            f"this text is about {read.rules[0].id!r}, and {id!r} is meant.",
            where=_origin(body),
            now=f"Keep the id; 'moot rules clone {id} {read.rules[0].id}' makes another rule.",
        )


def _based_on(body: Body) -> int:
    return int(body.get("based_on") or 0)


def _origin(body: Body) -> str:
    return str(body.get("origin") or "rules")


def _kinds(history: Sequence[RulesVersion]) -> list[tuple[int, VersionKind]]:
    """Oldest first, as undoing reads them."""
    return [(version.number, version.kind) for version in reversed(history)]


def _said(history: Sequence[RulesVersion], number: int) -> str:
    change = next((version.change for version in history if version.number == number), "")
    return f"version {number}" + (f" ({change})" if change else "")
