"""How does a call that is on record reach its provider, and when doesn't it?

Around each call, in this order: wait before following one that failed, wait until the route is worth asking, wait for
the account's turn in the minute, then ask, with a limit to silence. Nothing is tried twice here: which attempt comes
next is the engine's to say, and each is recorded and reserved before it comes here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from core.domain.errors import MootError
from core.domain.people import is_person
from core.domain.provider_errors import ROUTE_RESTING, ProviderError, meaning_of
from core.domain.route_health import ProviderHealth, RouteHealth
from core.domain.session import FailedAttempt
from core.domain.steps import ModelRequest
from core.engine.routes import RETRY_AFTER_MS_MAX
from core.ports.clock import Clock
from core.ports.model_provider import Account, Closing, ModelProviders, Piece, ProviderFailed
from core.runtime.correlating import fields
from core.runtime.gateway.backoff import wait_ms_before
from core.runtime.gateway.breaker import Breaker, BreakerState
from core.runtime.gateway.limiter import UNLIMITED, RateLimit, RateLimiter, Taken
from core.runtime.gateway.observed import Observed
from core.runtime.gateway.probes import Probes, account_of, is_remote
from core.runtime.gateway.single_flight import SingleFlight
from core.runtime.time_limit import Watch

COOL_DOWN_MS_DEFAULT = 1_000
"""A provider that says it is asked too often, and not for how long to wait, is left alone for this long."""

PASSED_OVER_MS_MIN = 5_000
"""A route that cools down for less is waited for; one that does for longer is passed over where there is another."""

COUNT_MS_MAX = 2_000
"""How long to wait for a provider's own count of a prompt before doing without it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLimits:
    """`rate_limits` are by provider and hold for each of its accounts; `rate_limit` holds for every other. Silence is
    bounded by the adapters more tightly; what is bounded here is theirs too."""

    rate_limit: RateLimit = UNLIMITED
    rate_limits: Mapping[str, RateLimit] = field(default_factory=dict)
    first_token_milliseconds_max: int = 600_000
    silence_milliseconds_max: int = 300_000


class Call:
    """One attempt as the gateway sees it. Whoever makes it says by a class of their own what they want to be told."""

    __slots__ = ("attempt", "failures", "request")

    def __init__(self, request: ModelRequest, *, attempt: int, failures: Sequence[FailedAttempt]) -> None:
        self.request = request
        self.attempt = attempt
        self.failures = failures

    def waits_for(self, what: str) -> None:
        """It waits for that before it is sent; "" once it doesn't."""

    def sent(self) -> None:
        """It may reach the provider from now on."""

    def heard(self, said: str) -> None:
        """Takes each piece, and may raise to end the call."""

    def hung_up(self, last: Piece) -> None:
        """It was cancelled behind that piece."""


class _Route:
    """What is known of a route since the driver began; `limiter` is None where nobody counts its account's calls."""

    __slots__ = ("account", "breaker", "limiter", "observed")

    def __init__(self, *, account: Account, breaker: Breaker, limiter: RateLimiter | None) -> None:
        self.account = account
        self.breaker = breaker
        self.limiter = limiter
        self.observed = Observed()


class Gateway:
    """Of one driver, and on its event loop. What it knows of routes and accounts is gone with it."""

    def __init__(self, providers: ModelProviders, clock: Clock, limits: GatewayLimits | None = None) -> None:
        self._providers = providers
        self._clock = clock
        self._limits = limits if limits is not None else GatewayLimits()
        self._routes: dict[str, _Route] = {}
        self._limiters: dict[Account, RateLimiter] = {}
        self._watch = Watch()
        self._counting: SingleFlight[int | None] = SingleFlight()
        self._probes = Probes(providers, clock, now_ms=self._now_ms)

    async def call(self, call: Call) -> Closing:
        """Wait, ask, listen. Raises ProviderFailed, and whatever `heard` raises.

        Cancelling it ends the call; where `sent` was not called by then, nobody was asked.
        """
        route = self._routes.get(call.request.model)
        if route is None:
            if is_person(call.request.model):
                return await self._listen_to_a_person(call)
            route = self._begin(call.request.model)
        breaker, limiter, observed = route.breaker, route.limiter, route.observed
        taken: Taken | None = None
        if call.failures or limiter is not None or breaker.rest_ms():
            taken = await self._admitted(call, route)
        ticket = breaker.begin()
        call.sent()
        began_ms = self._now_ms()
        is_told = _log.isEnabledFor(logging.DEBUG)
        if is_told:
            _log.debug("sent")
        try:
            closing = await self._listen(call)
        except ProviderFailed as failed:
            self._count_failure(breaker, ticket, failed)
            observed.failed(failed.error, failed.message)
            raise
        except asyncio.CancelledError:
            breaker.passed(ticket)
            raise
        except CallEnded as ended:
            breaker.passed(ticket)
            observed.failed(ended.error, "")
            raise
        except MootError:
            breaker.passed(ticket)
            observed.failed(ProviderError.REFUSED, "")
            raise
        except Exception as error:
            breaker.failed(ticket)
            observed.failed(type(error).__name__, "")
            raise
        was_closed = breaker.state is BreakerState.CLOSED
        breaker.succeeded(ticket)
        if not was_closed and breaker.state is BreakerState.CLOSED:
            _log.info("the route is asked again")
        took_ms = self._now_ms() - began_ms
        observed.answered(took_ms)
        if is_told:
            said = fields(took_ms=took_ms, tokens_input=closing.tokens_input, tokens_output=closing.tokens_output)
            _log.debug("answered", extra=said)
        if taken is not None and limiter is not None:
            limiter.settle(taken, closing.tokens_input + closing.tokens_output)
        return closing

    def resting(self, routes: Collection[str]) -> frozenset[str]:
        """Those of `routes` that are better passed over now: open, being tried by another call, or cooling down."""
        found: frozenset[str] = frozenset()
        for name in routes:
            route = self._routes.get(name)
            if route is not None and _is_resting(route.breaker):
                found |= {name}
        return found

    def reset(self, route: str) -> bool:
        """Let a route be asked again at once, because the operator says so. False where nothing is known of it."""
        known = self._routes.get(route)
        if known is not None:
            known.breaker.reset()
        return known is not None

    def health(self) -> tuple[RouteHealth, ...]:
        """Every route that this driver has asked, in alphabetical order."""
        return tuple(self._health(route) for route in sorted(self._routes))

    def providers(self) -> tuple[ProviderHealth, ...]:
        """Every provider that was probed, by name and address."""
        found = sorted(self._probes.found().items(), key=lambda each: (each[0].provider, each[0].address))
        return tuple(self._provider(account, observed) for account, observed in found)

    async def count_input(self, request: ModelRequest) -> int | None:
        """The tokens of a prompt as its provider counts them, None where it doesn't, or not in time."""
        provider = self._providers.for_model(request.model)
        if not is_remote(provider):
            return None
        digest = sha256()
        for message in request.messages:
            digest.update(f"{message.author}:{len(message.text)}:{message.text}".encode(errors="replace"))
        with suppress(ProviderFailed, TimeoutError):
            async with asyncio.timeout(COUNT_MS_MAX / 1_000):
                return await self._counting.share((request.model, digest.digest()), provider.count_input(request))
        return None

    async def probe(self, usable: Collection[str] = ()) -> None:
        """Ask each provider that was used, and those behind `usable`, how it is, without spending anything."""
        await self._probes.look((*usable, *self._routes), rests=self._rests)

    async def _admitted(self, call: Call, route: _Route) -> Taken | None:
        """Wait until it may be sent. Raises ProviderFailed where that would take longer than a debate waits."""
        request, breaker, limiter = call.request, route.breaker, route.limiter
        wait_ms = wait_ms_before(
            request.session, request.step, call.attempt, route=request.model, failures=call.failures
        )
        has_waited = False

        def waits_for(what: str) -> None:
            nonlocal has_waited
            has_waited = True
            _log.info("it is not sent yet", extra=fields(waits_for=what))
            call.waits_for(what)

        if wait_ms:
            waits_for(f"another try after {_in_words(call.failures[-1].error)}")
            await self._clock.sleep(wait_ms)
        taken: Taken | None = None
        rested_ms = 0
        while True:
            while rest_ms := breaker.rest_ms():
                rested_ms += rest_ms
                if rested_ms > RETRY_AFTER_MS_MAX:
                    raise _resting(request.model, breaker, rest_ms)
                waits_for(f"{request.model} to recover")
                await self._clock.sleep(rest_ms)
            if limiter is not None:
                tokens = request.bytes_input + request.tokens_output_max
                taken = await limiter.take(tokens, on_wait=lambda: waits_for(f"its turn with {route.account.provider}"))
            if not breaker.rest_ms():
                break
            if limiter is not None and taken is not None:  # it opened while this call waited for its turn
                limiter.give_back(taken)
        if has_waited:
            call.waits_for("")
        return taken

    async def _listen_to_a_person(self, call: Call) -> Closing:
        """What they say, whenever that is: the adapter bounds the wait. Nothing is sent to anybody, so that who is cut
        off here was never asked."""
        call.waits_for("you to speak")
        async for said in self._providers.for_model(call.request.model).stream(call.request):
            if isinstance(said, Closing):
                return said
            call.waits_for("")
            call.heard(said.text)
        raise ProviderFailed(ProviderError.INCOMPLETE, "they said nothing to the end", is_final=True)

    async def _listen(self, call: Call) -> Closing:
        limits = self._limits
        limit = self._watch.limit(
            limits.first_token_milliseconds_max / 1_000, anew_seconds=limits.silence_milliseconds_max / 1_000
        )
        stream = self._providers.for_model(call.request.model).stream(call.request)
        closing: Closing | None = None
        piece: Piece | None = None
        try:
            with limit:
                async for said in stream:
                    if isinstance(said, Closing):
                        closing = said
                        break
                    piece = said
                    call.heard(said.text)
                    limit.anew()
        except TimeoutError:
            if not limit.is_over:
                raise
            word = ProviderError.TIMEOUT_FIRST_TOKEN if piece is None else ProviderError.TIMEOUT_IDLE
            raise ProviderFailed(word, "it said nothing for too long", may_have_cost=True) from None
        except asyncio.CancelledError:
            if piece is not None:
                call.hung_up(piece)
            raise
        finally:
            # Let go of what is no longer listened to; a generator that ended by itself has done so.
            aclose = getattr(stream, "aclose", None)
            if aclose is not None:
                await aclose()
        if closing is None:
            message = "its answer broke off before the end"
            raise ProviderFailed(ProviderError.INCOMPLETE, message, may_have_cost=True)
        return closing

    def _count_failure(self, breaker: Breaker, ticket: int, failed: ProviderFailed) -> None:
        if meaning_of(failed.error).is_route_failure and not failed.is_final:
            breaker.failed(ticket)
            if breaker.state is BreakerState.OPEN:
                _log.warning("the route is left alone", extra=fields(error=failed.error, rest_ms=breaker.rest_ms()))
            return
        breaker.passed(ticket)
        if failed.error == ProviderError.RATE_LIMITED:
            asked_ms = COOL_DOWN_MS_DEFAULT if failed.retry_after_ms is None else failed.retry_after_ms
            _log.warning("the provider asks to be left alone", extra=fields(rest_ms=asked_ms))
            breaker.cool_down(max(0, asked_ms))

    def _rests(self, account: Account) -> bool:
        """True where the provider asked to be left alone, by any of its routes, and that time isn't over."""
        return any(
            route.breaker.state is BreakerState.CLOSED and route.breaker.rest_ms() > 0
            for route in self._routes.values()
            if route.account == account
        )

    def _health(self, route: str) -> RouteHealth:
        known = self._routes[route]
        breaker, observed, limiter = known.breaker, known.observed, known.limiter
        probed = self._probes.found().get(known.account)
        requests_left, tokens_left = limiter.left() if limiter is not None else (None, None)
        return RouteHealth(
            route=route,
            breaker=breaker.state.value,
            rest_ms=breaker.rest_ms(),
            answers=observed.answers,
            errors=dict(observed.errors),
            last_error=observed.last_error,
            latency_p50_ms=observed.latency_ms(50),
            latency_p95_ms=observed.latency_ms(95),
            requests_left=requests_left,
            tokens_left=tokens_left,
            waiting=limiter.waiting if limiter is not None else 0,
            probe=probed.probe if probed is not None else "",
            probed_at_ms=probed.probed_at_ms if probed is not None else 0,
        )

    def _provider(self, account: Account, observed: Observed) -> ProviderHealth:
        limiter = self._limiter(account)
        requests_left, tokens_left = limiter.left() if limiter is not None else (None, None)
        return ProviderHealth(
            provider=account.provider,
            address=account.address,
            probe=observed.probe,
            probed_at_ms=observed.probed_at_ms,
            answers=observed.answers,
            errors=dict(observed.errors),
            last_error=observed.last_error,
            latency_p50_ms=observed.latency_ms(50),
            latency_p95_ms=observed.latency_ms(95),
            requests_left=requests_left,
            tokens_left=tokens_left,
            waiting=limiter.waiting if limiter is not None else 0,
        )

    def _begin(self, route: str) -> _Route:
        account = account_of(self._providers, route)
        known = _Route(account=account, breaker=Breaker(self._now_ms), limiter=self._limiter(account))
        self._routes[route] = known
        return known

    def _limiter(self, account: Account) -> RateLimiter | None:
        """None where nobody counts the calls of that account."""
        limiter = self._limiters.get(account)
        if limiter is None:
            limit = self._limits.rate_limits.get(account.provider, self._limits.rate_limit)
            if limit == UNLIMITED:
                return None
            limiter = self._limiters[account] = RateLimiter(limit, now_ms=self._now_ms, sleep=self._clock.sleep)
        return limiter

    def _now_ms(self) -> int:
        """Of the event loop, which never goes back: limits must not loosen when somebody sets the clock."""
        return int(asyncio.get_running_loop().time() * 1_000)


class CallEnded(Exception):
    """Raised by whoever listens: the call is to end, and its route is not to blame. `error` is a stable word."""

    def __init__(self, error: str, message: str) -> None:
        self.error = error
        self.message = message
        super().__init__(message)


def _is_resting(breaker: Breaker) -> bool:
    rest_ms = breaker.rest_ms()
    if not rest_ms:
        return False
    return breaker.state is BreakerState.OPEN or breaker.is_probed or rest_ms >= PASSED_OVER_MS_MIN


def _resting(route: str, breaker: Breaker, rest_ms: int) -> ProviderFailed:
    if breaker.state is BreakerState.CLOSED:
        message = f"{route} asked to be left alone for {-(-rest_ms // 1_000)} s more"
        return ProviderFailed(ProviderError.RATE_LIMITED, message, is_final=True, retry_after_ms=rest_ms)
    return ProviderFailed(ROUTE_RESTING, f"{route} failed too often and is not asked for a while", is_final=True)


def _in_words(error: str) -> str:
    return error.replace("_", " ")
