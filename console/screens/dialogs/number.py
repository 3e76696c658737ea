"""Which number does the operator give, in the unit that people think in?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from console.presenters.figures import MICROUSD_PER_USD
from console.screens.dialogs.frame import Dialog, field, label

if TYPE_CHECKING:
    from textual.app import ComposeResult

DOLLARS = "dollars"
"""The unit that is shown in dollars and returned in micro-dollars."""

NUMBER_MAX = 10**15

_WHOLE = re.compile(r"[0-9]{1,15}")
_AMOUNT = re.compile(r"\$?\s*([0-9]{1,9})(?:\.([0-9]{1,6}))?|\$?\s*\.([0-9]{1,6})")


class NumberDialog(Dialog[int]):
    """A whole number in `unit`, or None after escape. Of DOLLARS, `initial`, `minimum` and the result are
    micro-dollars."""

    hints = (("⏎", "accept", "accept"),)

    def __init__(
        self,
        title: str,
        label: str,
        initial: int | None = None,
        unit: str = "",
        minimum: int = 0,
        *,
        help: str = "",
        maximum: int = NUMBER_MAX,
    ) -> None:
        super().__init__(title)
        self._label = label
        self._initial = initial
        self._unit = unit
        self._minimum = minimum
        self._maximum = maximum
        self._help = help

    def fields(self) -> ComposeResult:
        yield label(self._label)
        yield field("" if self._initial is None else self._written(self._initial), is_proposal=True)
        yield Static(self._bounds(), classes="label gap", markup=False)
        if self._help:
            yield label(self._help)

    def on_input_submitted(self) -> None:
        self.action_accept()

    def on_input_changed(self) -> None:
        self.refuse("")

    def action_accept(self) -> None:
        written = self.query_one(Input).value.strip()
        number = read_dollars(written) if self._unit == DOLLARS else read_whole(written)
        if number is None:
            example = "such as 0.25" if self._unit == DOLLARS else f"of {self._unit}" if self._unit else "such as 3"
            kind = "an amount" if self._unit == DOLLARS else "a whole number"
            self.refuse(f"{written!r:.40} is not {kind} {example}." if written else f"Write {kind} {example}.")
        elif not self._minimum <= number <= self._maximum:
            self.refuse(f"{self._shown(number)} can't be: {self._bounds()}.")
        else:
            self.dismiss(number)

    def _bounds(self) -> str:
        if self._maximum == NUMBER_MAX:
            return f"at least {self._shown(self._minimum)}"
        least = self._shown(self._minimum) if self._unit == DOLLARS else self._written(self._minimum)
        return f"from {least} to {self._shown(self._maximum)}"

    def _shown(self, number: int) -> str:
        written = self._written(number)
        if self._unit == DOLLARS:
            return f"${written}"
        unit = self._unit.removesuffix("s") if number == 1 else self._unit
        return f"{written} {unit}".strip()

    def _written(self, number: int) -> str:
        return written_dollars(number) if self._unit == DOLLARS else str(number)


def read_whole(text: str) -> int | None:
    """The whole number that was written, or None."""
    return int(text) if _WHOLE.fullmatch(text) else None


def read_dollars(text: str) -> int | None:
    """Micro-dollars from `0.25`, `$5` or `.5`, exactly; None where it is no amount."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    units, fraction, bare = found.groups(default="")
    return int((units or "0") + (fraction or bare).ljust(6, "0"))


def written_dollars(amount_microusd: int) -> str:
    """The amount as a person writes it: exact, with at least two places."""
    units, rest = divmod(amount_microusd, MICROUSD_PER_USD)
    return f"{units}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"
