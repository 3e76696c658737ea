"""How does moot tell an operator what went wrong, where, and what to do now?"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class MootError(Exception):
    """A failure that an operator can act on.

    `where` names the place (a file and line, a session, a setting), `what` the fault, `now` the remedy; `str()` joins
    them in that order. Nothing secret may be put into any of the three: they are printed, logged and recorded.
    """

    def __init__(self, what: str, *, where: str = "", now: str = "") -> None:
        self.what = what
        self.where = where
        self.now = now
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.now}" if self.now else ""
        return f"{place}{self.what}{remedy}"


class WrongUse(MootError):
    """What was asked can't be asked: unknown name, bad value, missing input. Nothing was done."""


class PricesUnknown(WrongUse):
    """What these `models` cost is not known, so that none of them may be asked. The operator is asked for it once."""

    def __init__(self, models: Sequence[str]) -> None:
        self.models = tuple(models)
        super().__init__(
            f"what {' and '.join(models)} cost{'s' if len(models) == 1 else ''} is not known.",
            where="model",
            now="Say it once, in US dollars for a million tokens: it is kept in your table of prices.",
        )


class CommandRefused(MootError):
    """A session may not obey this command in the state it is in. Nothing was recorded."""


class EndWithheld(CommandRefused):
    """Not yet: what a rule would end the session by has not shown that it tells anything. It is heard again once it
    has."""


class NotVerifiableHere(MootError):
    """A log pins a flow, measure, template, document or rule set that this installation doesn't have, or holds an event
    that it can't read."""


class LogConflict(MootError):
    """Somebody appended to a session's log before us: `expected_seq` no longer holds. Nothing was written."""


class StorageFailed(MootError):
    """The disk or the database refused: full, read-only, corrupt, newer. What was committed stays committed."""


class DriverBusy(MootError):
    """Another process drives this database; commands go through the inbox instead."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?` for the closest known name, or an empty string where none is close."""
    close = get_close_matches(name, [str(each) for each in known], n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""
