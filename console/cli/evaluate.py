"""How are formats put to the test over a file of tasks, beside the controls that they have to beat?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, RulesFolder, settings_with
from console.cli.running import Wheel, asking_for_prices, command_line, with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, table, table_columns, terminal_columns, wrapped
from console.exit_codes import ExitCode
from console.failures import say
from console.headless import StopRequest
from console.locations import find_locations, from_the_root
from console.settings import Settings, read_budget
from core.domain.errors import PricesUnknown, WrongUse

if TYPE_CHECKING:
    from console.evaluating import Outcome
    from console.evaluation_files import EvaluationFolder
    from console.evaluation_plan import EvaluationPlan, EvaluationRequest
    from core.evaluation.results import Report, Result
    from core.evaluation.tasks import Task
    from core.orchestrator import Orchestrator

ABOUT = """moot eval FORMAT… --tasks FILE.jsonl

Runs formats over tasks whose answers are known, and says how often each is right, what it costs, and whether it beats
a plain vote and self-consistency that were given the same money. A task is a line of JSON:

  {"question": "What is 2+3*4?", "answer": 14}
  {"question": "Which is hottest?", "choices": ["Mars", "Venus"], "answer": "B"}
  {"motion": "The centre should be closed to cars.", "answer": "for"}

Lines as GSM8K, MMLU, ARC and other data sets have them are read as they are. To try it, with tasks that are made here
and participants that are simulated, so that no model is asked:

  moot tasks arithmetic --count 20 > tasks.jsonl
  moot eval society_of_minds --tasks tasks.jsonl

With models of your own, under a budget for all of it:

  moot eval society_of_minds council --tasks tasks.jsonl --models PROVIDER:MODEL --budget-usd 5 --out results

The same command again reads what was answered, and goes on with the rest. 'moot eval --help' lists the options.
"""

NO_CONTROLS = "none"
NOTHING_TRIED = "No task came to its end: there is nothing to compare yet."
TEAM_SIGN = "+"


def evaluate(
    formats: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FORMAT]...", help="Formats, as 'moot templates list' names them.", show_default=False),
    ] = None,
    tasks: Annotated[
        Path | None, typer.Option("--tasks", metavar="FILE", help="The tasks: JSON, one a line.", show_default=False)
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--models",
            metavar="NAME[+NAME]",
            help="Who takes the seats, several in turn. Repeatable: each format is run with each. Without: simulated.",
        ),
    ] = None,
    seat: Annotated[
        list[str] | None,
        typer.Option("--seat", metavar="ROLE=NAME", help="Who takes this seat or role in every arm. Repeatable."),
    ] = None,
    controls: Annotated[
        str,
        typer.Option(
            "--controls", metavar="ID[,ID]", help="Formats that answer for what each debate has spent, or 'none'."
        ),
    ] = "",
    budget_usd: Annotated[
        str | None, typer.Option("--budget-usd", metavar="X", help="The most that all of it may spend, in dollars.")
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", metavar="N", help="Tasks at once; by default as many as sessions may run."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", help="The first N tasks alone.")] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", metavar="N", help="Rounds instead of the formats'.")] = None,
    rules: Annotated[
        str, typer.Option("--rules", metavar="SET", help="The set of rules to follow, as 'moot rules sets' names it.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed, other sessions.")] = 0,
    price: Annotated[
        list[str] | None,
        typer.Option(
            "--price", metavar="MODEL=IN/OUT", help="Dollars for a million tokens of a model. Kept. Repeatable."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write JSON, CSV and Markdown into it.")
    ] = None,
    rules_folder: RulesFolder = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Run formats over tasks with known answers, beside a vote and self-consistency at equal spend.

    Without arguments it explains itself. The same command again goes on where it was left.
    """
    if not formats and tasks is None:
        sys.stdout.write(ABOUT)
        return ExitCode.COMPLETED
    from console.price_file import keep_prices, read_price

    prices = dict(read_price(word) for word in price or ())
    request = _request(
        formats or (),
        tasks,
        models=models or (),
        seats=seat or (),
        controls=controls,
        budget_usd=budget_usd,
        limit=limit,
        rounds=rounds,
        rules=rules,
        seed=seed,
    )
    settings = settings_with(database, rehearsal_pace=0, rules_folder=rules_folder)
    at_once = _concurrency(concurrency, settings)
    keep_prices(prices, find_locations().prices)
    # An answer that is given twice would make samples of one, and a pair of files for each session helps nobody.
    settings = replace(settings, response_cache="off", enable_metrics_export=False)

    async def work(orchestrator: Orchestrator) -> int:
        return await _evaluated(orchestrator, request, settings, at_once=at_once, out=out, as_json=as_json)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


async def _evaluated(
    orchestrator: Orchestrator,
    request: EvaluationRequest,
    settings: Settings,
    *,
    at_once: int,
    out: Path | None,
    as_json: bool,
) -> int:
    """Plan it, say what it takes, run it, and print what came of it."""
    from console.evaluation_files import EvaluationFolder, as_plain
    from console.evaluation_plan import planned
    from console.plain import json_text
    from core.evaluation.results import report_of
    from core.evaluation.statistics import LEVEL_PPM

    stop = StopRequest()
    stop.listen()
    try:
        plan = await planned(orchestrator, request)
    except PricesUnknown as unknown:
        raise asking_for_prices(unknown) from unknown
    folder = EvaluationFolder(out, plan) if out is not None else None
    try:
        for line in _beforehand(plan):
            say(line)
        if not orchestrator.is_driver:
            say("another process drives this database; it runs the sessions, and this one follows them.")
        outcome = await _run(orchestrator, plan, stop=stop, at_once=at_once, folder=folder)
        report = report_of(outcome.tally, level_ppm=LEVEL_PPM)
        ended = "stopped" if outcome.is_stopped else outcome.gave_up
        if as_json:
            sys.stdout.write(json_text(as_plain(plan, report, ended=ended)) + "\n")
        else:
            sys.stdout.write(_read_out(plan, report) + "\n")
            sys.stdout.flush()
        for path in folder.finish(report, ended=ended) if folder is not None else ():
            say(f"written: {path}")
    except BaseException:
        if folder is not None:
            folder.discard()
        raise
    return _told_how_it_ended(plan, outcome, settings)


async def _run(
    orchestrator: Orchestrator,
    plan: EvaluationPlan,
    *,
    stop: StopRequest,
    at_once: int,
    folder: EvaluationFolder | None,
) -> Outcome:
    from console.evaluating import Evaluation
    from console.presenters.evaluations import result_line
    from console.progress import progress

    with progress("tasks", plan.tasks) as told:

        def tell(task: Task, results: Sequence[Result]) -> None:
            if folder is not None:
                folder.add(task, results)
            told.told(result_line(task.id, results))

        def on_stop() -> None:
            told.noted("stopping: turns under way are recorded, or marked in doubt. Again to stop at once.")

        evaluation = Evaluation(orchestrator, plan, stop=stop, concurrency=at_once, told=tell)
        return await evaluation.run(on_stop=on_stop)


def _request(
    formats: Sequence[str],
    tasks: Path | None,
    *,
    models: Sequence[str],
    seats: Sequence[str],
    controls: str,
    budget_usd: str | None,
    limit: int | None,
    rounds: int | None,
    rules: str,
    seed: int,
) -> EvaluationRequest:
    from console.evaluation_plan import CONTROLS, EvaluationRequest
    from core.runtime.pinning import SEED_MAX

    if not formats:
        raise WrongUse("no format is named.", now="'moot templates list' names them; 'moot eval' alone explains.")
    if tasks is None:
        raise WrongUse("no tasks are named.", where="--tasks", now="'moot eval' alone says what a task looks like.")
    if limit is not None and limit < 1:
        raise WrongUse(f"{limit} tasks can't be run.", where="--limit", now="Name one at least, or leave it out.")
    if not 0 <= seed <= SEED_MAX:
        raise WrongUse(f"{seed} can't be a seed.", where="--seed", now=f"Name a number from 0 to {SEED_MAX}.")
    named = tuple(each.strip() for each in controls.split(",") if each.strip()) if controls else CONTROLS
    request = EvaluationRequest(
        formats=tuple(formats),
        tasks=from_the_root(tasks) if str(tasks).startswith("~") else tasks,
        seats=_seats(seats),
        controls=() if named == (NO_CONTROLS,) else named,
        limit=limit,
        rounds=rounds,
        rules=rules,
        seed=seed,
        cap_microusd=None if budget_usd is None else read_budget(budget_usd),
    )
    return replace(request, teams=tuple(_team(each) for each in models)) if models else request


def _team(word: str) -> tuple[str, ...]:
    team = tuple(each.strip() for each in word.split(TEAM_SIGN))
    if not all(team):
        now = "Write it like PROVIDER:MODEL, or several with + between them."
        raise WrongUse(f"{word!r:.100} names no models.", where="--models", now=now)
    return team


def _seats(words: Sequence[str]) -> Mapping[str, str]:
    from console.cli.debate import read_casting

    cast = {name: model for name, model in read_casting(tuple(words)).items() if name}
    if any(word.partition("=")[0].strip() == "all" for word in words):
        raise WrongUse("all seats are taken by --models.", where="--seat", now="Name a seat or a role with --seat.")
    return cast


def _concurrency(asked: int | None, settings: Settings) -> int:
    from console.batches import CONCURRENCY_MAX

    if asked is None:
        return min(settings.max_concurrent_debates, CONCURRENCY_MAX)
    if not 1 <= asked <= CONCURRENCY_MAX:
        raise WrongUse(
            f"{asked} tasks can't be run at once.", where="--concurrency", now=f"Name from 1 to {CONCURRENCY_MAX}."
        )
    return asked


def _beforehand(plan: EvaluationPlan) -> list[str]:
    """What it will be, before anything is spent."""
    from console.presenters.figures import counted, money

    arms, controls = len(plan.arms), sum(len(arm.controls) for arm in plan.arms)
    said = f"{counted(plan.tasks, 'task')}, {counted(arms, 'arm')} and {counted(controls, 'control')}"
    if plan.unscored:
        said += f"; {counted(plan.unscored, 'task')} without a right answer will not be scored"
    lines = [f"{said}."]
    cost, cap = plan.task_microusd, plan.request.cap_microusd
    if plan.unasked:
        lines.append("no model is asked: the participants are " + plan.unasked.replace("rehearsal", "rehearsed") + ".")
    elif cost.high:
        about = f"{money(cost.low * plan.tasks)} to {money(cost.high * plan.tasks)}"
        lines.append(f"all of it may cost {about}, most likely about {money(cost.expected * plan.tasks)}.")
        if cap is not None and cap < cost.expected * plan.tasks:
            likely = max(1, cap // max(1, cost.expected))
            lines.append(f"{money(cap)} will do for about {likely} of the tasks; the rest is left out in every arm.")
        elif cap is None:
            lines.append("no budget bounds it but the day's: --budget-usd does.")
    return lines


def _read_out(plan: EvaluationPlan, report: Report) -> str:
    """The tables with what they tell, or that there is nothing to tell."""
    if not report.tally.tasks:
        return NOTHING_TRIED
    from console.presenters.evaluations import (
        ARM_TITLES,
        COMPARISON_TITLES,
        arm_rows,
        comparison_rows,
        in_words,
        notes,
    )

    columns = [Column(title, is_number=bool(at)) for at, title in enumerate(ARM_TITLES)]
    lines = [table(columns, arm_rows(report), width=table_columns()), ""]
    if report.comparisons:
        columns = [Column(title, is_number=at > 1) for at, title in enumerate(COMPARISON_TITLES)]
        lines += [table(columns, comparison_rows(report), width=table_columns()), ""]
    width = min(COLUMNS_MAX, terminal_columns())
    told = notes(report, unasked=plan.unasked, budget_microusd=plan.request.cap_microusd)
    for text in (*in_words(report), "", *told):
        lines += wrapped(text, width=width)
    return "\n".join(lines)


def _told_how_it_ended(plan: EvaluationPlan, outcome: Outcome, settings: Settings) -> int:
    """The exit code, and how to go on where not every task was tried."""
    tried = f"{outcome.tally.tasks} of {plan.tasks} tasks were tried"
    if outcome.is_stopped:
        say(f"{tried}. What was answered is kept; the same command goes on: {_again(plan, settings)}")
        return ExitCode.STOPPED
    if outcome.tally.tasks < plan.tasks:
        say(f"{tried}: {outcome.gave_up}. The same command goes on{_with_more(outcome)}: {_again(plan, settings)}")
        return ExitCode.BUDGET_SPENT if _is_budget(outcome) else ExitCode.FAILED
    if outcome.tally.left_out and not outcome.tally.compared:
        say("no task was answered in every arm, so that nothing is compared.")
        return ExitCode.FAILED
    return ExitCode.COMPLETED


def _is_budget(outcome: Outcome) -> bool:
    from console.evaluating import NO_MONEY, NO_MONEY_TODAY

    return outcome.gave_up in (NO_MONEY, NO_MONEY_TODAY)


def _with_more(outcome: Outcome) -> str:
    from console.evaluating import NO_MONEY, NO_MONEY_TODAY

    advice = {NO_MONEY: ", with a higher --budget-usd", NO_MONEY_TODAY: " tomorrow, or with a higher cap_day_usd"}
    return advice.get(outcome.gave_up, "")


def _again(plan: EvaluationPlan, settings: Settings) -> str:
    """The command that goes on with this evaluation."""
    from console.evaluation_plan import CONTROLS, SIMULATED

    request = plan.request
    words = ["eval", *request.formats, "--tasks", str(request.tasks)]
    if request.teams != ((SIMULATED,),):
        words += [word for team in request.teams for word in ("--models", TEAM_SIGN.join(team))]
    words += [word for name, model in request.seats.items() for word in ("--seat", f"{name}={model}")]
    if request.controls != CONTROLS:
        words += ["--controls", ",".join(request.controls) or NO_CONTROLS]
    given = {"--limit": request.limit, "--rounds": request.rounds, "--rules": request.rules, "--seed": request.seed}
    words += [word for name, value in given.items() if value for word in (name, str(value))]
    if request.cap_microusd is not None:
        words += ["--budget-usd", f"{request.cap_microusd / 1_000_000:.6f}".rstrip("0").rstrip(".")]
    return command_line(*words, settings=settings)
