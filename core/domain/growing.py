"""How can a frozen state hold a list that grows, at a flat cost for each addition?

A tuple copied at each of ten thousand turns costs the square of the turns. `Growing` is an immutable view of the
first `length` items of a list that its successors share: adding to the newest view appends in place and hands out a
longer view, adding to an older one (a fork, a trial that was thrown away) copies first. No view ever sees another's
later items.

What a reader works out of all items would cost the square of them too, if it were worked out of a longer view from the
beginning. So a reader may note on a view what it has worked out of it, and finds that on every longer one. A note
follows from the items and from what it says itself, and is no part of what a sequence is: without it, the same comes
out later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

T = TypeVar("T")

_NO_NOTES: Mapping[str, Any] = {}


class Growing(Sequence[T]):
    """An immutable sequence with amortised O(1) `plus`."""

    __slots__ = ("_items", "_length", "_notes")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: list[T] = list(items)
        self._length = len(self._items)
        self._notes = _NO_NOTES

    def plus(self, item: T) -> Growing[T]:
        """This sequence and `item` behind it."""
        longer: Growing[T] = Growing.__new__(Growing)
        newest = self._length == len(self._items)
        longer._items = self._items if newest else self._items[: self._length]
        longer._items.append(item)
        longer._length = self._length + 1
        longer._notes = self._notes
        return longer

    def noted(self, reader: str) -> Any:
        """What `reader` noted last of these items or of the first ones among them; None where that is nothing."""
        return self._notes.get(reader)

    def note(self, reader: str, what: object) -> None:
        """Keep for `reader` what it has worked out of these items, in place of what it noted before. It must be bounded
        and frozen, as whoever holds a longer view reads it too."""
        self._notes = {**self._notes, reader: what}

    def last(self, count: int) -> tuple[T, ...]:
        """The newest `count` items, oldest of them first; fewer where there are fewer."""
        return tuple(self._items[max(0, self._length - count) : self._length])

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            start, stop, stride = index.indices(self._length)
            if stride > 0:  # a slice of the list is many times quicker, and bounded by the length that this view has
                return tuple(self._items[start:stop:stride])
            return tuple(self._items[at] for at in range(start, stop, stride))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._items[index if index >= 0 else index + self._length]

    def __iter__(self) -> Iterator[T]:
        return islice(self._items, self._length)  # a copy would cost each reader of the beginning the whole length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Growing) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self._length, self._items[self._length - 1] if self._length else None))

    def __repr__(self) -> str:
        return f"Growing({list(self)!r})"
