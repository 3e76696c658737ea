"""Which lines of a text or Markdown file are prose, under which headings?

Front matter, fenced code, tables, comments and rules are left out: nobody can argue from them. Lines that belong
together come as one paragraph; a list item is a paragraph of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING_LEVELS_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Lines of prose with their numbers (from 1), the headings above them, outermost first, and the tag they bear.

    `tag` is +1, -1, or 0 where there is none.
    """

    lines: tuple[tuple[int, str], ...]
    headings: tuple[str, ...]
    tag: int


_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(\S.*)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_TABLE = re.compile(r"\s*\||\s*:?-{2,}:?\s*\|")
_LIST_MARKER = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_TAG = re.compile(r"\s*([-+−])\s+")  # noqa: RUF001 - a minus sign is meant too
_PLUS_LINE = re.compile(r"\s*\+\s+\S")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_INLINE = (
    (re.compile(r"<!--.*?-->"), ""),
    (re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}(?:\s+\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"\[\^[^\[\]\s]{1,40}\]"), ""),
    (re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)([^*_]{1,300})(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`]{1,200})`"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]{0,200}>"), ""),
)


def paragraphs_of(text: str) -> Iterator[Paragraph]:
    """The paragraphs of `text`, in order.

    A tag is a `+` or `-` with a space behind it, at the start of a line or behind a list marker (`* + quicker`). Alone,
    a leading `-` is a list marker like any other; in a file that begins a line with `+` it is the other tag.
    """
    lines = text.split("\n")
    first = _after_front_matter(lines)
    has_pros_and_cons = any(_PLUS_LINE.match(line) for line in lines[first:])
    return _Reader(has_pros_and_cons=has_pros_and_cons).read(lines, first)


class _Reader:
    """What has been read of a file: its open paragraph, the headings in force, the fence it is in."""

    def __init__(self, *, has_pros_and_cons: bool) -> None:
        self._has_pros_and_cons = has_pros_and_cons
        self._headings: list[str] = [""] * HEADING_LEVELS_MAX
        self._open: list[tuple[int, str]] = []
        self._tag = 0
        self._fence = ""
        self._is_comment = False

    def read(self, lines: list[str], first: int) -> Iterator[Paragraph]:
        for number, line in enumerate(lines[first:], start=first + 1):
            if self._is_hidden(line):
                yield from self._close()
                continue
            line = _QUOTE.sub("", line, count=1)
            heading = _HEADING.match(line)
            if heading:
                yield from self._close()
                self._head(len(heading[1]), heading[2].rstrip(" #"))
            elif self._open and _UNDERLINE.match(line):
                self._head(1 if "=" in line else 2, " ".join(text for _, text in self._open))
                self._open = []
            elif not line.strip() or _RULE.match(line) or _TABLE.match(line):
                yield from self._close()
            elif self._begins(line):
                yield from self._close()
                self._tag, prose = self._untagged(line)
                self._open = [(number, _plain(prose))]
            else:
                self._open.append((number, _plain(line)))
        yield from self._close()

    def _is_hidden(self, line: str) -> bool:
        """True inside a fence or a comment, and on the lines that open and close one."""
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[1].startswith(self._fence):
                self._fence = ""
            return True
        if fence:
            self._fence = fence[1]
            return True
        if self._is_comment:
            self._is_comment = "-->" not in line
            return True
        opens = line.rfind("<!--")
        self._is_comment = opens >= 0 and "-->" not in line[opens:]
        return self._is_comment

    def _begins(self, line: str) -> bool:
        return not self._open or _LIST_MARKER.match(line) is not None or _TAG.match(line) is not None

    def _untagged(self, line: str) -> tuple[int, str]:
        tag = _TAG.match(line) if self._has_pros_and_cons else None
        if tag is None:
            line = _LIST_MARKER.sub("", line, count=1)
            tag = _TAG.match(line)
        if tag is None:
            return 0, line
        return (1 if tag[1] == "+" else -1), line[tag.end() :]

    def _head(self, level: int, text: str) -> None:
        self._headings[level - 1 :] = [_plain(text), *[""] * (HEADING_LEVELS_MAX - level)]

    def _close(self) -> Iterator[Paragraph]:
        if self._open:
            headings = tuple(heading for heading in self._headings if heading)
            yield Paragraph(lines=tuple(self._open), headings=headings, tag=self._tag)
        self._open, self._tag = [], 0


def _after_front_matter(lines: list[str]) -> int:
    if lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() in ("---", "..."):
            return number
    return 0


def _plain(line: str) -> str:
    for pattern, instead in _INLINE:
        line = pattern.sub(instead, line)
    return " ".join(line.split())
