"""Is a price that an operator gives kept, and asked for once?"""

from __future__ import annotations

import errno
import os
import resource
from decimal import Decimal
from pathlib import Path

import pytest

from console.price_file import keep_prices, read_price
from core.domain.budget import Price
from core.domain.errors import StorageFailed, WrongUse
from core.providers.prices import read_prices

MINE = "openai:my=model"
"""A name may hold what separates it from its price."""


def kept_as(words: list[str], path: Path) -> None:
    keep_prices(dict(map(read_price, words)), path)


def test_a_price_given_once_stands_in_the_operators_table(tmp_path: Path) -> None:
    path = tmp_path / "config" / "prices.toml"

    kept_as([f"{MINE}=1.25/10", "ollama:small=0/$0.5"], path)

    kept = {model: entry.price for model, entry in read_prices(path).items()}
    assert kept == {
        MINE: Price(input_microusd=1_250_000, output_microusd=10_000_000),
        "ollama:small": Price(input_microusd=0, output_microusd=500_000),
    }


def test_what_stands_in_the_table_is_kept_and_the_same_price_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('# mine\n["openai:a"]\ninput_usd = 1.5\noutput_usd = 2\n', encoding="utf-8")
    before = path.read_text(encoding="utf-8")

    kept_as(["openai:a=1.50/2.0"], path)
    assert path.read_text(encoding="utf-8") == before
    kept_as(["openai:b=3/4"], path)

    assert path.read_text(encoding="utf-8").startswith(before)
    assert set(read_prices(path)) == {"openai:a", "openai:b"}


def test_another_price_than_the_one_that_stands_there_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    kept_as(["openai:a=1/2"], path)
    before = path.read_text(encoding="utf-8")

    with pytest.raises(WrongUse, match="another price there"):
        kept_as(["openai:b=1/2", "openai:a=1/3"], path)

    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "word",
    [
        "a\x1b[31m=1/2",
        "a\tb=1/2",
        "",
        "openai:a",
        "openai:a=1",
        "openai:a=1/",
        "=1/2",
        "a=x/1",
        "a=-1/2",
        "a=nan/1",
        'a"=1/2',
    ],
)
def test_what_is_no_price_is_refused_with_an_example(word: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="such as openai:my-model"):
        kept_as([word], tmp_path / "prices.toml")

    assert not (tmp_path / "prices.toml").exists()


def test_a_table_that_is_no_toml_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text("[[", encoding="utf-8")

    with pytest.raises(WrongUse, match="no TOML"):
        kept_as(["openai:a=1/2"], path)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        kept_as(["openai:a=1/2"], tmp_path)


def test_a_name_that_would_spoil_the_table_is_refused_by_whichever_way_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"

    with pytest.raises(WrongUse, match="can't stand in this table"):
        keep_prices({"openai:a": (Decimal(1), Decimal(2)), "openai:\x1b[31m": (Decimal(1), Decimal(2))}, path)

    assert not path.exists()


def test_a_disk_that_fills_up_leaves_the_table_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    kept_as(["openai:a=1/2"], path)
    before = path.read_bytes()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFailed, match="the price can't be kept"):
        kept_as(["openai:b=3/4"], path)

    assert path.read_bytes() == before


def test_a_disk_that_takes_half_a_price_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    kept_as(["openai:a=1/2"], path)
    before = path.read_bytes()

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 30, hard))
    try:
        with pytest.raises(StorageFailed, match="the price can't be kept"):
            kept_as(["openai:b=3/4"], path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_bytes() == before
