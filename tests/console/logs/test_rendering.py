"""Does a message stay one line whatever it holds, and can each line be read back?"""

from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs.forms import HUMAN, JSON
from console.logs.redacting import Redactor
from console.logs.rendering import TEXT_CHARACTERS_MAX, TRACE_MARK, formatter
from core.runtime.correlating import FIELDS, fields

HOSTILE = "done\n2026-11-20T10:00:00.000Z ERROR 1 core: it never was\r\x1b[2J\x9b31m\u2028\u202egnp"


def line_of(message: str, form: str = JSON, /, *, error: Exception | None = None, **said: object) -> str:
    info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("core.runtime", logging.INFO, __file__, 1, message, None, info)
    setattr(record, FIELDS, fields(**said)[FIELDS])
    return formatter(form, Redactor()).format(record)


@pytest.mark.parametrize("form", [JSON, HUMAN])
def test_a_message_can_not_forge_a_line_nor_steer_a_terminal(form: str) -> None:
    line = line_of(HOSTILE, form, text=HOSTILE)

    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert not set("\x1b\x9b\u2028\u202e") & set(line)


@given(message=st.text(), value=st.text())
def test_a_line_of_json_says_what_was_said(message: str, value: str) -> None:
    line = line_of(message, what=value)
    said = json.loads(line)

    assert len(line.splitlines()) == 1
    assert said.get("what", "") == value or "[key]" in said["what"]
    assert said["message"] == message or "[key]" in said["message"]


def test_a_percent_sign_in_a_message_is_none_of_ours() -> None:
    assert json.loads(line_of("100 % of %s"))["message"] == "100 % of %s"


def test_a_field_that_is_called_like_a_part_of_the_head_does_not_replace_it() -> None:
    said = json.loads(line_of("real", message="forged", level="debug"))

    assert (said["message"], said["message_"], said["level"]) == ("real", "forged", "info")


def test_a_text_without_end_is_cut() -> None:
    assert len(json.loads(line_of("x" * 1_000_000))["message"]) == TEXT_CHARACTERS_MAX + 1


@pytest.mark.parametrize("form", [JSON, HUMAN])
def test_a_traceback_comes_along_without_the_secret_that_it_quotes(form: str) -> None:
    try:
        raise ValueError("Authorization: Bearer abcdefghijklmnop\nand a second line")
    except ValueError as error:
        told = line_of("it broke", form, error=error)

    assert "ValueError" in told
    assert "abcdefghijklmnop" not in told
    first, *others = told.splitlines()
    assert "it broke" in first
    assert all(each.startswith(TRACE_MARK) for each in others)
    assert bool(others) is (form == HUMAN)


def test_what_has_no_form_in_json_is_told_in_its_own_words() -> None:
    assert json.loads(line_of("odd", what=sys.version_info[:2], which={"b", "a"}))["what"] == list(sys.version_info[:2])
