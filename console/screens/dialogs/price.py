"""What does a model cost that no list of prices knows? Asked for once, where a debate needs it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from console.price_file import read_usd
from console.screens.dialogs.frame import Dialog, field, label
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from console.price_file import Amounts

FIELDS = (("asked", "tokens asked"), ("answered", "tokens answered"))


class PriceDialog(Dialog[bool]):
    """True once the price is kept, or None after escape. What `keep` refuses is said here, and what was typed stays."""

    DEFAULT_CSS = """
    PriceDialog .row { height: 1; width: 1fr; }
    PriceDialog .name { width: 17; color: $muted; height: 1; }
    """
    AUTO_FOCUS = "#asked"
    hints: ClassVar = (("⏎", "keep", "accept"),)

    class Kept(Message):
        """The price stands in the operator's table."""

    class KeepRefused(Message):
        """It does not, and why."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, model: str, keep: Callable[[str, Amounts], None]) -> None:
        """`keep` writes a file: it is called in a thread, and may raise MootError."""
        super().__init__(f"What {model} costs")
        self._model = model
        self._keep = keep

    def fields(self) -> ComposeResult:
        yield label(
            "No list of prices knows it, and nothing is asked whose price isn't known. Give US dollars for a million "
            "tokens, as its provider has them; 0 for a model of your own."
        )
        for number, (id, name) in enumerate(FIELDS):
            with Horizontal(classes="row gap" if number == 0 else "row"):
                yield Static(name, classes="name", markup=False)
                yield field(placeholder="such as 1.25", id=id)
        yield label("It is kept in your table of prices and asked for once.", gap=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refuse("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == FIELDS[0][0]:
            self.focus_next()
        else:
            self.action_accept()

    def action_accept(self) -> None:
        amounts = []
        for id, name in FIELDS:
            written = self.query_one(f"#{id}", Input).value.strip()
            amount = read_usd(written)
            if amount is None:
                self.query_one(f"#{id}", Input).focus()
                self.refuse(
                    f"{written!r:.40} is no price of a million {name}." if written else f"Write what {name} cost."
                )
                return
            amounts.append(amount)
        self.run_worker(self._kept((amounts[0], amounts[1])), group="keep", exclusive=True)

    async def _kept(self, amounts: Amounts) -> None:
        try:
            await asyncio.to_thread(self._keep, self._model, amounts)
        except MootError as error:
            self.post_message(self.KeepRefused(str(error)))
        else:
            self.post_message(self.Kept())

    def on_price_dialog_kept(self) -> None:
        self.dismiss(True)

    def on_price_dialog_keep_refused(self, event: KeepRefused) -> None:
        self.refuse(event.why)
