"""Can an operator at a shell listen live, and look beforehand how something will read?"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
from contextlib import suppress
from pathlib import Path

from tests.console.cli.process import MOTION, Moot


def free_port() -> int:
    """One that nobody listens at, below those that the system gives to whoever connects: none of them is taken by the
    time that another process comes to it."""
    chance = random.Random(os.urandom(8))
    while True:
        port = chance.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def set_up(moot: Moot, text: str, **templates: str) -> None:
    folder = moot.home / "config"
    (folder / "notifications").mkdir(parents=True)
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    for name, source in templates.items():
        (folder / "notifications" / f"{name}.j2").write_text(source, encoding="utf-8")


def script(moot: Moot) -> Path:
    path = moot.home / "script"
    path.write_text(json.dumps({"answers": {"default": "It stands.", "judge": "It stands.\nVERDICT: for"}}))
    return path


def test_what_is_told_live_is_heard_in_another_process_from_a_place_on(moot: Moot) -> None:
    port = free_port()
    set_up(moot, f'[live]\nport = {port}\n[notifications]\nroutes = [{{channels = ["live"], priority = "normal"}}]\n')
    driving = moot.start("drive")
    try:
        assert driving.stderr is not None
        assert "driving" in driving.stderr.readline()
        moot.run("debate", MOTION, "--template", "simple_debate", "--seat", f"all=scripted:{script(moot)}")
        heard = moot.run("notifications", "watch", "--from", "0", "--limit", "2", "--json").stdout.splitlines()
        shown = moot.run("notifications", "watch", "--from", "1", "--limit", "1").stdout
        ends = []
        for number in (signal.SIGINT, signal.SIGTERM):
            listening = moot.start("notifications", "watch", "--from", "1")
            assert listening.stdout is not None
            assert "DEBATE_" in listening.stdout.readline()
            listening.send_signal(number)
            ends.append((listening.communicate(timeout=60)[1], listening.returncode))
    finally:
        driving.send_signal(signal.SIGTERM)
        driving.communicate(timeout=60)

    assert ends == [("", 130)] * 2
    messages = [json.loads(line) for line in heard]
    assert [each["kind"] for each in messages] == ["welcome", "notification", "notification"]
    assert {each["type"] for each in messages[1:]} == {"DEBATE_STARTED", "DEBATE_COMPLETED"}
    assert re.match(r"2  \d\d:\d\d:\d\d  normal  DEBATE_", shown)


def test_a_port_that_is_taken_and_a_variable_that_is_missing_are_said_and_end_nothing(moot: Moot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        set_up(moot, '[webhooks.ops]\nurl_env = "OPS_URL"\n')
        driving = moot.start("drive", "--live", str(taken.getsockname()[1]))
        try:
            assert driving.stderr is not None
            said = [driving.stderr.readline() for _ in range(3)]
        finally:
            driving.send_signal(signal.SIGTERM)
            _, rest = driving.communicate(timeout=60)

    assert "driving" in said[0]
    assert "channel ops: webhooks.ops: the environment variable OPS_URL is not set." in said[1]
    assert re.search(r"channel live: ws://127.0.0.1:\d+ can't be listened at: ", said[2])
    assert driving.returncode == 0, rest


def test_where_nobody_listens_it_is_said_what_to_do(moot: Moot) -> None:
    assert "Set port in [live]" in moot.run("notifications", "watch", code=2).stderr

    set_up(moot, f"[live]\nport = {free_port()}\n")
    refused = moot.run("notifications", "watch", code=3).stderr
    assert "nobody answers there. A console or 'moot drive' with the same settings has to be running." in refused


def test_the_channels_say_where_they_are_and_give_no_token_away(moot: Moot) -> None:
    set_up(moot, "[live]\nport = 8765\n")
    said = moot.run("notifications", "channels").stdout
    token = (moot.home / "state" / "live-token").read_text(encoding="utf-8").strip()

    assert f"live          ✓ ws://127.0.0.1:8765, its token in {moot.home / 'state' / 'live-token'}" in said
    assert len(token) == 64
    assert token not in said


def test_a_preview_shows_how_it_reads_and_sends_nothing(moot: Moot) -> None:
    text = '[mail.team]\nhost = "localhost"\nsecurity = "none"\nfrom = "a@example.org"\nto = ["b@example.org"]\n'
    set_up(moot, text, **{"team.subject": "{{ priority|upper }}: {{ title }}", "log": "{{ type }}\n"})

    shown = moot.run("notifications", "preview", "team", "--type", "escalation_notice").stdout
    assert shown.startswith("subject:\nURGENT: The release train leaves on Fridays\n\ntext:\n")
    assert "<strong>" in shown
    assert moot.run("notifications", "preview", "log").stdout == "DEBATE_COMPLETED\n"
    parts = json.loads(moot.run("notifications", "preview", "team", "--json").stdout)
    assert list(parts) == ["subject", "text", "html"]
    assert json.loads(moot.run("notifications", "preview", "live").stdout)["type"] == "DEBATE_COMPLETED"


def test_a_preview_of_what_is_not_there_is_refused_with_advice(moot: Moot) -> None:
    set_up(moot, "", log="{{ text.nothing }}")

    assert "Did you mean 'terminal'?" in moot.run("notifications", "preview", "termial", code=2).stderr
    assert (
        "Did you mean 'REMINDER'?" in moot.run("notifications", "preview", "live", "--type", "REMINDR", code=2).stderr
    )
    assert (
        "no notification begins with 'beef'"
        in moot.run("notifications", "preview", "log", "--of", "beef", code=2).stderr
    )
    assert "log.j2 could not word it" in moot.run("notifications", "preview", "log", code=3).stderr


def test_the_doctor_says_what_each_channel_lacks_and_makes_nothing(moot: Moot) -> None:
    assert "– off: live.port is 0" in moot.run("doctor").stdout
    set_up(moot, '[webhooks.ops]\nurl_env = "OPS_URL"\n[live]\nport = 8765\n', log="{{ titel }}")
    found = json.loads(moot.run("doctor", "--json").stdout)["channels"]

    assert found["ops"].startswith("webhooks.ops: the environment variable OPS_URL is not set.")
    assert (found["log"], found["live"], found["routes"]) == ("", "", "")
    assert "Did you mean 'title'?" in found["templates"]
    assert not (moot.home / "state" / "live-token").exists()
    assert json.loads(moot.run("doctor", "--json", MOOT_ENABLE_NOTIFICATIONS="false").stdout)["channels"] == {}
