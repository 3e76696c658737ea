"""Which files make up a bundle, and is each of them what it must be?

Everything in a bundle follows from its log and from what the log names, so that it can be made again from what was read
and compared: a byte that nothing speaks for would be a byte that anybody could change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256

from core.domain.chain import ROOT, Stored, first_break, head_of
from core.domain.errors import WrongUse
from core.domain.ids import Digest, SessionId
from core.ports.bundles import Bundle, Content, ContentKind
from storage.bundle_frame import BadFrame, framed, unframed
from storage.codec import canonical_json
from storage.jsonl_lines import line_of, stored_of

FORMAT = 1
MANIFEST, LOG, PARTICIPANTS, PRICES = "manifest.json", "log.jsonl", "participants.json", "prices.json"
MANIFEST_BYTES_MAX = 1024 * 1024
ENDINGS = {ContentKind.RULES: ".json", ContentKind.TEMPLATE: ".json", ContentKind.DOCUMENT: ".txt"}
SESSION = re.compile(r"[0-9a-f]{32}")
CONTENT = re.compile(r"(rules|templates|documents)/([0-9a-f]{64})(\.json|\.txt)")
MOMENT_MS_MAX = 2**53
NOW = "Nothing was written. Ask for it again where it was made."


def packed(bundle: Bundle) -> bytes:
    """The file of a bundle. Raises WrongUse for one that is larger than a reader takes."""
    try:
        return framed(_parts(bundle))
    except BadFrame as bad:
        raise WrongUse(
            f"it can't be a bundle: {bad.what}.",
            where=f"session {bundle.session[:8]}",
            now="Write it as .json, which has no bound.",
        ) from bad


def unpacked(content: bytes, *, where: str) -> Bundle:
    """What a file holds. Raises WrongUse, with the first place that differs from what it must be."""
    try:
        parts = unframed(content)
    except BadFrame as bad:
        if bad.part == LOG and MANIFEST in bad.before:
            _events(bad.body, _session(_manifest(bad.before, where)), where=where)  # names the event, if it was one
        raise _refused(where, bad.part, bad.what) from bad
    manifest = _manifest(parts, where)
    session = _session(manifest)
    _require_parts(parts, manifest, session, where)
    events = _events(parts[LOG], session, where=where)
    head = head_of(events[-1])
    if (manifest["events"], manifest["head"]) != (head.seq, head.digest):
        said = f"{manifest['events']} events up to {str(manifest['head'])[:12]}"
        what = f"the log has {head.seq} events up to {head.digest[:12]}, and the manifest says {said}"
        raise _refused(where, MANIFEST, what)
    bundle = Bundle(
        session=session,
        events=tuple(events),
        contents=tuple(sorted(_content(name, body) for name, body in parts.items() if "/" in name)),
        digest=Digest(sha256(content).hexdigest()),
    )
    try:
        made = _parts(bundle)
    except ValueError as error:  # half a character, a number without an end: JSON that nobody could write again
        raise _refused(where, f"{LOG}, event 1", "it isn't written as moot writes events") from error
    for name in (*(name for name in parts if name != MANIFEST), MANIFEST):
        if parts[name] != made.get(name):
            raise _refused(where, name, "it is not what follows from the log")
    if list(parts) != list(made):
        raise _refused(where, "", "its parts are not in their order")
    return bundle


def _parts(bundle: Bundle) -> dict[str, bytes]:
    parts = {
        **_extracts(bundle.events[0]),
        LOG: b"".join(line_of(event) for event in bundle.events),
        **{f"{each.kind}/{each.digest}{ENDINGS[each.kind]}": each.body for each in sorted(bundle.contents)},
    }
    manifest = {
        "format": FORMAT,
        "session": bundle.session,
        "events": bundle.head.seq,
        "head": bundle.head.digest,
        "parts": [
            {"name": name, "bytes": len(body), "sha256": sha256(body).hexdigest()} for name, body in parts.items()
        ],
    }
    return {MANIFEST: json.dumps(manifest, indent=1).encode() + b"\n", **parts}


def _extracts(first: Stored) -> dict[str, bytes]:
    """Who takes part and what models cost, as the opening pins it, for whoever reads a bundle without moot.

    Taken from the JSON as it was recorded: a later release may know more of a participant, and must write the same.
    """
    plain = json.loads(first.body)
    opening = plain.get("opening") if isinstance(plain, dict) else None
    if not isinstance(opening, dict):
        opening = {}
    participants = {"seats": opening.get("seats", []), "casting": opening.get("casting", {})}
    prices = {"prices": opening.get("prices", {}), "windows": opening.get("windows", {})}
    return {PARTICIPANTS: canonical_json(participants) + b"\n", PRICES: canonical_json(prices) + b"\n"}


def _manifest(parts: Mapping[str, bytes], where: str) -> Mapping[str, object]:
    body = parts.get(MANIFEST, b"")
    if not body or next(iter(parts)) != MANIFEST:
        raise _refused(where, MANIFEST, "it isn't the first part")
    if len(body) > MANIFEST_BYTES_MAX:
        raise _refused(where, MANIFEST, f"it has {len(body):,} bytes, and at most {MANIFEST_BYTES_MAX:,} are read")
    try:
        manifest = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refused(where, MANIFEST, "it can't be read") from error
    match manifest:
        case {"format": int(version)} if version > FORMAT:
            raise WrongUse(
                f"it is a bundle of form {version}, and this moot knows {FORMAT}.",
                where=where,
                now="Nothing was written. Update moot.",
            )
        case {"format": 1, "session": str(session), "events": int(), "head": str(), "parts": list()} if (
            SESSION.fullmatch(session)
        ):
            return dict(manifest)
    raise _refused(where, MANIFEST, "it doesn't say what a bundle's must")


def _session(manifest: Mapping[str, object]) -> SessionId:
    return SessionId(str(manifest["session"]))


def _require_parts(parts: Mapping[str, bytes], manifest: Mapping[str, object], session: SessionId, where: str) -> None:
    """Raise WrongUse unless the parts are those that the manifest says, under names that a bundle's may have."""
    said: dict[str, object] = {}
    listed = manifest["parts"]
    assert isinstance(listed, list)  # as was just looked at
    for each in listed:
        match each:
            case {"name": str(name), "bytes": int(), "sha256": str()}:
                said[name] = (each["bytes"], each["sha256"])
            case _:
                raise _refused(where, MANIFEST, "it lists a part without its name, size or digest")
    for name, body in parts.items():
        if name == MANIFEST:
            continue
        match = CONTENT.fullmatch(name)
        if name not in (LOG, PARTICIPANTS, PRICES) and (match is None or ENDINGS[ContentKind(match[1])] != match[3]):
            raise _refused(where, name, "no part of a bundle is called that")
        digest = sha256(body).hexdigest()
        if said.get(name) != (len(body), digest):
            if name == LOG:
                _events(body, session, where=where)
            raise _refused(where, name, f"it has the digest {digest[:12]}, and the manifest says another")
        if match is not None and match[2] != digest:
            raise _refused(where, name, f"it has the digest {digest[:12]}, and its name says another")
    missing = sorted({LOG, PARTICIPANTS, PRICES, *said} - parts.keys())
    if missing:
        raise _refused(where, missing[0], "it is missing")


def _events(body: bytes, session: SessionId, *, where: str) -> list[Stored]:
    """The log's events. Raises WrongUse at the first that isn't what it must be."""
    events: list[Stored] = []
    link = ROOT
    for seq, line in enumerate(body.splitlines(keepends=True), start=1):
        try:
            event = stored_of(line)
            numbers = (event.seq, event.at_ms, event.version)
            if any(type(each) is not int or not 0 <= each < MOMENT_MS_MAX for each in numbers) or (
                type(event.kind) is not str or line_of(event) != line
            ):
                raise ValueError(line)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _refused(where, f"{LOG}, event {seq}", "it isn't written as moot writes events") from error
        broken = first_break(session, [event], after_seq=seq - 1, after=link)
        if broken is not None:
            raise _refused(where, f"{LOG}, event {broken.seq}", broken.what)
        link = event.link
        events.append(event)
    if not events:
        raise _refused(where, LOG, "it holds no events")
    return events


def _content(name: str, body: bytes) -> Content:
    folder, _, rest = name.partition("/")
    return Content(kind=ContentKind(folder), digest=Digest(rest.partition(".")[0]), body=body)


def _refused(where: str, part: str, what: str) -> WrongUse:
    return WrongUse(f"the bundle is not what was made: {what}.", where=f"{where}{', ' if part else ''}{part}", now=NOW)
