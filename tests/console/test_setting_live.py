"""Is it certain who may listen live, and where?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from console.live_token import token_in_file
from console.settings import Settings, for_demo, load_settings
from console.telling import live_target, mail_target, target
from core.domain.errors import WrongUse
from core.ports.channel import ChannelUnready

TOKEN = "a token of the tests"


def settings_of(text: str, folder: Path) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(environ={"MOOT_HOME": str(folder)}, file=file)


def test_nobody_listens_unless_a_port_is_set(tmp_path: Path) -> None:
    assert live_target(settings_of("", tmp_path), {"MOOT_HOME": str(tmp_path)}) is None
    assert not (tmp_path / "state").exists()


def test_programs_listen_on_loopback_with_a_token_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    settings = settings_of("[live]\nport = 8765\n", tmp_path)
    found = live_target(settings, {"MOOT_HOME": str(tmp_path)})
    again = live_target(settings, {"MOOT_HOME": str(tmp_path)})
    path = tmp_path / "state" / "live-token"

    assert found is not None
    assert found == again
    assert (found.address, found.shown, found.token_is_in) == ("127.0.0.1", "ws://127.0.0.1:8765", str(path))
    assert len(found.token) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert found.token not in repr(found) + repr(settings)


def test_another_address_and_a_token_from_the_environment_are_named_explicitly(tmp_path: Path) -> None:
    text = '[live]\nport = 8765\naddress = "::"\ntoken_env = "LIVE_TOKEN"\norigins = ["https://board.example"]\n'
    settings = settings_of(text, tmp_path)
    found = live_target(settings, {"LIVE_TOKEN": TOKEN})

    assert found is not None
    assert (found.shown, found.token, found.token_is_in) == ("ws://[::]:8765", TOKEN, "$LIVE_TOKEN")
    assert found.origins == ("https://board.example",)


@pytest.mark.parametrize(("token", "why"), [("", "is not set"), ("short", "holds fewer than 16 characters")])
def test_without_a_token_nobody_can_listen_and_nothing_else_stands_still(tmp_path: Path, token: str, why: str) -> None:
    settings = settings_of('[live]\nport = 8765\ntoken_env = "LIVE_TOKEN"\n', tmp_path)
    with pytest.raises(ChannelUnready, match=f"the environment variable LIVE_TOKEN {why}"):
        live_target(settings, {"LIVE_TOKEN": token})


def test_a_token_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "live-token"
    token_in_file(path)
    path.chmod(0o644)

    with pytest.raises(ChannelUnready, match="the token can be read by others"):
        token_in_file(path)


@pytest.mark.parametrize("text", ["", "\n", "short"])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "live-token"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(ChannelUnready, match="this is no token"):
        token_in_file(path)


def test_a_token_that_can_not_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChannelUnready, match="the token can't be kept"):
        token_in_file(tmp_path / "file" / "live-token")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("port = 70000", "is a whole number from 0 to 65,535"),
        ('address = "my machine"', "is an address of this machine such as 127.0.0.1"),
        ('token_env = "my token"', "names an environment variable, never its value"),
        ('origins = ["board.example"]', "is a list of sites"),
        ('origins = ["https://board.example/page"]', "is a list of sites"),
        ("prot = 1", "Did you mean 'live.port'?"),
    ],
)
def test_what_can_not_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(WrongUse) as refused:
        settings_of(f"[live]\n{text}\n", tmp_path)

    assert "settings.toml:2" in str(refused.value)
    assert wanted in str(refused.value)
    assert "my token" not in str(refused.value)


def test_a_demo_lets_nobody_listen(tmp_path: Path) -> None:
    settings = for_demo(settings_of("[live]\nport = 8765\n", tmp_path), {"MOOT_HOME": str(tmp_path)})

    assert live_target(settings, {"MOOT_HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("name", ["log", "live", "terminal", "participants"])
def test_no_webhook_and_no_mail_takes_the_name_of_a_channel_of_moots_own(tmp_path: Path, name: str) -> None:
    text = (
        f'[webhooks.{name}]\nurl = "https://ops.example"\n'
        f'[mail.{name}]\nhost = "localhost"\nfrom = "a@example.org"\nto = ["b@example.org"]\n'
    )
    settings = settings_of(text, tmp_path)
    with pytest.raises(WrongUse):
        target(name, settings)
    with pytest.raises(WrongUse):
        mail_target(name, settings)
