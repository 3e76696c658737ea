"""How does anything outside the core read the rules, and change them?

Reached as `orchestrator.rulebook`. What reads follows from the database; what changes something is a request to the
driver, so that it is the same from the console, a command and a script.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from core.analytics.rule_measures import RuleMeasure
from core.domain.commands import OPERATOR
from core.domain.errors import WrongUse
from core.domain.facts import FactSpec
from core.domain.ids import DEFAULT_RULE_SET, Digest, RuleId, SessionId
from core.engine.backtest import Revision
from core.ports.catalogue import RulesVersion
from core.ports.inbox import InboxAnswer
from core.rules.differences import Differences, differences
from core.rules.editing import Renumbered, find, find_all, require_set
from core.rules.following import unlike_shipped
from core.rules.layers import Placed, RuleBook, RuleSetSpec, effective, effective_sets, layer, set_specs
from core.rules.reading import RuleFileError, read_rule_file
from core.rules.rule import Rule, rule_to_plain
from core.rules.standard import STANDARD_RULE_SET
from core.rules.writing import write_rule_file, write_rules
from core.runtime.backtesting import Backtesting, BacktestStep
from core.runtime.folder_notes import FOLDER_SETTING, FolderStanding, folder_from_text
from core.runtime.ports import Ports
from core.runtime.rule_meter import RuleMeter
from core.written.problems import Problem

if TYPE_CHECKING:
    from core.rules.checking.check import Finding, RuleText


class Ask(Protocol):
    """Has the driver carry out a verb."""

    def __call__(self, verb: str, body: Mapping[str, object], *, actor: str = ...) -> Awaitable[InboxAnswer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What a change came to: in words, the version that is now the newest, and the rules that became others.

    `unchanged` counts those of a file that were as they are already.
    """

    text: str
    version: int
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    renumbered: tuple[Renumbered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetView:
    """A set as lists show it: its definition, how many rules are its own, how many hold in it and are on, which files
    and templates speak of it."""

    spec: RuleSetSpec
    own: int
    holding: int
    enabled: int
    files: tuple[str, ...]
    templates: tuple[str, ...]


class Rulebook:
    """The rules of one database, in all their versions.

    A rule is named `ID`, or `SET/ID` where its id alone doesn't tell. `based_on` is the version that a change was made
    from: where another change by hand has come since, it raises CommandRefused with what that was. 0 changes whatever
    is newest. Nothing is saved by a change that raises.
    """

    def __init__(self, ports: Ports, ask: Ask) -> None:
        self._ports = ports
        self._ask = ask
        self._meter = RuleMeter(ports.log, ports.catalogue)

    # --- reading ------------------------------------------------------------------------------------------------

    async def version(self) -> RulesVersion | None:
        """The newest version; None before the first."""
        return await self._ports.catalogue.rules_version()

    async def book(self, version: int | None = None) -> RuleBook:
        """All that a version holds, the newest where none is named. Raises WrongUse for one that isn't there."""
        return await self._ports.catalogue.rule_book(version)

    async def effective(self, rule_set: str = DEFAULT_RULE_SET) -> tuple[Placed, ...]:
        """The rules that hold in a set with the origin of each, in the order in which they are heard."""
        return effective(await self.book(), rule_set)

    async def layer(self, rule_set: str) -> tuple[Placed, ...]:
        """A set's own rules, without those of the sets beneath it."""
        return layer(await self.book(), rule_set)

    async def find(self, name: str, *, rule_set: str = DEFAULT_RULE_SET) -> Placed:
        """One rule with its origin. Raises WrongUse with the nearest name."""
        return find(await self.book(), name, rule_set=rule_set)

    async def sets(self) -> tuple[SetView, ...]:
        """Every set, by name."""
        book, formats = await self.book(), await self._ports.catalogue.template_rows()
        holding = effective_sets(book)
        return tuple(
            SetView(
                spec=spec,
                own=sum(placed.origin.rule_set == name for placed in holding[name]),
                holding=len(holding[name]),
                enabled=sum(placed.rule.enabled for placed in holding[name]),
                files=tuple(
                    file.name
                    for file in book.files
                    if name in {*(rule.rule_set for rule in file.rules), *(defined.name for defined in file.sets)}
                ),
                templates=tuple(row.id for row in formats if row.rule_set == name),
            )
            for name, spec in set_specs(book).items()
        )

    async def history(self, *, limit: int = 100) -> Sequence[RulesVersion]:
        """Versions, newest first: who changed what, when."""
        return await self._ports.catalogue.rules_history(limit=limit)

    async def rules_of(self, digest: Digest) -> tuple[Rule, ...]:
        """The rules as they stood in one version. Raises WrongUse where there is none."""
        return await self._ports.catalogue.rule_set(digest)

    async def differences(self, before: int, after: int | None = None) -> Differences:
        """What is different between two versions, rule by rule; from one to the newest where no second is named."""
        return differences(await self.book(before), await self.book(after), facts=self._facts)

    async def unlike_shipped(self, version: int | None = None) -> Differences:
        """In what the rules of a version (the newest where none is named) differ from those that moot ships."""
        return unlike_shipped(await self.book(version), facts=self._facts)

    async def problems(self, text: str) -> tuple[Problem, ...]:
        """What is wrong with a text of rules, as it is typed; empty where it can be saved."""
        try:
            read_rule_file(text, origin="", facts=self._facts, templates=await self._templates())
        except RuleFileError as refused:
            return refused.problems
        return ()

    async def text_of(self, name: str, *, rule_set: str = "") -> str:
        """A rule as YAML, to be edited: as one of `rule_set` where that is named, and as the operator's own where it is
        shipped. It will then replace what it was made from."""
        placed = await self.find(name, rule_set=rule_set or DEFAULT_RULE_SET)
        rule = placed.rule
        if rule_set:
            require_set(await self.book(), rule_set)
            rule = replace(rule, rule_set=rule_set)
        elif placed.origin.rule_set == STANDARD_RULE_SET:
            rule = replace(rule, rule_set=DEFAULT_RULE_SET)
        return write_rules((rule,), facts=self._facts)

    async def written(self, names: Sequence[str] = (), *, rule_set: str = "") -> str:
        """Rules as YAML that `load` takes back: these, or those that hold in a set, or all that were made by hand with
        the definitions of their sets."""
        book = await self.book()
        if names:
            placed = find_all(book, names, rule_set=rule_set or DEFAULT_RULE_SET)
            return write_rules([each.rule for each in placed], facts=self._facts)
        if rule_set:
            return write_rules([each.rule for each in effective(book, rule_set)], facts=self._facts)
        return write_rule_file(book.rules, book.sets, facts=self._facts)

    async def folder(self) -> FolderStanding:
        """How the files of the rules folder stand, as whoever drives last saw them."""
        return folder_from_text((await self._ports.catalogue.settings()).get(FOLDER_SETTING, ""))

    # --- trying -------------------------------------------------------------------------------------------------------

    def backtest(
        self, revision: Revision, *, sessions: Sequence[SessionId] = (), back_ms: int | None = None
    ) -> AsyncIterator[BacktestStep]:
        """Try rules on what is on record: a step for each session (those named, or all, newest first; with `back_ms`
        those in which something was recorded in the last so many milliseconds), with what the rules would have done
        otherwise and the totals up to it.

        Nothing is recorded and no model is asked. To stop, ask for no further step.
        """
        return Backtesting(self._ports, revision).run(sessions=sessions, back_ms=back_ms)

    async def measures(self) -> Mapping[RuleId, RuleMeasure]:
        """How often each rule was heard and fired, what went wrong with it, and how long a look at it takes: over all
        sessions, up to the newest event; times as the driver last stored them."""
        return await self._meter.measures()

    async def check(
        self, files: Sequence[RuleText] = (), *, is_alone: bool = False, about: Sequence[str] = ()
    ) -> tuple[Finding, ...]:
        """What is wrong with the rules in these files, as if they were loaded: beside the rules in force, unless
        `is_alone`. With no file, what is wrong with the rules in force, or with those `about`, as a change
        names them. Changes nothing; never raises for what is wrong in a file."""
        from core.runtime.rule_checking import check as checked  # a start does without it

        return await checked(self._ports, files, is_alone=is_alone, about=about)

    # --- changing -----------------------------------------------------------------------------------------------

    async def create(
        self, text: str, *, name: str = "", origin: str = "rules", based_on: int = 0, actor: str = OPERATOR
    ) -> RuleChange:
        """Add the rules in a YAML text, or the one called `name`, which it has to hold alone.

        Raises RuleFileError with every fault's place, WrongUse for a known id.
        """
        return await self._change("create_rules", actor, text=text, rule=name, origin=origin, based_on=based_on)

    async def edit(
        self, name: str, text: str, *, origin: str = "rules", based_on: int = 0, actor: str = OPERATOR
    ) -> RuleChange:
        """Put the one rule in a YAML text in that one's place, in the set that the text names. Raises as `create`."""
        return await self._change("edit_rule", actor, rule=name, text=text, origin=origin, based_on=based_on)

    async def load(self, text: str, *, origin: str = "rules", based_on: int = 0, actor: str = OPERATOR) -> RuleChange:
        """Add or replace the rules and sets in a YAML text. Raises RuleFileError with every fault's place."""
        return await self._change("load_rules", actor, text=text, origin=origin, based_on=based_on)

    async def save(self, rules: Sequence[Rule], *, change: str, based_on: int = 0, actor: str = OPERATOR) -> RuleChange:
        """Make these all the rules that were made by hand; `change` says in words what is new."""
        plain = [dict(rule_to_plain(rule)) for rule in rules]
        return await self._change("save_rules", actor, rules=plain, change=change, based_on=based_on)

    async def clone(
        self, name: str, id: str, *, rule_set: str = DEFAULT_RULE_SET, based_on: int = 0, actor: str = OPERATOR
    ) -> RuleChange:
        """Copy a rule under another id, switched off."""
        return await self._change("clone_rule", actor, rule=name, id=id, rule_set=rule_set, based_on=based_on)

    async def switch(
        self, names: Sequence[str], enabled: bool, *, only_in: str = "", based_on: int = 0, actor: str = OPERATOR
    ) -> RuleChange:
        """Switch rules on or off in one version, each where it comes from; with `only_in`, in that set alone."""
        return await self._change(
            "switch_rules", actor, rules=list(names), enabled=enabled, rule_set=only_in, based_on=based_on
        )

    async def delete(self, names: Sequence[str], *, based_on: int = 0, actor: str = OPERATOR) -> RuleChange:
        """Take rules out in one version. What they replaced holds again. Raises WrongUse for one that a file holds."""
        return await self._change("delete_rules", actor, rules=list(names), based_on=based_on)

    async def move(
        self,
        name: str,
        *,
        before: str = "",
        behind: str = "",
        rule_set: str = DEFAULT_RULE_SET,
        based_on: int = 0,
        actor: str = OPERATOR,
    ) -> RuleChange:
        """Have a rule heard just before another one, or just behind it; as few as will do are renumbered."""
        if bool(before) == bool(behind):
            raise WrongUse("a rule is moved before another one or behind it.", now="Name one of the two.")
        return await self._change(
            "move_rule",
            actor,
            rule=name,
            beside=before or behind,
            is_before=bool(before),
            rule_set=rule_set,
            based_on=based_on,
        )

    async def set_priority(
        self, names: Sequence[str], priority: int, *, based_on: int = 0, actor: str = OPERATOR
    ) -> RuleChange:
        """Give rules a priority in one version."""
        return await self._change("set_priority", actor, rules=list(names), priority=priority, based_on=based_on)

    async def define(
        self, name: str, *, extends: str = STANDARD_RULE_SET, description: str = "", actor: str = OPERATOR
    ) -> RuleChange:
        """Define a set, or define it anew. Raises WrongUse for a circle, naming it, and for an unknown set."""
        return await self._change("define_rule_set", actor, name=name, extends=extends, description=description)

    async def undefine(self, name: str, *, actor: str = OPERATOR) -> RuleChange:
        """Delete a set with the rules made in it. Sessions that follow it go on by the rules that they have."""
        return await self._change("undefine_rule_set", actor, name=name)

    async def undo(self, *, actor: str = OPERATOR) -> RuleChange:
        """Take back the newest change by hand that was not taken back: a new version equals the one before it."""
        return await self._change("undo_rules", actor)

    async def redo(self, *, actor: str = OPERATOR) -> RuleChange:
        """Make again what was undone last."""
        return await self._change("redo_rules", actor)

    async def restore(self, version: int, *, based_on: int = 0, actor: str = OPERATOR) -> RuleChange:
        """Make what a version had by hand the newest. What files say now stays in force."""
        return await self._change("restore_rules", actor, version=version, based_on=based_on)

    async def look_at_folder(self, *, actor: str = OPERATOR) -> FolderStanding:
        """Read every file of the rules folder at once instead of when it is next due, and say how each stands."""
        answer = await self._ask("read_rules_folder", {}, actor=actor)
        return folder_from_text(str(answer.body["standing"]))

    # --- within -------------------------------------------------------------------------------------------------

    @property
    def _facts(self) -> Mapping[str, FactSpec]:
        return self._ports.library.fact_specs

    async def _templates(self) -> list[str]:
        return [row.id for row in await self._ports.catalogue.template_rows()]

    async def _change(self, verb: str, actor: str, **body: object) -> RuleChange:
        return _change_of(await self._ask(verb, body, actor=actor))


def _change_of(answer: InboxAnswer) -> RuleChange:
    body = cast("Mapping[str, Any]", answer.body)
    return RuleChange(
        text=answer.text,
        version=body["version"],
        added=tuple(body["added"]),
        replaced=tuple(body["replaced"]),
        removed=tuple(body["removed"]),
        unchanged=body["unchanged"],
        renumbered=tuple(Renumbered(**each) for each in body["renumbered"]),
    )
