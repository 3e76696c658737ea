"""Does every row come back as it was, whatever it holds, and does what was written fit its schema?"""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.domain.errors import WrongUse
from core.exporting.kinds import Kind
from core.exporting.readable import html_rows, in_html, markdown_rows, page_opening
from core.exporting.schemas import cells_schema, file_schema, row_schema, summary_schema
from core.exporting.tables import SCHEMA_VERSION, TABLES, Column, Holds, Row, Table
from core.exporting.written import (
    INTEGER_MAX,
    INTEGER_MIN,
    RowDigest,
    cells_of,
    require_row,
    row_of_cells,
    row_of_plain,
    row_text,
)

TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "",
        "'",
        "''",
        "=1+1",
        "+1",
        "-1",
        "@sum",
        "\tx",
        "\rx",
        "a\r\nb",
        'say "so", he said',
        "\uff1dcmd",
        "\x00",
        "é\u202e\U0001f600",
    ]
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(INTEGER_MIN, INTEGER_MAX) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
VALUES = {
    Holds.INTEGER: st.integers(INTEGER_MIN, INTEGER_MAX),
    Holds.TEXT: TEXTS,
    Holds.TRUTH: st.booleans(),
    Holds.PLAIN: PLAIN.filter(lambda value: value is not None),
}


def a_value(column: Column) -> st.SearchStrategy[object]:
    value: st.SearchStrategy[object] = VALUES[column.holds]
    return value | st.none() if column.may_lack else value


def rows_of(table: Table) -> st.SearchStrategy[Row]:
    return st.tuples(*(a_value(column) for column in table.columns))


A_TABLE_AND_ROWS = st.sampled_from(list(TABLES.values())).flatmap(
    lambda table: st.tuples(st.just(table), st.lists(rows_of(table), max_size=4))
)


def test_each_kind_has_a_table_whose_columns_are_named_once_and_explained() -> None:
    assert set(TABLES) == set(Kind)
    for kind, table in TABLES.items():
        assert table.kind is kind
        assert len(set(table.names)) == len(table.columns)
        assert all(column.about for column in table.columns)


@given(A_TABLE_AND_ROWS)
def test_a_row_comes_back_from_json_and_from_cells_as_it_was(given: tuple[Table, list[Row]]) -> None:
    table, rows = given
    page = StringIO(newline="")
    csv.writer(page, lineterminator="\r\n").writerows(cells_of(table, row) for row in rows)
    page.seek(0)

    assert [row_of_plain(table, json.loads(row_text(table, row))) for row in rows] == rows
    assert [row_of_cells(table, cells) for cells in csv.reader(page, strict=True)] == rows


@given(A_TABLE_AND_ROWS)
def test_what_is_written_fits_the_schema_of_its_kind(given: tuple[Table, list[Row]]) -> None:
    table, rows = given
    of_rows, of_cells = row_schema(table), cells_schema(table.kind)
    Draft202012Validator.check_schema(file_schema(table.kind))
    Draft202012Validator.check_schema(of_cells)
    Draft202012Validator.check_schema(summary_schema())

    for row in rows:
        Draft202012Validator(of_rows).validate(json.loads(row_text(table, row)))
        cells = dict(zip(table.names, cells_of(table, row), strict=True))
        Draft202012Validator(of_cells).validate({"schema_version": str(SCHEMA_VERSION), **cells})


@given(A_TABLE_AND_ROWS)
def test_no_cell_begins_as_a_formula_would(given: tuple[Table, list[Row]]) -> None:
    table, rows = given
    for row in rows:
        for column, cell in zip(table.columns, cells_of(table, row), strict=True):
            if column.holds in (Holds.TEXT, Holds.PLAIN):
                assert not cell.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))


@given(A_TABLE_AND_ROWS, st.data())
def test_the_digest_of_rows_tells_any_other_rows_apart_and_not_how_they_were_paged(
    given: tuple[Table, list[Row]], data: st.DataObject
) -> None:
    table, rows = given
    texts = [row_text(table, row) for row in rows]
    cut = data.draw(st.integers(0, len(rows)))
    whole, parts, other = RowDigest(), RowDigest(), RowDigest()
    whole.take(texts)
    parts.take(texts[:cut])
    parts.take(texts[cut:])
    other.take([*texts, row_text(table, data.draw(rows_of(table)))])

    assert (whole.value, whole.rows) == (parts.value, parts.rows)
    assert whole.value != other.value


@pytest.mark.parametrize(
    ("holds", "cell"),
    [(Holds.INTEGER, "1.5"), (Holds.INTEGER, ""), (Holds.TRUTH, "True"), (Holds.PLAIN, "{"), (Holds.INTEGER, "9" * 30)],
)
def test_a_cell_that_no_export_can_have_written_is_refused_with_its_column(holds: Holds, cell: str) -> None:
    table = Table(kind=Kind.RULES, about="", columns=(Column(name="spent", holds=holds, about=""),))

    with pytest.raises(WrongUse, match="'spent' can't be"):
        row_of_cells(table, [cell])


def test_a_value_of_another_kind_never_reaches_a_file() -> None:
    table = Table(kind=Kind.RULES, about="", columns=(Column(name="spent", holds=Holds.INTEGER, about=""),))

    for value in (2**63, 0.5, True, None, "1"):
        with pytest.raises(WrongUse, match="'spent' can't be"):
            require_row(table, (value,))


HOSTILE = '</td><script>alert(1)</script><img src=x onerror="y">|`*_[a](b)\n\x1b[31m'


def test_what_a_model_wrote_breaks_out_of_no_table() -> None:
    table = Table(kind=Kind.RULES, about="", columns=(Column(name="said", holds=Holds.TEXT, about=""),))
    (of_html,), (of_markdown,) = html_rows(table, [(HOSTILE,)]), markdown_rows(table, [(HOSTILE,)])

    assert "<script" not in of_html
    assert "<img" not in of_html
    assert "\x1b" not in of_html
    assert of_html.count("<td") == 1
    assert "\n" not in of_markdown
    assert of_markdown.replace("\\|", "").count("|") == 2
    assert "<script" not in of_markdown.replace("\\<", "")


@given(st.text())
def test_no_text_of_a_page_holds_a_sign_of_html(text: str) -> None:
    assert not set(in_html(text)) & set("<>\"'")


def test_a_page_of_rows_is_no_wider_than_its_window() -> None:
    page = "\n".join(page_opening("rules", is_wide=True))
    of_the_wide = [line for line in page.splitlines() if line.startswith("body.wide")]

    assert "overflow-wrap: anywhere" in "".join(of_the_wide)
    assert "nowrap" not in "".join(of_the_wide)
