"""Where do log lines go? Into one rotated file, never onto a screen that shows something else."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.domain.errors import StorageFailed

LOG_BYTES_MAX = 2_000_000
LOG_FILES_KEPT = 3
LINE = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


def log_to_file(path: Path, *, level: str) -> None:
    """Send every log line of `level` and above to `path`, and to nowhere else.

    Two processes may share the file: lines are whole, and one that rotates it under the other loses none of its own.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES_MAX, backupCount=LOG_FILES_KEPT, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(
            f"the log can't be written: {error.strerror}.",
            where=str(path),
            now="Mend its rights, or set XDG_STATE_HOME to a folder that can be written.",
        ) from error
    handler.setFormatter(logging.Formatter(LINE))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # It says of each job when it begins and ends: one that is due every two seconds would soon fill the file.
    logging.getLogger("apscheduler").setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    logging.captureWarnings(True)
