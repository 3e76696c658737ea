"""How do several files stand in one, so that any tool opens it and the same files are always the same bytes?

A zip archive whose parts are stored as they are: packing them would make its bytes depend on the packer, and a part
could be larger than the file that holds it. Everything but names, sizes and checksums is fixed, so that a reader can
hold each byte to what it must be, and what was put together by other hands is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from zlib import crc32

FRAME_BYTES_MAX = 256 * 1024 * 1024
"""A session of ten thousand turns takes a tenth of it. All of it is held in memory."""

PARTS_MAX = 2_000
NAME_BYTES_MAX = 100

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _MADE_BY, _FLAGS, _STORED = 20, 0x031E, 0, 0  # made "on Unix", so that files can be read by their owner
_TIME, _DATE = 0, 0x0021  # the first of January 1980: none would be told, and zip knows nothing earlier
_MODE = 0o100644 << 16


class BadFrame(ValueError):
    """`part` is the name of the first part that isn't what it must be, "" for what holds them together; `body` is what
    stands in its place, and `before` are the parts before it."""

    before: Mapping[str, bytes] = MappingProxyType({})

    def __init__(self, what: str, *, part: str = "", body: bytes = b"") -> None:
        self.what = what
        self.part = part
        self.body = body
        super().__init__(what)


def framed(parts: Mapping[str, bytes]) -> bytes:
    """One file of `parts`, in their order. Names are ASCII. Raises BadFrame for more than a reader takes."""
    if len(parts) > PARTS_MAX:
        raise BadFrame(f"it has {len(parts):,} parts, and at most {PARTS_MAX:,} go into one file")
    size = sum(len(body) for body in parts.values())
    if size > FRAME_BYTES_MAX:
        raise BadFrame(f"it holds {size:,} bytes, and at most {FRAME_BYTES_MAX:,} go into one file")
    made: list[bytes] = []
    central: list[bytes] = []
    at = 0
    for name, body in parts.items():
        local = _local(name.encode("ascii"), body)
        central.append(_central(name.encode("ascii"), body, at))
        made += (local, body)
        at += len(local) + len(body)
    return b"".join((*made, *_closing(central, at)))


def unframed(content: bytes) -> dict[str, bytes]:
    """The parts of a file that `framed` made. Raises BadFrame at the first byte that it would not have written."""
    if len(content) > FRAME_BYTES_MAX:
        raise BadFrame(f"it has {len(content):,} bytes, and at most {FRAME_BYTES_MAX:,} are read")
    parts: dict[str, bytes] = {}
    central: list[bytes] = []
    at = 0
    while content[at : at + 4] == b"PK\3\4":
        if len(parts) >= PARTS_MAX:
            raise BadFrame(f"it has more than {PARTS_MAX:,} parts")
        try:
            name, body, end = _part(content, at)
        except BadFrame as bad:
            bad.before = parts
            raise
        if name in parts:
            raise BadFrame("it is there twice", part=name)
        parts[name] = body
        central.append(_central(name.encode("ascii"), body, at))
        at = end
    if not parts:
        raise BadFrame("it doesn't begin as one")
    closing = b"".join(_closing(central, at))
    if content[at:] != closing:
        differs = next(
            (n for n, (one, other) in enumerate(zip(content[at:], closing, strict=False)) if one != other),
            min(len(content) - at, len(closing)),
        )
        raise BadFrame(f"what holds its parts together differs at byte {at + differs:,}")
    return parts


def _part(content: bytes, at: int) -> tuple[str, bytes, int]:
    header = content[at : at + _LOCAL.size]
    if len(header) < _LOCAL.size:
        raise BadFrame(f"it ends at byte {len(content):,}, within a part")
    values = _LOCAL.unpack(header)
    size, name_bytes = values[8], values[9]
    if name_bytes > NAME_BYTES_MAX:
        raise BadFrame(f"the name of a part has {name_bytes:,} bytes, at byte {at:,}")
    start = at + _LOCAL.size + name_bytes
    raw = content[at + _LOCAL.size : start]
    if not raw.isascii() or not raw.decode("ascii").isprintable():
        raise BadFrame(f"the name of a part can't be read, at byte {at:,}")
    name = raw.decode("ascii")
    body = content[start : start + size]
    if len(body) < size:
        raise BadFrame(f"it says that it has {size:,} bytes, and {len(body):,} are left", part=name)
    if content[at:start] != _local(raw, body):
        raise BadFrame("it is not what its checksum and its size say", part=name, body=body)
    return name, body, start + size


def _local(name: bytes, body: bytes) -> bytes:
    size, crc = len(body), crc32(body)
    fixed = (_VERSION, _FLAGS, _STORED, _TIME, _DATE)
    return _LOCAL.pack(b"PK\3\4", *fixed, crc, size, size, len(name), 0) + name


def _central(name: bytes, body: bytes, at: int) -> bytes:
    size, crc = len(body), crc32(body)
    fixed = (_MADE_BY, _VERSION, _FLAGS, _STORED, _TIME, _DATE)
    return _CENTRAL.pack(b"PK\1\2", *fixed, crc, size, size, len(name), 0, 0, 0, 0, _MODE, at) + name


def _closing(central: Sequence[bytes], at: int) -> tuple[bytes, ...]:
    size = sum(len(each) for each in central)
    return (*central, _END.pack(b"PK\5\6", 0, 0, len(central), len(central), size, at, 0))
