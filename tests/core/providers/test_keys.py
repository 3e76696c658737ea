"""Does a key show in nothing that is done to it?"""

from __future__ import annotations

import copy
import pickle
from urllib.parse import quote

import pytest

from core.providers.keys import Secret, without_key

KEY = "sk-planted/0123456789+abcdef"


def test_a_secret_prints_as_what_it_is_and_not_what_it_holds() -> None:
    secret = Secret(f" {KEY}\n")

    assert secret() == KEY
    assert {str(secret), repr(secret), f"{secret}", f"{[secret]}"} == {"[key]", "[[key]]"}
    assert (bool(secret), bool(Secret(" "))) == (True, False)


def test_a_secret_is_not_written_down() -> None:
    with pytest.raises(TypeError, match="isn't written down"):
        pickle.dumps(Secret(KEY))
    with pytest.raises(TypeError, match="isn't written down"):
        copy.copy(Secret(KEY))


@pytest.mark.parametrize("form", [KEY, quote(KEY, safe="")])
def test_a_key_is_taken_out_of_what_a_provider_says(form: str) -> None:
    assert without_key(f"no such key: {form}, {form}!", KEY) == "no such key: [key], [key]!"


@pytest.mark.parametrize("key", ["", "none"])
def test_what_is_too_short_for_a_key_tears_no_words_apart(key: str) -> None:
    assert without_key("there is none", key) == "there is none"
