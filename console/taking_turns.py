"""How long may one thread go on while another waits to?

Sessions live on one thread. What takes long beside them, such as reading a minute's events for the analytics, is done
on others, of which Python lets one go on at a time: each time that the first comes back from the disk, it waits until
the other has had its turn.
"""

from __future__ import annotations

import sys

TURN_SECONDS = 0.001
"""With Python's own 5 ms, the latest of 160 turns a second came 130 to 440 ms late while analytics and metrics were
read on; with this it was 55."""

_OF_PYTHON = 0.005


def short() -> None:
    """Let threads take turns often. Whoever has set a rhythm of their own keeps it."""
    if sys.getswitchinterval() == _OF_PYTHON:
        sys.setswitchinterval(TURN_SECONDS)
