"""Who changed the rules, when and how, and which version is to hold again?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from console.acting import Work
from console.beside import beside
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rule_versions import difference_lines, difference_text, version_row
from console.rule_changes import restoring, would_restore
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.history import VersionHistory
from core.domain.errors import MootError
from core.ports.catalogue import RulesVersion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.presenters.shown import Row
    from core.orchestrator import Orchestrator
    from core.rules.differences import Differences

VERSIONS_SHOWN_MAX = 1_000
"""The newest; whoever needs the rest has `moot rules history --limit`."""


class RuleHistory(VersionHistory[Work, RulesVersion]):
    """The versions of the rules; the result is the restoring that was confirmed, after a look at what that changes."""

    DEFAULT_CSS = """
    RuleHistory #made { max-height: 12; }
    """
    newest_text = "is the newest: it is in force."

    class Weighed(Message):
        """What restoring a version would make different is known."""

        def __init__(self, number: int, newest: int, found: Differences) -> None:
            super().__init__()
            self.number = number
            self.newest = newest
            self.found = found

    def __init__(self, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__("History of the rules", core, now_ms=now_ms)

    async def read(self) -> Sequence[RulesVersion]:
        return await (await self.core()).rulebook.history(limit=VERSIONS_SHOWN_MAX)

    async def compare(self, older: int | None, number: int) -> tuple[Paragraph, ...]:
        if older is None:
            return paragraphs("There is no older version to compare it with.", "muted")
        return difference_lines(await (await self.core()).rulebook.differences(older, number))

    def row(self, version: RulesVersion, *, now_ms: int, is_newest: bool) -> Row:
        return version_row(version, now_ms=now_ms, is_newest=is_newest)

    def restore(self, number: int) -> None:
        beside(self, partial(self._weigh, number, self.versions[0].number), group="weigh", is_alone=True)

    async def _weigh(self, number: int, newest: int) -> None:
        try:
            found = await would_restore(await self.core(), number)
        except MootError as error:
            self.post_message(self.Listed(self.versions, str(error)))
        else:
            self.post_message(self.Weighed(number, newest, found))

    def on_rule_history_weighed(self, event: Weighed) -> None:
        if not event.found:
            self.refuse(f"Nothing is different from version {event.number}: there is nothing to restore.")
            return
        text = f"What is in force now would change: {difference_text(event.found)}"
        work = restoring(event.number, based_on=event.newest)

        def decide(is_sure: bool | None) -> None:
            if is_sure:
                self.dismiss(work)

        self.app.push_screen(ConfirmDialog(f"Restore version {event.number}?", text, "restore"), decide)
