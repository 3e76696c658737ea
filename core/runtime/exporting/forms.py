"""How are rows written as a file of each form, page by page?

What is held is one page, or one group of rows of Parquet: how much there is to export doesn't matter.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import IO, Any, Protocol

from core.domain.errors import WrongUse
from core.exporting.kinds import Form
from core.exporting.readable import (
    html_rows,
    html_table_closing,
    html_table_opening,
    markdown_rows,
    markdown_table_closing,
    markdown_table_opening,
)
from core.exporting.tables import SCHEMA_VERSION, Holds, Row, Table
from core.exporting.written import cells_of, plain_text

GROUP_ROWS_MAX = 10_000
GROUP_CHARACTERS_MAX = 16_000_000
"""A group of rows of Parquet is written once it has so many rows, or so much text."""

VERSION_COLUMN = "schema_version"
"""The first column of a file of CSV: there is no other place for it that every reader of CSV passes over."""

METADATA = "moot."
"""Begins the names of what a file of Parquet says of itself."""


class RowFile(Protocol):
    """Open, then any number of pages, then closed."""

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        """Write rows; `texts` are the same as `row_text` has them."""
        ...

    def close(self, *, count: int, digest: str) -> None:
        """Write what stands behind the rows."""
        ...


def row_file(form: Form, file: IO[bytes], table: Table, *, written_at_ms: int, title: str) -> RowFile:
    """A file of that form, its beginning written. Raises WrongUse where what writes it is not installed."""
    match form:
        case Form.JSON:
            return JsonFile(file, table, written_at_ms=written_at_ms)
        case Form.CSV:
            return CsvFile(file, table)
        case Form.PARQUET:
            return ParquetFile(file, table, written_at_ms=written_at_ms)
        case Form.MARKDOWN:
            return MarkdownFile(file, table, title)
        case Form.HTML:
            return HtmlFile(file, table, title)


class JsonFile:
    """One object, with one row a line, so that it can be read line by line too."""

    def __init__(self, file: IO[bytes], table: Table, *, written_at_ms: int) -> None:
        self._file = file
        self._has_rows = False
        head = {"schema_version": SCHEMA_VERSION, "kind": table.kind.value, "written_at_ms": written_at_ms}
        file.write(f'{plain_text(head)[:-1]},"rows":['.encode())

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        if texts:
            self._file.write(((",\n" if self._has_rows else "\n") + ",\n".join(texts)).encode())
            self._has_rows = True

    def close(self, *, count: int, digest: str) -> None:
        self._file.write(f"\n],{plain_text({'count': count, 'digest': digest})[1:]}\n".encode())


class CsvFile:
    """With a head, as RFC 4180 has it, in UTF-8."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._file = file
        self._table = table
        self._write([[VERSION_COLUMN, *table.names]])

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        self._write([str(SCHEMA_VERSION), *cells_of(self._table, row)] for row in rows)

    def close(self, *, count: int, digest: str) -> None:
        pass

    def _write(self, lines: Iterable[Sequence[str]]) -> None:
        page = StringIO(newline="")
        csv.writer(page, lineterminator="\r\n").writerows(lines)
        self._file.write(page.getvalue().encode())


class ParquetFile:
    """Groups of rows, compressed; what the file says of itself is among its metadata."""

    def __init__(self, file: IO[bytes], table: Table, *, written_at_ms: int) -> None:
        arrow = pyarrow()
        from pyarrow import parquet

        self._table = table
        self._pending: list[Row] = []
        self._characters = 0
        self._schema = arrow.schema(
            [arrow.field(each.name, _type(arrow, each.holds), nullable=each.may_lack) for each in table.columns]
        )
        self._writer: Any = parquet.ParquetWriter(file, self._schema)
        self._says(schema_version=SCHEMA_VERSION, kind=table.kind.value, written_at_ms=written_at_ms)

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        self._pending += rows
        self._characters += sum(map(len, texts))
        if len(self._pending) >= GROUP_ROWS_MAX or self._characters >= GROUP_CHARACTERS_MAX:
            self._write()

    def close(self, *, count: int, digest: str) -> None:
        if self._pending:
            self._write()
        self._says(count=count, digest=digest)
        self._writer.close()

    def _write(self) -> None:
        arrow = pyarrow()
        columns = [
            arrow.array([_held(column.holds, row[at]) for row in self._pending], type=self._schema.field(at).type)
            for at, column in enumerate(self._table.columns)
        ]
        self._writer.write_table(arrow.Table.from_arrays(columns, schema=self._schema))
        self._pending, self._characters = [], 0

    def _says(self, **values: object) -> None:
        self._writer.add_key_value_metadata({f"{METADATA}{name}": str(value) for name, value in values.items()})


class MarkdownFile:
    def __init__(self, file: IO[bytes], table: Table, title: str) -> None:
        self._file = file
        self._table = table
        _write_lines(file, markdown_table_opening(table, title))

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        _write_lines(self._file, markdown_rows(self._table, rows))

    def close(self, *, count: int, digest: str) -> None:
        _write_lines(self._file, markdown_table_closing(count))


class HtmlFile:
    def __init__(self, file: IO[bytes], table: Table, title: str) -> None:
        self._file = file
        self._table = table
        _write_lines(file, html_table_opening(table, title))

    def take(self, rows: Sequence[Row], texts: Sequence[str]) -> None:
        _write_lines(self._file, html_rows(self._table, rows))

    def close(self, *, count: int, digest: str) -> None:
        _write_lines(self._file, html_table_closing(count))


def pyarrow() -> Any:
    """What writes and reads Parquet; an extra, because it takes more room than all the rest of moot. Raises WrongUse
    where it is not installed."""
    try:
        import pyarrow as arrow
    except ImportError as error:
        raise WrongUse(
            "pyarrow writes and reads Parquet, and it isn't installed.",
            where="--format parquet",
            now="Install it: pip install 'moot[parquet]'; or choose json or csv.",
        ) from error
    return arrow


def _type(arrow: Any, holds: Holds) -> Any:
    match holds:
        case Holds.INTEGER:
            return arrow.int64()
        case Holds.TRUTH:
            return arrow.bool_()
        case Holds.TEXT | Holds.PLAIN:
            return arrow.string()


def _held(holds: Holds, value: object) -> object:
    return plain_text(value) if holds is Holds.PLAIN and value is not None else value


def _write_lines(file: IO[bytes], lines: Iterable[str]) -> None:
    file.write("".join([f"{line}\n" for line in lines]).encode())
