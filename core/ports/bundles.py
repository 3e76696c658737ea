"""How does a session leave one database with all that it names, and how does it come into another?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.domain.chain import Head, Stored, head_of
from core.domain.ids import NO_DIGEST, Digest, SessionId
from core.ports.catalogue import Catalogue
from core.ports.event_log import EventLog


class ContentKind(StrEnum):
    """What logs name by digest. The values are the folders of a bundle."""

    RULES = "rules"
    TEMPLATE = "templates"
    DOCUMENT = "documents"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Content:
    """Something that a log names by the SHA-256 of its bytes. `name` is what an evidence text is called."""

    kind: ContentKind
    digest: Digest
    body: bytes
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One session with all that its log names, byte for byte: `events` are its whole chain, `contents` in order of kind
    and digest, each once. `digest` is the SHA-256 of the file that it was read from, or none.
    """

    session: SessionId
    events: tuple[Stored, ...]
    contents: tuple[Content, ...]
    digest: Digest = NO_DIGEST

    @property
    def head(self) -> Head:
        """What names the log."""
        return head_of(self.events[-1])


class Bundles(Protocol):
    """Bundles as files, and the rows that they are made of and go into.

    Errors: WrongUse for a file that is no bundle or not what it says it is, with the first place that differs;
    StorageFailed where the disk refuses.
    """

    async def content(self, kind: ContentKind, digest: Digest) -> Content:
        """What the catalogue keeps under that digest, byte for byte. Raises WrongUse where there is nothing."""
        ...

    async def keep(self, contents: Sequence[Content]) -> None:
        """Keep these in one transaction, without putting any in force; what is kept already stays as it is."""
        ...

    async def pack(self, bundle: Bundle) -> bytes:
        """The file of a bundle: the same bytes wherever the same session is packed."""
        ...

    async def read(self, path: Path) -> Bundle:
        """What a file holds, after every byte of it was looked at. Writes nothing."""
        ...

    def opened(self, bundle: Bundle) -> AbstractAsyncContextManager[tuple[EventLog, Catalogue]]:
        """A log and a catalogue that hold nothing but a bundle, in a place of their own that is gone afterwards."""
        ...
