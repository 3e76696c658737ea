"""Is a price that nobody knows never taken for nothing, and does the operator's word stand above the list's?"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.budget import Price
from core.domain.errors import WrongUse
from core.providers.prices import DEAREST, ListPrice, Prices, read_prices
from tests.core.providers.adapters import CLOCK, prices

OWN = Price(input_microusd=7, output_microusd=9)


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_listed_price_is_in_micro_dollars_for_a_million_tokens() -> None:
    assert prices().known_of("openai:gpt-4o-mini").price == Price(input_microusd=150_000, output_microusd=600_000)


@pytest.mark.parametrize("model", ["openai:no-such-model", "unheard-of:gpt-4o-mini", "gpt-4o-mini", "ollama:llama3"])
def test_a_price_that_is_not_listed_is_unknown(model: str) -> None:
    assert prices().known_of(model).price is None


def test_an_unknown_price_is_described_as_dearer_than_any() -> None:
    info = prices().info("openai:no-such-model", tokens_context_max=5)

    assert (info.price, info.is_price_known, info.tokens_context_max) == (DEAREST, False, 5)


def test_no_model_on_the_list_is_dearer_than_an_unknown_one() -> None:
    from genai_prices.data_snapshot import get_snapshot

    from core.providers.prices import _as_listed, _moment

    listed = [_as_listed(model, _moment(CLOCK.now_ms())) for each in get_snapshot().providers for model in each.models]
    known = [each.price for each in listed if each.price is not None]

    assert len(known) > 100
    assert max(price.input_microusd for price in known) < DEAREST.input_microusd
    assert max(price.output_microusd for price in known) < DEAREST.output_microusd


def test_a_window_ends_where_a_dearer_tier_begins() -> None:
    # Above 200,000 tokens of input this model costs twice as much for all of them.
    info = prices().info("gemini:gemini-2.5-pro", tokens_context_max=5)

    assert info.tokens_context_max == 200_000
    assert info.price == Price(input_microusd=1_250_000, output_microusd=10_000_000)


def test_the_operators_price_stands_above_the_list() -> None:
    own = {"openai:gpt-4o-mini": ListPrice(price=OWN), "openai:mine": ListPrice(price=OWN, tokens_context_max=77)}
    table = Prices(clock=CLOCK, own=own)

    assert table.known_of("openai:gpt-4o-mini").price == OWN
    assert table.known_of("openai:gpt-4o-mini").tokens_context_max == 128_000
    assert table.known_of("openai:mine") == ListPrice(price=OWN, tokens_context_max=77)


def test_a_window_can_be_set_without_a_price() -> None:
    table = Prices(clock=CLOCK, own={"openai:gpt-4o-mini": ListPrice(tokens_context_max=9)})

    assert table.known_of("openai:gpt-4o-mini").tokens_context_max == 9
    assert table.known_of("openai:gpt-4o-mini").price == prices().known_of("openai:gpt-4o-mini").price


def test_a_table_is_read_exactly_and_rounded_up(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        ["openai:my-own"]
        input_usd = 0.1
        output_usd = "0.0000011"
        tokens_context_max = 128000

        ["ollama:llama3"]
        input_usd = 0
        output_usd = 0
        """,
    )

    assert read_prices(path) == {
        "openai:my-own": ListPrice(price=Price(input_microusd=100_000, output_microusd=2), tokens_context_max=128_000),
        "ollama:llama3": ListPrice(price=Price(input_microusd=0, output_microusd=0)),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[m]\nx = [", r"prices\.toml: this is no TOML: "),
        ("model = 3", r"\['model'\]: a table is wanted here\."),
        ("[m]\ninput_used = 1", r"nothing here is called 'input_used'\. Did you mean 'input_usd'\?"),
        ("[m]\ninput_usd = 1", "one half of a price is missing"),
        ("[m]\ninput_usd = -1\noutput_usd = 1", r"input_usd: '-1' is no price"),
        ("[m]\ninput_usd = true\noutput_usd = 1", "'True' is no price"),
        ("[m]\ninput_usd = nan\noutput_usd = 1", r"'NaN' is no price"),
        ("[m]\ninput_usd = 1\noutput_usd = 'dear'", r"output_usd: 'dear' is no price"),
        ("[m]\ninput_usd = 1\noutput_usd = 1e9", "is no price"),
        ("[m]\ntokens_context_max = 0", "'0' is no number of tokens"),
        ("[m]\ntokens_context_max = 1.5", "'1.5' is no number of tokens"),
        ("# " + "x" * 1_000_001, "fill more than"),
    ],
)
def test_a_table_with_a_fault_is_refused_whole_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=said):
        read_prices(written(tmp_path, text))


def test_a_table_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"none\.toml: the prices can't be read: no such file"):
        read_prices(tmp_path / "none.toml")


def test_a_warmed_list_gives_the_same_prices() -> None:
    table = prices()
    table.warm()

    assert table.known_of("openai:gpt-4o-mini").price == prices().known_of("openai:gpt-4o-mini").price


def test_a_price_that_is_given_while_moot_runs_counts_from_the_next_look_on(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    table = Prices(clock=CLOCK, table=path)
    assert table.known_of("openai:mine").price is None
    path.write_text('["openai:mine"]\ninput_usd = 1\noutput_usd = 2\n', encoding="utf-8")

    assert table.known_of("openai:mine").price == Price(input_microusd=1_000_000, output_microusd=2_000_000)


def test_a_table_that_cannot_be_read_is_said_and_what_was_read_before_stays(tmp_path: Path) -> None:
    path = written(tmp_path, '["openai:mine"]\ninput_usd = 1\noutput_usd = 2\n')
    table = Prices(clock=CLOCK, table=path)
    path.write_text("[[broken", encoding="utf-8")

    with pytest.raises(WrongUse, match="this is no TOML"):
        table.known_of("openai:other")
    assert table.known_of("openai:mine").price is not None
    path.unlink()
    assert table.known_of("openai:mine").price is not None
    assert table.known_of("openai:other").price is None


def test_a_table_that_is_faulty_from_the_beginning_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="nothing here is called"):
        Prices(clock=CLOCK, table=written(tmp_path, '["openai:mine"]\ninput_us = 1\n'))
