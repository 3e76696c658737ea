"""How is a rule written in the console, with what is wrong in it said as one types?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.presenters.rule_faults import Fault, of_findings, of_problems
from console.rule_changes import newest_version
from console.screens.dialogs.yaml_editor import YamlEditor
from core.domain.errors import MootError
from core.rules.problems import RuleFileError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.binding import BindingType

    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule
    from core.runtime.rulebook import RuleChange

IN_PLACE_CHARACTERS_MAX = 20_000
"""A longer text is only looked at by the check, which has a thread of its own: keys go on being heard."""


class RuleEditor(YamlEditor):
    """The change that was saved, or None after escape.

    `save` takes the text and the version that it is based on. `try_out` shows what the text would have done on what is
    on record.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+t", "try_out", "Try", priority=True)]
    hints = (("ctrl+s", "save", "save"), ("ctrl+t", "try it first", "try_out"), ("ctrl+n", "next fault", "next_fault"))

    class Readable(Message):
        """The text can be tried: these are its rules."""

        def __init__(self, rules: tuple[Rule, ...]) -> None:
            super().__init__()
            self.rules = rules

    def __init__(
        self,
        title: str,
        text: str,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        save: Callable[[str, int], Awaitable[RuleChange]],
        based_on: int,
        about: str = "",
        try_out: Callable[[tuple[Rule, ...]], None],
    ) -> None:
        super().__init__(title, text, core, based_on=based_on, about=about)
        self._save = save
        self._try_out = try_out

    async def find_faults(self, core: Orchestrator, text: str) -> tuple[Fault, ...]:
        from core.rules.checking.check import RuleText

        faults = of_problems(await core.rulebook.problems(text)) if len(text) <= IN_PLACE_CHARACTERS_MAX else ()
        return faults or of_findings(await core.rulebook.check([RuleText(origin="", text=text)]))

    async def keep(self, text: str, based_on: int) -> RuleChange:
        return await self._save(text, based_on)

    async def newest(self, core: Orchestrator) -> int:
        return await newest_version(core)

    def refusal(self, error: MootError) -> str:
        return f"{error.what} ctrl+n goes to the first." if isinstance(error, RuleFileError) else str(error)

    def action_try_out(self) -> None:
        self.refuse("")
        beside(self, partial(self._read, self.text.text), group="try", is_alone=True)

    async def _read(self, text: str) -> None:
        from core.rules.reading import read_rules

        core = await self._core()
        templates = [template.id for template in await core.templates()]
        try:
            rules = read_rules(text, origin="this text", facts=core.fact_specs(), templates=templates)
        except MootError as error:
            self.post_message(self.NotSaved(f"{error.what} Mend it before it is tried.", self._based_on))
            return
        self.post_message(self.Readable(rules))

    def on_rule_editor_readable(self, event: Readable) -> None:
        if event.rules:
            self._try_out(event.rules)
