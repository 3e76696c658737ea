"""How is it said that a rule file was refused?"""

from __future__ import annotations

from collections.abc import Iterable

from core.written.problems import FileRefused, Problem


class RuleFileError(FileRefused):
    """A rule file was refused whole. `str()` has a line for each problem, then one that counts them."""

    def __init__(self, problems: Iterable[Problem], *, origin: str) -> None:
        super().__init__(problems, origin=origin, holding="rules")
