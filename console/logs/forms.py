"""In which forms are log lines written, and what is loaded for it, when?"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

JSON, HUMAN = "json", "human"
FORMS = (JSON, HUMAN)


class LineFormatter(logging.Formatter):
    """Makes lines as `console.logs.rendering` says. That is loaded with the first line: it takes as long as a tenth of
    what the console needs to open, and most commands log nothing."""

    def __init__(self, form: str, environ: Mapping[str, str], secrets: Collection[str] = ()) -> None:
        """`secrets` stand in no line, nor does what `environ` holds under the name of one."""
        super().__init__()
        self._secrets = tuple(secrets)
        self._form = form
        self._environ = environ
        self._made: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._made is None:
            from console.logs.redacting import Redactor, secrets_of
            from console.logs.rendering import formatter

            self._made = formatter(self._form, Redactor((*self._secrets, *secrets_of(self._environ))))
        return self._made.format(record)
