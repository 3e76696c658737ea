"""How does a session read as a Markdown document?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from console.exported_blocks import Block
from console.exported_report import report
from console.marked_down import markdown
from core.analytics.flips import Formats, all_seen
from core.domain.events import Recorded
from core.domain.facts import FactSpec
from core.domain.summary import SessionSummary


async def markdown_lines(
    events: AsyncIterator[Recorded],
    formats: Formats = all_seen,
    facts: Mapping[str, FactSpec] | None = None,
    row: SessionSummary | None = None,
) -> AsyncIterator[str]:
    """The document's lines. What was said is quoted, with Markdown's own signs made harmless."""
    before: Block | None = None
    async for block in report(events, formats, facts, row):
        for line in markdown(block, before):
            yield line
        before = block
