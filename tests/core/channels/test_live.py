"""Do programs hear live what is told, whoever else connects, and hear what they missed when they come back?"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode

from core.channels.live import WRONG_TOKEN, WRONG_WISH
from core.channels.live_journal import LiveJournal
from core.notifying.delivering import Delivery
from tests.core.channels.listener import TOKEN, Opened, Pages, heard, opened, small_socket
from tests.core.notifying.builders import delivery, notification

PATIENCE_SECONDS = 60
TOLD = 100
"""So many long messages make some megabytes."""


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests keeps nobody from a word."""
    for bound in ("FIRST_WORD_SECONDS_MAX", "LAST_WORDS_SECONDS_MAX", "CLOSE_SECONDS_MAX"):
        monkeypatch.setattr(f"core.channels.live.{bound}", PATIENCE_SECONDS)


def sent(number: int, text: str = "It is over.") -> Delivery:
    return delivery(notification(number, text=text), channel="live")


async def told(there: Opened, *numbers: int, text: str = "It is over.") -> None:
    for number in numbers:
        await there.live.deliver(sent(number, text))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes soon, for as long as that takes."""
    while not holds():  # noqa: ASYNC110  # what is waited for has no event of its own
        await asyncio.sleep(0.005)


async def closed(client: Any) -> tuple[int, str]:
    """With which code and reason it is closed, whatever comes before that."""
    with suppress(ConnectionClosed):
        while True:
            await client.recv()
    return client.close_code, client.close_reason


async def test_a_client_hears_what_is_told_from_now_on_each_with_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        await told(there, 1)
        async with there.connect() as client:
            await client.send("{}")
            (welcome,) = await heard(client, 1)
            await told(there, 2, 3)
            messages = await heard(client, 2)

    assert welcome == {"kind": "welcome", "place": 1, "position": 0}
    assert [(each["kind"], each["place"], each["id"]) for each in messages] == [
        ("notification", 2, sent(2).id),
        ("notification", 3, sent(3).id),
    ]


async def test_a_client_that_comes_back_hears_what_it_missed_in_order_also_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        await told(there, 1, 2, 3)
    async with opened(tmp_path) as there:
        await told(there, 4)
        async with there.connect() as client:
            await client.send(json.dumps({"from": 1}))
            messages = await heard(client, 4)

    assert [each.get("place") for each in messages[1:]] == [2, 3, 4]
    assert [each["id"] for each in messages[1:]] == [sent(number).id for number in (2, 3, 4)]


async def test_what_is_no_longer_kept_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.channels.live_journal.FILE_BYTES_MAX", 1_000)
    monkeypatch.setattr("core.channels.live_journal.HELD_MAX", 1)
    async with opened(tmp_path) as there:
        await told(there, *range(1, 20))
        first = LiveJournal(tmp_path / "moot.live.jsonl").after(0)[0][0]
        async with there.connect() as client:
            await client.send(json.dumps({"from": 0}))
            messages = await heard(client, 2 + 20 - first)

    assert first > 1
    assert messages[1] == {"kind": "gap", "from": 0, "first": first}
    assert [each["place"] for each in messages[2:]] == list(range(first, 20))


async def test_a_client_of_a_database_that_was_put_back_hears_everything_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        await told(there, 1, 2)
        async with there.connect() as client:
            await client.send(json.dumps({"from": 900, "events_from": 900}))
            messages = await heard(client, 3)

    assert [each["place"] for each in messages] == [0, 1, 2]


async def test_half_a_line_of_a_process_that_was_killed_costs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "moot.live.jsonl"
    LiveJournal(path).append({"id": "whole"})
    with path.open("ab") as file:
        file.write(b'{"place":2,"id":"ha')
    again = LiveJournal(path)

    assert again.append({"id": "next"}) == 2
    assert [json.loads(line)["id"] for _, line in LiveJournal(path).after(0)] == ["whole", "next"]


async def test_events_come_on_request_from_a_position_and_of_one_session(tmp_path: Path) -> None:
    log = Pages()
    for number in range(5):
        log.commit(f"reason {number}", session="ab12" if number % 2 else "cd34")
    async with opened(tmp_path, log=log) as there, there.connect() as client, there.connect() as other:
        await client.send(json.dumps({"events_from": 1, "session": "ab12"}))
        await other.send("{}")
        (welcome,) = await heard(other, 1)
        messages = await heard(client, 3)
        log.commit("reason 5")
        (last,) = await heard(client, 1)

    assert [each["position"] for each in messages] == [1, 2, 4]
    assert last["event"] == "SessionCompleted"
    assert (last["position"], last["fields"]) == (6, {"reason": "reason 5"})
    assert welcome["position"] == 5


@pytest.mark.parametrize("token", ["wrong", f"{TOKEN}x", "ä"])
async def test_a_wrong_token_is_refused_before_anything_is_said(tmp_path: Path, token: str) -> None:
    async with opened(tmp_path) as there:
        with pytest.raises(InvalidStatus) as refused:
            async with there.connect(token):
                pass

    assert refused.value.response.status_code == 401


async def test_the_token_may_come_in_the_first_message_and_nowhere_in_the_address(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        async with there.connect("") as client:
            await client.send(json.dumps({"token": TOKEN}))
            assert (await heard(client, 1))[0]["kind"] == "welcome"
        async with there.connect("") as client:
            await client.send(json.dumps({"token": "\ud800"}))
            assert await closed(client) == (WRONG_TOKEN, "this is not the token")
        from websockets.asyncio.client import connect

        async with connect(f"{there.url}/?token={TOKEN.replace(' ', '%20')}", proxy=None) as client:
            await client.send("{}")
            assert (await closed(client))[0] == WRONG_TOKEN


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("hello", "this is no JSON"),
        ("[1]", "this is no JSON object"),
        ('{"form": 1}', "there is no 'form': say token, from, events_from, session"),
        ('{"from": -1}', "from is a whole number from 0, or 'now'"),
        ('{"from": true}', "from is a whole number from 0, or 'now'"),
        ('{"events_from": 1.5}', "events_from is a whole number from 0, or 'now'"),
        ('{"session": 7}', "token and session are texts"),
        ("[" * 2_000, "this is no JSON"),
    ],
)
async def test_what_can_not_be_meant_is_refused_with_the_reason(tmp_path: Path, said: str, why: str) -> None:
    async with opened(tmp_path) as there, there.connect() as client:
        await client.send(said)
        assert await closed(client) == (WRONG_WISH, why)


async def test_a_message_that_is_too_long_and_a_second_one_end_the_connection(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        async with there.connect() as client:
            await client.send("x" * 10_000)
            assert (await closed(client))[0] == CloseCode.MESSAGE_TOO_BIG
        async with there.connect() as client:
            await client.send("{}")
            await client.send("{}")
            assert await closed(client) == (WRONG_WISH, "one message says everything")


async def test_a_page_of_another_site_is_refused_and_one_that_the_operator_names_is_let_in(tmp_path: Path) -> None:
    async with opened(tmp_path, origins=("https://board.example",)) as there:
        with pytest.raises(InvalidStatus) as refused:
            async with there.connect(origin="https://evil.example"):
                pass
        async with there.connect(origin="https://board.example") as client:
            await client.send("{}")
            assert (await heard(client, 1))[0]["kind"] == "welcome"

    assert refused.value.response.status_code == 403


async def test_there_is_nothing_at_another_address_and_no_room_for_too_many(tmp_path: Path) -> None:
    from websockets.asyncio.client import connect

    async with opened(tmp_path, clients_max=1) as there, there.connect() as client:
        await client.send("{}")
        await heard(client, 1)
        with pytest.raises(InvalidStatus) as full:
            async with there.connect():
                pass
        with pytest.raises(InvalidStatus) as elsewhere:
            async with connect(f"{there.url}/metrics", proxy=None):
                pass

    assert (full.value.response.status_code, elsewhere.value.response.status_code) == (503, 404)


async def test_a_client_that_never_reads_is_let_go_holds_up_nobody_and_can_come_back_where_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.channels.live.CLOSE_SECONDS_MAX", 0.1)
    async with opened(tmp_path, seconds_max=0.2) as there:
        deaf = small_socket(there.live.port)
        async with there.connect(sock=deaf, max_queue=1, close_timeout=0.1) as client:
            await client.send(json.dumps({"from": 0}))
            await heard(client, 1)
            await told(there, *range(1, TOLD + 1), text="x" * 20_000)  # far more than lies in the buffers on the way
            await until(lambda: "a client was let go that read nothing" in caplog.text)
            place = 0
            with suppress(ConnectionClosed):
                while True:
                    place = (await heard(client, 1))[0]["place"]
    async with opened(tmp_path) as there, there.connect() as client:
        await client.send(json.dumps({"from": place}))
        missed = await heard(client, 1 + TOLD - place)

    assert place < TOLD
    assert [each["place"] for each in missed[1:]] == list(range(place + 1, TOLD + 1))


async def test_clients_hear_the_last_of_it_before_moot_ends_and_from_where_to_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as there, there.connect() as client:
        await client.send("{}")
        await heard(client, 1)
        await told(there, 1, 2)
        closing = asyncio.ensure_future(there.live.close())
        assert [each["place"] for each in await heard(client, 2)] == [1, 2]
        assert await closed(client) == (CloseCode.GOING_AWAY, "moot ends here; come back from place 2")
        await closing


async def test_a_port_that_is_taken_ends_nothing_and_is_listened_at_once_it_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with opened(tmp_path, port=port) as there:
            assert "can't be listened at" in there.live.lacks
            await told(there, 1)
            taken.close()
            await until(lambda: not there.live.lacks)
            async with there.connect() as client:
                await client.send(json.dumps({"from": 0}))
                assert [each.get("place") for each in await heard(client, 2)] == [0, 1]


async def test_what_is_told_without_a_server_is_heard_by_whoever_comes_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as there:
        pass
    await there.live.deliver(sent(1))
    async with opened(tmp_path) as there, there.connect() as client:
        await client.send(json.dumps({"from": 0}))
        assert (await heard(client, 2))[1]["id"] == sent(1).id


async def test_no_token_stands_in_any_line_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with opened(tmp_path) as there, there.connect(logger=None) as client:
        await client.send("{}")
        await heard(client, 1)
        target = repr(there.live._target)

    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.client")]
    assert TOKEN not in "".join(ours) + target


@given(
    st.lists(st.integers(1, 4), max_size=30),
    st.integers(0, 3),
    st.integers(200, 2_000),
    st.integers(1, 5),
)
def test_whoever_pages_through_the_journal_misses_nothing_that_is_kept(
    batches: list[int], restarts: int, bytes_max: int, held: int
) -> None:
    with (
        TemporaryDirectory() as folder,
        patch("core.channels.live_journal.FILE_BYTES_MAX", bytes_max),
        patch("core.channels.live_journal.HELD_MAX", held),
        patch("core.channels.live_journal.PAGE_MAX", 3),
    ):
        path = Path(folder) / "moot.live.jsonl"
        journal, place = LiveJournal(path), 0
        heard: list[int] = []
        for number, count in enumerate(batches):
            if restarts and number % (restarts + 1) == restarts:
                journal = LiveJournal(path)
            journal.append_all([{"id": f"{number}-{each}"} for each in range(count)])
            while messages := journal.after(place):
                heard += [at for at, _ in messages]
                place = messages[-1][0]

    assert heard == list(range(1, sum(batches) + 1))
