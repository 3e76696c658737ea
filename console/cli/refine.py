"""How is a draft refined from a shell, so that a script gets the text and nothing else?"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.batches import CONCURRENCY_DEFAULT, CONCURRENCY_MAX
from console.cli.options import AsJson, Database, RulesFolder, settings_with
from console.cli.running import Wheel, asking_for_prices, with_orchestrator
from console.failures import say
from console.headless import StopRequest
from console.locations import find_locations
from console.settings import read_budget
from core.domain.errors import PricesUnknown, WrongUse
from core.domain.people import is_person
from core.domain.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.settings import Settings
    from core.judging.criteria import Criteria
    from core.orchestrator import Orchestrator
    from core.runtime.refining_requests import RefinementRequest

REHEARSAL = "rehearsal"
BATCH_ENDING = ".jsonl"
DRAFT_BYTES_MAX = 1_000_000
BRIEF_BYTES_MAX = 1_000_000
"""Of a file, before it is looked at. What a brief may be is said by the core."""
PPM = 1_000_000


def refine(
    brief: Annotated[str, typer.Argument(metavar="[BRIEF]", help="What is to be written.", show_default=False)] = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="PATH", help="The brief in a file, or many, one JSON object a line (.jsonl)."),
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", metavar="PATH", help="A first draft that there is already.")
    ] = None,
    threshold: Annotated[
        str | None, typer.Option("--threshold", metavar="X", help="The score from which on it is approved, 0 to 1.")
    ] = None,
    max_iterations: Annotated[
        int | None, typer.Option("--max-iterations", metavar="N", help="Drafts at most, the first among them.")
    ] = None,
    patience: Annotated[
        int | None, typer.Option("--patience", metavar="N", help="Drafts in a row without a gain that end it.")
    ] = None,
    reviewer: Annotated[
        list[str] | None,
        typer.Option("--reviewer", metavar="MODEL", help="Who reviews: a model or a participant's id. Repeatable."),
    ] = None,
    writer: Annotated[
        str, typer.Option("--writer", metavar="MODEL", help="Who writes; whichever model reviews, without.")
    ] = "",
    strategy: Annotated[
        str,
        typer.Option(
            "--strategy",
            metavar="WORD",
            help="single, panel, self, adversarial, debate or human. Several reviewers are a panel without.",
        ),
    ] = "",
    criteria: Annotated[
        Path | None,
        typer.Option("--criteria", metavar="PATH", help="What drafts are scored by: a YAML file, prompt, report."),
    ] = None,
    pairwise: Annotated[
        bool, typer.Option("--pairwise", help="Also compare each draft with the best so far, in both orders.")
    ] = False,
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", metavar="PATH", help="A Markdown or text file, or a folder of them. Repeatable."),
    ] = None,
    budget_usd: Annotated[
        str | None, typer.Option("--budget-usd", metavar="X", help="The most it may spend, in dollars; of many, all.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Same seed, same words in rehearsal.")] = None,
    rules: Annotated[
        str, typer.Option("--rules", metavar="SET", help="The set of rules to follow, as 'moot rules sets' names it.")
    ] = "",
    price: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="MODEL=IN/OUT", help="What a model costs that no list knows. Repeatable."),
    ] = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What lists call it.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Of many: the folder that gets a text for each.")
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            metavar="N",
            min=1,
            max=CONCURRENCY_MAX,
            help=f"Of many: how many at once; {CONCURRENCY_DEFAULT} without.",
        ),
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="PATH",
            help="Drafts whose worth is known (.jsonl): find out what the reviewer's scores stand for.",
        ),
    ] = None,
    pace: Annotated[
        int, typer.Option("--pace", metavar="N", min=0, help="Characters a second in rehearsal; 0 for at once.")
    ] = 0,
    rules_folder: RulesFolder = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Have a draft written, reviewed and refined until it is good enough, and print the best one.

    Standard output carries the text alone, standard error what concerns you: reviews, scores, why it stopped. A draft
    that is not approved is printed all the same, and the exit code tells. Without --writer and --reviewer it is a
    rehearsal: no model is asked and nothing is spent.
    """
    from console.evidence_files import read_evidence
    from console.price_file import keep_prices, read_price
    from core.flows.refinement_terms import ITERATIONS_DEFAULT, PATIENCE_DEFAULT, THRESHOLD_PPM_DEFAULT, Strategy
    from core.judging.criteria import NO_CRITERIA
    from core.runtime.refining_requests import RefinementRequest

    if calibrate is not None:
        _require_alone(brief, file, draft, out)
    else:
        _require_one_brief(brief, file)
    is_batch = calibrate is None and _is_batch(file, out, concurrency)
    settings = settings_with(database, rehearsal_pace=pace, rules_folder=rules_folder)
    reviewers = tuple(each.strip() for each in reviewer or ())
    given = RefinementRequest(
        brief=brief,
        draft="" if draft is None else _draft(draft, is_batch=is_batch),
        reviewers=reviewers,
        casting={"": writer.strip() or usual_writer(reviewers)},
        documents=read_evidence(evidence or ()),
        cap_microusd=None if budget_usd is None else read_budget(budget_usd),
        seed=seed,
        title=title,
        rules=rules,
        is_pairwise=pairwise,
        strategy=strategy or (Strategy.PANEL if len(reviewers) > 1 else Strategy.SINGLE),
        threshold_ppm=THRESHOLD_PPM_DEFAULT if threshold is None else read_share(threshold, where="--threshold"),
        iterations=ITERATIONS_DEFAULT if max_iterations is None else max_iterations,
        patience=PATIENCE_DEFAULT if patience is None else patience,
        criteria=NO_CRITERIA if criteria is None else read_criteria_file(criteria, settings),
    )
    keep_prices(dict(read_price(word) for word in price or ()), find_locations().prices)
    if calibrate is not None:
        from console.cli.refine_calibrate import run_calibration

        return run_calibration(
            given, calibrate, concurrency=concurrency or CONCURRENCY_DEFAULT, settings=settings, as_json=as_json
        )
    if is_batch and file is not None and out is not None:
        from console.cli.refine_batch import run_batch

        return run_batch(
            given, file, out, concurrency=concurrency or CONCURRENCY_DEFAULT, settings=settings, as_json=as_json
        )
    if file is not None:
        given = _with_brief(given, file)
    return run_refinement(given, settings=settings, as_json=as_json)


def usual_writer(reviewers: Sequence[str]) -> str:
    """Who writes where nobody says so: the first model that reviews. A person who reviews did not ask to write too."""
    return next((each for each in reviewers if not is_person(each)), REHEARSAL)


def run_refinement(request: RefinementRequest, *, settings: Settings, as_json: bool) -> int:
    """Open the refinement, follow it to its end, and print the draft that is kept."""
    from console.cli.refined import refined_to_the_end

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        try:
            plan = await orchestrator.plan_refinement(request)
        except PricesUnknown as unknown:
            raise asking_for_prices(unknown) from unknown
        session = await orchestrator.start_refinement(request=request)
        for note in plan.notes:
            say(note)
        if not orchestrator.is_driver:
            say("another process drives this database; it runs the refinement, and this one follows it.")
        return await refined_to_the_end(orchestrator, session, settings=settings, stop=stop, as_json=as_json)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


def read_share(text: str, *, where: str) -> int:
    """Parts per million from `0.85`, exactly. Raises WrongUse for what is no share."""
    try:
        share = Decimal(text.strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 1 or share * PPM != int(share * PPM):
        raise WrongUse(f"{text!r:.40} is no score.", where=where, now="Write one from 0 to 1, such as 0.85.")
    return int(share * PPM)


def read_criteria_file(path: Path, settings: Settings) -> Criteria:
    """What drafts are scored and checked by. Raises WrongUse with the place of each mistake."""
    from console import criteria_files

    return criteria_files.read_criteria_file(path, tuple(settings.refine_commands))


def _is_batch(file: Path | None, out: Path | None, concurrency: int | None) -> bool:
    is_batch = file is not None and file.suffix.lower() == BATCH_ENDING
    if is_batch and out is None:
        raise WrongUse("many briefs need a folder for their texts.", where="--out", now="Give --out DIR.")
    if not is_batch and (out is not None or concurrency is not None):
        raise WrongUse(
            "one brief is printed, and takes no folder and no number.",
            where="--out" if out is not None else "--concurrency",
            now=f"Give many with --file BRIEFS{BATCH_ENDING}, or leave it out.",
        )
    return is_batch


def _require_alone(brief: str, file: Path | None, draft: Path | None, out: Path | None) -> None:
    """Briefs and drafts to calibrate by stand in one file."""
    if brief or file is not None or draft is not None or out is not None:
        raise WrongUse(
            "a reviewer is calibrated by the briefs and drafts of its file.",
            where="--calibrate",
            now="Leave out the brief, --file, --draft and --out.",
        )


def _require_one_brief(brief: str, file: Path | None) -> None:
    if file is not None and brief:
        raise WrongUse("there are two briefs.", where="--file", now="Give the words or the file.")
    if file is None and not clean_text(brief).strip():
        raise WrongUse(
            "a refinement without a brief.", where="BRIEF", now="Say what is to be written, or give --file PATH."
        )


def _draft(path: Path, *, is_batch: bool) -> str:
    from console.text_files import read_text

    if is_batch:
        raise WrongUse("one draft for many briefs.", where="--draft", now="Give each line a draft of its own.")
    return read_text(path, bytes_max=DRAFT_BYTES_MAX, large="Refine it part by part.")


def _with_brief(request: RefinementRequest, file: Path) -> RefinementRequest:
    from dataclasses import replace

    from console.text_files import read_text

    large = "Put what is wanted in a few paragraphs, and give the rest with --evidence."
    return replace(request, brief=read_text(file, bytes_max=BRIEF_BYTES_MAX, large=large))
