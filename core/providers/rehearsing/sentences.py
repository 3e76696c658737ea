"""Which sentences of the evidence can be cited, and where do they stand?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.steps import Document
from core.providers.rehearsing.prose import Paragraph, paragraphs_of
from core.providers.rehearsing.sides import side_of

SENTENCE_CHARACTERS_MAX = 400
"""Longer ones can't be quoted in a turn without drowning it."""
SENTENCE_WORDS_MIN = 4
SENTENCES_MAX = 20_000
"""Of all evidence together: what ranks them, and the room they take, are linear in their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence with its place. `line` counts from 1; `side` is +1 for, -1 against, 0 neither; `topic` its heading."""

    number: int
    document: str
    line: int
    text: str
    side: int
    headings: tuple[str, ...]

    @property
    def source(self) -> str:
        """How it is cited: `notes.md:12`."""
        return f"{self.document}:{self.line}"

    @property
    def topic(self) -> str:
        return self.headings[-1] if self.headings else ""


_END = re.compile(r"[.!?…]{1,8}[\"'”’)\]]{0,4}\s|[。！？]")  # noqa: RUF001 - full stops of other scripts
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|ca|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Fig|vol|pp|al|Inc|Ltd|Jr|Sr)|\b[A-Z])\.$"
)
_LETTERS = re.compile(r"[^\W\d_]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def sentences_of(documents: tuple[Document, ...]) -> tuple[Sentence, ...]:
    """Every sentence of the documents that can be cited, in order; at most `SENTENCES_MAX`."""
    found: list[Sentence] = []
    for document in documents:
        for paragraph in paragraphs_of(document.text):
            for line, text in _split(paragraph):
                if not _is_citable(text):
                    continue
                if len(found) == SENTENCES_MAX:
                    return tuple(found)
                found.append(
                    Sentence(
                        number=len(found),
                        document=document.name,
                        line=line,
                        text=text,
                        side=side_of(text, tag=paragraph.tag, headings=paragraph.headings),
                        headings=paragraph.headings,
                    )
                )
    return tuple(found)


def _split(paragraph: Paragraph) -> Iterator[tuple[int, str]]:
    """The paragraph's sentences, each with the line on which it begins."""
    starts: list[tuple[int, int]] = []
    length = 0
    for number, line in paragraph.lines:
        starts.append((length, number))
        length += len(line) + 1
    text = " ".join(line for _, line in paragraph.lines)
    at = 0
    for begin, end in _spans(text):
        while at + 1 < len(starts) and starts[at + 1][0] <= begin:
            at += 1
        yield starts[at][1], text[begin:end].strip()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _END.finditer(text):
        following = text[match.end() : match.end() + 1]
        mark = text[max(begin, match.start() - 10) : match.start() + 1]
        if following.islower() or _ABBREVIATION.search(mark):
            continue
        yield begin, match.end()
        begin = match.end()
    if begin < len(text):
        yield begin, len(text)


def _is_citable(text: str) -> bool:
    """A question asserts nothing, a colon only announces, a fragment can't be understood alone."""
    if len(text) > SENTENCE_CHARACTERS_MAX or text.endswith(("?", ":", "？", "：")):  # noqa: RUF001 - as above
        return False
    is_long_enough = len(text.split()) >= SENTENCE_WORDS_MIN or len(_WIDE.findall(text)) >= 2 * SENTENCE_WORDS_MIN
    return is_long_enough and _LETTERS.search(text) is not None
