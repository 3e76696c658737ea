"""How does a view whose content grows tell its size without the whole screen being laid out again?

Assigning `virtual_size` makes Textual lay out every widget on the screen: with words streaming in, that is at every new
line, and it was four tenths of the console's work. Only a scroll bar that comes or goes changes a layout, and that one
asks for it by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.scroll_view import ScrollView


def set_extent(view: ScrollView, size: Size) -> None:
    """Make `size` the size of what `view` scrolls over."""
    if size == view.virtual_size:
        return
    view.set_reactive(Widget.virtual_size, size)
    view._scroll_update(size)  # what Textual itself calls where it has just laid out
