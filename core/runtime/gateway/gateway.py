"""How does a call that is on record reach its provider, and when doesn't it?

Around each call, in this order: wait before following one that failed, wait until the route is worth asking, wait for
the account's turn in the minute, then ask, with a limit to silence. Nothing is tried twice here: which attempt comes
next is the engine's to say, and each is recorded and reserved before it comes here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
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
from core.runtime.time_limit import TimeLimit

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt as the gateway sees it. `waits_for` is told what it waits for, and "" once it doesn't; `heard` takes
    each piece, and may raise to end the call. `sent` is called when it may reach the provider from now on, and
    `hung_up` with the last piece where the call is cancelled behind it."""

    request: ModelRequest
    attempt: int
    failures: Sequence[FailedAttempt]
    waits_for: Callable[[str], None]
    heard: Callable[[str], None]
    sent: Callable[[], None]
    hung_up: Callable[[Piece], None] = lambda piece: None


class Gateway:
    """Of one driver, and on its event loop. What it knows of routes and accounts is gone with it."""

    def __init__(self, providers: ModelProviders, clock: Clock, limits: GatewayLimits | None = None) -> None:
        self._providers = providers
        self._clock = clock
        self._limits = limits if limits is not None else GatewayLimits()
        self._breakers: dict[str, Breaker] = {}
        self._accounts: dict[str, Account] = {}
        self._limiters: dict[Account, RateLimiter] = {}
        self._observed: dict[str, Observed] = {}
        self._counting: SingleFlight[int | None] = SingleFlight()
        self._probes = Probes(providers, clock, now_ms=self._now_ms)

    async def call(self, call: Call) -> Closing:
        """Wait, ask, listen. Raises ProviderFailed, and whatever `heard` raises.

        Cancelling it ends the call; where `sent` was not called by then, nobody was asked.
        """
        route = call.request.model
        if is_person(route):
            return await self._listen_to_a_person(call)
        breaker, observed = self._breaker(route), self._observe(route)
        limiter = self._limiter(self._account(route))
        taken = await self._admitted(call, breaker, limiter)
        ticket = breaker.begin()
        call.sent()
        began_ms = self._now_ms()
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
        if _log.isEnabledFor(logging.DEBUG):
            said = fields(took_ms=took_ms, tokens_input=closing.tokens_input, tokens_output=closing.tokens_output)
            _log.debug("answered", extra=said)
        if taken is not None and limiter is not None:
            limiter.settle(taken, closing.tokens_input + closing.tokens_output)
        return closing

    def resting(self, routes: Collection[str]) -> frozenset[str]:
        """Those of `routes` that are better passed over now: open, being tried by another call, or cooling down."""
        if not self._breakers:
            return frozenset()
        return frozenset(
            route
            for route in routes
            if (breaker := self._breakers.get(route)) is not None
            and (breaker.state is BreakerState.OPEN or breaker.is_probed or breaker.rest_ms() >= PASSED_OVER_MS_MIN)
        )

    def reset(self, route: str) -> bool:
        """Let a route be asked again at once, because the operator says so. False where nothing is known of it."""
        breaker = self._breakers.get(route)
        if breaker is not None:
            breaker.reset()
        return breaker is not None

    def health(self) -> tuple[RouteHealth, ...]:
        """Every route that this driver has asked, in alphabetical order."""
        return tuple(self._health(route) for route in sorted(self._observed))

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
        await self._probes.look((*usable, *self._observed), rests=self._rests)

    async def _admitted(self, call: Call, breaker: Breaker, limiter: RateLimiter | None) -> Taken | None:
        """Wait until it may be sent. Raises ProviderFailed where that would take longer than a debate waits."""
        request = call.request
        wait_ms = wait_ms_before(
            request.session, request.step, call.attempt, route=request.model, failures=call.failures
        )
        account = self._account(request.model)
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
                taken = await limiter.take(tokens, on_wait=lambda: waits_for(f"its turn with {account.provider}"))
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
        limit = TimeLimit(
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
            await _closed(stream)
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
            breaker.state is BreakerState.CLOSED and breaker.rest_ms() > 0
            for route, breaker in self._breakers.items()
            if self._account(route) == account
        )

    def _health(self, route: str) -> RouteHealth:
        breaker, observed = self._breaker(route), self._observed[route]
        account = self._account(route)
        limiter, probed = self._limiter(account), self._probes.found().get(account)
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

    def _account(self, route: str) -> Account:
        account = self._accounts.get(route)
        if account is None:
            account = self._accounts[route] = account_of(self._providers, route)
        return account

    def _breaker(self, route: str) -> Breaker:
        breaker = self._breakers.get(route)
        if breaker is None:
            breaker = self._breakers[route] = Breaker(self._now_ms)
        return breaker

    def _observe(self, route: str) -> Observed:
        observed = self._observed.get(route)
        if observed is None:
            observed = self._observed[route] = Observed()
        return observed

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


def _resting(route: str, breaker: Breaker, rest_ms: int) -> ProviderFailed:
    if breaker.state is BreakerState.CLOSED:
        message = f"{route} asked to be left alone for {-(-rest_ms // 1_000)} s more"
        return ProviderFailed(ProviderError.RATE_LIMITED, message, is_final=True, retry_after_ms=rest_ms)
    return ProviderFailed(ROUTE_RESTING, f"{route} failed too often and is not asked for a while", is_final=True)


def _in_words(error: str) -> str:
    return error.replace("_", " ")


async def _closed(stream: AsyncIterator[Piece | Closing]) -> None:
    """Let go of what is no longer listened to; a generator that ended by itself has done so."""
    aclose = getattr(stream, "aclose", None)
    if aclose is not None:
        await aclose()
