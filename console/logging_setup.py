"""Where do log lines go? Into one rotated file, never onto a screen that shows something else."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from console.locations import find_locations
from console.logs.forms import JSON, LineFormatter
from console.logs.rotating import SharedLogFile
from core.domain.errors import StorageFailed

if TYPE_CHECKING:
    from console.settings import Settings

CHATTY = ("apscheduler", "asyncio", "httpcore", "httpx", "hpack", "urllib3", "watchfiles")
"""Libraries that tell of each step they take: what is due every two seconds would soon fill the file. Their warnings
are kept, and all they say by who logs everything."""


def log_as_set(settings: Settings) -> None:
    """Log as the operator has it, into the file in the state folder. Raises StorageFailed."""
    level = "DEBUG" if settings.debug_mode else settings.log_level
    addresses = [webhook.url for webhook in settings.webhooks.values() if webhook.url]
    paths = [address.partition("://")[2].partition("/")[2] for address in addresses]
    log_to_file(find_locations().log_file, level=level, form=settings.log_format, secrets=(*addresses, *paths))


def log_to_file(path: Path, *, level: str, form: str = JSON, secrets: Collection[str] = ()) -> None:
    """Send every log line of `level` and above to `path`, in the given form, and to nowhere else.

    Several processes may share the file: lines are whole, and one that begins it anew under another loses none. No line
    holds one of `secrets`, nor what the environment holds under the name of one.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = SharedLogFile(path)
    except OSError as error:
        raise StorageFailed(
            f"the log can't be written: {error.strerror}.",
            where=str(path),
            now="Mend its rights, or set XDG_STATE_HOME to a folder that can be written.",
        ) from error
    handler.setFormatter(LineFormatter(form, os.environ, secrets))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    logging.captureWarnings(True)
