"""What would a bundle from elsewhere add, in words?"""

from __future__ import annotations

from collections import Counter

from console.presenters.figures import counted
from core.ports.bundles import ContentKind
from core.runtime.bundling import Incoming, Standing
from core.runtime.replaying import Outcome

KINDS = {
    ContentKind.RULES: ("version of the rules", "versions of the rules"),
    ContentKind.TEMPLATE: ("format", "formats"),
    ContentKind.DOCUMENT: ("evidence text", "evidence texts"),
}


def incoming_rows(incoming: Incoming) -> list[tuple[str, str]]:
    """What it is and what it would add, a line each."""
    return [
        ("session", incoming.session),
        ("title", incoming.row.title or incoming.row.motion),
        ("state", incoming.row.status.value),
        ("events", f"{incoming.head.seq:,}"),
        ("head", incoming.head.digest),
        ("decided", _decided(incoming)),
        ("adds", adds(incoming)),
    ]


def adds(incoming: Incoming) -> str:
    """What isn't here yet, in one line."""
    if incoming.standing is Standing.SAME:
        return "nothing: it is on record here, byte for byte"
    kinds = Counter(each.kind for each in incoming.contents)
    return ", ".join(("the session", *(counted(kinds[kind], *names) for kind, names in KINDS.items() if kinds[kind])))


def _decided(incoming: Incoming) -> str:
    verified = incoming.verified
    match verified.outcome:
        case Outcome.SAME:
            return "again here, and everything comes out the same"
        case Outcome.DIVERGES:
            return f"otherwise from event {verified.seq} on: {verified.recorded[:80]}"
        case Outcome.NOT_VERIFIABLE:
            return f"not verifiable here: {verified.why}"
