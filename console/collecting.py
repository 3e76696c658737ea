"""When is garbage looked for, so that opening the console isn't held up by it?

Opening makes a few hundred thousand objects that stay as long as the process does: modules, classes, style sheets. The
collector goes through them again and again while they are made, a sixth of all the time there is, and finds nothing.
"""

from __future__ import annotations

import gc


def put_off() -> None:
    """Look for no garbage from now on. Whoever asks for it says when to go on: `go_on`."""
    gc.disable()


def go_on() -> None:
    """Look for garbage again, never among what was made so far. Where nothing was put off, nothing changes."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
