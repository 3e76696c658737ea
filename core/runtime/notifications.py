"""What was told to whom, and how is it acknowledged or sent again, from any process?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.domain.errors import WrongUse
from core.ports.channel import LacksSomething
from core.ports.inbox import InboxAnswer
from core.ports.outbox import LISTED_MAX, Attempt, OutboxFigures, Told, Wanted
from core.runtime.telling import TellingPorts

Ask = Callable[..., Awaitable[InboxAnswer]]


class Notifications:
    """Reading needs nobody; what changes something is asked of whoever drives. Raises WrongUse where it is off."""

    def __init__(self, ports: TellingPorts | None, ask: Ask) -> None:
        self._ports = ports
        self._ask = ask

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the ways to tell somebody that are set up here."""
        return tuple(self._at_hand.channels)

    @property
    def lacking(self) -> Mapping[str, str]:
        """What each channel lacks that can't be used yet, by its name."""
        every = self._at_hand.channels
        return {name: each.lacks for name, each in every.items() if isinstance(each, LacksSomething)}

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX) -> Sequence[Told]:
        """Notifications, newest first."""
        return await self._at_hand.outbox.find(wanted, limit=limit)

    async def attempts(self, told: Told) -> Sequence[Attempt]:
        """Every try at a notification's deliveries that is kept, oldest first."""
        return await self._at_hand.outbox.attempts([sent.id for sent in told.deliveries])

    async def figures(self) -> OutboxFigures:
        return await self._at_hand.outbox.figures()

    async def acknowledge(self, ids: Sequence[str] = (), *, is_all: bool = False) -> str:
        """Note that these were seen; returns what was done. Ids may be cut short."""
        return await self._asked("acknowledge", {"ids": list(ids), "all": is_all})

    async def send_again(self, ids: Sequence[str] = (), *, is_all: bool = False, channel: str = "") -> str:
        """Put dead letters back on their way; returns what was done."""
        return await self._asked("send_again", {"ids": list(ids), "all": is_all, "channel": channel})

    async def try_channel(self, channel: str) -> str:
        """Tell a channel something that happened nowhere. Raises CommandRefused with what went wrong."""
        return await self._asked("try_channel", {"channel": channel})

    async def _asked(self, verb: str, body: Mapping[str, object]) -> str:
        if self._ports is None:
            raise _is_off()
        return (await self._ask(verb, body)).text

    @property
    def _at_hand(self) -> TellingPorts:
        if self._ports is None:
            raise _is_off()
        return self._ports


def _is_off() -> WrongUse:
    return WrongUse("nobody is told anything here: enable_notifications is off.", now="Switch it on in the settings.")
