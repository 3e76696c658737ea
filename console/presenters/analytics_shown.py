"""In which values do the analytics say what stands on their screen?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.charts import Chart
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell

if TYPE_CHECKING:
    from core.analytics.rows import LifeRow
    from core.domain.ids import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Which sessions a row is made of: `what` goes on after the word sessions. Where they are `named`, these."""

    what: str
    holds: Callable[[LifeRow], bool] = lambda row: False
    named: tuple[SessionId, ...] = ()

    def __call__(self, row: LifeRow) -> bool:
        return row.session in self.named if self.named else self.holds(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRow:
    """A row below a chart. `bar` is the bar that shows it, -1 for none; `behind` the sessions it is made of, None where
    it is of none. `below` is what there is to say of it, and `alert` the notification of the alert that it tells of."""

    key: str
    cells: tuple[Cell, ...]
    bar: int = -1
    behind: Behind | None = None
    below: tuple[Paragraph, ...] = ()
    alert: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A chart and its rows. Without rows there is nothing to show of this yet."""

    key: str
    title: str
    titles: tuple[str, ...]
    chart: Chart | None = None
    rows: tuple[DataRow, ...] = ()
