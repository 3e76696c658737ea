"""Who changed a format, when and how, and which version is to be the newest again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import age
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Row
from console.presenters.templates import author, change_words
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.history import VersionHistory
from core.ports.catalogue import TemplateVersion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from core.orchestrator import Orchestrator

LINES_SHOWN_MAX = 2_000
_STYLES = (("+++", "muted"), ("---", "muted"), ("@@", "accent"), ("+", "ok"), ("-", "failed"))


class TemplateHistory(VersionHistory[int, TemplateVersion]):
    """The versions of a format; the result is the one that is to be restored."""

    DEFAULT_CSS = """
    TemplateHistory #made { height: 2fr; }
    """
    newest_text = "is the newest already."

    def __init__(self, id: str, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__(f"History of {id}", core, now_ms=now_ms)
        self._template = id

    async def read(self) -> Sequence[TemplateVersion]:
        versions = await (await self.core()).formats.history(self._template)
        numbered = {each.number: each for each in reversed(versions)}  # one that was deleted kept its number
        return sorted(numbered.values(), key=lambda each: -each.number)

    async def compare(self, older: int | None, number: int) -> tuple[Paragraph, ...]:
        """The first one as it stands."""
        formats = (await self.core()).formats
        if older is None:
            return paragraphs(await formats.text_of(self._template, number))
        return _difference(await formats.differences(self._template, older, number))

    def row(self, version: TemplateVersion, *, now_ms: int, is_newest: bool) -> Row:
        return Row(
            str(version.number),
            (
                Cell(str(version.number), "accent strong" if is_newest else "muted"),
                Cell(age(max(0, now_ms - version.made_at_ms)), "muted"),
                Cell(author(version), "text"),
                Cell(change_words(version), "text"),
            ),
        )

    def restore(self, number: int) -> None:
        text = "It becomes the newest, as a version of its own. Debates under way stay with the one they began with."

        def decide(is_sure: bool | None) -> None:
            if is_sure:
                self.dismiss(number)

        self.app.push_screen(ConfirmDialog(f"Restore version {number}?", text, "restore"), decide)


def _difference(text: str) -> tuple[Paragraph, ...]:
    if not text:
        return paragraphs("Nothing is different from the version before.", "muted")
    return tuple(Paragraph(((line, _style(line)),)) for line in text.splitlines()[:LINES_SHOWN_MAX])


def _style(line: str) -> str:
    return next((style for begin, style in _STYLES if line.startswith(begin)), "text")
