"""What do people say of a session besides its log?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Their name for it, their tags, and whether they are done with it. An empty `title` means: as it was opened."""

    title: str = ""
    tags: tuple[str, ...] = ()
    is_archived: bool = False
