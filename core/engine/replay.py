"""What does a recorded log say, and would the same decisions be taken again?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.domain.commands import Command, Envelope
from core.domain.errors import CommandRefused, NotVerifiableHere
from core.domain.events import Event, Recorded, RuleErred, SessionOpened, Unreadable
from core.domain.ids import SessionId
from core.domain.session import SessionState
from core.engine.engine import Engine
from core.engine.evolve import evolve, unopened
from core.engine.settle import settle
from core.rules.pinning import lacking, needing


def fold(engine: Engine, records: Iterable[Recorded], *, state: SessionState) -> SessionState:
    """The state after `records`, which follow on `state` without a gap. Rules are not asked, only remembered.

    Raises NotVerifiableHere at an event that can't be read here: what is true after it is not known.
    """
    for record in records:
        event = record.event
        if isinstance(event, Unreadable):
            raise unreadable(record, event)
        flow = engine.flow_of(event.opening) if isinstance(event, SessionOpened) else engine.flow(state)
        state = evolve(state, event, at_ms=record.at_ms, flow=flow)
    return state


def fold_session(engine: Engine, session: SessionId, records: Iterable[Recorded]) -> SessionState:
    """The state that a session's whole log leaves."""
    return fold(engine, records, state=unopened(session))


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first event that would be decided otherwise today: what is on record, what would be."""

    seq: int
    recorded: str
    decided: str


Form = Callable[[Event], str]
"""How an event is written where two are compared: what reads the same is the same."""

Reckon = Callable[[Engine, SessionState, Command], "tuple[str, str] | None"]
"""What a command says and what it would say today, where the two differ."""


def verify(engine: Engine, session: SessionId, records: Sequence[Recorded], *, form: Form = repr) -> Divergence | None:
    """Ask every decision of a log again; None where each event comes out the same.

    Raises NotVerifiableHere where the log pins something that isn't at hand, or holds what can't be read here.
    """
    verification = Verification(engine, session, form=form)
    verification.read(records)
    return verification.finish()


class Verification:
    """One log decided again, read on in pages of any size. Raises NotVerifiableHere as `verify` does.

    `seq` is the last event that came out the same, `state` what the log leaves there. `reckon` is asked of each command
    before it is decided.
    """

    def __init__(self, engine: Engine, session: SessionId, *, form: Form = repr, reckon: Reckon | None = None) -> None:
        self.divergence: Divergence | None = None
        self.state = unopened(session)
        self._engine = engine
        self._form = form
        self._reckon = reckon
        self._append: list[Recorded] = []

    @property
    def seq(self) -> int:
        return self.state.seq

    def read(self, records: Iterable[Recorded]) -> None:
        """Read on. What is cut off within an append is kept until its rest comes."""
        for record in records:
            if self.divergence is not None:
                return
            if record.envelope is not None and self._append:
                self._take(self._append)
                self._append = []
            self._append.append(record)

    def finish(self) -> Divergence | None:
        """The first difference, None where there was none; no more is read."""
        append, self._append = self._append, []
        if append and self.divergence is None:
            self._take(append)
        return self.divergence

    def _take(self, append: Sequence[Recorded]) -> None:
        first = append[0]
        for record in append:
            if isinstance(record.event, Unreadable):
                raise unreadable(record, record.event)
        if not isinstance(first.envelope, Envelope):
            self._differs(first.seq, self._form(first.event), "nothing: no command is on record")
            return
        command = first.envelope.command
        reckoned = self._reckon(self._engine, self.state, command) if self._reckon is not None else None
        if reckoned is not None:
            self._differs(first.seq, *reckoned)
            return
        try:
            settlement = settle(self._engine, self.state, command, now_ms=first.envelope.at_ms)
        except CommandRefused as refusal:
            self._differs(first.seq, self._form(first.event), f"nothing: {refusal}")
            return
        _require_plugins(self._engine, settlement.state, append)
        for index, record in enumerate(append):
            if record.at_ms != first.at_ms:  # what followed from one command was recorded at one moment
                told = f"{self._form(record.event)} at"
                self._differs(record.seq, f"{told} {record.at_ms}", f"{told} {first.at_ms}")
                return
            decided = settlement.events[index] if index < len(settlement.events) else None
            if decided != record.event or self._form(decided) != self._form(record.event):
                told = self._form(decided) if decided is not None else "nothing"
                self._differs(record.seq, self._form(record.event), told)
                return
        if len(settlement.events) > len(append):
            self._differs(append[-1].seq + 1, "nothing", self._form(settlement.events[len(append)]))
            return
        self.state = settlement.state

    def _differs(self, seq: int, recorded: str, decided: str) -> None:
        self.divergence = Divergence(seq=seq, recorded=recorded, decided=decided)


def _require_plugins(engine: Engine, state: SessionState, append: Sequence[Recorded]) -> None:
    """Raise NotVerifiableHere where rules in force need a plugin that isn't here, or were heard without one that is."""
    installed = frozenset(engine.plugins.origins)
    where, now = f"session {state.session[:8]}", "Verify it where the same plugins are installed."
    rules = engine.rules(state)
    for rule in rules.enabled:
        for origin in rule.plugins:
            if origin not in installed:
                raise NotVerifiableHere(f"its rule {rule.id}: {lacking(origin, installed)}", where=where, now=now)
    for event in (record.event for record in append):
        if isinstance(event, RuleErred) and event.rule in rules.by_id:
            for origin in rules.by_id[event.rule].plugins:
                if event.message.startswith(needing(origin)):
                    why = (
                        f"its rule {event.rule} wasn't heard for want of the plugin {origin}, which is installed here."
                    )
                    raise NotVerifiableHere(why, where=where, now=now)


def unreadable(record: Recorded, event: Unreadable) -> NotVerifiableHere:
    return NotVerifiableHere(event.why, where=f"session {record.session[:8]}, event {record.seq}", now=event.now)


def appends_of(records: Iterable[Recorded]) -> Iterator[list[Recorded]]:
    """What was recorded at once, in order."""
    append: list[Recorded] = []
    for record in records:
        if record.envelope is not None and append:
            yield append
            append = []
        append.append(record)
    if append:
        yield append
