"""What can be exported, and as what is it written?"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an export is about."""

    METRICS = "metrics"
    SESSIONS = "sessions"
    EVENTS = "events"
    RULES = "rules"
    ANALYTICS = "analytics"


class Form(StrEnum):
    """As what an export is written; each is also how its file's name ends, but for Markdown."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    MARKDOWN = "markdown"
    HTML = "html"

    @property
    def suffix(self) -> str:
        """How such a file's name ends."""
        return ".md" if self is Form.MARKDOWN else f".{self.value}"

    @property
    def is_read_back(self) -> bool:
        """True where the rows can be read again from the file, each value as it was."""
        return self in (Form.JSON, Form.CSV, Form.PARQUET)
