"""What does an exported file hold, read again row by row?"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from core.domain.errors import WrongUse
from core.exporting.kinds import Form, Kind
from core.exporting.tables import SCHEMA_VERSION, TABLES, Holds, Row, Table
from core.exporting.written import require_row, row_of_cells, row_of_plain
from core.runtime.exporting.forms import METADATA, VERSION_COLUMN, pyarrow

LINE_BYTES_MAX = 256 * 1_048_576
"""The log takes an append of a quarter of this, and JSON may write a character with six."""

ROWS_AT_ONCE = 1_000


def rows_of(path: Path, kind: Kind, form: Form) -> Iterator[Row]:
    """The rows of a file, in order, never all at once. Raises WrongUse, with the place, for one that an export of this
    kind and form can't have written, and OSError."""
    table = TABLES[kind]
    match form:
        case Form.JSON:
            return _of_json(path, table)
        case Form.CSV:
            return _of_csv(path, table)
        case Form.PARQUET:
            return _of_parquet(path, table)
        case Form.MARKDOWN | Form.HTML:
            raise WrongUse(f"{form.value} is for people: it can't be read back.", where=str(path))


def _of_json(path: Path, table: Table) -> Iterator[Row]:
    """Line by line, as it was written: a parser of the whole would hold all of it."""
    with path.open("rb") as file:
        head = _parsed(_line(file, path, 1) + b"]}", path, 1)
        _require_head(head.get("schema_version"), head.get("kind"), path, table)
        for number in range(2, 2**63):
            line = _line(file, path, number)
            if line.startswith(b"]"):
                _parsed(b"{" + line[2:], path, number)
                return
            yield _placed(row_of_plain, table, _parsed(line.removesuffix(b","), path, number), f"{path}:{number}")


def _of_csv(path: Path, table: Table) -> Iterator[Row]:
    # A cell may hold all that the log takes at once; the module's own bound is for all readers of this process.
    csv.field_size_limit(LINE_BYTES_MAX)
    with path.open("rb") as file:
        reader = csv.reader(TextIOWrapper(file, encoding="utf-8", newline=""), strict=True)
        try:
            head = next(reader, [])
            if head != [VERSION_COLUMN, *table.names]:
                raise WrongUse(f"its head is not that of {table.kind.value}.", where=f"{path}:1")
            for cells in reader:
                where = f"{path}:{reader.line_num}"
                _require_head(int(cells[0]) if cells and cells[0].isdecimal() else None, table.kind.value, path, table)
                yield _placed(row_of_cells, table, cells[1:], where)
        except (csv.Error, UnicodeDecodeError) as error:
            raise WrongUse(f"this is no CSV: {error}.", where=f"{path}:{reader.line_num}") from error


def _of_parquet(path: Path, table: Table) -> Iterator[Row]:
    arrow = pyarrow()
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            said = {**(file.metadata.metadata or {}), **(file.schema_arrow.metadata or {})}
            version = said.get(f"{METADATA}schema_version".encode(), b"").decode()
            kind = said.get(f"{METADATA}kind".encode(), b"").decode()
            _require_head(int(version) if version.isdecimal() else None, kind, path, table)
            if tuple(file.schema_arrow.names) != table.names:
                raise WrongUse(f"its columns are not those of {table.kind.value}.", where=str(path))
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                columns = [_values(column.holds, batch.column(at)) for at, column in enumerate(table.columns)]
                for row in zip(*columns, strict=True):
                    yield _placed(require_row, table, row, str(path))
    except (arrow.ArrowException, ValueError) as error:
        raise WrongUse(f"this is no Parquet: {' '.join(str(error).split())[:200]}.", where=str(path)) from error


def _values(holds: Holds, column: Any) -> Sequence[object]:
    values: list[Any] = column.to_pylist()
    if holds is not Holds.PLAIN:
        return values
    return [None if value is None else json.loads(value) for value in values]


def _placed(read: Any, table: Table, value: object, where: str) -> Row:
    try:
        row: Row = read(table, value)
    except WrongUse as error:
        raise WrongUse(error.what, where=where, now="The file was changed, or cut off: export again.") from None
    return row


def _require_head(version: object, kind: object, path: Path, table: Table) -> None:
    if version != SCHEMA_VERSION or kind != table.kind.value:
        raise WrongUse(
            f"it says of itself that it is {kind} of schema {version}; this moot reads {table.kind.value} of schema "
            f"{SCHEMA_VERSION}.",
            where=str(path),
            now="Read it with the moot that wrote it, or export again.",
        )


def _line(file: Any, path: Path, number: int) -> bytes:
    line: bytes = file.readline(LINE_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise WrongUse("the file ends in the middle.", where=f"{path}:{number}", now="Export again.")
    return line[:-1]


def _parsed(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise WrongUse(f"this is no JSON: {error}.", where=f"{path}:{number}", now="Export again.") from error
    if not isinstance(value, dict):
        raise WrongUse("an object has to stand here.", where=f"{path}:{number}", now="Export again.")
    return value


def in_pages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows, so many at a time."""
    page: list[Row] = []
    for row in rows:
        page.append(row)
        if len(page) >= ROWS_AT_ONCE:
            yield page
            page = []
    if page:
        yield page
