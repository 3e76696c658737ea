"""Is what is secret taken out of every text, and what isn't left as it was?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs.redacting import HIDDEN, Redactor, secrets_of, sounds_secret

KEY = "sk-ant-api03-Zq8fK2mP4vR7"

FORMS = [
    f"401 for {KEY}",
    f"Authorization: Bearer {KEY}",
    f"{{'authorization': 'Bearer {KEY}', 'accept': '*/*'}}",
    f'{{"x-api-key": "{KEY}"}}',
    f"[(b'x-goog-api-key', b'{KEY}')]",
    f"GET https://gate.example/v1?key={KEY}&alt=sse",
    f"https://someone:{KEY}@proxy.example:8080/v1",
    f"api_key={KEY}",
    f"basic {KEY}",
    f"https://hooks.slack.com/services/T000/B000/{KEY}",
    f"https://discord.com/api/webhooks/12345/{KEY}",
]


@pytest.mark.parametrize("text", FORMS)
def test_a_secret_is_known_by_its_form(text: str) -> None:
    shown = Redactor().text(text)

    assert KEY not in shown
    assert HIDDEN in shown


@given(
    secret=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="[]key"), min_size=6).filter(
        lambda text: text == text.strip()
    ),
    before=st.text(max_size=20),
    behind=st.text(max_size=20),
)
def test_a_secret_that_is_known_stands_in_no_text(secret: str, before: str, behind: str) -> None:
    assert secret not in Redactor([secret]).text(before + secret + behind)


def test_a_secret_that_begins_with_another_leaves_no_end_of_it() -> None:
    assert Redactor(["abcdef", "abcdefghij"]).text("abcdefghij") == HIDDEN


def test_a_secret_is_found_as_it_stands_in_an_address() -> None:
    assert Redactor(["a/b c+d=="]).text("?x=a%2Fb%20c%2Bd%3D%3D") == f"?x={HIDDEN}"


@pytest.mark.parametrize(
    "text",
    [
        "the budget of 5 dollars is spent",
        "claude-sonnet answered with 412 tokens",
        "key:value pairs, sorted by key",
        "https://api.example/v1/messages",
        "r2.rebuttal_opponent.opponent#1",
        "a risk-averse-and-very-long-word",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert Redactor().text(text) == text


def test_a_field_that_is_called_like_a_secret_says_nothing_else() -> None:
    redactor = Redactor()

    assert redactor.value("api_key", "short") == HIDDEN
    assert redactor.value("headers", {"authorization": "x", "accept": ["*/*"]}) == {
        "authorization": HIDDEN,
        "accept": ["*/*"],
    }
    assert redactor.value("tokens_input", 412) == 412
    assert redactor.value("password", "") == ""


def test_the_environment_tells_what_is_secret_by_its_names() -> None:
    environ = {
        "OPENAI_API_KEY": "one",
        "OPS_WEBHOOK": "two",
        "SMTP_PASSWORD": "three",
        "REDIS_URL": "redis://:pw@host",
        "OPENAI_BASE_URL": "https://gate.example/v1",
        "LANG": "C.UTF-8",
        "EMPTY_TOKEN": "",
    }

    assert set(secrets_of(environ)) == {"one", "two", "three", "redis://:pw@host"}
    assert not sounds_secret("keymap")
