"""How is told how far a long piece of work has come: a bar where somebody looks on, else a line for each part?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from console.failures import say

if TYPE_CHECKING:
    from rich.progress import Progress as Drawn
    from rich.progress import TaskID


class Progress(Protocol):
    def told(self, text: str) -> None:
        """One part is done: say how it came out."""
        ...

    def noted(self, text: str) -> None:
        """Something else that the operator should hear meanwhile."""
        ...


@contextmanager
def progress(title: str, total: int) -> Iterator[Progress]:
    """Told on standard error, which carries nothing else that a script reads."""
    if not sys.stderr.isatty():
        yield Lines(total)
        return
    # Loaded only where it is drawn: a script that runs moot waits for no screen.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Drawn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Drawn(*columns, console=Console(stderr=True, markup=False, highlight=False, emoji=False)) as drawn:
        yield Bar(drawn, drawn.add_task(title, total=total))


class Lines:
    """`moot: 3 of 40: …`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def told(self, text: str) -> None:
        self._done += 1
        say(f"{self._done} of {self._total}: {text}")

    def noted(self, text: str) -> None:
        say(text)


class Bar:
    """A bar below the lines of what is done."""

    def __init__(self, drawn: Drawn, task: TaskID) -> None:
        self._drawn = drawn
        self._task = task

    def told(self, text: str) -> None:
        self._drawn.advance(self._task)
        self.noted(text)

    def noted(self, text: str) -> None:
        self._drawn.console.print(text, soft_wrap=True)


Count = Callable[[int, int, int], None]
"""Told how many are done, and how far that is of the whole, in any unit."""


@contextmanager
def counting(title: str, unit: str) -> Iterator[Count]:
    """A bar with how many are done and how many a second, where somebody looks on; nothing elsewhere, where a result is
    all that is wanted."""
    if not sys.stderr.isatty():
        yield lambda count, done, whole: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Drawn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Drawn(*columns, console=Console(stderr=True, markup=False, highlight=False, emoji=False)) as drawn:
        task = drawn.add_task(title, total=None, told="")

        def count(count: int, done: int, whole: int) -> None:
            elapsed = drawn.tasks[0].elapsed or 0
            rate = f", {count / elapsed:,.0f} {unit}/s" if elapsed else ""
            drawn.update(task, total=whole, completed=done, told=f"{count:,} {unit}{rate}")

        yield count
