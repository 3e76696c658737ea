"""By what is it told that two requests ask the same?

A digest of everything that the answer depends on: the model and how it is to speak, every message, and what the request
says as data. Parts are told apart by their lengths, so that no two requests share one text by being cut elsewhere.
White space is put in order first: what it shows on a page is kept (lines, indentation), what nobody sees is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from core.domain.ids import Digest
from core.domain.steps import Message, ModelRequest
from core.prompts.window import TURNS_IN_WINDOW_MAX

FORM = "1"
"""Grows with every change to what goes into a digest, so that answers kept by an older moot are not found."""

Parts = tuple[str, ...]


def asked_parts(request: ModelRequest, purpose: str) -> Parts:
    """Everything that the answer depends on, as it stands: equal for equal requests, quick to make and to compare.

    The session, its step and its seat are left out: who asks doesn't change the answer.
    """
    return (*_manner(request, purpose), *_said(request.messages), *_situation(request))


def exact_digest(request: ModelRequest, purpose: str, *, is_verbatim: bool) -> Digest:
    """Equal for requests that differ in white space alone; where `is_verbatim`, only for equal ones."""
    messages = request.messages if is_verbatim else _tidied(request.messages)
    return _digest("exact", *_manner(request, purpose), *_said(messages), *_situation(request))


def like_digest(request: ModelRequest, purpose: str, form: str) -> Digest:
    """Equal where all but the last message is the same conversation and `form`, that of the last message, is equal.

    The conversation is every message before and, as data, what has been said, since a prompt may tell it in its last.
    """
    turns = request.brief.turns[-TURNS_IN_WINDOW_MAX:]
    told = [part for turn in turns for part in (turn.seat, str(turn.round), turn.text)]
    before = _said(_tidied(request.messages[:-1]))
    return _digest("like", *_manner(request, purpose), *before, *_situation(request), str(len(told)), *told, form)


def prompt_digest(request: ModelRequest) -> Digest:
    """SHA-256 over the messages in order, author and text, with lengths so that no two prompts share one."""
    digest = sha256()
    for message in request.messages:
        text = message.text.encode()
        digest.update(f"{message.author}:{len(text)}:".encode())
        digest.update(text)
    return Digest(digest.hexdigest())


def tidy(text: str) -> str:
    """`text` with one kind of line end, single blanks within lines, none behind them, and no two empty lines.

    The indentation of several lines stays: in code and in lists it is read.
    """
    lines = [_tidy_line(line) for line in text.splitlines()]
    kept = "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1])).strip("\n")
    return kept if "\n" in kept else kept.strip()


def _tidy_line(line: str) -> str:
    words = line.split()
    if not words:
        return ""
    return line[: len(line) - len(line.lstrip())] + " ".join(words)


def _tidied(messages: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(Message(author=message.author, text=tidy(message.text)) for message in messages)


def _manner(request: ModelRequest, purpose: str) -> Parts:
    return (
        purpose,
        request.model,
        str(request.temperature_milli),
        str(request.tokens_output_max),
        str(request.seed),
    )


def _said(messages: Iterable[Message]) -> Parts:
    said = [part for message in messages for part in (message.author, message.text)]
    return (str(len(said)), *said)


def _situation(request: ModelRequest) -> Parts:
    """What the request says as data. How many turns there were tells histories apart whose prompts show the same."""
    brief = request.brief
    return (
        brief.motion,
        brief.role,
        str(brief.side),
        brief.task,
        str(brief.round),
        str(brief.rounds_limit),
        str(len(brief.turns)),
        *(document.digest for document in brief.documents),
    )


def _digest(*parts: str) -> Digest:
    hasher = sha256(f"{FORM}:".encode())
    for part in parts:
        content = part.encode(errors="surrogatepass")
        hasher.update(f"{len(content)}:".encode())
        hasher.update(content)
    return Digest(hasher.hexdigest())
