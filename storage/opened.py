"""How is a database opened, with everything that lives in it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.domain.participants import Participant
from core.domain.summary import SessionSummary
from core.ports.bundles import Bundles
from core.ports.catalogue import Catalogue
from core.ports.cost_book import CostBook
from core.ports.event_log import EventLog
from core.ports.inbox import Inbox
from core.ports.life_book import LifeBook
from core.ports.outbox import Outbox
from core.ports.response_cache import ResponseCache
from core.ports.session_index import SessionIndex
from storage.bundles import SqliteBundles
from storage.catalogue import SqliteCatalogue
from storage.codec import Codec, adapter
from storage.cost_book import SqliteCostBook
from storage.database import Migrated, Synchronous, damage, prepare
from storage.event_log import Appender, SqliteEventLog, open_writer
from storage.inbox import SqliteInbox
from storage.life_book import SqliteLifeBook
from storage.outbox import SqliteOutbox
from storage.readers import Readers
from storage.response_cache import SqliteResponseCache
from storage.session_index import SqliteSessionIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Everything durable of one database. Its parts share one writer: closing is for all of them. `migrated` tells of
    one that an older moot made."""

    path: Path
    log: EventLog
    catalogue: Catalogue
    index: SessionIndex
    costs: CostBook
    inbox: Inbox
    outbox: Outbox
    lives: LifeBook
    response_cache: ResponseCache
    bundles: Bundles
    migrated: Migrated | None = None
    writes_waiting: Callable[[], int] = int
    """How many writes are waited for right now."""

    def damage(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file, for `moot doctor`. Reads all of it: not for an event loop."""
        return damage(self.path)

    async def close(self) -> None:
        """Write what is queued, then release the file; everything refuses afterwards with StorageFailed."""
        await self.log.close()


def open_storage(path: Path, *, codec: Codec, synchronous: Synchronous = "NORMAL") -> Storage:
    """Open the database at `path`, made where there is none. Raises StorageFailed; then nothing was changed.

    Loads neither SQLAlchemy nor Alembic unless an older database has to be migrated.
    """
    migrated = prepare(path)
    for kind in (Participant, SessionSummary):
        adapter(kind)  # whoever opens from a thread has loaded there what checks rows, not at the first row on the loop
    appender = Appender()
    writer = open_writer(path, synchronous=synchronous, appender=appender)
    readers = Readers(path)
    return Storage(
        path=path,
        log=SqliteEventLog(writer=writer, readers=readers, codec=codec, appender=appender),
        catalogue=SqliteCatalogue(writer=writer, readers=readers),
        index=SqliteSessionIndex(writer=writer, readers=readers, codec=codec),
        costs=SqliteCostBook(writer=writer, readers=readers),
        inbox=SqliteInbox(writer=writer, readers=readers),
        outbox=SqliteOutbox(writer=writer, readers=readers),
        lives=SqliteLifeBook(writer=writer, readers=readers),
        response_cache=SqliteResponseCache(writer=writer, readers=readers, where=str(path)),
        bundles=SqliteBundles(writer=writer, readers=readers, codec=codec),
        migrated=migrated,
        writes_waiting=lambda: writer.waiting,
    )
