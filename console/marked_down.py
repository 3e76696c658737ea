"""How is a text put into a Markdown document so that it stays text?"""

from __future__ import annotations

from collections.abc import Iterator

from core.exporting.readable import escaped as escaped


def quoted(text: str) -> Iterator[str]:
    return (f"> {escaped(line)}".rstrip() for line in text.splitlines())


def aside(text: str) -> tuple[str, str]:
    """A line of its own, in italics, for what nobody said."""
    return "", f"*{escaped(capitalised(text))}*"


def capitalised(text: str) -> str:
    """With a capital first letter, and all others as they are: ids and answers are not to change."""
    return text[:1].upper() + text[1:]
