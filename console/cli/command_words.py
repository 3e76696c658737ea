"""Which words of a command line can't be read, where do they stand, and what then?

A terminal, a script or a file name may hand over bytes that are no UTF-8. What is said and found by is text, and bytes
that are none would be refused later, in the middle of something and by somebody who doesn't know where they came from.
The names of files alone are bytes as well as text: these are taken as they are.
"""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, get_args

from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHOWN_CHARACTERS_MAX = 60
ADVICE = "Write it in UTF-8: set the terminal to it, or send the text through 'iconv -f latin1 -t utf-8'."


def refuse_unreadable(arguments: Sequence[str], command: Any) -> None:
    """Raise WrongUse for the first word that is no UTF-8, unless it names a file. `command` is the root of all."""
    for number, (word, is_path) in enumerate(_words(arguments, command), start=1):
        if is_path or word.isascii() or (fault := _fault(word)) is None:
            continue
        before = word[: fault.start]
        byte = os.fsencode(word)[len(os.fsencode(before))]
        place = f"behind {before[-SHOWN_CHARACTERS_MAX:]!r}" if before else "at its beginning"
        raise WrongUse(f"byte 0x{byte:02x} {place} is no UTF-8.", where=f"word {number} behind 'moot'", now=ADVICE)


def _fault(word: str) -> UnicodeEncodeError | None:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError as fault:
        return fault
    return None


def _words(arguments: Sequence[str], command: Any) -> Iterator[tuple[str, bool]]:
    """Each word, and whether it names a file: as what an option takes, or behind a command that takes files."""
    before = ""
    for word in arguments:
        option, is_one, _ = word.partition("=")
        named = option if word.startswith("--") and is_one else before
        yield word, _takes_path(command, named)
        command = getattr(command, "commands", {}).get(word, command)
        before = word


def _takes_path(command: Any, before: str) -> bool:
    params = getattr(command, "params", ())
    if before.startswith("-"):
        return any(_is_path(each) for each in params if before in each.opts)
    return any(_is_path(each) for each in params if each.param_type_name == "argument")


def _is_path(param: Any) -> bool:
    kind = param.type_descriptor.annotation  # a path, or a list of such
    return any(isinstance(each, type) and issubclass(each, PurePath) for each in (kind, *get_args(kind)))
