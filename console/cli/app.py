"""Which commands are there, and which words belong to which?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from console.cli import (
    analytics,
    backup,
    debate,
    doctor,
    evaluate,
    events,
    export,
    metrics,
    models,
    notifications,
    notifications_live,
    notifications_quiet,
    participants,
    refine,
    rules,
    rules_backtest,
    rules_check,
    rules_explain,
    rules_facts,
    sessions,
    spend,
    tasks,
    templates,
)
from console.cli.command_words import refuse_unreadable
from console.cli.options import Database, RulesFolder
from console.exit_codes import MEANINGS, ExitCode
from console.failures import say
from console.version import VERSION

ABOUT = """Run, watch and rule debates between language models.

Without a command it opens the console. Session ids are hexadecimal; their first digits will do."""

# \b keeps the lines as they stand: the help would fill them into one paragraph.
EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items())

app = typer.Typer(
    name="moot",
    help=ABOUT,
    epilog=EPILOG,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"moot {VERSION}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    theme: Annotated[str | None, typer.Option("--theme", metavar="NAME", help="The console's colours.")] = None,
    keymap: Annotated[str | None, typer.Option("--keymap", metavar="NAME", help="The console's keys.")] = None,
    no_mouse: Annotated[bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal.")] = False,
    database: Database = None,
    rules_folder: RulesFolder = None,
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is not None and (theme or keymap or no_mouse or database or rules_folder):
        raise typer.BadParameter(
            "--theme, --keymap and --no-mouse are for the console; "
            f"give --database and --rules-folder after {context.invoked_subcommand!r}."
        )


app.command(epilog=EPILOG)(debate.debate)
app.command(epilog=EPILOG)(refine.refine)
app.command("eval", epilog=EPILOG)(evaluate.evaluate)
app.add_typer(tasks.app, name="tasks")
app.command()(debate.demo)
app.command()(debate.drive)
app.command()(doctor.doctor)
app.command()(models.models)
app.command()(spend.spend)
app.command(epilog=EPILOG)(events.events)
app.command(epilog=EPILOG)(events.logs)
app.add_typer(sessions.app, name="sessions")
app.add_typer(participants.app, name="participants")
rules.app.command()(rules_check.check)
rules.app.command()(rules_facts.facts)
rules.app.command()(rules_explain.explain)
rules.app.command()(rules_backtest.backtest)
app.add_typer(rules.app, name="rules")
app.add_typer(templates.app, name="templates")
app.add_typer(metrics.app, name="metrics")
app.add_typer(analytics.app, name="analytics")
app.add_typer(export.app, name="export")
for each in (*notifications_quiet.COMMANDS, *notifications_live.COMMANDS):
    notifications.app.command()(each)
app.add_typer(notifications.app, name="notifications")
app.add_typer(backup.app, name="backup")


def run_command(arguments: Sequence[str]) -> int:
    """Do what the words say. Wrong words are said on standard error, with the usage."""
    command = typer.main.get_command(app)
    refuse_unreadable(arguments, command)
    try:
        code = command.main(list(arguments), prog_name="moot", standalone_mode=False)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "moot"
        say(f"{error.format_message().rstrip('.')}. '{path} --help' shows how.".replace("?.", "?"))
        return ExitCode.WRONG_USE
    except typer.Abort:
        say("nothing was done.")
        return ExitCode.STOPPED
    except SystemExit as ending:
        if isinstance(ending.__context__, BrokenPipeError):
            raise ending.__context__ from None  # Typer makes a failure of it; nobody reading on is a stop
        raise
    return int(code or 0)
