"""Who counts how often a model was asked, whatever happens to the process that asks?

A server on this machine that speaks OpenAI's protocol, slowly, in a thread of the process that kills. A call counts
once its request has come in whole: from then on a provider would bill it. What is asked again is known by its messages.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from hashlib import sha256
from types import TracebackType

from tests.wire.openai_wire import OpenAIWire
from tests.wire.server import Act, Answer, Asked, WireServer


class _CountingServer(WireServer):
    """Every answer comes slowly, and with words that follow from what was asked."""

    def __init__(self, wire: OpenAIWire, *, rest_seconds: float) -> None:
        super().__init__(wire)
        self._rest_seconds = rest_seconds
        self.calls: Counter[str] = Counter()
        """Of the debate under way, by what was asked."""

    async def _perform(
        self, act: Act, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if asked.method == "POST":
            digest = sha256(json.dumps(asked.body["messages"], sort_keys=True).encode()).hexdigest()
            self.calls[digest] += 1
            words = (f"Point {digest[:6]}: ", "the rota ", "is short. ", "\nVERDICT: for")
            act = Act(answer=Answer(words=words), rest_seconds=self._rest_seconds)
        return await super()._perform(act, asked, reader, writer)


class CountingProvider:
    """Use it as a context manager; `url` is where it is."""

    def __init__(self, *, rest_seconds: float) -> None:
        self._rest_seconds = rest_seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="provider", daemon=True)
        self.url = ""

    def __enter__(self) -> CountingProvider:
        self._thread.start()
        self._server = _CountingServer(OpenAIWire(), rest_seconds=self._rest_seconds)
        self._in_its_thread(self._server.__aenter__())
        self.url = f"{self._server.url}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._in_its_thread(self._server.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def calls(self) -> int:
        """Every request of this debate that came in whole."""
        return self._server.calls.total()

    @property
    def repeats(self) -> int:
        """Of these, those for what had been asked before."""
        return self.calls - len(self._server.calls)

    def begin_anew(self) -> None:
        """Another debate, which asks the same, begins."""
        self._server.calls = Counter()

    def _in_its_thread(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()  # type: ignore[arg-type]
