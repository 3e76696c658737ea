"""How is something done beside the screen that may be broken off before it begins?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.dom import DOMNode
    from textual.worker import WorkType


def beside(node: DOMNode, work: Callable[[], Awaitable[None]], *, group: str, is_alone: bool = False) -> None:
    """Run `work` in a worker of `node`; one that `is_alone` breaks off the one before it in its group.

    It is called when the worker begins: a coroutine that was made and never begun would count as a mistake.
    """
    node.run_worker(cast("WorkType[None]", work), group=group, exclusive=is_alone)
