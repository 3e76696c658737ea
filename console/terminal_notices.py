"""What does a terminal understand as a notice, a bell and a title?

Text that a model or a file brought becomes part of an escape sequence here: nothing of it may end that sequence or
begin another.
"""

from __future__ import annotations

from collections.abc import Mapping

BELL = "\a"
KEEP_TITLE, BRING_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Terminals have a stack of titles; those that have none pass both by."""

TEXT_CHARACTERS_MAX = 200
_ESCAPE, _END = "\x1b]", "\x1b\\"
_UNFIT = ("", "dumb", "unknown", "linux")
"""Terminals that print what they don't understand, or have nothing to show a notice in."""

_BY_777 = ("foot", "rxvt")
"""Terminals whose notices are OSC 777; of the others those that have any take OSC 9. Both at once would show two."""

_APART = ";"


def one_line(text: str) -> str:
    """`text` as one line of printable characters, cut to what a notice holds."""
    from core.domain.text import clean_text  # nobody is told anything before the first frame

    line = " ".join(clean_text(text).split())
    return "".join(each for each in line if each.isprintable())[:TEXT_CHARACTERS_MAX]


def understands(environ: Mapping[str, str]) -> bool:
    """Whether the terminal takes escape sequences at all."""
    return environ.get("TERM", "") not in _UNFIT


def notice(text: str, environ: Mapping[str, str]) -> str:
    """What has the terminal show `text` where its user looks, or nothing."""
    if not understands(environ):
        return ""
    line = one_line(text)
    term = environ.get("TERM", "")
    if term.startswith(_BY_777) or "VTE_VERSION" in environ:
        return f"{_ESCAPE}777;notify;moot;{line.replace(_APART, ',')}{_END}"
    return f"{_ESCAPE}9;{line}{_END}"


def title(needs_you: int) -> str:
    """What names the window after how much waits for the operator."""
    named = f"({needs_you}) moot" if needs_you else "moot"
    return f"{_ESCAPE}2;{named}{_END}"
