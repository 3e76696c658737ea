"""How do rows read as a table of Markdown or HTML, which nothing that a model wrote can break out of?

These two are for people: a long text is cut, and a control character that a page can't hold is shown as �.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from core.exporting.tables import SCHEMA_VERSION, Column, Holds, Row, Table
from core.exporting.written import plain_text

CELL_CHARACTERS_MAX = 400
"""More of one text would bury the other columns; what can be read back holds all of it."""

NOTHING = "–"
CUT = f"Texts are cut at {CELL_CHARACTERS_MAX} characters; JSON, CSV and Parquet hold them whole."

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# Nothing is fetched from anywhere, and nothing in the page can run: the policy holds even where a text got through.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

STYLE = """
:root { color-scheme: light dark; --ink: #1c1f23; --soft: #5c6570; --line: #d5dae0; --ground: #ffffff;
  --raised: #f4f6f8; --accent: #2f6fb5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --soft: #9aa4af; --line: #3a424b; --ground: #15181c;
  --raised: #1e2328; --accent: #7fb2e8; } }
body { color: var(--ink); background: var(--ground); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; overflow-wrap: anywhere; }
body.wide { max-width: none; }
body.wide th { background: var(--ground); position: sticky; top: 0; }
body.wide table { width: 100%; }
body.wide td, body.wide th { max-width: 26rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; }
table { border-collapse: collapse; font-size: 0.875rem; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
td, blockquote, li { unicode-bidi: isolate; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
blockquote { background: var(--raised); border-left: 3px solid var(--line); margin: 0.5rem 0; padding: 0.5rem 1rem;
  white-space: pre-wrap; }
figure { margin: 1rem 0; }
figcaption { color: var(--soft); font-size: 0.875rem; }
.aside { color: var(--soft); font-style: italic; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --raised: #f6f6f6;
  --accent: #235a94; } body { margin: 0; max-width: none; } tr, figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; } }
""".strip()


def escaped(text: str) -> str:
    """With Markdown's own signs made harmless."""
    return _SPECIAL.sub(r"\\\1", text)


def in_html(text: str) -> str:
    """A text as HTML shows it, wherever in a page it stands."""
    return html.escape(_CONTROL.sub("�", text), quote=True)


def page_opening(title: str, *, is_wide: bool = False) -> Iterator[str]:
    """The lines up to the page's own content."""
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{in_html(title)}</title>"
    yield f"<style>\n{STYLE}\n</style></head>"
    yield '<body class="wide">' if is_wide else "<body>"


def page_closing() -> Iterator[str]:
    yield "</body></html>"


def html_table_opening(table: Table, title: str) -> Iterator[str]:
    """The page up to the first row."""
    yield from page_opening(title, is_wide=True)
    yield f"<h1>{in_html(title)}</h1>"
    yield f"<p>Each row is {in_html(table.about)}, as schema {SCHEMA_VERSION} has it. {CUT}</p>"
    heads = "".join(f'<th title="{in_html(each.about)}">{in_html(each.name)}</th>' for each in table.columns)
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"


def html_rows(table: Table, rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        cells = zip(table.columns, _shown(table, row), strict=True)
        yield "<tr>" + "".join(f"<td{_class(column)}>{in_html(cell)}</td>" for column, cell in cells) + "</tr>"


def html_table_closing(count: int) -> Iterator[str]:
    yield "</tbody></table>"
    yield f"<p>{_in_all(count)}</p>"
    yield from page_closing()


def markdown_table_opening(table: Table, title: str) -> Iterator[str]:
    """The document up to the first row."""
    yield from (
        f"# {escaped(title)}",
        "",
        f"Each row is {escaped(table.about)}, as schema {SCHEMA_VERSION} has it. {CUT}",
        "",
    )
    yield "| " + " | ".join(escaped(name) for name in table.names) + " |"
    yield "|" + "".join("--:|" if column.holds is Holds.INTEGER else "---|" for column in table.columns)


def markdown_rows(table: Table, rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield "| " + " | ".join(escaped(" ".join(cell.split())) for cell in _shown(table, row)) + " |"


def markdown_table_closing(count: int) -> Iterator[str]:
    yield from ("", _in_all(count))


def _in_all(count: int) -> str:
    if not count:
        return "There was nothing to export."
    return "1 row." if count == 1 else f"{count:,} rows."


def _shown(table: Table, row: Row) -> Sequence[str]:
    return [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _cell(column: Column, value: object) -> str:
    if value is None:
        return NOTHING
    match column.holds:
        case Holds.TEXT:
            text = str(value)
        case Holds.TRUTH:
            text = "yes" if value else "no"
        case Holds.INTEGER:
            return str(value)
        case Holds.PLAIN:
            text = plain_text(value)
    return text if len(text) <= CELL_CHARACTERS_MAX else text[: CELL_CHARACTERS_MAX - 1] + "…"


def _class(column: Column) -> str:
    return ' class="number"' if column.holds is Holds.INTEGER else ""
