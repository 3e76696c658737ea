"""What has been seen of a route, or of a provider that was probed: how long it takes, how it fails?"""

from __future__ import annotations

from collections import Counter, deque

SAMPLES_MAX = 256
"""Percentiles are taken of so many of the newest answers."""

MESSAGE_CHARACTERS_MAX = 200


class Observed:
    """Since this driver began. Never recorded, and never decided by."""

    __slots__ = ("_newest_ms", "answers", "errors", "last_error", "probe", "probed_at_ms")

    def __init__(self) -> None:
        self.answers = 0
        self.errors: Counter[str] = Counter()
        self.last_error = ""
        self.probe = ""
        self.probed_at_ms = 0
        self._newest_ms: deque[int] = deque(maxlen=SAMPLES_MAX)

    def answered(self, took_ms: int) -> None:
        self.answers += 1
        self._newest_ms.append(took_ms)

    def failed(self, error: str, message: str) -> None:
        """`error` is a stable word, of which there are few."""
        self.errors[error] += 1
        self.last_error = f"{error}: {message}"[:MESSAGE_CHARACTERS_MAX] if message else error

    def latency_ms(self, percent: int) -> int | None:
        """The least latency that `percent` of a hundred newest answers don't exceed; None before the first."""
        if not self._newest_ms:
            return None
        return sorted(self._newest_ms)[-(-len(self._newest_ms) * percent // 100) - 1]
