"""How does SQLite give a bundle what it is made of, and take in what one holds?

Contents go from row to row byte for byte, by digest: what an older release wrote keeps the digest that logs name it by.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest
from core.ports.bundles import Bundle, Content, ContentKind
from core.ports.catalogue import Catalogue
from core.ports.event_log import EventLog
from storage.bundle_frame import FRAME_BYTES_MAX
from storage.bundle_parts import packed, unpacked
from storage.catalogue import SqliteCatalogue
from storage.codec import Codec
from storage.database import prepare
from storage.event_log import Appender, SqliteEventLog, open_writer
from storage.readers import Readers
from storage.rules import NO_RULES, unknown
from storage.writer import Writer

_READ = {
    ContentKind.RULES: "SELECT body, '' FROM rule_sets WHERE digest = ?",
    ContentKind.TEMPLATE: "SELECT body, '' FROM templates WHERE digest = ?",
    ContentKind.DOCUMENT: "SELECT CAST(text AS BLOB), name FROM documents WHERE digest = ?",
}
_KEEP = {
    ContentKind.RULES: "INSERT OR IGNORE INTO rule_sets (digest, body) VALUES (:digest, :body)",
    ContentKind.TEMPLATE: "INSERT OR IGNORE INTO templates (digest, template, body) VALUES (:digest, :name, :body)",
    ContentKind.DOCUMENT: "INSERT OR IGNORE INTO documents (digest, name, text) VALUES (:digest, :name, :body)",
}


class SqliteBundles:
    """Implements `Bundles`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec

    async def content(self, kind: ContentKind, digest: Digest) -> Content:
        row = await self._readers.run(lambda reader: reader.execute(_READ[kind], (digest,)).fetchone())
        if row is None and (kind, digest) == (ContentKind.RULES, NO_RULES):
            row = (b"[]", "")
        if row is None:
            raise unknown(kind.value.removesuffix("s"), digest)
        return Content(kind=kind, digest=digest, body=row[0], name=row[1])

    async def keep(self, contents: Sequence[Content]) -> None:
        await self._writer.run(lambda connection: _keep(connection, contents))

    async def pack(self, bundle: Bundle) -> bytes:
        return await asyncio.to_thread(packed, bundle)

    async def read(self, path: Path) -> Bundle:
        return await asyncio.to_thread(_read, path)

    @asynccontextmanager
    async def opened(self, bundle: Bundle) -> AsyncIterator[tuple[EventLog, Catalogue]]:
        with tempfile.TemporaryDirectory(prefix="moot-bundle-") as folder:
            path = Path(folder) / "bundle.db"
            await asyncio.to_thread(prepare, path)
            appender = Appender()
            writer = open_writer(path, synchronous="NORMAL", appender=appender)
            readers = Readers(path)
            log = SqliteEventLog(writer=writer, readers=readers, codec=self._codec, appender=appender)
            try:
                await writer.run(lambda connection: _keep(connection, bundle.contents))
                await log.take(bundle.session, bundle.events)
                yield log, SqliteCatalogue(writer=writer, readers=readers)
            finally:
                await log.close()


def _keep(connection: sqlite3.Connection, contents: Sequence[Content]) -> None:
    for each in contents:
        connection.execute(_KEEP[each.kind], _row(each))


def _row(content: Content) -> dict[str, object]:
    try:
        match content.kind:
            case ContentKind.RULES:
                return {"digest": content.digest, "body": content.body}
            case ContentKind.TEMPLATE:
                name = str(json.loads(content.body)["id"])
                name.encode()  # half a character is no text, and no column takes it
                return {"digest": content.digest, "name": name, "body": content.body}
            case ContentKind.DOCUMENT:
                return {"digest": content.digest, "name": content.name, "body": content.body.decode()}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        where = f"{content.kind}/{content.digest[:12]}"
        raise WrongUse("this can't be read here.", where=where, now="Nothing was written.") from error


def _read(path: Path) -> Bundle:
    try:
        if not path.is_file():
            raise WrongUse("there is no such file.", where=str(path), now="Name a bundle.")
        with path.open("rb") as file:
            content = file.read(FRAME_BYTES_MAX + 1)
    except OSError as error:
        raise StorageFailed(
            f"it can't be read: {error.strerror}.", where=str(path), now="Name a file that you may read."
        ) from error
    return unpacked(content, where=str(path))
