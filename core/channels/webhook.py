"""How is a program elsewhere told, so that it can be sure who tells it and drop what it was told twice?

One POST with JSON. It is signed with HMAC-SHA256 over the moment and the body, so that nobody else can make it up or
send it again later, and carries the delivery's id as its idempotency key. The operator names the address; where that
sends us on, it may be by a redirect that keeps the method, and not to an address of a private network unless allowed:
whoever answers for the address must not reach what only this machine can.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import Callable, Mapping
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from core.channels.wording import Template, Words
from core.notifying.delivering import Delivery
from core.notifying.telling import as_plain
from core.ports.channel import NotDelivered, Part
from core.ports.webhook_target import WebhookTarget, host_of

if TYPE_CHECKING:
    import httpx2

BODY = "body"
REDIRECTS_MAX = 3
AT_ONCE_MAX = 8
KEEPING_THE_METHOD = (307, 308)
TRY_AGAIN = (408, 425, 429)
RETRY_AFTER_SECONDS_MAX = 3_600
SIGNED_WITH = "v1"
THROUGH_A_GATEWAY = IPv6Network("64:ff9b::/96")
"""Addresses by which networks without the older ones reach those."""


class Webhook:
    """Tells one target. `now_ms` is the machine's clock."""

    at_once_max = AT_ONCE_MAX

    def __init__(
        self, target: WebhookTarget, *, now_ms: Callable[[], int], templates: Mapping[str, Template] | None = None
    ) -> None:
        self.name = target.name
        self._target = target
        self._now_ms = now_ms
        self._words = Words({BODY: body_of}, templates)
        self._http: httpx2.AsyncClient | None = None

    async def deliver(self, delivery: Delivery) -> str | None:
        import httpx2  # loading it takes longer than the first frame may

        said, note = await self._words.said(delivery)
        try:
            async with asyncio.timeout(self._target.seconds_max):
                await self._post(delivery, said[BODY].encode("utf-8", "replace"))
        except TimeoutError as error:
            raise NotDelivered(f"{self._host} did not answer within {self._target.seconds_max:g} s.") from error
        except httpx2.InvalidURL as error:
            raise NotDelivered(f"the address of {self.name} is none.", is_final=True) from error
        except httpx2.HTTPError as error:
            raise NotDelivered(f"{self._host} could not be reached ({type(error).__name__}).") from error
        return note

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return self._words.parts(delivery)

    async def close(self) -> None:
        http, self._http = self._http, None  # whoever drives next begins anew
        if http is not None:
            await http.aclose()

    @property
    def _host(self) -> str:
        return host_of(self._target.url)

    async def _post(self, delivery: Delivery, body: bytes) -> None:
        headers = self._headers(delivery, body)
        url = self._target.url
        for _ in range(REDIRECTS_MAX + 1):
            status, location, retry_after = await self._asked(url, body, headers)
            if 200 <= status < 300:
                return
            if not 300 <= status < 400:
                raise _refused(host_of(url), status, retry_after)
            url = await self._sent_on(url, status, location)
        raise NotDelivered(f"{self._host} redirects more than {REDIRECTS_MAX} times.", is_final=True)

    async def _asked(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
        async with self._client().stream("POST", url, content=body, headers=headers) as response:
            # Only this counts. What else it says is not waited for: it may be 10 MB, or never end.
            return response.status_code, response.headers.get("location", ""), response.headers.get("retry-after", "")

    async def _sent_on(self, url: str, status: int, location: str) -> str:
        """Where a redirect leads. Raises NotDelivered where we don't go along."""
        if status not in KEEPING_THE_METHOD or not location:
            raise NotDelivered(
                f"{host_of(url)} answers {status}, which sends a reader elsewhere and loses what is told.",
                is_final=True,
            )
        try:
            target = urljoin(url, location)
            _ = urlsplit(target).port  # raises for one that can not be
        except ValueError as error:
            raise NotDelivered(f"{host_of(url)} redirects to what is no address.", is_final=True) from error
        if urlsplit(target).scheme not in ("http", "https") or urlsplit(target).scheme < urlsplit(url).scheme:
            raise NotDelivered(f"{host_of(url)} redirects away from a safe connection.", is_final=True)
        if not self._target.may_be_private and await is_private(target):
            raise NotDelivered(
                f"{host_of(url)} redirects to {host_of(target)}, which lies in a private network.", is_final=True
            )
        return target

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        timestamp = str(self._now_ms() // 1_000)
        headers = {
            "Content-Type": f"{_type_of(body)}; charset=utf-8",
            "User-Agent": "moot",
            "Idempotency-Key": delivery.id,
            "X-Moot-Delivery": delivery.id,
            "X-Moot-Timestamp": timestamp,
        }
        if self._target.secret:
            headers["X-Moot-Signature"] = signature(self._target.secret, timestamp, body)
        return headers

    def _client(self) -> httpx2.AsyncClient:
        import httpx2

        if self._http is None:
            self._http = httpx2.AsyncClient(follow_redirects=False, timeout=None, trust_env=True)
        return self._http


def body_of(delivery: Delivery) -> str:
    return json.dumps(as_plain(delivery), ensure_ascii=False, separators=(",", ":"))


def _type_of(body: bytes) -> str:
    """What a template makes may be JSON, and may be plain words."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "text/plain"
    return "application/json"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the hexadecimal HMAC-SHA256 of `TIMESTAMP.BODY`, as a receiver makes it to compare."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
    return f"{SIGNED_WITH}={made}"


async def is_private(url: str) -> bool:
    """True where any address that the host stands for is not one of the open internet, or where there is none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host_of(url), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # no name may be as long as some are
        return True
    return not found or any(not is_open(str(entry[4][0]).partition("%")[0]) for entry in found)


def is_open(shown: str) -> bool:
    """Whether an address is one of the open internet, and so is the one that is written into it where a gateway would
    go on to that."""
    address = ip_address(shown)
    if isinstance(address, IPv6Address):
        within = address.sixtofour or (IPv4Address(address.packed[-4:]) if address in THROUGH_A_GATEWAY else None)
        if within is not None:
            return within.is_global
    return address.is_global


def _refused(host: str, status: int, retry_after: str) -> NotDelivered:
    is_final = 400 <= status < 500 and status not in TRY_AGAIN
    seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9 else None
    return NotDelivered(
        f"{host} answered {status}.",
        is_final=is_final,
        retry_after_ms=None if seconds is None else min(seconds, RETRY_AFTER_SECONDS_MAX) * 1_000,
    )
