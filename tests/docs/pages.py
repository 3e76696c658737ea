"""What do the pages for readers hold: blocks of code, links, headings, tables that are generated?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^(`{3,})\s*([\w-]*) *(\S*)\s*$")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, the file that a reader is to save it as ("" for none), and where it stands."""

    page: str
    line: int
    language: str
    name: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> tuple[Path, ...]:
    """Every page, the decisions among them. What debates on the pictures are about is none."""
    docs, pictures = ROOT / "docs", ROOT / "docs" / "pictures"
    return (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *sorted(page for page in docs.rglob("*.md") if not page.is_relative_to(pictures)),
    )


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> tuple[Block, ...]:
    """The page's fenced blocks, in order. A fence that is never closed is an error of the page."""
    found: list[Block] = []
    fence, begun, language, name = "", 0, "", ""
    inside: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        match = _FENCE.match(line)
        if not fence and match:
            fence, begun, language, name = match[1], number, match[2], match[3]
            inside = []
        elif fence and line.strip() == fence:
            text = "".join(f"{each}\n" for each in inside)
            found.append(Block(page=name_of(page), line=begun, language=language, name=name, text=text))
            fence = ""
        elif fence:
            inside.append(line)
    if fence:
        raise AssertionError(f"{name_of(page)}:{begun}: this block is never closed")
    return tuple(found)


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """The page's lines outside of blocks, with their numbers."""
    fence = ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif fence and line.strip() == fence:
            fence = ""
        elif not fence:
            yield number, line


def links(page: Path) -> tuple[str, ...]:
    """Where the page points to, in order. A link's words may go over the end of a line."""
    return tuple(_LINK.findall("\n".join(line for _, line in prose(page))))


def anchors(page: Path) -> frozenset[str]:
    """What `#…` may name on this page: its headings, as Markdown pages are commonly shown."""
    headings = (match[1] for _, line in prose(page) if (match := _HEADING.match(line)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
