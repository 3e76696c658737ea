"""How is a format written in the console, with what is wrong in it said as one types?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.rule_faults import Fault, of_findings
from console.screens.dialogs.yaml_editor import YamlEditor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.domain.errors import MootError
    from core.orchestrator import Orchestrator
    from core.runtime.formats import FormatSaved
    from core.templates.template import Template

ORIGIN = "this text"


class TemplateEditor(YamlEditor):
    """The format that was saved, or None after escape. `save` takes it and the version that it is based on."""

    def __init__(
        self,
        title: str,
        text: str,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        save: Callable[[Template, int], Awaitable[FormatSaved]],
        based_on: int,
        about: str = "",
    ) -> None:
        super().__init__(title, text, core, based_on=based_on, about=about)
        self._save = save
        self._read_as = ""

    async def find_faults(self, core: Orchestrator, text: str) -> tuple[Fault, ...]:
        _, findings = await core.formats.check_text(text, origin=ORIGIN)
        return of_findings(findings)

    async def keep(self, text: str, based_on: int) -> FormatSaved:
        template = await (await self._core()).formats.read(text, origin=ORIGIN)
        self._read_as = template.id
        return await self._save(template, based_on)

    async def newest(self, core: Orchestrator) -> int:
        return (await core.formats.template(self._read_as)).version

    def refusal(self, error: MootError) -> str:
        from core.templates.template_files import TemplateFileError

        return f"{error.what} ctrl+n goes to the first." if isinstance(error, TemplateFileError) else str(error)
