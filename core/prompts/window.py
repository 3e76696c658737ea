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
    chosen: list[Turn] = []
    room = TRANSCRIPT_CHARACTERS_MAX
    for offset in range(1, min(len(turns), TURNS_IN_WINDOW_MAX) + 1):
        turn = turns[-offset]
        room -= min(len(turn.text), TURN_CHARACTERS_MAX)
        if room < 0 and chosen:
            break
        chosen.append(turn)
    return tuple(reversed(chosen)), len(turns) - len(chosen)


def shortened(text: str, characters_max: int) -> str:
    """`text`, cut off with a note where it is longer than `characters_max`."""
    if len(text) <= characters_max:
        return text
    return f"{text[:characters_max]} [{len(text) - characters_max} characters left out]"
