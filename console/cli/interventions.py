"""What can the operator say to a session while it is under way?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import commanding, have_gone_on, have_obeyed
from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, SessionArgument, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from console.setting_values import USD_MAX, Refused, usd
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

DollarsOrNone = Annotated[
    str, typer.Argument(metavar="USD", help="In dollars, all in all; none lifts the cap.", show_default=False)
]


def budget(session: SessionArgument, amount: DollarsOrNone, database: Database = None) -> int:
    """Set the most that a session may spend. One that is paused stays so until it is resumed."""
    from console.presenters.figures import money
    from core.domain.commands import ChangeBudget

    cap = _dollars(amount, advice="none lifts the cap")
    may = "may spend without a cap of its own" if cap is None else f"may spend {money(cap)} in all"
    return have_obeyed(
        session, ChangeBudget(cap_microusd=cap), database, told=lambda summary: f"{may}; it is {summary.status}."
    )


def rounds(
    session: SessionArgument,
    number: Annotated[int, typer.Argument(metavar="N", help="Rounds or iterations in all.", show_default=False)],
    database: Database = None,
) -> int:
    """Set how many rounds a debate has in all, or iterations a refinement."""
    from console.presenters.figures import counted
    from console.presenters.kinds import kind_of
    from core.domain.commands import ChangeRounds

    return have_obeyed(
        session,
        ChangeRounds(rounds_limit=number),
        database,
        told=lambda summary: f"has {counted(number, kind_of(summary).lap)}; it is {summary.status}.",
    )


def say(
    session: SessionArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you have to say.", show_default=False)],
    database: Database = None,
) -> int:
    """Say something yourself; every seat hears it from the next turn on."""
    from core.domain.commands import AddStatement

    return have_obeyed(
        session,
        AddStatement(text=text),
        database,
        told=lambda summary: f"hears you from the next turn on; it is {summary.status}.",
    )


def amend(
    session: SessionArgument,
    motion: Annotated[
        str, typer.Argument(metavar="TEXT", help="The motion, or the brief, as it is to be.", show_default=False)
    ],
    database: Database = None,
) -> int:
    """Change what is debated, or what is to be written, from the next turn on."""
    from console.presenters.kinds import kind_of
    from core.domain.commands import AmendMotion

    return have_obeyed(
        session,
        AmendMotion(motion=motion),
        database,
        told=lambda summary: f"has the {kind_of(summary).about} {summary.motion!r} from the next turn on.",
    )


def reformat(
    session: SessionArgument,
    template: Annotated[
        str, typer.Argument(metavar="ID", help="As 'moot templates list' names it.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; change it.")] = False,
    database: Database = None,
) -> int:
    """Go on by another format from the next round on. What would change is shown before."""
    from console.presenters.format_changes import change_rows
    from core.domain.commands import ApplyTemplate
    from core.domain.ids import TemplateId

    async def look(orchestrator: Orchestrator) -> int:
        change = await orchestrator.plan_format(await orchestrator.find(session), template)
        sys.stdout.write(pairs(change_rows(change), indent="") + "\n")
        return ExitCode.COMPLETED

    with_orchestrator(settings_with(database), look)
    sys.stdout.flush()
    if not yes:
        make_sure("Go on like this?", refused="nothing was changed.")
    return have_obeyed(
        session,
        ApplyTemplate(template=TemplateId(template)),
        database,
        told=lambda summary: f"follows {template} from the next round on; it is {summary.status}.",
    )


def retry(session: SessionArgument, as_json: AsJson = False, database: Database = None) -> int:
    """Try again what gave up, and follow the session to its end."""
    from core.domain.commands import RetryStep

    return have_gone_on(session, commanding(RetryStep()), database, as_json=as_json)


def settle(
    session: SessionArgument,
    step: Annotated[str, typer.Argument(metavar="STEP", help="As 'moot sessions show' names it.", show_default=False)],
    attempt: Annotated[int, typer.Argument(metavar="ATTEMPT", help="Its number.", show_default=False)],
    amount: Annotated[
        str, typer.Argument(metavar="USD", help="What it cost, by the provider's own records.", show_default=False)
    ],
    database: Database = None,
) -> int:
    """Say what a call cost of which nobody knows how it ended; what was charged too much is given back."""
    from console.presenters.figures import money
    from core.domain.commands import SettleAttempt
    from core.domain.ids import StepId

    cost = _dollars(amount, advice="0 if it was never answered")
    if cost is None:
        raise WrongUse("a call costs an amount.", where="USD", now="Give it in dollars; 0 if it was never answered.")
    settled = f"has {step}, attempt {attempt}, settled at {money(cost)}"
    return have_obeyed(
        session,
        SettleAttempt(step=StepId(step), attempt=attempt, cost_microusd=cost),
        database,
        told=lambda summary: f"{settled}; it has cost {money(summary.spent_microusd)} in all.",
    )


def _dollars(text: str, *, advice: str) -> int | None:
    """Micro-dollars, None for `none`."""
    try:
        return usd(text)
    except Refused as error:
        raise WrongUse(
            f"{text!r:.80} is no amount in dollars.",
            where="USD",
            now=f"Give one such as 0.25, from 0 to {USD_MAX:,}; {advice}.",
        ) from error


COMMANDS = (budget, rounds, reformat, say, amend, retry, settle)
"""In the order in which the help lists them."""
