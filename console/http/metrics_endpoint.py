"""Who answers when figures are fetched over HTTP?

A server of one page. It takes little and waits for nobody: requests are read within bounds, the page is made once for
all who come within a second and beside the event loop, and whoever reads slowly is cut off. A scraper can neither hold
up a turn nor fill the memory.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from dataclasses import dataclass
from typing import Any

from console.http.metrics_text import OPENMETRICS, OPENMETRICS_TYPE, PLAIN_TYPE, metrics_text
from core.domain.errors import MootError
from core.ports.metrics_endpoint import Collect, EndpointStanding
from core.runtime.correlating import fields

PATH = "/metrics"

REQUEST_BYTES_MAX = 8_192
REQUEST_SECONDS_MAX = 5
ANSWER_SECONDS_MAX = 10
"""How long an answer may take to be read; Prometheus gives up after as long unless told otherwise."""

COLLECT_SECONDS_MAX = 5
"""How long an answer waits for figures: a large database that was never counted takes longer the first time."""

CONNECTIONS_MAX = 16
"""More at once are turned away without a word."""

FRESH_SECONDS = 1.0
"""A page is good for this long: ten scrapers cost what one does."""

AGAIN_SECONDS = 10
"""How often it is tried again to listen where the address is taken."""

REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    code: int
    body: bytes
    type: str = PLAIN_TYPE
    also: tuple[str, ...] = ()

    def head(self) -> bytes:
        lines = (
            f"HTTP/1.1 {self.code} {REASONS[self.code]}",
            f"Content-Type: {self.type}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            "X-Content-Type-Options: nosniff",
            *self.also,
        )
        return "\r\n".join((*lines, "", "")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    text: bytes
    made_at: float


class NotYet(Exception):
    """There is no page right now; the message says why."""


class HttpMetricsEndpoint:
    """Fulfils MetricsEndpoint. `port` 0 takes any that is free. Belongs to one event loop."""

    def __init__(self, address: str, port: int) -> None:
        self._address = address
        self._port = port
        self._fault = ""
        self._collect: Collect | None = None
        self._server: asyncio.Server | None = None
        self._trying: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._making: dict[bool, asyncio.Task[bytes]] = {}
        self._pages: dict[bool, _Page] = {}

    @property
    def standing(self) -> EndpointStanding | None:
        return EndpointStanding(address=self._url, fault=self._fault) if self._collect is not None else None

    @property
    def _url(self) -> str:
        host = f"[{self._address}]" if ":" in self._address else self._address
        return f"http://{host}:{self._port}{PATH}"

    async def serve(self, collect: Collect) -> None:
        self._collect = collect
        if self._server is None and self._trying is None:
            await self._listen()
            if self._server is None:
                self._trying = asyncio.create_task(self._try_again(), name="metrics endpoint")

    async def close(self) -> None:
        ending: list[asyncio.Task[Any]] = [*self._answering, *self._making.values()]
        if self._trying is not None:
            ending.append(self._trying)
        self._trying = self._collect = None
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if server is not None:
            await server.wait_closed()
        self._pages.clear()

    async def _try_again(self) -> None:
        while self._server is None:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._listen()
        self._trying = None

    async def _listen(self) -> None:
        try:
            self._server = await asyncio.start_server(
                self._connected, self._address, self._port, limit=REQUEST_BYTES_MAX
            )
        except (OSError, OverflowError) as error:
            fault = _why(error, self._address, self._port)
            if fault != self._fault:
                _log.warning("metrics are not served", extra=fields(error=fault))
            self._fault = fault
            return
        self._fault = ""
        self._port = self._server.sockets[0].getsockname()[1]
        _log.info("metrics are served", extra=fields(at=self._url))

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._answering) >= CONNECTIONS_MAX:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._attend(reader, writer), name="metrics answer")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=0)  # what `drain` waits for is then the whole answer
        try:
            answer = await self._answer(reader)
            if answer is not None:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    writer.write(answer.head() + answer.body)
                    await writer.drain()
        except (TimeoutError, ConnectionError):
            writer.transport.abort()  # whoever reads slowly, or not at all, keeps no page in memory
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> _Answer | None:
        """The answer to what is asked; None for whoever went away or asks at a length that nobody reads."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS_MAX):
                asked = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        first, *fields = asked.decode("latin-1").split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            return _refusal(400, "This is no request that HTTP/1.1 knows.")
        method, target, _ = parts
        if target.partition("?")[0] != PATH:
            return _refusal(404, f"Nothing is here but {PATH}.")
        if method != "GET":
            return _refusal(405, f"{PATH} can be fetched, and nothing else.", "Allow: GET")
        is_openmetrics = any(
            OPENMETRICS in value
            for name, _, value in (each.partition(":") for each in fields)
            if name.lower() == "accept"
        )
        try:
            page = await self._page(is_openmetrics)
        except NotYet as why:
            return _refusal(503, str(why), f"Retry-After: {COLLECT_SECONDS_MAX}")
        return _Answer(code=200, body=page, type=OPENMETRICS_TYPE if is_openmetrics else PLAIN_TYPE)

    async def _page(self, is_openmetrics: bool) -> bytes:
        """The page as it was within the last second, or one that is made now: for all who come meanwhile."""
        loop = asyncio.get_running_loop()
        kept = self._pages.get(is_openmetrics)
        if kept is not None and loop.time() - kept.made_at < FRESH_SECONDS:
            return kept.text
        making = self._making.get(is_openmetrics)
        if making is None:
            making = asyncio.create_task(self._make(is_openmetrics), name="metrics page")
            self._making[is_openmetrics] = making
            making.add_done_callback(lambda made: self._made(is_openmetrics, made))
        try:
            async with asyncio.timeout(COLLECT_SECONDS_MAX):
                return await asyncio.shield(making)
        except TimeoutError:
            raise NotYet("What is recorded is still being counted; that takes long the first time.") from None
        except MootError as error:
            raise NotYet(f"The figures can't be read: {error}") from error
        except NotYet:
            raise
        except Exception:
            raise NotYet("Collecting the figures broke; the log file says how.") from None

    async def _make(self, is_openmetrics: bool) -> bytes:
        if self._collect is None:
            raise NotYet("It is being closed.")
        families = await self._collect()
        page = await asyncio.to_thread(metrics_text, families, is_openmetrics=is_openmetrics)
        self._pages[is_openmetrics] = _Page(text=page, made_at=asyncio.get_running_loop().time())
        return page

    def _made(self, is_openmetrics: bool, made: asyncio.Task[bytes]) -> None:
        """Whether or not anybody still waits for it: the next one who comes has what was made, or it is tried anew."""
        self._making.pop(is_openmetrics, None)
        if made.cancelled():
            return
        error = made.exception()
        if isinstance(error, MootError):
            _log.warning("metrics can't be collected", extra=fields(error=str(error)))
        elif error is not None and not isinstance(error, NotYet):
            # A fault of ours. Whoever scrapes is told that there is one.
            _log.error("collecting metrics broke", exc_info=error)


def _refusal(code: int, why: str, *also: str) -> _Answer:
    return _Answer(code=code, body=f"{why}\n".encode(), also=also)


def _why(error: OSError | OverflowError, address: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} at {address} is taken by another program; name another one as metrics_port."
    if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
        return f"this machine has no address {address}; name one of its own as metrics_address."
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return f"port {port} is not for everybody; name one from 1,024 on as metrics_port."
    return f"nothing can listen at port {port} of {address}: {error}."
