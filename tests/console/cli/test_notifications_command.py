"""Can an operator at a shell see who was told what, acknowledge it, and send it again?"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.console.cli.process import MOTION, Moot
from tests.core.channels.receiver import Answer, Receiver, receiver

SECRET = "a secret of the tests"


@contextmanager
def listening(*answers: Answer) -> Iterator[Receiver]:
    """A receiver in a thread of its own: the command is a process, and is waited for."""
    ready, done = threading.Event(), threading.Event()
    found: list[Receiver] = []

    async def serve() -> None:
        async with receiver(*answers) as there:
            found.append(there)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    try:
        yield found[0]
    finally:
        done.set()
        thread.join()


def set_up(moot: Moot, url: str, *, routes: str = '{channels = ["log", "ops"], priority = "normal"}') -> None:
    folder = moot.home / "config"
    folder.mkdir()
    text = f'[webhooks.ops]\nurl = "{url}"\nsecret_env = "OPS_SECRET"\n\n[notifications]\nroutes = [{routes}]\n'
    (folder / "settings.toml").write_text(text, encoding="utf-8")


def debated(moot: Moot, **environ: str) -> None:
    script = moot.home / "script"
    script.write_text(json.dumps({"answers": {"default": "It stands.", "judge": "It stands.\nVERDICT: for"}}))
    moot.run("debate", MOTION, "--template", "simple_debate", "--seat", f"all=scripted:{script}", **environ)


def listed(moot: Moot, *words: str, **environ: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(moot.run("notifications", "list", "--json", *words, **environ).stdout)
    return found


def test_where_nobody_was_told_anything_it_says_so(moot: Moot) -> None:
    assert moot.run("notifications", "list").stdout == "Nothing was told that is looked for here.\n"
    assert [line.split()[:2] for line in moot.run("notifications", "channels").stdout.splitlines()] == [
        ["log", "✓"],
        ["live", "–"],
        ["terminal", "✓"],
        ["participants", "✓"],
    ]


def test_a_debate_is_told_to_a_program_elsewhere_before_the_command_ends(moot: Moot) -> None:
    with listening() as there:
        set_up(moot, there.url)
        debated(moot, OPS_SECRET=SECRET)
        told = listed(moot, OPS_SECRET=SECRET)

    assert [each["type"] for each in told] == ["DEBATE_COMPLETED", "DEBATE_STARTED"]
    assert {sent["state"] for each in told for sent in each["deliveries"]} == {"delivered"}  # type: ignore[attr-defined]
    # At least once: a receiver that is slow may be told again, under the same key.
    arrived = {each.headers["idempotency-key"]: json.loads(each.body)["type"] for each in there.received}
    assert sorted(arrived.values()) == ["DEBATE_COMPLETED", "DEBATE_STARTED"]
    assert all("x-moot-signature" in each.headers for each in there.received)
    trail = (moot.home / "data" / "moot.notifications.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(trail) == 2


def test_what_nobody_takes_is_a_dead_letter_until_it_is_sent_again(moot: Moot) -> None:
    with listening(Answer(status=410), Answer(status=410), Answer()) as there:
        set_up(moot, there.url)
        debated(moot, OPS_SECRET=SECRET)
        assert [each["type"] for each in listed(moot, "--dead", OPS_SECRET=SECRET)] == [
            "DEBATE_COMPLETED",
            "DEBATE_STARTED",
        ]
        assert (
            "127.0.0.1 answered 410."
            in moot.run(
                "notifications", "show", str(listed(moot, OPS_SECRET=SECRET)[0]["id"]), OPS_SECRET=SECRET
            ).stdout
        )
        assert moot.run("notifications", "resend", "--all", OPS_SECRET=SECRET).stdout == "sending 2 again\n"
        assert listed(moot, "--dead", OPS_SECRET=SECRET) == []

    ids = Counter(each.headers["idempotency-key"] for each in there.received)
    assert len(ids) == 2
    assert min(ids.values()) >= 2


def test_what_was_seen_is_open_no_more(moot: Moot) -> None:
    debated(moot)
    (newest, _) = listed(moot, "--open")

    assert moot.run("notifications", "ack", str(newest["id"])[:8]).stdout == "acknowledged 1\n"
    assert [each["type"] for each in listed(moot, "--open")] == ["DEBATE_STARTED"]
    assert moot.run("notifications", "ack", "--all").stdout == "acknowledged 1\n"
    assert "is left to acknowledge" in moot.run("notifications", "ack", str(newest["id"])[:8], code=2).stderr
    assert listed(moot)[0]["acknowledged_by"] == "operator"
    assert moot.run("notifications", "list").stdout.count("normal, seen") == 2, "its priority is still said"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--type", "ESCALATION"), "Did you mean 'ESCALATION_NOTICE'?"),
        (("list", "--priority", "sometime"), "There are urgent, high, normal, low."),
        (("list", "--limit", "0"), "Name a number from 1 to 1000."),
        (("list", "--waiting", "--dead"), "what was given up waits no more"),
        (("show", "beef"), "no notification begins with 'beef'"),
        (("ack",), "it isn't said which. Name some by their ids, or say --all."),
        (("test", "lag"), "Did you mean 'log'?"),
    ],
)
def test_what_makes_no_sense_is_refused_with_advice(moot: Moot, words: tuple[str, ...], message: str) -> None:
    assert message in moot.run("notifications", *words, code=2).stderr


def test_a_channel_is_tried_and_what_it_answered_is_said_without_its_address(moot: Moot) -> None:
    with listening(Answer(), Answer(status=500)) as there:
        set_up(moot, there.url)
        assert moot.run("notifications", "test", "ops", OPS_SECRET=SECRET).stdout.startswith("ops took it in ")
        failed = moot.run("notifications", "test", "ops", code=2, OPS_SECRET=SECRET).stderr

    assert "127.0.0.1 answered 500." in failed
    assert "hunter2" not in failed
    assert json.loads(there.received[0].body)["title"] == "A trial of this channel"


def test_a_webhook_whose_variable_is_not_set_keeps_nobody_from_anything_and_what_goes_by_it_waits(moot: Moot) -> None:
    with listening() as there:
        set_up(moot, there.url)
        debated(moot)
        waiting = listed(moot, "--waiting")
        assert (
            "the environment variable OPS_SECRET is not set" in moot.run("notifications", "test", "ops", code=2).stderr
        )
        assert "OPS_SECRET is not set" in moot.run("notifications", "channels").stdout

    assert [each["type"] for each in waiting] == ["DEBATE_COMPLETED", "DEBATE_STARTED"]
    assert there.received == []


def test_switched_off_nobody_is_told_anything(moot: Moot) -> None:
    debated(moot, ORCHESTRATION_ENABLE_NOTIFICATIONS="false")

    assert listed(moot) == []
    off = moot.run("notifications", "list", code=2, MOOT_ENABLE_NOTIFICATIONS="false").stderr
    assert "enable_notifications is off" in off


@pytest.mark.parametrize("is_on", ["true", "false"], ids=["while-it-tells", "while-nobody-is-told"])
def test_with_a_session_goes_what_was_told_of_it_also_where_nobody_is_told_any_more(moot: Moot, is_on: str) -> None:
    debated(moot)
    debated(moot)
    goes, stays = sorted({str(each["session"]) for each in listed(moot)})

    moot.run("sessions", "delete", goes, "--yes", MOOT_ENABLE_NOTIFICATIONS=is_on)

    assert {each["session"] for each in listed(moot)} == {stays}


def test_what_is_put_off_rests_and_what_is_muted_is_told_to_the_audit_trail_alone(moot: Moot) -> None:
    with listening() as there:
        set_up(moot, there.url)
        assert moot.run("notifications", "mute", "--type", "debate_started", "--for", "2h").stdout.startswith("muted ")
        assert "every one  DEBATE_STARTED" in moot.run("notifications", "mutes", OPS_SECRET=SECRET).stdout
        debated(moot, OPS_SECRET=SECRET)
        ended, started = listed(moot, OPS_SECRET=SECRET)

    assert {json.loads(each.body)["type"] for each in there.received} == {"DEBATE_COMPLETED"}
    assert [sent["channel"] for sent in started["deliveries"]] == ["log"]  # type: ignore[attr-defined]
    assert [each["type"] for each in listed(moot, "--audible")] == ["DEBATE_COMPLETED"]
    assert moot.run("notifications", "snooze", str(ended["id"]), "--for", "90m").stdout == "snoozed 1\n"
    assert listed(moot, "--audible") == []
    assert "rests until" in moot.run("notifications", "show", str(ended["id"])).stdout
    assert moot.run("notifications", "snooze", str(ended["id"]), "--end").stdout == "woke 1\n"
    assert moot.run("notifications", "unmute", "--all").stdout == "unmuted 1\n"
    assert moot.run("notifications", "mutes").stdout == "Nothing is muted.\n"
    assert len(listed(moot, "--audible")) == 2


def test_what_was_read_is_told_from_what_was_acknowledged_and_both_are_found(moot: Moot) -> None:
    debated(moot)
    ended, started = listed(moot)
    assert moot.run("notifications", "read", str(ended["id"])[:8]).stdout == "read 1\n"
    assert moot.run("notifications", "ack", "--type", "DEBATE_STARTED", "--text", "BEGUN").stdout == "acknowledged 1\n"

    assert [each["id"] for each in listed(moot, "--state", "read")] == [ended["id"]]
    assert [each["id"] for each in listed(moot, "--state", "acknowledged")] == [started["id"]]
    assert listed(moot, "--state", "answered", "--state", "expired") == []
    assert [each["id"] for each in listed(moot, "--text", "is OVER")] == [ended["id"]]


def test_how_well_each_channel_delivers_is_shown(moot: Moot) -> None:
    assert moot.run("notifications", "rates").stdout == "Nothing was told by any channel.\n"
    debated(moot)
    heading, log = moot.run("notifications", "rates", "--since", "1h").stdout.splitlines()
    (as_json,) = json.loads(moot.run("notifications", "rates", "--json").stdout)

    assert heading.split()[:4] == ["channel", "tries", "arrived", "failed"]
    assert log.split()[:4] == ["log", "2", "2", "0"]
    assert (as_json["delivered"], as_json["dead"]) == (2, 0)
    assert "is no moment" in moot.run("notifications", "rates", "--since", "soon", code=2).stderr


def test_the_routes_are_shown_with_where_they_stand_and_the_way_of_each_type(moot: Moot) -> None:
    usual = moot.run("notifications", "routes").stdout
    assert "Routes that are sensible where nobody has said otherwise" in usual
    assert ["ROUND_STARTED", "low", "not", "kept"] in [line.split() for line in usual.splitlines()]
    set_up(moot, "http://127.0.0.1:9/x", routes='{channels = ["ops"], types = ["REMINDER"], flows = ["refinement"]}')
    own = moot.run("notifications", "routes", OPS_SECRET=SECRET).stdout

    assert "Routes of your own, from" in own
    assert "settings.toml" in own
    assert "1  REMINDER from low up of refinement → ops" in own
    assert ["REMINDER", "high", "ops", "(refinement)"] in [line.split() for line in own.splitlines()]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--state", "reed"), "Did you mean 'read'?"),
        (("list", "--channel", "lgo"), "Did you mean 'log'?"),
        (("list", "--held", "--dead"), "what was given up waits no more"),
        (("ack", "abc", "--all"), "ids and more than these are meant"),
        (("snooze", "abc"), "it isn't said until when"),
        (("snooze", "--for", "2h"), "it isn't said which"),
        (("snooze", "abc", "--for", "soon"), "'soon' is no moment"),
        (("snooze", "abc", "--until", "2h"), "'2h' can't be meant"),
        (("snooze", "abc", "--until", "2020-01-01"), "until when must lie ahead"),
        (("mute",), "it isn't said what"),
        (("mute", "--type", "REMINDER", "--until", "2020-01-01"), "until when must lie ahead"),
        (("unmute", "beef"), "nothing that begins with 'beef' is muted"),
        (("read", "beef"), "no notification begins with 'beef'"),
    ],
)
def test_what_can_not_be_put_off_or_muted_is_refused_with_advice(
    moot: Moot, words: tuple[str, ...], message: str
) -> None:
    assert message in moot.run("notifications", *words, code=2).stderr
