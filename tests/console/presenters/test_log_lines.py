"""Is every line read as it was written, in either form, and one that is none kept whole?"""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs.forms import HUMAN, JSON
from console.logs.redacting import Redactor
from console.logs.rendering import formatter
from console.presenters.log_lines import read_line
from core.domain.levels import Level
from core.runtime.correlating import FIELDS

WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30)


def written(form: str, message: str, *, error: Exception | None = None, **said: object) -> str:
    info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("core.runtime.driver", logging.WARNING, __file__, 1, message, None, info)
    setattr(record, FIELDS, said)
    record.created = 1_795_185_120.25
    return formatter(form, Redactor()).format(record)


@pytest.mark.parametrize("form", [JSON, HUMAN])
@given(error=WORDS, tries=st.integers(-(10**6), 10**6))
def test_a_line_is_read_as_it_was_written(form: str, error: str, tries: int) -> None:
    line = read_line(written(form, "the inbox waits", error=None, problem=error, tries=tries), place=(3, 40))

    assert (line.key, line.level, line.kind, line.at_ms) == ("3:40", Level.WARNING, "driver", 1_795_185_120_250)
    assert line.values["message"] == "the inbox waits"
    assert line.values["tries"] == tries
    if "[key]" not in str(line.values["problem"]) and not error.lstrip("-").isdigit():
        assert line.values["problem"] == error


@pytest.mark.parametrize("form", [JSON, HUMAN])
def test_a_traceback_belongs_to_its_line(form: str) -> None:
    try:
        raise ValueError("odd")
    except ValueError as error:
        text = written(form, "it broke", error=error)

    line = read_line(text, place=(0, 0))

    assert "it broke" in line.about
    assert str(line.values["exception"]).splitlines()[-1] == "ValueError: odd"


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"message": 3}', "[1]", "2026-11-20 10:00:00,123 INFO 7 core.runtime: of a former moot", "plain words"],
)
def test_what_is_no_line_of_ours_is_kept_whole(text: str) -> None:
    line = read_line(text, place=(0, 0))

    assert line.values == {"message": text}
    assert (line.level, line.at_ms, line.session) == (Level.INFO, 0, "")


@given(text=st.text(max_size=200))
def test_any_bytes_are_a_line(text: str) -> None:
    line = read_line(text, place=(0, 0))

    assert json.loads(line.words())["message"] is not None
    assert "\n" not in line.about
