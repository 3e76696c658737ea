"""What becomes of keys that are pressed before there is anything that they could mean?

They wait, in their order, until the sessions are listed. The terminal is not ours from the first moment on: what is
typed before that comes line by line, with a line feed where the operator pressed enter.
"""

from __future__ import annotations

from textual.events import Key

EARLY_KEYS_MAX = 64
"""So many keys wait; whoever presses more leans on the keyboard."""

AT_ONCE = ("ctrl+c", "ctrl+q")
"""Who wants to leave doesn't wait for what is being opened."""


class EarlyKeys:
    """Keeps keys until they are asked back, once."""

    def __init__(self) -> None:
        self._kept: list[Key] = []
        self._is_open = True

    def keeps(self, key: Key) -> bool:
        """Whether `key` waits; then it is not to be handled now."""
        if not self._is_open or key.key in AT_ONCE:
            return False
        if len(self._kept) < EARLY_KEYS_MAX:
            self._kept.append(key)
        return True

    def back(self) -> tuple[Key, ...]:
        """The keys that waited, in their order; from now on none waits."""
        kept, self._kept, self._is_open = self._kept, [], False
        return tuple(Key("enter", "\r") if each.key == "ctrl+j" else Key(each.key, each.character) for each in kept)
