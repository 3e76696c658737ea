"""What does a fork begin with?

The prefix is read from the log, and what the request names is pinned: rules, format, seats, prices, a budget.
Whatever can't be held is refused here, whole, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.domain.commands import Admit, Fork
from core.domain.errors import CommandRefused, PricesUnknown, WrongUse
from core.domain.events import Prefix, Recorded
from core.domain.ids import NO_DIGEST, NO_SESSION, NO_TEMPLATE, Digest, SessionId, TemplateId
from core.domain.participants import Participant, Seat
from core.domain.session import Opening
from core.domain.unasked import asks_no_model
from core.engine.backtest import Revision
from core.engine.evolve import unopened
from core.engine.forking import FORK_EVENTS_MAX, Cut, cut, kept_rules
from core.engine.plan import plan
from core.engine.settle import settle
from core.ports.event_log import READ_EVENTS_MAX
from core.ports.model_provider import ModelInfo
from core.rules.layers import unknown_set
from core.rules.pinning import plugins_of
from core.runtime.calibrating import calibration_for
from core.runtime.casting import Casting
from core.runtime.opening import Openings
from core.runtime.ports import Limits, Ports
from core.runtime.replaying import log_digest
from core.runtime.requests import ForkRequest
from core.runtime.rules_in_force import RulesInForce, pins_of, templates_of

FILE_MARK = "file:"
"""Before the name of a file whose rules one fork alone follows: no set can be called that and take their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pinned:
    """The rules of a fork: the name of their set, what they are, the templates that they may apply."""

    rule_set: str
    digest: Digest
    templates: Mapping[TemplateId, Digest]


class Forks:
    """Turns a request for a fork into the command that opens it."""

    def __init__(self, ports: Ports, limits: Limits, openings: Openings) -> None:
        self._ports = ports
        self._limits = limits
        self._openings = openings

    async def command(self, request: ForkRequest, *, rules: RulesInForce) -> Fork:
        """Everything pinned. Raises WrongUse where the fork can't be made, NotVerifiableHere where its origin can't be
        read here."""
        found = await self._cut(request)
        seq, digest = await log_digest(self._ports, request.session, at_seq=found.seq)
        pinned = await self._rules(request, found, rules)
        spent, switched_off = kept_rules(
            found.state,
            await self._ports.library.rules(found.state.ruling.digest),
            await self._ports.library.rules(pinned.digest),
        )
        template, template_digest = await self._template(request)
        seats, opening = await self._seated(request, found)
        calibration = opening.calibration
        if template:
            # What agreement tells is read by the measure that its origin has pinned, whatever the format's own is.
            format_ = replace(await self._ports.library.template(template_digest), measure=opening.measure)
            routes = [route for seat in opening.seats for route in seat.participant.routes]
            calibration = await calibration_for(self._ports.index, format_, is_unasked=all(map(asks_no_model, routes)))
        opening = replace(
            opening,
            calibration=calibration,
            title=request.title.strip() or found.opening.title,
            rules_digest=pinned.digest,
            templates=pinned.templates,
            rule_set=pinned.rule_set,
            cap_microusd=self._cap(request, found),
            origin=request.origin,
            # It is beside its origin that a fork is read, and half a debate would be compared with a whole vote.
            control=NO_TEMPLATE,
            parent=NO_SESSION,
            estimate=None,
            plugins=plugins_of((await self._ports.library.rules(pinned.digest)).rules),
        )
        command = Fork(
            opening=opening,
            prefix=Prefix(session=request.session, seq=seq, digest=digest, events=found.events),
            spent=spent,
            switched_off=switched_off,
            seats=seats,
            template=template,
            template_digest=template_digest,
            rounds_limit=request.rounds,
        )
        await self._ports.library.prepare_opening(opening)
        self._refuse_early(command)
        return command

    async def _cut(self, request: ForkRequest) -> Cut:
        records: list[Recorded] = []
        session, until_seq = request.session, request.at_seq
        if until_seq is not None and until_seq < 1:
            raise WrongUse(f"it has no event {until_seq}.", where=f"session {session[:8]}", now="The first is event 1.")
        while page := await self._ports.log.read(session, after_seq=len(records), limit=READ_EVENTS_MAX):
            await self._ports.library.prepare(record.event for record in page)
            records += page
            is_past = until_seq is not None and any(each.seq > until_seq and each.envelope is not None for each in page)
            if is_past or len(page) < READ_EVENTS_MAX or len(records) > FORK_EVENTS_MAX + READ_EVENTS_MAX:
                break
        if not records:
            raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` names those that there are.")
        return cut(self._ports.engine, session, records, at_seq=until_seq)

    async def _rules(self, request: ForkRequest, found: Cut, rules: RulesInForce) -> _Pinned:
        library, ruling = self._ports.library, found.state.ruling
        if request.rules_given:
            over = Revision(rules=request.rules_given).over((await library.rules(ruling.digest)).rules)
            digest = await self._ports.catalogue.keep_rules(over)
            templates = await pins_of(templates_of(over), self._ports)
            return _Pinned(rule_set=f"{FILE_MARK}{request.rules_name}", digest=digest, templates=templates)
        name = request.rules or found.opening.rule_set
        in_force = rules.sets.get(name)
        if in_force is not None:
            return _Pinned(rule_set=name, digest=in_force.digest, templates=in_force.templates)
        if request.rules:
            raise unknown_set(name, rules.sets)
        return _Pinned(rule_set=name, digest=ruling.digest, templates=ruling.templates)

    async def _template(self, request: ForkRequest) -> tuple[TemplateId, Digest]:
        if not request.template_id:
            return NO_TEMPLATE, NO_DIGEST
        template = await self._openings.template(request.template_id)
        digest = await self._openings.digest(template)
        await self._ports.library.template(digest)
        return template.id, digest

    async def _seated(self, request: ForkRequest, found: Cut) -> tuple[tuple[Seat, ...], Opening]:
        """Who is seated otherwise, and the opening with them and with what everybody costs now."""
        opening = found.opening
        sitting = self._ports.engine.flow(found.state).seats(found.state)
        cast = Casting(await self._ports.catalogue.participants(), self._ports.offers)
        instead = cast.instead(sitting, request.casting)
        by_id = {seat.id: seat for seat in (*sitting, *instead)}
        roles = {seat.role.value: seat.participant for seat in instead}
        casting = {role: roles.get(role, usual) for role, usual in opening.casting.items()}
        seats = tuple(by_id.get(seat.id, seat) for seat in opening.seats)
        everybody = (*(seat.participant for seat in by_id.values()), *casting.values())
        infos = await self._described(everybody, opening)
        known = {route: info for route, info in infos.items() if info.is_price_known}
        return instead, replace(
            opening,
            seats=seats,
            casting=casting,
            prices={**opening.prices, **{route: info.price for route, info in known.items()}},
            windows={**opening.windows, **{route: info.tokens_context_max for route, info in known.items()}},
        )

    async def _described(self, everybody: Iterable[Participant], opening: Opening) -> Mapping[str, ModelInfo]:
        """What is known now of every model that may be asked; what its origin pinned stands where nothing is."""
        routes = sorted({route for participant in everybody for route in participant.routes})
        if any(":" in route for route in routes):
            await self._ports.offers.prepare()
        infos = {route: self._ports.providers.describe(route) for route in routes}
        unknown = [route for route, info in infos.items() if not info.is_price_known and route not in opening.prices]
        if unknown:
            raise PricesUnknown(unknown)
        return infos

    def _cap(self, request: ForkRequest, found: Cut) -> int | None:
        """What it may spend itself: as much as its origin might there, unless the request says otherwise."""
        asked = found.state.money.cap_microusd if request.cap_microusd is None else request.cap_microusd
        allowed = self._limits.cap_session_microusd
        if asked is not None and asked < 0:
            raise WrongUse("a budget below zero.", now="Name what may be spent at most, or leave it.")
        return asked if allowed is None else allowed if asked is None else min(asked, allowed)

    def _refuse_early(self, command: Fork) -> None:
        """What would be refused of the command, or of its first steps by those who would be asked: before anything is
        recorded."""
        engine, now_ms = self._ports.engine, self._ports.clock.now_ms()
        try:
            opened = settle(engine, unopened(SessionId("")), command, now_ms=now_ms).state
        except CommandRefused as refused:
            raise WrongUse(refused.what, where="fork", now=refused.now) from refused
        state = settle(engine, opened, Admit(), now_ms=now_ms).state
        for step in (each for each in plan(engine, state) if each.is_call):
            request = engine.flow(state).request(state, step)
            self._ports.providers.for_model(request.model).refuse_early(request)
