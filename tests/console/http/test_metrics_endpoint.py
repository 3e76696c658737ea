"""Can figures be fetched by whoever asks well, and can nobody who asks badly do harm?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from console.http import metrics_endpoint
from console.http.metrics_endpoint import CONNECTIONS_MAX, HttpMetricsEndpoint
from core.analytics import family_specs as specs
from core.analytics.families import Family, Sample
from core.domain.errors import StorageFailed
from core.ports.metrics_endpoint import EndpointStanding

LOOPBACK = "127.0.0.1"
SECONDS_MAX = 60.0
"""How long anything may take before a test says that it hangs."""


@pytest.fixture(autouse=True)
def _fresh_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load may take a second between two lines of a test."""
    monkeypatch.setattr(metrics_endpoint, "FRESH_SECONDS", SECONDS_MAX)


class Figures:
    """What is collected; each time one more."""

    def __init__(self) -> None:
        self.collected = 0
        self.error: Exception | None = None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self) -> tuple[Family, ...]:
        await self.may_go_on.wait()
        self.collected += 1
        if self.error is not None:
            raise self.error
        return (Family(spec=specs.DEBATES, samples=(Sample(value=self.collected),)),)


@asynccontextmanager
async def served(collect: Callable[[], Awaitable[tuple[Family, ...]]]) -> AsyncIterator[HttpMetricsEndpoint]:
    endpoint = HttpMetricsEndpoint(LOOPBACK, 0)
    await endpoint.serve(collect)
    try:
        yield endpoint
    finally:
        await endpoint.close()


def standing(endpoint: HttpMetricsEndpoint) -> EndpointStanding:
    assert endpoint.standing is not None
    return endpoint.standing


def port_of(endpoint: HttpMetricsEndpoint) -> int:
    return int(standing(endpoint).address.removesuffix("/metrics").rpartition(":")[2])


async def until(holds: Callable[[], object]) -> None:
    """Let everything go on until it holds; a minute tells what hangs."""
    async with asyncio.timeout(SECONDS_MAX):
        while not holds():  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)


async def asked(endpoint: HttpMetricsEndpoint, request: str) -> tuple[int, dict[str, str], str]:
    """The code, the fields and the text of an answer."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port_of(endpoint))
    writer.write(request.encode("latin-1"))
    await writer.drain()
    async with asyncio.timeout(SECONDS_MAX):
        answer = (await reader.read()).decode()
    writer.close()
    head, _, text = answer.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split(" ")[1]), fields, text


async def unanswered(endpoint: HttpMetricsEndpoint, request: str) -> bytes:
    """What comes back where the connection is cut."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port_of(endpoint))
    try:
        async with asyncio.timeout(SECONDS_MAX):
            writer.write(request.encode())
            await writer.drain()
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def get(target: str, accept: str = "*/*", method: str = "GET") -> str:
    return f"{method} {target} HTTP/1.1\r\nHost: here\r\nAccept: {accept}\r\n\r\n"


async def test_the_page_has_the_figures_as_they_are_now() -> None:
    async with served(Figures()) as endpoint:
        code, fields, text = await asked(endpoint, get("/metrics"))

    assert code == 200
    assert fields["content-type"].startswith("text/plain; version=0.0.4")
    assert int(fields["content-length"]) == len(text.encode())
    assert "orchestration_debates_total 1.0\n" in text


async def test_whoever_asks_for_openmetrics_has_it() -> None:
    async with served(Figures()) as endpoint:
        _, fields, text = await asked(
            endpoint, get("/metrics?x=1", accept="application/openmetrics-text;version=1.0.0")
        )

    assert fields["content-type"].startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (get("/"), 404),
        (get("/metrics/"), 404),
        (get("/metrics/../etc/passwd"), 404),
        (get("/metrics", method="POST"), 405),
        (get("/metrics", method="HEAD"), 405),
        ("nonsense\r\n\r\n", 400),
        ("GET /metrics FTP/1.1\r\n\r\n", 400),
        ("\r\n\r\n", 400),
    ],
)
async def test_nothing_else_is_there(request_: str, code: int) -> None:
    figures = Figures()

    async with served(figures) as endpoint:
        answered, _, _ = await asked(endpoint, request_)

    assert answered == code
    assert figures.collected == 0


async def test_those_who_come_together_share_one_page() -> None:
    figures = Figures()
    figures.may_go_on.clear()

    async with served(figures) as endpoint:
        asking = [asyncio.create_task(asked(endpoint, get("/metrics"))) for _ in range(5)]
        await until(lambda: len(endpoint._answering) == 5)
        figures.may_go_on.set()
        answers = await asyncio.gather(*asking)

    assert {text for _, _, text in answers} == {answers[0][2]}
    assert figures.collected == 1


async def test_more_than_some_at_once_are_turned_away_and_the_others_answered() -> None:
    figures = Figures()
    figures.may_go_on.clear()

    async with served(figures) as endpoint:
        asking = [asyncio.create_task(asked(endpoint, get("/metrics"))) for _ in range(CONNECTIONS_MAX)]
        await until(lambda: len(endpoint._answering) == CONNECTIONS_MAX)
        left = await unanswered(endpoint, get("/metrics"))
        figures.may_go_on.set()
        answers = await asyncio.gather(*asking)

    assert left == b""
    assert [answer[0] for answer in answers] == [200] * CONNECTIONS_MAX


async def test_figures_that_take_long_are_said_to_and_not_counted_again_for_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics_endpoint, "COLLECT_SECONDS_MAX", 0)
    figures = Figures()
    figures.may_go_on.clear()

    async with served(figures) as endpoint:
        code, fields, text = await asked(endpoint, get("/metrics"))
        (making,) = endpoint._making.values()
        figures.may_go_on.set()
        await asyncio.wait([making])
        later, _, _ = await asked(endpoint, get("/metrics"))

    assert (code, "retry-after" in fields) == (503, True)
    assert "still being counted" in text
    assert later == 200
    assert figures.collected == 1


@pytest.mark.parametrize(
    ("error", "said"), [(StorageFailed("the disk is gone."), "the disk is gone"), (RuntimeError("secret"), "broke")]
)
async def test_figures_that_can_not_be_read_are_an_answer_and_end_nothing(error: Exception, said: str) -> None:
    figures = Figures()
    figures.error = error

    async with served(figures) as endpoint:
        code, _, text = await asked(endpoint, get("/metrics"))
        figures.error = None
        after, _, _ = await asked(endpoint, get("/metrics"))

    assert code == 503
    assert said in text
    assert "secret" not in text
    assert after == 200


async def test_who_reads_nothing_is_cut_off_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    large = (Family(spec=specs.ERRORS, samples=tuple(Sample(labels=(f"e{n}" * 30,), value=1) for n in range(40_000))),)

    async def collect() -> tuple[Family, ...]:
        return large

    monkeypatch.setattr(metrics_endpoint, "ANSWER_SECONDS_MAX", 0.5)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        async with served(collect) as endpoint:
            slow.connect((LOOPBACK, port_of(endpoint)))
            slow.sendall(get("/metrics").encode())
            await until(lambda: endpoint._answering)
            code, _, _ = await asked(endpoint, get("/nothing"))
            await until(lambda: not endpoint._answering)

    assert code == 404


async def test_who_asks_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_endpoint, "REQUEST_SECONDS_MAX", 0.1)

    async with served(Figures()) as endpoint:
        left = await unanswered(endpoint, "")

    assert left == b""


async def test_who_asks_at_length_is_cut_off() -> None:
    async with served(Figures()) as endpoint:
        left = await unanswered(endpoint, "GET /metrics HTTP/1.1\r\nX: " + "x" * 40_000)

    assert left == b""


async def test_a_port_that_is_taken_is_said_and_listened_at_once_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_endpoint, "AGAIN_SECONDS", 0.01)
    async with served(Figures()) as first:
        port = port_of(first)
        second = HttpMetricsEndpoint(LOOPBACK, port)
        await second.serve(Figures())
        fault = standing(second).fault
    await until(lambda: not standing(second).fault)
    code, _, _ = await asked(second, get("/metrics"))
    await second.close()

    assert fault == f"port {port} at 127.0.0.1 is taken by another program; name another one as metrics_port."
    assert code == 200


async def test_an_address_of_another_machine_is_said() -> None:
    endpoint = HttpMetricsEndpoint("192.0.2.1", 0)

    await endpoint.serve(Figures())
    fault = standing(endpoint).fault
    await endpoint.close()

    assert fault.startswith("this machine has no address 192.0.2.1")


async def test_closing_breaks_off_what_is_being_answered() -> None:
    figures = Figures()
    figures.may_go_on.clear()
    endpoint = HttpMetricsEndpoint(LOOPBACK, 0)
    await endpoint.serve(figures)
    asking = asyncio.create_task(asked(endpoint, get("/metrics")))
    await until(lambda: endpoint._answering)

    await endpoint.close()

    with pytest.raises((ConnectionError, IndexError)):
        await asking
    assert not endpoint._answering
