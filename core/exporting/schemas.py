"""Which files of JSON, and which rows, does a program have to expect?

JSON Schema (draft 2020-12) for each kind, written from the columns, so that it can't say anything else than they do.
"""

from __future__ import annotations

from typing import Any

from core.exporting.kinds import Form, Kind
from core.exporting.tables import SCHEMA_VERSION, TABLES, Column, Holds, Table
from core.exporting.written import FALSE, INTEGER_MAX, INTEGER_MIN, TRUE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": ["integer", "null"]}


def file_schema(kind: Kind) -> Schema:
    """Of a whole file of JSON."""
    table = TABLES[kind]
    head: Schema = {
        "schema_version": {"const": SCHEMA_VERSION},
        "kind": {"const": kind.value},
        "written_at_ms": {"type": "integer"},
        "rows": {"type": "array", "items": row_schema(table)},
        "count": _COUNT,
        "digest": _DIGEST,
    }
    return _object(f"moot: an export of {kind.value}", head) | {"$schema": DIALECT, "description": table.about}


def row_schema(table: Table) -> Schema:
    """Of one row."""
    return _object(table.about, {column.name: _value(column) for column in table.columns})


def cells_schema(kind: Kind) -> Schema:
    """Of one row of CSV as readers have it: every cell a text, by its column."""
    columns: Schema = {"schema_version": {"const": str(SCHEMA_VERSION)}}
    columns |= {column.name: _cell(column) for column in TABLES[kind].columns}
    return _object(f"moot: a row of {kind.value} in CSV", columns) | {"$schema": DIALECT}


def summary_schema() -> Schema:
    """Of the summary that lies beside each file."""
    fields: Schema = {
        "schema_version": {"const": SCHEMA_VERSION},
        "kind": {"enum": [each.value for each in Kind]},
        "format": {"enum": [each.value for each in Form]},
        "file": {"type": "string"},
        "rows": _COUNT,
        "bytes": _COUNT,
        "file_sha256": _DIGEST,
        "rows_sha256": _DIGEST,
        "written_at_ms": {"type": "integer"},
        "position": _COUNT,
        "since_ms": _MOMENT,
        "until_ms": _MOMENT,
        "session": {"type": "string"},
        "counts": {"type": "object", "additionalProperties": _COUNT},
        "unreadable": _COUNT,
        "reason": {"enum": ["asked", "schedule"]},
        "moot": {"type": "string"},
        "note": {"type": "string"},
    }
    return _object("moot: what an exported file holds", fields) | {"$schema": DIALECT}


def _object(title: str, properties: Schema) -> Schema:
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _value(column: Column) -> Schema:
    described: Schema = {"description": column.about}
    match column.holds:
        case Holds.INTEGER:
            bounds = {"minimum": INTEGER_MIN, "maximum": INTEGER_MAX}
            return described | {"type": ["integer", "null"] if column.may_lack else "integer"} | bounds
        case Holds.TEXT:
            return described | {"type": ["string", "null"] if column.may_lack else "string"}
        case Holds.TRUTH:
            return described | {"type": ["boolean", "null"] if column.may_lack else "boolean"}
        case Holds.PLAIN:
            return described


def _cell(column: Column) -> Schema:
    described: Schema = {"type": "string", "description": column.about}
    match column.holds:
        case Holds.INTEGER:
            return described | {"pattern": "^(-?[0-9]+)?$" if column.may_lack else "^-?[0-9]+$"}
        case Holds.TRUTH:
            return described | {"enum": [TRUE, FALSE, *([""] if column.may_lack else [])]}
        case Holds.TEXT | Holds.PLAIN:
            return described
