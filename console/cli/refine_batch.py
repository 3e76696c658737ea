"""How are many drafts refined from one file of briefs, so that what is paid for is never paid for again?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.batches import Batch, Names, Purse, PurseEmpty, derived_id, derived_session, without_defaults
from console.cli.refined import code_of_row, not_approved
from console.cli.running import (
    ID_SHOWN_CHARACTERS,
    Wheel,
    asking_for_prices,
    command_line,
    how_to_go_on,
    with_orchestrator,
)
from console.exit_codes import ExitCode, severest
from console.failures import say
from console.headless import StopRequest, cost_of
from console.json_lines import Line, read_lines
from console.plain import json_line
from core.domain.errors import MootError, PricesUnknown, StorageFailed, WrongUse

if TYPE_CHECKING:
    from console.progress import Progress
    from console.settings import Settings
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.runtime.refining_requests import RefinementRequest

FIELDS = ("id", "brief", "draft", "title")
COMPLETED = "completed"
"""A reason for metrics files that writes none where there is nothing new to say."""
INDEX = "index.jsonl"
TEXT_ENDING = ".txt"
LINES_TOLD = 1_000
"""Of a long file it is told every so many lines that it is being looked through."""
FAILURES_SHOWN_MAX = 20
"""Of many that fail for one reason the first say it; the index has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One brief of the file, in the session that it has for ever."""

    id: str
    place: str
    session: SessionId
    request: RefinementRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a brief fared. `why` is what the operator should know of it, "" where its draft is approved."""

    code: ExitCode
    row: SessionSummary
    cost_microusd: int
    why: str = ""


@dataclass(slots=True)
class Tally:
    """What has become of the briefs so far. `index` has a line for each that has ended, by its id."""

    total: int
    index: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    codes: list[ExitCode] = field(default_factory=list)
    cost_microusd: int = 0


def run_batch(
    given: RefinementRequest, file: Path, out: Path, *, concurrency: int, settings: Settings, as_json: bool
) -> int:
    """Refine each brief of a file. A line that can't be refined refuses all, before anything is spent."""

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        found = await _looked_through(orchestrator, given, file, stop)
        if stop.asked.is_set():
            say("stopped before anything was begun.")
            return ExitCode.STOPPED
        _make(out)
        if not orchestrator.is_driver:
            say("another process drives this database; it runs the refinements, and this one follows them.")
        run = _Run(
            orchestrator,
            given,
            out,
            stop=stop,
            concurrency=concurrency,
            settings=settings,
            as_json=as_json,
            total=len(found),
        )
        is_whole = await run.through(pieces(file, given), found.values())
        run.end(found)
        if is_whole and settings.enable_metrics_export:
            await orchestrator.export_metrics(reason=COMPLETED)
        _sum_up(run.tally, out, settings, is_whole=is_whole, file=file)
        return severest({*run.tally.codes, *(() if is_whole else (ExitCode.STOPPED,))})

    # One pair of files for all of them: one behind each would write every life as often as there are briefs.
    return with_orchestrator(replace(settings, enable_metrics_export=False), work, wheel=Wheel.TAKEN)


def pieces(file: Path, given: RefinementRequest) -> Iterator[Piece]:
    """The briefs, read as they are wanted. Raises WrongUse at a line that can't be meant, or has another's id."""
    names = Names()
    for line in read_lines(file):
        yield _piece(line, given, names)


def _piece(line: Line, given: RefinementRequest, names: Names) -> Piece:
    line.only(FIELDS)
    request = replace(
        given,
        brief=line.text("brief"),
        draft=line.text("draft", ""),
        title=line.text("title", given.title),
    )
    # What it may cost and is called decides nothing of what it is: a further run may allow more.
    asked = replace(request, cap_microusd=None, title="", documents=())
    what = [without_defaults(asked), [[each.name, each.digest] for each in request.documents]]
    # An id that is derived names its text: other terms change neither the brief nor the file that it is written to.
    id_ = names.take(line.text("id", "") or derived_id([request.brief, request.draft]), line.place)
    return Piece(id=id_, place=line.place, session=derived_session("refine", [id_, *what]), request=request)


async def _looked_through(
    orchestrator: Orchestrator, given: RefinementRequest, file: Path, stop: StopRequest
) -> Mapping[str, SessionId]:
    """The sessions of all lines by id, each of which could be refined; what is said of all of them is said once. What
    there is so far once a stop is asked for."""
    found: dict[str, SessionId] = {}
    notes: dict[str, None] = {}
    for piece in pieces(file, given):
        try:
            plan = await orchestrator.plan_refinement(piece.request)
        except PricesUnknown as unknown:
            raise asking_for_prices(unknown) from unknown
        except WrongUse as refused:
            where = f"{piece.place}: {refused.where}" if refused.where else piece.place
            raise WrongUse(refused.what, where=where, now=refused.now) from refused
        notes.update(dict.fromkeys(plan.notes))
        found[piece.id] = piece.session
        if stop.asked.is_set():
            return found
        if len(found) % LINES_TOLD == 0:
            say(f"{len(found):,} lines are looked through.")
    if not found:
        raise WrongUse("there is no brief in it.", where=str(file), now='Write one a line: {"brief": "…"}.')
    for note in notes:
        say(note)
    return found


class _Run:
    """One run over the file."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        given: RefinementRequest,
        out: Path,
        *,
        stop: StopRequest,
        concurrency: int,
        settings: Settings,
        as_json: bool,
        total: int,
    ) -> None:
        self.tally = Tally(total=total)
        self._settings = settings
        self._orchestrator = orchestrator
        self._out = out
        self._as_json = as_json
        self._batch = Batch(orchestrator, stop=stop, concurrency=concurrency)
        self._purse = Purse(cap_microusd=given.cap_microusd)
        self._concurrency = concurrency

    async def through(self, pieces: Iterator[Piece], sessions: Iterable[SessionId]) -> bool:
        """All of them; False where a stop was asked for."""
        from console.progress import progress

        if self._purse.cap_microusd is not None:
            await self._batch.know_what_was_spent(sessions, self._purse)
        with progress("refining", self.tally.total) as told:
            return await self._batch.run(
                pieces,
                self._one,
                done=lambda piece, outcome: self._done(piece, outcome, told),
                on_stop=lambda: told.noted("stopping: turns under way are recorded, or marked in doubt."),
            )

    def end(self, ids: Iterable[str]) -> None:
        """The index again, whole and in the order of the file."""
        from console.exporting import write_whole

        lines = [self.tally.index[id_] for id_ in ids if id_ in self.tally.index]
        write_whole(self._out / INDEX, "".join(lines).encode("utf-8", "backslashreplace"))

    async def _one(self, piece: Piece) -> Outcome:
        from console.exporting import write_whole

        async def start(cap_microusd: int | None) -> None:
            asked = replace(piece.request, cap_microusd=cap_microusd)
            await self._orchestrator.start_refinement(request=asked, session=piece.session)

        left = self.tally.total - len(self.tally.index)
        ending, row = await self._batch.lived(
            piece.session, start, purse=self._purse, sharers=min(self._concurrency, left)
        )
        cost = await cost_of(self._orchestrator, row)
        if ending.code is not ExitCode.COMPLETED:
            why = how_to_go_on(ending, piece.session, self._settings)
            if ending.is_final:
                again = command_line("sessions", "delete", row.session[:ID_SHOWN_CHARACTERS], settings=self._settings)
                why = f"{why} To have it refined anew by the next run: {again}"
            return Outcome(code=ending.code, row=row, cost_microusd=cost, why=why)
        if row.best_draft:
            text = await self._orchestrator.draft(piece.session)
            write_whole(self._out / f"{piece.id}{TEXT_ENDING}", f"{text}\n".encode("utf-8", "backslashreplace"))
        code = code_of_row(row)
        why = "" if code is ExitCode.COMPLETED else not_approved(row)
        return Outcome(code=code, row=row, cost_microusd=cost, why=why)

    def _done(self, piece: Piece, outcome: Outcome | MootError, told: Progress) -> None:
        tally = self.tally
        if isinstance(outcome, StorageFailed):
            raise outcome  # the disk takes no further text either
        if isinstance(outcome, MootError):
            tally.codes.append(ExitCode.BUDGET_SPENT if isinstance(outcome, PurseEmpty) else ExitCode.FAILED)
            tally.failed[piece.id] = str(outcome)
            line = json_line({"id": piece.id, "session": piece.session, "state": "refused", "why": str(outcome)})
            told.told(f"{piece.id}: {outcome}")
        else:
            tally.codes.append(outcome.code)
            tally.cost_microusd += outcome.cost_microusd
            if outcome.code not in (ExitCode.COMPLETED, ExitCode.NOT_APPROVED):
                tally.failed[piece.id] = outcome.why
            line = json_line(_index_row(piece, outcome))
            told.told(_told(piece, outcome))
        tally.index[piece.id] = line + "\n"
        _append(self._out / INDEX, line)
        if self._as_json:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _append(index: Path, line: str) -> None:
    try:
        with index.open("a", encoding="utf-8", errors="backslashreplace") as opened:
            opened.write(line + "\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageFailed(
            f"the index can't be written: {reason}.", where=str(index), now="Make room, and run the same command again."
        ) from error


def _index_row(piece: Piece, outcome: Outcome) -> dict[str, object]:
    row = outcome.row
    return {
        "id": piece.id,
        "session": row.session,
        "state": row.outcome or row.status.value,
        "score_ppm": row.score_ppm,
        "iterations": row.round,
        "draft": row.best_draft,
        "cost_microusd": outcome.cost_microusd,
        "why": outcome.why or row.reason,
        "file": f"{piece.id}{TEXT_ENDING}" if row.outcome and row.best_draft else None,
    }


def _told(piece: Piece, outcome: Outcome) -> str:
    from console.presenters.figures import counted, money, score

    row = outcome.row
    reached = "no score" if row.score_ppm is None else score(row.score_ppm)
    stands = (row.outcome or row.status.value).replace("_", " ")
    session = row.session[:ID_SHOWN_CHARACTERS]
    return (
        f"{piece.id}: {stands}, {reached}, {counted(row.round, 'iteration')}, {money(outcome.cost_microusd)} "
        f"(session {session})"
    )


def _make(out: Path) -> None:
    """The folder, and an index that begins anew: what ended in an earlier run is found again and written once more."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / INDEX).write_bytes(b"")
    except OSError as error:
        raise WrongUse(
            f"no texts can be written there: {(error.strerror or str(error)).lower()}.",
            where=str(out),
            now="Name a folder that can be written.",
        ) from error


def _sum_up(tally: Tally, out: Path, settings: Settings, *, is_whole: bool, file: Path) -> None:
    from console.presenters.figures import counted, money

    approved = tally.codes.count(ExitCode.COMPLETED)
    kept = tally.codes.count(ExitCode.NOT_APPROVED)
    for id_, why in list(tally.failed.items())[:FAILURES_SHOWN_MAX]:
        say(f"{id_}: {why}")
    if len(tally.failed) > FAILURES_SHOWN_MAX:
        say(f"and {len(tally.failed) - FAILURES_SHOWN_MAX:,} more; the index has all of them.")
    say(
        f"{counted(tally.total, 'brief')}: {approved:,} approved, {kept:,} not approved, {len(tally.failed):,} without "
        f"a draft, {tally.total - len(tally.codes):,} not ended; {money(tally.cost_microusd)} in all. {out / INDEX}"
    )
    if tally.failed or not is_whole:
        again = command_line("refine", "--file", str(file), "--out", str(out), settings=settings)
        say(f"the same command goes on with what is left, and pays for nothing again: {again} …")
