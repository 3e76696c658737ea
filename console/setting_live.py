"""How does a settings file say where programs may listen live?"""

from __future__ import annotations

import json
from ipaddress import ip_address
from urllib.parse import urlsplit

from console.setting_values import Refused
from core.ports.loopback import LOOPBACK

ORIGINS_MAX = 20


def listening_address(value: object) -> str:
    """An address of this machine. Only who names another than loopback lets other machines in."""
    text = str(value).strip()
    if text in LOOPBACK:
        return text
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise Refused("is an address of this machine such as 127.0.0.1") from error


def a_variable(value: object) -> str:
    """The name of an environment variable; "" for none."""
    text = str(value).strip()
    if not isinstance(value, str) or (text and not text.isidentifier()):
        raise Refused("names an environment variable, never its value", is_secret=True)
    return text


def origins(value: object) -> tuple[str, ...]:
    """Sites whose pages may listen. In the environment as JSON."""
    wanted = 'is a list of sites such as ["https://board.example.org"]'
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise Refused(wanted) from error
    if not isinstance(value, list) or len(value) > ORIGINS_MAX or not all(map(_is_origin, value)):
        raise Refused(wanted)
    return tuple(value)


def origins_written(value: object) -> str:
    return json.dumps(value)


def _is_origin(value: object) -> bool:
    if not isinstance(value, str) or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and value == f"{parts.scheme}://{parts.netloc}"
        )
    except ValueError:
        return False
