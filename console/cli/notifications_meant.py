"""Which notifications are meant on the command line?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from console.machine import now_ms
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.ports.outbox import Told, Wanted

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="As 'list' shows them.", show_default=False)]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="TYPE", help="Such as ESCALATION_NOTICE; repeatable.")
]
Priority = Annotated[
    str, typer.Option("--priority", metavar="NAME", help="At least so urgent: urgent, high, normal, low.")
]
Session = Annotated[str, typer.Option("--session", metavar="ID", help="Of this session alone.")]
Channel = Annotated[str, typer.Option("--channel", metavar="NAME", help="That go by this channel.")]
Text = Annotated[str, typer.Option("--text", metavar="WORDS", help="With these words in them, in capitals or not.")]

Word = TypeVar("Word", bound=StrEnum)


async def wanted_of(
    orchestrator: Orchestrator,
    *,
    types: Sequence[str] = (),
    priority: str = "low",
    session: str = "",
    channel: str = "",
    text: str = "",
    life: Sequence[str] = (),
    delivery: str = "",
    is_open: bool = False,
    is_audible: bool = False,
) -> Wanted:
    """What is looked for, in words as they are typed. Raises WrongUse for one that means nothing."""
    from core.notifying.delivering import DeliveryState
    from core.notifying.life import LifeState
    from core.notifying.notification import NotificationType
    from core.notifying.terms import Priority as Urgency
    from core.ports.outbox import Wanted

    return Wanted(
        types=frozenset(one_of(NotificationType, each, "--type") for each in types),
        priority=one_of(Urgency, priority, "--priority"),
        session=await orchestrator.find(session) if session else "",
        channel=_channel(orchestrator, channel) if channel else "",
        state=DeliveryState(delivery) if delivery else None,
        life=frozenset(one_of(LifeState, each, "--state") for each in life),
        text=text,
        is_open=is_open,
        audible_ms=now_ms() if is_audible else 0,
    )


def is_narrowed(wanted: Wanted) -> bool:
    """Whether anything but everything is looked for."""
    return wanted != type(wanted)()


async def the_one(orchestrator: Orchestrator, prefix: str) -> Told:
    """The notification whose id begins so. Raises WrongUse where there is none, or more than one."""
    from core.ports.outbox import Wanted

    found = await orchestrator.notifications.find(Wanted(id=prefix), limit=2) if prefix else ()
    exact = [each for each in found if each.notification.id == prefix]
    if len(exact or found) != 1:
        what = f"no notification begins with {prefix!r:.80}." if not found else f"several begin with {prefix!r:.80}."
        raise WrongUse(what, now="`moot notifications list` shows their ids.")
    return (exact or list(found))[0]


async def the_ones(orchestrator: Orchestrator, prefixes: Sequence[str]) -> list[Told]:
    """Those whose ids begin so, of which there must be some."""
    if not prefixes:
        raise WrongUse("it isn't said which.", now="Name some by their ids.")
    return [await the_one(orchestrator, prefix) for prefix in prefixes]


def one_of(kind: type[Word], word: str, where: str) -> Word:
    """The word of that kind, in capitals or not."""
    for each in kind:
        if each.value.casefold() == word.casefold():
            return each
    names = [each.value for each in kind]
    raise WrongUse(f"{word!r:.80} is none.", where=where, now=nearest(word, names) or f"There are {', '.join(names)}.")


def _channel(orchestrator: Orchestrator, name: str) -> str:
    """A channel that is set up, or by which something once went."""
    known = orchestrator.notifications.channels
    if name not in known and (meant := nearest(name, known)):
        raise WrongUse(f"no channel is called {name!r:.80}.", where="--channel", now=meant)
    return name
