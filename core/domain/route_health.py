"""How well is a route, a model as a provider serves it, and how well is the provider itself?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteHealth:
    """What the driver has seen of a route since it began.

    `breaker` is `closed`, `open` or `half_open`; for `rest_ms` the route is left alone. `errors` counts failed calls by
    word. `requests_left` and `tokens_left` are what its account may be asked within this minute, None without a limit;
    `waiting` calls wait for their turn with it. `probe` is what asking without spending came to: `ok`, an error's
    word, or "" where nobody asked.
    """

    route: str
    breaker: str
    rest_ms: int = 0
    answers: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    last_error: str = ""
    latency_p50_ms: int | None = None
    latency_p95_ms: int | None = None
    requests_left: int | None = None
    tokens_left: int | None = None
    waiting: int = 0
    probe: str = ""
    probed_at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHealth:
    """What came of asking a provider for its models, which spends nothing, since the driver began.

    `probe` is what it came to last: `ok`, or an error's word. `answers` and `errors` count such questions, latencies
    are of their answers. What is left within this minute is of its key; asking for models doesn't count there.
    """

    provider: str
    address: str = ""
    probe: str = ""
    probed_at_ms: int = 0
    answers: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    last_error: str = ""
    latency_p50_ms: int | None = None
    latency_p95_ms: int | None = None
    requests_left: int | None = None
    tokens_left: int | None = None
    waiting: int = 0
