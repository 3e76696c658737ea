"""When is garbage looked for, so that neither opening the console nor driving sessions is held up by it?

Opening makes a few hundred thousand objects that stay as long as the process does: modules, classes, style sheets. The
collector goes through them again and again while they are made, a sixth of all the time there is, and finds nothing.
Driving makes records that stay and others that are let go of at once, and hardly any that hold one another.
"""

from __future__ import annotations

import gc

OBJECTS_MIN = 10_000
"""So many new objects have the youngest looked through. With Python's own 700, a hundred sessions at once spend a
twelfth of their time on it, find nothing, and stand still for 90 ms now and then while everything is looked through."""

_OF_PYTHON = (700, 10, 10)


def put_off() -> None:
    """Look for no garbage from now on. Whoever asks for it says when to go on: `go_on`."""
    gc.disable()


def go_on() -> None:
    """Look for garbage again, never among what was made so far. Where nothing was put off, nothing changes."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def seldom() -> None:
    """Look for garbage when there may be much of it. Whoever has set a rhythm of their own keeps it."""
    if gc.get_threshold() == _OF_PYTHON:
        gc.set_threshold(OBJECTS_MIN, *_OF_PYTHON[1:])
