"""How does an event stand in a line of JSON, so that its bytes can be told apart again?"""

from __future__ import annotations

import json

from core.domain.chain import Stored, linked
from storage.event_log import Encoded

EVENT_KEY, ENVELOPE_KEY = b'"event":', b'"envelope":'
DECODER = json.JSONDecoder()


def lines_of(part: Encoded, link: bytes) -> tuple[list[bytes], bytes]:
    """The lines of an append whose session ends with `link`, and the link with which it ends then."""
    lines = []
    session, at_ms, envelope = part.append.session, part.append.envelope.at_ms, part.envelope
    for seq, (kind, version, body) in enumerate(part.events, start=part.append.expected_seq + 1):
        first = envelope if seq == part.append.expected_seq + 1 else None
        link = linked(link, session, seq=seq, at_ms=at_ms, kind=kind, version=version, body=body, envelope=first)
        event = Stored(seq=seq, at_ms=at_ms, kind=kind, version=version, body=body, envelope=first, link=link)
        lines.append(line_of(event))
    return lines, link


def line_of(event: Stored) -> bytes:
    """The line of an event that has its link."""
    head = f'{{"seq":{event.seq},"at_ms":{event.at_ms},"kind":"{event.kind}","version":{event.version},'
    envelope = b"" if event.envelope is None else b"," + ENVELOPE_KEY + event.envelope
    return f'{head}"link":"{event.link.hex()}",'.encode() + EVENT_KEY + event.body + envelope + b"}\n"


def stored_of(line: bytes) -> Stored:
    """A line's values, the event and the envelope byte for byte as they stand there; its link is empty in a file from
    before there were links. Raises ValueError, KeyError or TypeError for what is no such line."""
    text = line.decode()
    values = json.loads(text)
    body, rest = _cut_out(text, EVENT_KEY, 0)
    envelope = _cut_out(text, ENVELOPE_KEY, rest)[0] if "envelope" in values else None
    return Stored(
        seq=values["seq"],
        at_ms=values["at_ms"],
        kind=values["kind"],
        version=values["version"],
        body=body,
        envelope=envelope,
        link=bytes.fromhex(values.get("link", "")),
    )


def _cut_out(text: str, key: bytes, start: int) -> tuple[bytes, int]:
    """The JSON text behind the next `key`, as it stands there, and where it ends."""
    begin = text.index(key.decode(), start) + len(key)
    end = DECODER.raw_decode(text, begin)[1]
    return text[begin:end].encode(), end
