"""How does a settings file say where notifications go?

A secret never stands in a file: only the name of the environment variable that holds it does. A webhook's address may
hold a token too, and can be named the same way; all that is ever shown of it is its host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from console.setting_values import Refused
from core.domain.ids import is_snake_case

WEBHOOKS_MAX = 50
URL_CHARACTERS_MAX = 2_000
RECIPIENTS_MAX = 50
STARTTLS, NO_SECURITY = "starttls", "none"
_PORTS = {STARTTLS: 587, "tls": 465, NO_SECURITY: 25}
_HERE = ("localhost", "127.0.0.1", "::1")
_MAIL_KEYS = ("host", "port", "security", "from", "to", "user_env", "password_env")
_HOST = r"[A-Za-z0-9:](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?"  # compiled for those who have channels
_MAILBOX = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
"""No name beside it, no comment, no line break: what is none of these can't begin another header."""

_KEYS = ("url", "url_env", "secret_env", "private")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSetting:
    """The address is `url`, or what the environment variable `url_env` holds. `secret_env` names the one that holds
    what signs, "" for no signature; `is_private` lets the address redirect into private networks."""

    url: str = ""
    url_env: str = ""
    secret_env: str = ""
    is_private: bool = False

    def __repr__(self) -> str:
        return f"WebhookSetting({self.shown!r})"

    @property
    def shown(self) -> str:
        """What may be shown of where it goes."""
        return f"${self.url_env}" if self.url_env else str(urlsplit(self.url).hostname)


def webhooks(value: object) -> Mapping[str, WebhookSetting]:
    """Webhooks by name: tables with `url`, and `secret_env` and `private` where wanted. In the environment as JSON."""
    wanted = "has one table for each webhook: [webhooks.NAME] with url"
    plain = _from_json(value, wanted)
    if not isinstance(plain, Mapping) or len(plain) > WEBHOOKS_MAX:
        raise Refused(wanted, is_secret=True)
    return {str(name): _webhook(str(name), each) for name, each in plain.items()}


def webhooks_written(value: object) -> str:
    """What may be shown of them."""
    assert isinstance(value, Mapping)
    return json.dumps({name: each.shown for name, each in value.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSetting:
    """A server, and who is written to. `user_env` and `password_env` name environment variables, "" where the server
    asks for neither."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user_env: str = ""
    password_env: str = ""


def mails(value: object) -> Mapping[str, MailSetting]:
    """Mail by name: tables with `host`, `from` and `to`, and the rest where wanted. In the environment as JSON."""
    wanted = "has one table for each: [mail.NAME] with host, from and to"
    plain = _from_json(value, wanted)
    if not isinstance(plain, Mapping) or len(plain) > WEBHOOKS_MAX:
        raise Refused(wanted, is_secret=True)
    return {str(name): _mail(str(name), each) for name, each in plain.items()}


def mails_written(value: object) -> str:
    """What may be shown of them."""
    assert isinstance(value, Mapping)
    return json.dumps({name: f"{each.host}:{each.port}" for name, each in value.items()})


def routes(value: object) -> tuple[Mapping[str, Any], ...]:
    """Routes as they stand; they are read once all channels are known. In the environment as JSON."""
    wanted = "is a list of tables: [[notifications.routes]] with channels"
    plain = _from_json(value, wanted)
    if not isinstance(plain, list | tuple) or not all(isinstance(each, Mapping) for each in plain):
        raise Refused(wanted)
    return tuple(plain)


def routes_written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _webhook(name: str, plain: object) -> WebhookSetting:
    if not is_snake_case(name):
        raise Refused("has names of small letters, digits and underscores", is_secret=True)
    if not isinstance(plain, Mapping) or any(key not in _KEYS for key in plain):
        raise Refused(f"has for {name} a table of {', '.join(_KEYS)}", is_secret=True)
    url, is_private = plain.get("url", ""), plain.get("private", False)
    named = {key: plain.get(key, "") for key in ("url_env", "secret_env")}
    for key, variable in named.items():
        if not isinstance(variable, str) or (variable and not variable.isidentifier()):
            raise Refused(
                f"has for {name} a {key}, which names an environment variable, never its value", is_secret=True
            )
    if bool(url) == bool(named["url_env"]) or (url and not is_address(url)):
        raise Refused(f"has for {name} a url that begins with http:// or https://, or a url_env", is_secret=True)
    if not isinstance(is_private, bool):
        raise Refused(f"has for {name} private = true or false", is_secret=True)
    return WebhookSetting(url=url, is_private=is_private, **named)


def _mail(name: str, plain: object) -> MailSetting:
    if not is_snake_case(name):
        raise Refused("has names of small letters, digits and underscores", is_secret=True)
    if not isinstance(plain, Mapping) or any(key not in _MAIL_KEYS for key in plain):
        raise Refused(f"has for {name} a table of {', '.join(_MAIL_KEYS)}", is_secret=True)
    host, sender, to = plain.get("host", ""), plain.get("from", ""), plain.get("to", [])
    security = plain.get("security", STARTTLS)
    if not isinstance(host, str) or not re.fullmatch(_HOST, host):
        raise Refused(f"has for {name} the host of an SMTP server", is_secret=True)
    if security not in _PORTS:
        raise Refused(f"has for {name} a security of {', '.join(_PORTS)}", is_secret=True)
    if security == NO_SECURITY and host not in _HERE:
        raise Refused(f"has for {name} security none, which is for a server on this machine alone", is_secret=True)
    if not isinstance(to, list) or not 1 <= len(to) <= RECIPIENTS_MAX or not all(map(_is_mailbox, [sender, *to])):
        raise Refused(f"has for {name} addresses such as ann@example.org in from and to", is_secret=True)
    port = plain.get("port", _PORTS[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65_535:
        raise Refused(f"has for {name} a port from 1 to 65,535", is_secret=True)
    named = {key: plain.get(key, "") for key in ("user_env", "password_env")}
    for key, variable in named.items():
        if not isinstance(variable, str) or (variable and not variable.isidentifier()):
            raise Refused(
                f"has for {name} a {key}, which names an environment variable, never its value", is_secret=True
            )
    if bool(named["user_env"]) != bool(named["password_env"]):
        raise Refused(f"has for {name} user_env and password_env, or neither", is_secret=True)
    return MailSetting(host=host, port=port, security=security, sender=str(sender), to=tuple(to), **named)


def _is_mailbox(address: object) -> bool:
    return isinstance(address, str) and re.fullmatch(_MAILBOX, address) is not None


def is_address(url: object) -> bool:
    """Whether it can be the address of a webhook."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        return (
            len(url) <= URL_CHARACTERS_MAX
            and url.isprintable()
            and " " not in url
            and parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:
        return False


def _from_json(value: object, wanted: str) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Refused(f"{wanted}; in the environment it is written as JSON", is_secret=True) from error
