"""What do the keys of the Rules screen do to the rules that are chosen?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from console.acting import watched, watched_undo
from console.beside import beside
from console.presenters.figures import counted
from console.presenters.rule_versions import difference_text, place_of, replaced
from core.domain.errors import MootError, WrongUse
from core.rules.rule import OWN_RULE_SET
from core.rules.standard import STANDARD_RULE_SET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.acting import Acting, Work
    from console.screens.rule_reading import Reading
    from console.widgets.rows import Rows
    from core.domain.ids import SessionId
    from core.engine.backtest import Revision
    from core.orchestrator import Orchestrator
    from core.rules.layers import Placed
    from core.rules.rule import Rule
    from core.runtime.rulebook import RuleChange

RULES_TYPED_FROM = 5
"""From so many rules on, deleting takes more than a y."""

RULES_TOLD_MAX = 8
COPIES_TRIED_MAX = 1_000
EXPORT_FILE = "moot-rules.yaml"

NO_RULE = "There is no rule here. c makes one, i imports a file of them."

STARTER = """\
# What it is called: small letters, digits and underscores.
- id: {id}
  name: {name}
  description: What it is for.
{set_line}  # From 0 to 1000: the higher is heard first, and the first that decides wins.
  priority: 50
  # Switched on with t, once it was tried with T.
  enabled: false
  # One comparison, or a group: all of a list, any of a list, not of one.
  when:
    all:
      - {{field: round_count, greater_than: 4}}
      - {{field: cost_microusd, greater_than: $0.05}}
  # continue_debate, pause_debate, complete_debate, start_new_round, escalate_to_human or apply_template.
  then:
    - pause_debate: {{reason: {id}}}
"""
NEW_ABOUT = "A new rule. 'moot rules facts' lists what it can look at."
COPY_ABOUT = "A copy, switched off: two alike that are on would act twice."
IMPORT_HELP = "You see what it adds and replaces before anything is done."


class RuleActions(Screen[None]):
    """The screen's base: it carries out the keys of the place `rules`. What it shows is the screen's own."""

    def __init__(
        self, acting: Acting, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]
    ) -> None:
        super().__init__()
        self._acting = acting
        self._core = core
        self._now_ms = now_ms
        self._reading: Reading | None = None
        self._session: SessionId | None = None
        self._rule_set = OWN_RULE_SET
        self._wanted = ""

    @property
    def rows(self) -> Rows:
        raise NotImplementedError

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked; "" takes it back."""
        raise NotImplementedError

    def look_soon(self) -> None:
        """Something may have changed."""
        raise NotImplementedError

    # Which rules.

    @property
    def _placed(self) -> tuple[Placed, ...]:
        return self._reading.placed if self._reading is not None else ()

    def _chosen(self) -> tuple[Placed, ...]:
        """The marked rules, or the one under the cursor; where there is none, that is said."""
        chosen = self.rows.chosen
        found = tuple(placed for placed in self._placed if placed.rule.id in chosen)
        self.say_refusal("" if found or self._reading is None else NO_RULE)
        return found

    def _under_cursor(self) -> Placed | None:
        key = self.rows.cursor_key
        found = next((placed for placed in self._placed if placed.rule.id == key), None)
        self.say_refusal("" if found is not None or self._reading is None else NO_RULE)
        return found

    def _ask(self, work: Work) -> None:
        """Do it beside the screen, and look again when it is done, and when it is taken back."""
        self._acting.ask(watched(work, self.look_soon), self)

    def _dialog(self, steps: Callable[[], Awaitable[None]]) -> None:
        """Ask what has to be known first, in a dialog of its own; what the core refuses is said on the screen."""

        async def carried_out() -> None:
            try:
                await steps()
            except MootError as error:
                self.say_refusal(str(error))

        beside(self, carried_out, group="dialogs")

    # At once.

    def action_toggle_rule(self) -> None:
        """Switch the rule under the cursor, or all that are marked: on where one of them is off, else off."""
        from console.rule_changes import as_switched, switching

        chosen = self._chosen()
        if chosen:
            changing, is_on = as_switched([placed.rule for placed in chosen])
            ids = {rule.id for rule in changing}
            self._ask(switching([name_of(placed) for placed in chosen if placed.rule.id in ids], is_on))

    def action_move_rule_earlier(self) -> None:
        self._move(-1)

    def action_move_rule_later(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        """Past the neighbour in the order in which they are heard, whatever the filter shows of it."""
        from console.rule_changes import moving

        placed = self._under_cursor()
        if placed is None:
            return
        at = self._placed.index(placed) + by
        if not 0 <= at < len(self._placed):
            self.say_refusal(f"{placed.rule.id} is heard {'first' if by < 0 else 'last'} already.")
            return
        beside = name_of(self._placed[at])
        places = {"before": beside} if by < 0 else {"behind": beside}
        self._ask(moving(name_of(placed), rule_set=self._rule_set, **places))

    def action_redo_rules(self) -> None:
        from console.rule_changes import redo

        self.say_refusal("")
        self._ask(redo)

    # After a dialog.

    def action_delete_rules(self) -> None:
        if chosen := self._chosen():
            self._dialog(partial(self._delete, chosen))

    async def _delete(self, gone: Sequence[Placed]) -> None:
        from console.rule_changes import deleting
        from console.screens.dialogs.confirm import ConfirmDialog

        count = counted(len(gone), "rule")
        told = [f"{each.rule.id} of {each.origin}{replaced(each.over)}" for each in gone[:RULES_TOLD_MAX]]
        more = len(gone) - len(told)
        listed = "\n".join([*told, *([f"… and {more} more"] if more else [])])
        again = "What was replaced holds again. " if any(each.over for each in gone) else ""
        dialog = ConfirmDialog(
            f"Delete {count}?",
            f"{listed}\n\n{again}u brings {'it' if len(gone) == 1 else 'them'} back.",
            f"delete {count}",
            is_destructive=True,
            typed=str(len(gone)) if len(gone) >= RULES_TYPED_FROM else "",
        )
        if await self.app.push_screen_wait(dialog):
            self._ask(deleting([name_of(each) for each in gone]))

    def action_edit_rule(self) -> None:
        if (placed := self._under_cursor()) is not None:
            self._dialog(partial(self._edit, placed))

    async def _edit(self, placed: Placed) -> None:
        core = await self._core()
        name, text = name_of(placed), await core.rulebook.text_of(name_of(placed))

        async def save(typed: str, based_on: int) -> RuleChange:
            return await core.rulebook.edit(name, typed, based_on=based_on)

        await self._write(f"Edit {placed.rule.id}", text, about(placed), save)

    def action_create_rule(self) -> None:
        set_line = f"  set: {self._rule_set}\n" if self._rule_set != OWN_RULE_SET else ""
        text = STARTER.format(id=self._free_id("my_rule"), name="My rule", set_line=set_line)
        self.say_refusal("")
        self._dialog(partial(self._create, "New rule", text, NEW_ABOUT))

    def action_clone_rule(self) -> None:
        if (placed := self._under_cursor()) is not None:
            self._dialog(partial(self._clone, placed))

    async def _clone(self, placed: Placed) -> None:
        from core.domain.ids import RuleId
        from core.rules.writing import write_rules

        core = await self._core()
        id = RuleId(self._free_id(f"{placed.rule.id}_copy"))
        copy = replace(placed.rule, id=id, enabled=False, rule_set=self._rule_set)
        await self._create(f"Clone {placed.rule.id}", write_rules((copy,), facts=core.fact_specs()), COPY_ABOUT)

    async def _create(self, title: str, text: str, about: str) -> None:
        core = await self._core()

        async def save(typed: str, based_on: int) -> RuleChange:
            return await core.rulebook.create(typed, based_on=based_on)

        await self._write(title, text, about, save)

    async def _write(
        self, title: str, text: str, about: str, save: Callable[[str, int], Awaitable[RuleChange]]
    ) -> None:
        """Have a rule written; once it is saved, that can be taken back like anything that a key does."""
        from console.rule_changes import done_of, newest_version
        from console.screens.dialogs.rule_editor import RuleEditor

        core = await self._core()
        version = await newest_version(core)
        before = version

        async def saved(typed: str, based_on: int) -> RuleChange:
            nonlocal before
            before = await newest_version(core)
            return await save(typed, based_on)

        editor = RuleEditor(title, text, self._core, save=saved, based_on=version, about=about, try_out=self._try_text)
        change = await self.app.push_screen_wait(editor)
        if change is not None:
            self._wanted = next(iter(change.added), "").rpartition("/")[2]
            done = done_of(change, before=before)
            self._acting.tell(watched_undo(done, self.look_soon))
            self.look_soon()

    def _free_id(self, id: str) -> str:
        """This id, or the first with a number behind it that no rule here has."""
        known = {placed.rule.id for placed in self._placed}
        numbered = (f"{id}_{number}" for number in range(2, COPIES_TRIED_MAX))
        return id if id not in known else next((each for each in numbered if each not in known), id)

    # Trying.

    def action_try_rules(self) -> None:
        """What switching the chosen rules would have done."""
        from console.rule_changes import as_switched

        chosen = self._chosen()
        if chosen:
            rules, is_on = as_switched([placed.rule for placed in chosen])
            names = ", ".join(rule.id for rule in rules[:RULES_TOLD_MAX])
            more = f" and {len(rules) - RULES_TOLD_MAX} more" if len(rules) > RULES_TOLD_MAX else ""
            self._try(rules, f"As if {names}{more} had been switched {'on' if is_on else 'off'}.")

    def _try_text(self, rules: tuple[Rule, ...]) -> None:
        """What rules that are being written would have done."""
        names = ", ".join(f"{rule.id}, {'on' if rule.enabled else 'off'}" for rule in rules[:RULES_TOLD_MAX])
        self._try(rules, f"As if this text had been in force: {names}.")

    def _try(self, rules: tuple[Rule, ...], about: str) -> None:
        from console.screens.dialogs.rule_try import RuleTry

        async def revision() -> Revision:
            from core.engine.backtest import Revision

            return Revision(rules=rules)

        self.app.push_screen(RuleTry(about, self._core, revision))

    # Looking.

    def action_rule_history(self) -> None:
        self.say_refusal("")
        self._dialog(self._look_back)

    async def _look_back(self) -> None:
        from console.screens.dialogs.rule_history import RuleHistory

        work = await self.app.push_screen_wait(RuleHistory(self._core, now_ms=self._now_ms))
        if work is not None:
            self._ask(work)

    def action_rule_sets(self) -> None:
        self.say_refusal("")
        self._dialog(self._choose_set)

    async def _choose_set(self) -> None:
        from console.screens.dialogs.rule_sets import RuleSets

        chosen = await self.app.push_screen_wait(RuleSets(self._core, self._rule_set))
        if chosen is not None:
            self._rule_set = chosen
            self.look_soon()

    # Files.

    def action_import_rules(self) -> None:
        self.say_refusal("")
        self._dialog(self._import)

    async def _import(self) -> None:
        from console.cli.written_files import text_of
        from console.presenters.paragraphs import paragraphs
        from console.rule_changes import loading, newest_version, would_load
        from console.screens.dialogs.confirm import ConfirmDialog
        from console.screens.dialogs.prompt import TextView
        from console.screens.dialogs.text import TextDialog
        from core.rules.problems import RuleFileError

        path = await self.app.push_screen_wait(TextDialog("Import rules", "A file of rules as YAML:", "", IMPORT_HELP))
        if not path:
            return
        core = await self._core()
        text = await asyncio.to_thread(text_of, file_at(path))
        based_on = await newest_version(core)
        try:
            found, unchanged = await would_load(core, text, origin=path)
        except RuleFileError as refused:
            self.app.push_screen(TextView(f"Nothing was taken from {path}", paragraphs(str(refused))))
            return
        if not found:
            self.say_refusal(f"{path}: its {counted(unchanged, 'rule')} are as they are already. Nothing was changed.")
            return
        dialog = ConfirmDialog(f"Import {path}?", difference_text(found, unchanged=unchanged), "import")
        if await self.app.push_screen_wait(dialog):
            self._ask(loading(text, origin=path, based_on=based_on))

    def action_export_rules(self) -> None:
        self.say_refusal("")
        self._dialog(self._export)

    async def _export(self) -> None:
        """The marked rules; where none is, all that hold in the set that is shown."""
        from console.rule_changes import exporting
        from console.screens.dialogs.text import TextDialog

        marks = self.rows.marks
        names = [name_of(placed) for placed in self._placed if placed.rule.id in marks]
        what = counted(len(names), "marked rule") if names else f"all rules that hold in {self._rule_set}"
        path = await self.app.push_screen_wait(
            TextDialog("Export rules", f"Write {what} into a new file:", EXPORT_FILE, is_proposal=True)
        )
        if path:
            self._ask(exporting(names, self._rule_set, file_at(path)))


def name_of(placed: Placed) -> str:
    """What tells a rule from one of the same id in another set."""
    return f"{placed.origin.rule_set}/{placed.rule.id}"


def file_at(path: str) -> Path:
    """Where a path leads that was typed. Raises WrongUse for the home of somebody who isn't there."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise WrongUse("no such home folder.", where=path, now="Write the whole path.") from error


def about(placed: Placed) -> str:
    """What saving does to a rule that comes from there."""
    if placed.origin.file:
        return f"It comes from {place_of(placed.origin)}. What you save lies upon it until you delete that."
    if placed.origin.rule_set == STANDARD_RULE_SET:
        return "It is shipped. What you save is one of your own, which replaces it until you delete that."
    return f"A rule of the set {placed.origin.rule_set}{replaced(placed.over)}."
