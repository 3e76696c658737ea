"""Does a settings file say where notifications go without giving anything away?"""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import Settings, load_settings
from console.telling import mail_target, routes_of, target
from core.domain.errors import WrongUse
from core.ports.channel import ChannelUnready

FILE = """
[webhooks.ops]
url = "https://hooks.example/services/T0K3N"
secret_env = "OPS_SECRET"

[webhooks.chat]
url_env = "CHAT_URL"

[[notifications.routes]]
channels = ["log"]

[[notifications.routes]]
channels = ["ops", "chat"]
priority = "high"
"""
ENVIRON = {"OPS_SECRET": "hunter2", "CHAT_URL": "https://chat.example/in/T0K3N"}


def settings_of(text: str, folder: Path) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(environ={"MOOT_HOME": str(folder)}, file=file)


def test_webhooks_and_routes_are_read_from_the_file(tmp_path: Path) -> None:
    settings = settings_of(FILE, tmp_path)
    ops, chat = target("ops", settings, ENVIRON), target("chat", settings, ENVIRON)

    assert (ops.url, ops.secret) == ("https://hooks.example/services/T0K3N", "hunter2")
    assert (chat.url, chat.secret) == ("https://chat.example/in/T0K3N", "")
    assert [route.channels for route in routes_of(settings, ("log", "ops", "chat"))] == [("log",), ("ops", "chat")]


def test_no_address_and_no_secret_is_shown(tmp_path: Path) -> None:
    settings = settings_of(FILE, tmp_path)

    shown = repr(settings) + repr(target("ops", settings, ENVIRON))
    assert "T0K3N" not in shown
    assert "hunter2" not in shown


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChannelUnready, match=r"webhooks.ops: the environment variable OPS_SECRET is not set"):
        target("ops", settings_of(FILE, tmp_path), {"CHAT_URL": "https://chat.example"})


def test_a_variable_that_holds_no_address_is_named_without_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(ChannelUnready, match="CHAT_URL holds no address") as refused:
        target("chat", settings_of(FILE, tmp_path), ENVIRON | {"CHAT_URL": "T0K3N"})
    assert "T0K3N" not in str(refused.value)


def test_a_route_to_a_channel_that_is_not_set_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"settings.toml: notifications.routes, route 2: no channel is called 'ops'"):
        routes_of(settings_of(FILE, tmp_path), ("log",))


@pytest.mark.parametrize(
    ("webhook", "message"),
    [
        ('url = "ftp://x"', "a url that begins with http:// or https://"),
        ('url = "https://"', "a url that begins with http:// or https://"),
        ('url = "https://a b/T0K3N"', "a url that begins with http:// or https://"),
        ('url = "https://[bro"', "a url that begins with http:// or https://"),
        ("url = 7", "a url that begins with http:// or https://"),
        ('url = "https://x"\nurl_env = "X"', "a url that begins with http:// or https://, or a url_env"),
        ("", "a url that begins with http:// or https://, or a url_env"),
        ('url = "https://x"\nsecret = "T0K3N"', "a table of url, url_env, secret_env, private"),
        ('url = "https://x"\nsecret_env = "T0K3N-!"', "which names an environment variable, never its value"),
        ('url = "https://x"\nprivate = "yes"', "private = true or false"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused_without_repeating_it(
    tmp_path: Path, webhook: str, message: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        settings_of(f"[webhooks.ops]\n{webhook}\n", tmp_path)

    assert message in str(refused.value)
    assert "T0K3N" not in str(refused.value)


def test_a_webhook_can_not_take_the_name_of_the_audit_trail(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="can't be called log"):
        target("log", settings_of('[webhooks.log]\nurl = "https://x"\n', tmp_path), {})


MAIL = """
[mail.team]
host = "smtp.example.org"
from = "moot@example.org"
to = ["ann@example.org", "ben@example.org"]
user_env = "SMTP_USER"
password_env = "SMTP_PASSWORD"
"""


def test_mail_is_read_with_its_variables_and_shows_none_of_them(tmp_path: Path) -> None:
    team = mail_target("team", settings_of(MAIL, tmp_path), {"SMTP_USER": "ann", "SMTP_PASSWORD": "hunter2"})

    assert (team.port, team.security.value, team.user, team.password) == (587, "starttls", "ann", "hunter2")
    assert "hunter2" not in repr(team)


def test_mail_whose_password_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChannelUnready, match=r"mail.team: the environment variable SMTP_PASSWORD is not set"):
        mail_target("team", settings_of(MAIL, tmp_path), {"SMTP_USER": "ann"})


def test_two_channels_of_one_name_are_refused(tmp_path: Path) -> None:
    text = MAIL + '[webhooks.team]\nurl = "https://x"\n'

    with pytest.raises(WrongUse, match="two channels are called team"):
        mail_target("team", settings_of(text, tmp_path), {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('to = ["ann"]', "addresses such as ann@example.org"),
        ('to = ["ann@example.org\\r\\nBcc: eve@example.org"]', "addresses such as ann@example.org"),
        ('to = ["Ann <ann@example.org>"]', "addresses such as ann@example.org"),
        ("to = []", "addresses such as ann@example.org"),
        ('security = "ssl"', "a security of starttls, tls, none"),
        ('security = "none"', "which is for a server on this machine alone"),
        ("port = 0", "a port from 1 to 65,535"),
        ('host = "a b"', "the host of an SMTP server"),
        ('password_env = ""', "user_env and password_env, or neither"),
        ('password = "hunter2"', "a table of host, port, security, from, to, user_env, password_env"),
    ],
)
def test_mail_that_makes_no_sense_is_refused_without_repeating_it(tmp_path: Path, line: str, message: str) -> None:
    key = line.partition(" =")[0]
    kept = "\n".join(each for each in MAIL.splitlines() if not each.startswith(f"{key} "))

    with pytest.raises(WrongUse) as refused:
        settings_of(f"{kept}\n{line}\n", tmp_path)
    assert message in str(refused.value)
    assert "hunter2" not in str(refused.value)
