"""How is text from outside made safe to show, store and cite?

What models and files bring is hostile until it has passed here: escape sequences that move a cursor or set a title,
controls, bidirectional overrides that make a line read otherwise than it is, invisible characters that carry words
nobody sees. Newlines and tabs stay; joiners stay, because scripts and emoji need them. Text is only ever removed or
replaced by a newline, in time linear in its length.
"""

from __future__ import annotations

import re

STRING_CHARACTERS_MAX = 512
"""The longest operating-system command (a title, a link) taken out whole. What claims to be longer is not one: only
its introducer goes, so that an escape that never ends can't swallow the text behind it."""

PARAMETER_CHARACTERS_MAX = 64
"""The same for the parameters of a control sequence."""

_CONTROL_SEQUENCE = rf"(?:\x1b\[|\x9b)[0-?]{{0,{PARAMETER_CHARACTERS_MAX}}}[ -/]{{0,{PARAMETER_CHARACTERS_MAX}}}"
_CONTROL_STRING = rf"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x00-\x08\x0a-\x1f\x7f-\x9f]{{0,{STRING_CHARACTERS_MAX}}}"
_SHORT_ESCAPE = rf"\x1b[ -/]{{0,{PARAMETER_CHARACTERS_MAX}}}"
_NEWLINE = r"(?P<newline>\r\n?|[\u2028\u2029])"
_REMOVED = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but tab, newline and carriage return
    r"\u200b\u2060-\u2064\ufeff"  # of no width and no use
    r"\u202a-\u202e\u2066-\u2069"  # overrides, embeddings and isolates of direction
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags: words that nobody sees
    r"\ud800-\udfff]"  # halves of a pair, which no encoding takes
)
_SEQUENCES = rf"{_CONTROL_SEQUENCE}[@-~]|{_CONTROL_STRING}(?:\x07|\x1b\\|\x9c)"
_WHOLE = re.compile(rf"{_SEQUENCES}|{_SHORT_ESCAPE}[0-~]|{_NEWLINE}|{_REMOVED}")
# What may turn out to be one of the above once more has come stands before the short escape: `ESC ]` is both.
_CUT = re.compile(
    rf"{_SEQUENCES}|(?P<cut>(?:{_CONTROL_SEQUENCE}|{_CONTROL_STRING}\x1b?|{_SHORT_ESCAPE}|\r)\Z)"
    rf"|{_SHORT_ESCAPE}[0-~]|{_NEWLINE}|{_REMOVED}"
)

# Anything that any of the above begins with.
_SUSPECT = re.compile(rf"[\x1b\r\u2028\u2029{_REMOVED[1:]}")


def clean_text(text: str) -> str:
    """`text` without escape sequences, controls, overrides and invisible characters, its lines ended by `\\n`."""
    return text if _is_clean(text) else _WHOLE.sub(_newline_or_nothing, text)


class StreamCleaner:
    """`clean_text` over pieces: what `clean` and then `finish` return, joined, is what the whole text comes to.

    An escape sequence may be cut between two pieces: at most about `STRING_CHARACTERS_MAX` characters are held back
    until it is known what they are.
    """

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def clean(self, piece: str) -> str:
        """What of the text so far is certain and has not been returned yet."""
        text = self._held + piece
        self._held = ""
        return text if _is_clean(text) else _CUT.sub(self._hold_or_clean, text)

    def finish(self) -> str:
        """The rest, once no further piece will come. The cleaner is then as new."""
        rest, self._held = self._held, ""
        return clean_text(rest)

    def _hold_or_clean(self, match: re.Match[str]) -> str:
        if match["cut"] is not None:
            self._held = match["cut"]
            return ""
        return _newline_or_nothing(match)


def _is_clean(text: str) -> bool:
    """Most of what comes is: lines of printable characters, among which none is that is removed."""
    return text.replace("\n", "").isprintable() or _SUSPECT.search(text) is None


def _newline_or_nothing(match: re.Match[str]) -> str:
    return "\n" if match["newline"] is not None else ""
