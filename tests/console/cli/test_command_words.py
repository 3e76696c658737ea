"""Is a word that can't be read refused where it stands, before anything is done with it?"""

from __future__ import annotations

import pytest
import typer

from console.cli.app import app
from console.cli.command_words import refuse_unreadable
from core.domain.errors import WrongUse

LATIN = b"caf\xe9 or tea".decode("utf-8", "surrogateescape")
"""As Python hands over a word of other bytes."""


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("debate", LATIN), "word 2 behind 'moot': byte 0xe9 behind 'caf' is no UTF-8."),
        (("sessions", "show", LATIN), "word 3 behind 'moot': byte 0xe9"),
        (("debate", "x", "--title", LATIN), "word 4 behind 'moot': byte 0xe9"),
        (("notifications", "list", f"--text={LATIN}"), "word 3 behind 'moot': byte 0xe9 behind '--text=caf'"),
        ((LATIN[3:],), "word 1 behind 'moot': byte 0xe9 at its beginning"),
        (("debate", "🍵\udce9"), "word 2 behind 'moot': byte 0xe9 behind '🍵'"),
    ],
)
def test_a_word_that_is_no_utf_8_is_refused_with_its_place_and_what_to_do(words: tuple[str, ...], place: str) -> None:
    with pytest.raises(WrongUse) as refused:
        refuse_unreadable(words, typer.main.get_command(app))

    assert str(refused.value).startswith(place)
    assert "iconv" in str(refused.value)
    str(refused.value).encode("utf-8")  # what is said can be written anywhere


@pytest.mark.parametrize(
    "words",
    [
        ("debate", "Café or tea?", "--title", "日本"),
        ("debate", "x", "--evidence", LATIN),
        ("rules", "list", "--database", LATIN),
        ("debate", "x", f"--database={LATIN}"),
        ("export", "check", LATIN),
    ],
)
def test_the_name_of_a_file_may_be_any_bytes(words: tuple[str, ...]) -> None:
    refuse_unreadable(words, typer.main.get_command(app))
