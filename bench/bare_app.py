"""What is the least that a Textual app does before its first frame?"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

MARK = "READY-MARK"


class BareApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(MARK)


if __name__ == "__main__":
    BareApp().run()
