"""How does SQLite hold requests to the driver, and its answers?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.errors import WrongUse
from core.ports.inbox import INBOX_MESSAGES_MAX, InboxAnswer, InboxMessage, Receipt
from storage.readers import Readers
from storage.writer import Writer

ANSWERS_KEPT_MAX = 10_000
"""Answered messages beyond this many newer ones are dropped: whoever asked has long read the answer."""

_WAITING = (
    "SELECT id, verb, body, actor, at_ms, is_done, answer_text, answer_body FROM inbox"
    " WHERE answered_at_ms IS NULL ORDER BY id"
)

_KEEP = "UPDATE inbox SET is_done = ?, answer_text = ?, answer_body = ? WHERE id = ? AND is_done IS NULL"
"""What was kept first stands: it was committed together with what was done."""


class SqliteInbox:
    """Implements `Inbox`. Asking what waits looks into an index of the unanswered alone, empty most of the time."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def put(self, *, verb: str, body: Mapping[str, object], actor: str, at_ms: int) -> int:
        try:
            plain = json.dumps(dict(body), ensure_ascii=False, allow_nan=False)
            plain.encode()
        except (TypeError, ValueError) as error:
            raise WrongUse(f"a message holds plain JSON values alone: {error}.", where=verb) from error

        def put(writer: sqlite3.Connection) -> int:
            waiting = "SELECT count(*) FROM inbox WHERE answered_at_ms IS NULL"
            if writer.execute(waiting).fetchone()[0] >= INBOX_MESSAGES_MAX:
                raise WrongUse(
                    f"{INBOX_MESSAGES_MAX:,} messages wait for a driver already.",
                    where=verb,
                    now="Start one with `moot drive`. This message was not left.",
                )
            statement = "INSERT INTO inbox (verb, body, actor, at_ms) VALUES (?, ?, ?, ?)"
            id = writer.execute(statement, (verb, plain, actor, at_ms)).lastrowid or 0
            writer.execute("DELETE FROM inbox WHERE id <= ? AND answered_at_ms IS NOT NULL", (id - ANSWERS_KEPT_MAX,))
            return id

        return await self._writer.run(put, is_brief=True)

    async def waiting(self) -> Sequence[InboxMessage]:
        rows = await self._readers.run(lambda reader: reader.execute(_WAITING).fetchall())
        return [
            InboxMessage(id=id, verb=verb, body=json.loads(body), actor=actor, at_ms=at_ms, kept=_answer(*kept))
            for id, verb, body, actor, at_ms, *kept in rows
        ]

    async def answer(self, id: int, answer: InboxAnswer, *, at_ms: int) -> None:
        """Raises WrongUse for a message that isn't there or was answered already."""
        values = _values(answer)

        def put(writer: sqlite3.Connection) -> None:
            writer.execute(_KEEP, (*values, id))
            statement = "UPDATE inbox SET answered_at_ms = ? WHERE id = ? AND answered_at_ms IS NULL"
            if not writer.execute(statement, (at_ms, id)).rowcount:
                raise WrongUse("no unanswered message has this number.", where=f"message {id}")

        await self._writer.run(put, is_brief=True)

    async def answer_to(self, id: int) -> InboxAnswer | None:
        query = "SELECT is_done, answer_text, answer_body FROM inbox WHERE id = ? AND answered_at_ms IS NOT NULL"
        row = await self._readers.run(lambda reader: reader.execute(query, (id,)).fetchone())
        return None if row is None else _answer(*row)


def keep_receipt(writer: sqlite3.Connection, receipt: Receipt | None) -> None:
    """Keep what a message came to within the caller's transaction; nothing where no message asked."""
    if receipt is not None:
        writer.execute(_KEEP, (*_values(receipt.answer), receipt.message))


def _values(answer: InboxAnswer) -> tuple[bool, str, str]:
    return answer.is_done, answer.text, json.dumps(dict(answer.body), ensure_ascii=False, allow_nan=False)


def _answer(is_done: int | None = None, text: str = "", body: str = "") -> InboxAnswer | None:
    return None if is_done is None else InboxAnswer(is_done=bool(is_done), text=text, body=json.loads(body))
