"""Does `moot models` say what can be asked, for how much, and what the rest lacks, and never show a key?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from console.locations import find_locations
from tests.console.cli.process import Moot

KEY = "sk-planted-0123456789abcdef"
NOBODY = "http://127.0.0.1:9"
"""The port that discards: nothing is there to answer."""


class _Shelf(BaseHTTPRequestHandler):
    """A server with two models, as Ollama lists them."""

    def do_GET(self) -> None:
        models = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in ("llama3.2", "qwen3:8b")]
        body = json.dumps({"object": "list", "data": models}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        return None


@contextmanager
def ollama() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Shelf)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def moot(tmp_path: Path) -> Moot:
    return Moot(tmp_path)


def test_with_nothing_it_says_plainly_that_debates_are_rehearsed(moot: Moot) -> None:
    said = moot.run("models", OLLAMA_HOST=NOBODY).stdout

    assert said.startswith("No model can be asked here: debates are rehearsed")
    for variable in ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY", "GROQ_API_KEY"):
        assert f"Set {variable} in the environment." in said
    assert "ollama serve" in said


def test_a_model_on_this_machine_is_listed_and_free(moot: Moot) -> None:
    with ollama() as address:
        said = moot.run("models", OLLAMA_HOST=address).stdout

    row = next(line for line in said.splitlines() if line.startswith("ollama:llama3.2"))
    assert row.split()[1:3] == ["free", "free"]
    assert "No model can be asked" not in said


def test_a_script_gets_every_provider_as_json(moot: Moot) -> None:
    with ollama() as address:
        offers = json.loads(moot.run("models", "--json", OLLAMA_HOST=address, GROQ_MODEL_NAME="x").stdout)

    by_provider = {offer["provider"]: offer for offer in offers}
    assert by_provider["ollama"]["standing"] == "ready"
    assert [model["model"] for model in by_provider["ollama"]["models"]] == ["ollama:llama3.2", "ollama:qwen3:8b"]
    assert (by_provider["groq"]["standing"], by_provider["groq"]["model_meant"]) == ("no_key", "groq:x")


def test_the_list_of_prices_is_shown_where_nobody_is_to_be_asked(moot: Moot) -> None:
    said = moot.run("models", "anthropic", "--offline", ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=NOBODY).stdout

    row = next(line for line in said.splitlines() if line.startswith("anthropic:claude-sonnet-4-5 "))
    assert row.split()[1:3] == ["$3.00", "$15.00"]
    assert KEY not in said


def test_a_provider_that_cannot_be_reached_says_so(moot: Moot) -> None:
    done = moot.run("models", "openai", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=NOBODY)

    assert "✗ failing" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_a_price_of_ones_own_counts(moot: Moot) -> None:
    prices = find_locations({"MOOT_HOME": str(moot.home)}).prices
    prices.parent.mkdir(parents=True)
    prices.write_text('["anthropic:claude-sonnet-4-5"]\ninput_usd = 1\noutput_usd = "2.5"\n', encoding="utf-8")

    said = moot.run("models", "anthropic", "--offline", ANTHROPIC_API_KEY=KEY).stdout

    row = next(line for line in said.splitlines() if line.startswith("anthropic:claude-sonnet-4-5 "))
    assert row.split()[1:3] == ["$1.00", "$2.50"]


def test_a_table_of_prices_that_cannot_be_read_is_refused_with_its_place(moot: Moot) -> None:
    prices = find_locations({"MOOT_HOME": str(moot.home)}).prices
    prices.parent.mkdir(parents=True)
    prices.write_text('["openai:x"]\ninput = 1\n', encoding="utf-8")

    assert "prices.toml: ['openai:x']: nothing here is called 'input'" in moot.run("models", code=2).stderr


def test_an_unknown_provider_is_refused_with_the_nearest(moot: Moot) -> None:
    assert "Did you mean 'groq'?" in moot.run("models", "grok", code=2, OLLAMA_HOST=NOBODY).stderr


def test_a_debate_with_a_model_of_unknown_price_names_its_missing_key_first_and_then_the_option_that_gives_the_price(
    moot: Moot,
) -> None:
    words = ("debate", "Split it?", "--seat", "all=openai:mine", "--seat", "judge=groq:mine")

    said = moot.run(*words, code=2, GROQ_API_KEY="k", OPENAI_API_KEY="k").stderr
    assert "what groq:mine and openai:mine cost is not known." in said
    assert "--price groq:mine=IN/OUT --price openai:mine=IN/OUT" in said

    said = moot.run(*words, code=2).stderr
    assert "GROQ_API_KEY is not set." in said
    assert "What groq:mine costs is not known either: it is asked for next." in said

    priced = moot.run(*words, "--price", "groq:mine=0/0", "--price", "openai:mine=1/2", code=2).stderr
    assert "OPENAI_API_KEY is not set." in priced
    assert "is not known" not in priced


def test_where_nobody_drives_there_is_no_model_to_have_asked_again(moot: Moot) -> None:
    said = moot.run("models", "--reset", "groq:swift", code=2).stderr

    assert "no model 'groq:swift' was asked since the driver began. There is nothing to reset." in said


def test_the_driver_has_a_model_asked_again_where_another_process_says_so(moot: Moot) -> None:
    driver = moot.start("drive", MOOT_REHEARSAL_PACE="0")
    try:
        assert driver.stderr is not None
        driver.stderr.readline()
        moot.debate()

        assert moot.run("models", "--reset", "rehearsal").stdout == "rehearsal is asked again.\n"
        assert "Did you mean 'rehearsal'?" in moot.run("models", "--reset", "rehersal", code=2).stderr
    finally:
        driver.terminate()
        driver.communicate()
