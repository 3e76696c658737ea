"""What was recorded in all sessions, and what stands in the log file, as far as a filter wants it, and as it comes?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.tables import COLUMNS_MIN, cut, table_columns
from console.exit_codes import ExitCode
from console.plain import json_line
from core.domain.errors import WrongUse
from core.domain.text import clean_text

if TYPE_CHECKING:
    from console.headless import StopRequest
    from console.logs.reading import LogFiles
    from console.presenters.event_entries import Entry
    from console.presenters.event_filter import EventFilter, Vocabulary
    from core.orchestrator import Orchestrator

SHOWN_DEFAULT, FOLLOWED_DEFAULT, SHOWN_MAX = 50, 10, 10_000
LOOK_SECONDS = 0.2
"""How often the log file is looked at again: nobody says when another process writes into it."""

SESSION_SHOWN_CHARACTERS = 8
KIND_COLUMNS = 18
NOTHING = "Nothing is on record that is looked for here."
FIELDS_OF_LINES_MAX = 1_000
"""So many of the newest lines are asked which fields there are besides those that moot's own have."""

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILTER…]",
        help="Words that must all hold, such as kind:RuleFired session:ab12 'level>=warning' budget. Quote them "
        "where the shell would take a sign for its own; put -- before words that begin with -.",
        show_default=False,
    ),
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes in, until ctrl+c.")]
Since = Annotated[
    str, typer.Option("--since", metavar="WHEN", help="From then on: 30s, 10m, 2h, 3d, or 2026-11-20T14:30.")
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        help=f"At most so many of the newest: {SHOWN_DEFAULT} where it is not said, {FOLLOWED_DEFAULT} with --follow, "
        f"{SHOWN_MAX} with --since.",
        show_default=False,
    ),
]


def events(
    filter: Words = None,
    follow: Follow = False,
    since: Since = "",
    limit: Limit = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show what was recorded in all sessions, oldest first, with a filter, beside a process that drives."""
    most = _most(limit, since, follow=follow)

    async def work(orchestrator: Orchestrator) -> int:
        from console.headless import StopRequest
        from console.presenters.event_filter import vocabulary_of

        vocabulary = vocabulary_of(orchestrator.all_events.kinds)
        wanted = _filter(filter or (), since, "", vocabulary)
        stop = StopRequest()
        stop.listen()
        say = _saying(as_json=as_json)
        position = await _show_recorded(
            orchestrator, wanted, vocabulary, most, say, stop, says_nothing=not (as_json or follow)
        )
        if follow:
            await _follow_recorded(orchestrator, wanted, position, say, stop)
        return ExitCode.STOPPED if stop.asked.is_set() else ExitCode.COMPLETED

    from console.cli.running import with_orchestrator

    return with_orchestrator(settings_with(database), work)


def logs(
    filter: Words = None,
    follow: Follow = False,
    since: Since = "",
    level: Annotated[
        str, typer.Option("--level", metavar="NAME", help="At least so grave: debug, info, warning, error.")
    ] = "",
    limit: Limit = None,
    as_json: AsJson = False,
) -> int:
    """Show the lines of the log file, and of those that it was before, oldest first, whoever writes them."""
    most = _most(limit, since, follow=follow)

    async def work() -> int:
        from console.bootstrap import KINDS
        from console.headless import StopRequest
        from console.locations import find_locations
        from console.logs.reading import LogFiles
        from console.presenters.event_filter import vocabulary_of
        from core.domain.events import ENGINE_EVENTS

        stop = StopRequest()
        stop.listen()
        files = LogFiles(find_locations().log_file)
        vocabulary = vocabulary_of((*ENGINE_EVENTS, *KINDS.events))
        newest = await asyncio.to_thread(lambda: files.back(limit=FIELDS_OF_LINES_MAX))
        wanted = _filter(
            filter or (), since, level, vocabulary.with_fields(name for line in newest.lines for name in line.values)
        )
        say = _saying(as_json=as_json)
        end = await asyncio.to_thread(files.end)
        found = await asyncio.to_thread(_lines_back, files, wanted, end, most)
        for line in found:
            say(line)
        if not (found or as_json or follow):
            sys.stdout.write(f"{NOTHING}\n")
        if follow:
            await _follow_lines(files, wanted, end, say, stop)
        return ExitCode.STOPPED if stop.asked.is_set() else ExitCode.COMPLETED

    return asyncio.run(work())


async def _show_recorded(
    orchestrator: Orchestrator,
    wanted: EventFilter,
    vocabulary: Vocabulary,
    most: int,
    say: Callable[[Entry], None],
    stop: StopRequest,
    *,
    says_nothing: bool,
) -> int:
    """Print the newest that are wanted, oldest first; returns the position up to which was looked. Where none is, that
    is printed if it `says_nothing`."""
    from console.presenters.event_entries import EventEntry

    reader = orchestrator.all_events
    position = await reader.last_position()
    before, found = position + 1, list[EventEntry]()
    while before > 1 and len(found) < most and not stop.asked.is_set():
        look = await reader.back(
            before_position=before,
            sought=wanted.sought(vocabulary),
            is_wanted=lambda record: wanted.holds(EventEntry(record=record)),
            limit=most - len(found),
        )
        found = [*(EventEntry(record=record) for record in look.records), *found]
        before = look.from_position
    for entry in found:
        say(entry)
    if not found and says_nothing:
        sys.stdout.write(f"{NOTHING}\n")
    return position


async def _follow_recorded(
    orchestrator: Orchestrator, wanted: EventFilter, position: int, say: Callable[[Entry], None], stop: StopRequest
) -> None:
    from console.presenters.event_entries import EventEntry

    stopping = asyncio.ensure_future(stop.asked.wait())
    while not stop.asked.is_set():
        for record in await orchestrator.all_events.after(position):
            position = record.position
            entry = EventEntry(record=record)
            if wanted.holds(entry):
                say(entry)
        moved = asyncio.ensure_future(orchestrator.committed_beyond(position))
        await asyncio.wait((moved, stopping), return_when=asyncio.FIRST_COMPLETED)
        moved.cancel()
        with suppress(asyncio.CancelledError):
            await moved


def _lines_back(files: LogFiles, wanted: EventFilter, end: tuple[int, int], most: int) -> Sequence[Entry]:
    found: list[Entry] = []
    before = end
    while len(found) < most:
        look = files.back(before=before, is_wanted=wanted.holds, limit=most - len(found))
        found = [*look.lines, *found]
        before = look.from_place
        if look.is_whole:
            break
    return found


async def _follow_lines(
    files: LogFiles, wanted: EventFilter, place: tuple[int, int], say: Callable[[Entry], None], stop: StopRequest
) -> None:
    while not stop.asked.is_set():
        lines, place = await asyncio.to_thread(files.after, place)
        for line in lines:
            if wanted.holds(line):
                say(line)
        if not lines:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await stop.asked.wait()


def _most(limit: int | None, since: str, *, follow: bool) -> int:
    if limit is not None and not 0 <= limit <= SHOWN_MAX:
        raise WrongUse(f"{limit} can't be how many.", where="--limit", now=f"Name a number from 0 to {SHOWN_MAX}.")
    return limit if limit is not None else SHOWN_MAX if since else FOLLOWED_DEFAULT if follow else SHOWN_DEFAULT


def _filter(words: Sequence[str], since: str, level: str, vocabulary: Vocabulary) -> EventFilter:
    from console.machine import now_ms
    from console.presenters.event_filter import read_filter

    options = (f"since:{since}" if since else "", f"level>={level}" if level else "")
    return read_filter(" ".join((*words, *filter(None, options))), vocabulary, now_ms=now_ms())


def _saying(*, as_json: bool) -> Callable[[Entry], None]:
    """Prints an entry; at once, because whoever reads along waits for it."""
    width = table_columns()

    def say(entry: Entry) -> None:
        sys.stdout.write((json_line(entry.as_plain()) if as_json else line_of(entry, width=width)) + "\n")
        sys.stdout.flush()

    return say


def line_of(entry: Entry, *, width: int) -> str:
    """When, how grave, in which session, what: on one line of at most `width` places."""
    when = datetime.fromtimestamp(entry.at_ms / 1_000, tz=UTC).astimezone().strftime("%m-%d %H:%M:%S")
    session = entry.session[:SESSION_SHOWN_CHARACTERS] or "–"
    seq = entry.value("seq")
    place = f"{session}:{seq}" if seq is not None else session
    kind = cut(clean_text(entry.kind), KIND_COLUMNS)
    head = f"{when if entry.at_ms else '–':<14}  {entry.level.word:<7}  {place:<13}  {kind:<{KIND_COLUMNS}}  "
    return (head + cut(clean_text(entry.about), max(COLUMNS_MIN, width - len(head)))).rstrip()
