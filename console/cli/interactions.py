"""How are a session's interactions printed, for people and for programs?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.cli.page import INDENT, Page
from console.cli.tables import COLUMNS_MAX, pairs, terminal_columns
from console.plain import json_text, plain
from console.presenters.figures import plural

if TYPE_CHECKING:
    from console.presenters.interactions import Interactions, Response
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator


async def print_interactions(orchestrator: Orchestrator, session: SessionId, *, as_json: bool) -> None:
    """Read them from the log, and print them: one JSON document, or text."""
    from console.exporting import all_events
    from console.presenters.carried import unfolded
    from console.presenters.interactions import interactions_of

    records = [record async for record in unfolded(all_events(orchestrator, session))]
    asked = await orchestrator.asked(session)
    found = interactions_of(await orchestrator.summary(session), records, asked)
    if as_json:
        sys.stdout.write(json_text(found) + "\n")
    else:
        page = Page(width=min(COLUMNS_MAX, terminal_columns()))
        sys.stdout.write("\n".join(interaction_lines(found, page)) + "\n")


def interaction_lines(found: Interactions, page: Page) -> Iterator[str]:
    """The session, then what was written with its reviews, then each call with its answer's time."""
    session = found.session
    rows = [
        ("session", session.id),
        ("status", session.status),
        ("created", session.created),
        ("updated", session.updated),
        *((name, str(value)) for name, value in session.metadata.items() if value not in (None, "")),
    ]
    yield from pairs([(name, " ".join(value.split())) for name, value in rows], indent="").splitlines()
    reviews = {review.id: review for review in found.reviews}
    for each in found.interactions:
        yield ""
        yield page.heading(f"{each.id} · {each.type} · {each.timestamp}")
        yield from page.plain(_in_a_line(each.metadata))
        review = reviews.get(each.id)
        if review is not None:
            score = "none that could be read" if review.score is None else f"{review.score:g}"
            yield f"of {review.interaction_id} · score {score}"
        yield from page.indented(each.content)
        for suggestion in review.suggestions if review is not None else ():
            about = f"“{suggestion['passage']}”: " if suggestion["passage"] else ""
            yield from page.indented(f"- {about}{suggestion['text']}")
    responses: dict[str, list[Response]] = {}
    for response in found.responses:
        responses.setdefault(response.request_id, []).append(response)
    if found.requests:
        yield ""
        yield page.heading("Requests and responses")
    for request in found.requests:
        characters = sum(len(message["text"]) for message in request.prompt)
        parameters = _in_a_line(request.parameters)
        yield f"{request.id} · {request.type} · {request.timestamp} · prompt of {characters:,} characters"
        yield f"{INDENT}{parameters}"
        for response in responses.get(request.id, ()):
            took = "" if response.latency_ms is None else f" after {response.latency_ms:,} ms"
            told = _in_a_line(response.metadata)
            yield f"{INDENT}→ {len(response.content):,} {plural(len(response.content), 'character')}{took} · {told}"


def _in_a_line(values: object) -> str:
    shown = plain(values)
    assert isinstance(shown, dict)
    return " · ".join(f"{name} {value}" for name, value in shown.items() if value not in (None, "", [], False))
