"""How is a row written as a line of JSON or as cells of CSV, and read again as it was?

A spreadsheet takes a cell that begins with `=` for a formula and carries it out, and what models say is hostile: so a
text that begins in such a way gets an apostrophe before it, which is taken off again when it is read. Texts that begin
with an apostrophe themselves get one too, so that every text comes back as it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from core.domain.errors import WrongUse
from core.exporting.tables import Column, Holds, Row, Table

MARK = "'"
DANGEROUS = (*"=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", MARK)
"""What a spreadsheet may take for the beginning of a formula, the full-width signs too, and the mark itself."""

INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
TRUE, FALSE = "true", "false"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Made once: `json.dumps` makes one for each text, which takes a tenth of an export.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def iso_time(at_ms: int) -> str:
    """`2026-11-20T14:32:05.123Z`: UTC, always with milliseconds, so that texts sort like times."""
    moment = _EPOCH + timedelta(milliseconds=at_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1_000:03d}Z"


def plain_text(value: object) -> str:
    """A JSON value as one line of text."""
    return _encode(value)


def row_text(table: Table, row: Row) -> str:
    """A row as one line of JSON: the same text for the same values, whatever file they come from."""
    return plain_text(dict(zip(table.names, row, strict=True)))


class RowDigest:
    """The SHA-256 of rows in order, whatever they are written as."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.rows = 0

    def take(self, texts: Sequence[str]) -> None:
        """Add rows, as `row_text` has them."""
        self.rows += len(texts)
        self._hash.update("".join([f"{text}\n" for text in texts]).encode())

    @property
    def value(self) -> str:
        """Hexadecimal."""
        return self._hash.hexdigest()


def cells_of(table: Table, row: Row) -> list[str]:
    """A row as texts of CSV. One that is missing is an empty cell; an empty text where one may be missing is `'`."""
    return [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def row_of_cells(table: Table, cells: Sequence[str]) -> Row:
    """The row that `cells_of` wrote. Raises WrongUse for cells that it can't have written."""
    if len(cells) != len(table.columns):
        raise WrongUse(f"the row has {len(cells)} cells, not {len(table.columns)}.")
    return tuple(_value(column, cell) for column, cell in zip(table.columns, cells, strict=True))


def row_of_plain(table: Table, plain: object) -> Row:
    """The row that an object of JSON holds. Raises WrongUse for one that is none of this table."""
    if not isinstance(plain, dict) or tuple(plain) != table.names:
        raise WrongUse(f"this is no row of {table.kind.value}.")
    return require_row(table, tuple(plain.values()))


def require_row(table: Table, row: Row) -> Row:
    """The row, where each value is of its column's kind. Raises WrongUse."""
    for column, value in zip(table.columns, row, strict=True):
        if not _fits(column, value):
            raise WrongUse(f"{column.name!r} can't be {str(value)!r:.80}.")
    return row


def _fits(column: Column, value: object) -> bool:
    if value is None:
        return column.may_lack or column.holds is Holds.PLAIN
    match column.holds:
        case Holds.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool) and INTEGER_MIN <= value <= INTEGER_MAX
        case Holds.TEXT:
            return isinstance(value, str)
        case Holds.TRUTH:
            return isinstance(value, bool)
        case Holds.PLAIN:
            return True


def _cell(column: Column, value: object) -> str:
    if value is None:
        return ""
    match column.holds:
        case Holds.INTEGER:
            return str(value)
        case Holds.TRUTH:
            return TRUE if value else FALSE
        case Holds.PLAIN:
            return _marked(plain_text(value), may_lack=column.may_lack)
        case Holds.TEXT:
            return _marked(str(value), may_lack=column.may_lack)


def _value(column: Column, cell: str) -> object:
    if not cell and (column.may_lack or column.holds is Holds.PLAIN):
        return None
    try:
        match column.holds:
            case Holds.INTEGER:
                value: object = int(cell)
            case Holds.TRUTH:
                value = {TRUE: True, FALSE: False}[cell]
            case Holds.PLAIN:
                value = json.loads(_unmarked(cell))
            case Holds.TEXT:
                value = _unmarked(cell)
    except (ValueError, KeyError):
        raise WrongUse(f"{column.name!r} can't be {cell!r:.80}.") from None
    if not _fits(column, value):
        raise WrongUse(f"{column.name!r} can't be {cell!r:.80}.")
    return value


def _marked(text: str, *, may_lack: bool) -> str:
    if text.startswith(DANGEROUS) or (may_lack and not text):
        return MARK + text
    return text


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith(MARK) else cell
