"""How much of what was said fits into a prompt?

A prompt is bounded in characters whatever the history, so that turn ten thousand costs what turn ten did. The newest
turns stay whole as long as they fit; what was left out is named by its number, never silently.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.transcript import Turn

TRANSCRIPT_CHARACTERS_MAX = 24_000
TURNS_IN_WINDOW_MAX = 60
TURN_CHARACTERS_MAX = 8_000


def newest_turns(turns: Sequence[Turn]) -> tuple[tuple[Turn, ...], int]:
    """The newest turns that fit, oldest of them first, and how many came before them."""
    newest = tuple(turns[-TURNS_IN_WINDOW_MAX:])
    room, first = TRANSCRIPT_CHARACTERS_MAX, len(newest)
    for turn in reversed(newest):
        characters = len(turn.text)
        room -= characters if characters < TURN_CHARACTERS_MAX else TURN_CHARACTERS_MAX
        if room < 0 and first < len(newest):
            break
        first -= 1
    window = newest[first:]
    return window, len(turns) - len(window)


def shortened(text: str, characters_max: int) -> str:
    """`text`, cut off with a note where it is longer than `characters_max`."""
    if len(text) <= characters_max:
        return text
    return f"{text[:characters_max]} [{len(text) - characters_max} characters left out]"
