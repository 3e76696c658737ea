"""Which sessions does a driver have in memory, and how does one come there?"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable

from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.domain.session import SessionState
from core.runtime.correlating import fields
from core.runtime.deadlines import Deadlines
from core.runtime.folding import folded
from core.runtime.ports import Ports
from core.runtime.session_loop import SessionLoop, is_settled

LOOPS_REMEMBERED_MAX = 200
"""Sessions that stand still are kept in memory up to this many; the rest are folded again when somebody asks."""

_log = logging.getLogger(__name__)


class Memory:
    """The sessions of one driver that somebody asked for, that which was used last at the end of `loops`. `look_after`
    makes one that begins no steps."""

    def __init__(
        self,
        ports: Ports,
        *,
        sessions_running_max: int,
        deadlines: Deadlines,
        look_after: Callable[[SessionId, SessionState], SessionLoop],
    ) -> None:
        self.loops: OrderedDict[SessionId, SessionLoop] = OrderedDict()
        self._ports = ports
        self._sessions_running_max = sessions_running_max
        self._deadlines = deadlines
        self._look_after = look_after
        self._gone: set[SessionId] = set()
        self._loading: dict[SessionId, asyncio.Lock] = {}

    async def loop(self, session: SessionId) -> SessionLoop:
        """The session, folded from its log where it isn't in memory. Raises WrongUse for one that isn't there, or is
        being deleted."""
        loop = self.loops.get(session)
        if loop is not None:
            self.loops.move_to_end(session)
            if loop.state.opening is not None:
                await self._ports.library.rules(loop.state.ruling.digest)  # of one that stood still they may be let go
            return loop
        async with self._loading.setdefault(session, asyncio.Lock()):
            try:
                loop = self.loops.get(session)
                if loop is not None:
                    return loop
                state = None if session in self._gone else await folded(self._ports, session)
                if state is None or session in self._gone:
                    raise WrongUse(f"session {session[:8]} is being deleted.")
                if session in self.loops:  # one who waited for a lock that failed folded it too
                    return self.loops[session]
                loop = self._look_after(session, state)
                self.keep(loop)
                return loop
            finally:
                self._loading.pop(session, None)

    async def readable(self, session: SessionId) -> SessionLoop | None:
        """The session, or None where its log can't be folded here: then the log file says why."""
        try:
            return await self.loop(session)
        except MootError as error:
            _log.warning("a session is left alone", extra=fields(session=session, error=str(error)))
        except Exception:
            # Folding what is on record can't fail, unless the record is damaged: one such must not stand for all.
            _log.exception("a session can't be read", extra=fields(session=session))
        return None

    def keep(self, loop: SessionLoop) -> None:
        """Have it in memory, and forget what has stood still longest; never the one that is kept, which somebody is
        about to use."""
        self.loops[loop.session] = loop
        surplus = len(self.loops) - LOOPS_REMEMBERED_MAX - self._sessions_running_max
        if surplus <= 0:
            return
        idle = [
            session
            for session, each in self.loops.items()
            if session != loop.session
            and each.is_idle
            and is_settled(each.state)
            and not self._deadlines.waits_for(session)  # its clock is watched meanwhile
        ]
        for session in idle[:surplus]:
            del self.loops[session]

    def withhold(self, session: SessionId) -> None:
        """Drop a session from memory and let nobody load it until it is `released`: it is being deleted."""
        self._gone.add(session)
        self.loops.pop(session, None)
        self._deadlines.set(session, None)

    def released(self, session: SessionId) -> None:
        """It is deleted, or stays: the log says which."""
        self._gone.discard(session)
