"""Does a webhook tell whom it should, provably, once, whatever answers?"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256

import pytest

from core.channels.webhook import Webhook, is_open, is_private
from core.ports.channel import NotDelivered
from core.ports.webhook_target import WebhookTarget
from tests.core.channels.receiver import Answer, receiver
from tests.core.notifying.builders import AT_MS, delivery, notification

SECRET = "a secret of the tests"


def webhook(url: str, *, secret: str = "", may_be_private: bool = False, seconds_max: float = 60) -> Webhook:
    target = WebhookTarget(name="ops", url=url, secret=secret, may_be_private=may_be_private, seconds_max=seconds_max)
    return Webhook(target, now_ms=lambda: AT_MS)


async def refusal_of(hook: Webhook) -> NotDelivered:
    with pytest.raises(NotDelivered) as refused:
        await hook.deliver(delivery(channel="ops"))
    await hook.close()
    return refused.value


async def test_a_receiver_is_told_in_json_and_can_prove_who_told_it_and_drop_a_repeat() -> None:
    async with receiver() as there:
        hook = webhook(there.url, secret=SECRET)
        await hook.deliver(delivery(channel="ops"))
        await hook.close()

    (received,) = there.received
    expected = hmac.new(SECRET.encode(), f"{AT_MS // 1_000}.".encode() + received.body, sha256).hexdigest()
    assert received.headers["x-moot-signature"] == f"v1={expected}"
    assert received.headers["idempotency-key"] == delivery(channel="ops").id
    told = json.loads(received.body)
    assert (told["type"], told["text"]) == ("DEBATE_COMPLETED", "It is over.")
    assert SECRET not in str(received)


async def test_without_a_secret_nothing_is_signed() -> None:
    async with receiver() as there:
        hook = webhook(there.url)
        await hook.deliver(delivery(channel="ops"))
        await hook.close()

    assert "x-moot-signature" not in there.received[0].headers


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (503, False), (429, False), (404, True), (410, True)])
async def test_an_error_is_tried_again_unless_no_try_can_help(status: int, is_final: bool) -> None:
    async with receiver(Answer(status=status)) as there:
        refused = await refusal_of(webhook(there.url))

    assert (str(refused), refused.is_final) == (f"127.0.0.1 answered {status}.", is_final)


async def test_a_receiver_that_asks_for_time_gets_it() -> None:
    async with receiver(Answer(status=503, headers={"retry-after": "7"})) as there:
        refused = await refusal_of(webhook(there.url))

    assert refused.retry_after_ms == 7_000


@pytest.mark.parametrize("value", ["soon", "-1", "1e9", "99999999999", "²"])
async def test_a_receiver_that_asks_for_nonsense_is_asked_as_any_other(value: str) -> None:
    async with receiver(Answer(status=503, headers={"retry-after": value})) as there:
        refused = await refusal_of(webhook(there.url))

    assert refused.retry_after_ms is None


async def test_a_receiver_that_hangs_is_left_after_a_named_time() -> None:
    async with receiver(Answer(hangs=True)) as there:
        refused = await refusal_of(webhook(there.url, seconds_max=0.05))

    assert str(refused) == "127.0.0.1 did not answer within 0.05 s."
    assert not refused.is_final


async def test_a_receiver_that_closes_early_is_tried_again() -> None:
    async with receiver(Answer(closes=True)) as there:
        refused = await refusal_of(webhook(there.url))

    assert not refused.is_final
    assert "could not be reached" in str(refused)


async def test_nobody_there_is_tried_again() -> None:
    async with receiver() as there:
        gone = there.url
    refused = await refusal_of(webhook(gone))

    assert not refused.is_final


async def test_ten_megabytes_of_answer_are_not_read() -> None:
    async with receiver(Answer(body_bytes=10_000_000)) as there:
        hook = webhook(there.url)
        await hook.deliver(delivery(channel="ops"))
        await hook.close()

    assert len(there.received) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_redirect_that_would_lose_what_is_told_is_refused(status: int) -> None:
    async with receiver() as other, receiver(Answer(status=status, headers={"location": other.url})) as there:
        refused = await refusal_of(webhook(there.url, may_be_private=True))

    assert refused.is_final
    assert other.received == []


async def test_a_redirect_into_a_private_network_is_refused_unless_it_is_allowed() -> None:
    async with receiver() as other, receiver(Answer(status=307, headers={"location": other.url})) as there:
        refused = await refusal_of(webhook(there.url))
        assert refused.is_final
        assert "lies in a private network" in str(refused)
        assert other.received == []

        hook = webhook(there.url, may_be_private=True)
        await hook.deliver(delivery(channel="ops"))
        await hook.close()
        assert len(other.received) == 1


async def test_a_redirect_in_a_circle_comes_to_an_end() -> None:
    async with receiver(Answer(status=308, headers={"location": "/hook"})) as there:
        refused = await refusal_of(webhook(there.url, may_be_private=True))

    assert refused.is_final
    assert len(there.received) == 4


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "http://[broken", "http://127.0.0.1:99999/x"]
)
async def test_a_redirect_to_what_is_no_web_address_is_refused(location: str) -> None:
    async with receiver(Answer(status=307, headers={"location": location})) as there:
        refused = await refusal_of(webhook(there.url, may_be_private=True))

    assert refused.is_final


async def test_no_message_shows_the_address_whose_path_may_hold_a_token() -> None:
    async with receiver(Answer(status=500)) as there:
        refused = await refusal_of(webhook(there.url))
        target = WebhookTarget(name="ops", url=there.url, secret=SECRET)

    assert "hunter2" not in str(refused)
    assert "hunter2" not in repr(target)
    assert SECRET not in repr(target)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "[::1]",
        "[fd00::1]",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        f"{'a' * 64}.example",
    ],
)
async def test_addresses_of_private_networks_are_known(host: str) -> None:
    assert await is_private(f"http://{host}/x")


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::"])
def test_addresses_of_the_open_internet_are_known(address: str) -> None:
    assert is_open(address)


async def test_a_hook_that_was_closed_is_used_again_by_whoever_drives_next() -> None:
    async with receiver() as there:
        hook = webhook(there.url)
        for _ in range(2):
            await hook.deliver(delivery(channel="ops"))
            await hook.close()

    assert len(there.received) == 2


async def test_what_a_debate_says_can_not_add_a_header() -> None:
    async with receiver() as there:
        hook = webhook(there.url)
        await hook.deliver(delivery(notification(text="over\r\nX-Evil: 1"), channel="ops"))
        await hook.close()

    assert "x-evil" not in there.received[0].headers
