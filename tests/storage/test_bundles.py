"""Is every byte of a bundle spoken for, and does a file that others made do no harm?"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.chain import ROOT, Stored, link_of
from core.domain.errors import MootError, StorageFailed, WrongUse
from core.domain.ids import Digest
from core.ports.bundles import Bundle, Content, ContentKind
from storage import bundle_frame, bundle_parts
from storage.bundle_frame import BadFrame, framed, unframed
from storage.bundle_parts import packed, unpacked
from storage.jsonl_lines import line_of
from storage.opened import open_storage
from tests.storage.builders import codec, session

A = session(0xA1)
OPENING = {"opening": {"seats": [{"id": "proposer"}], "prices": {"m": {"input_microusd": 3}}}}


def content(kind: ContentKind, body: bytes) -> Content:
    return Content(kind=kind, digest=Digest(sha256(body).hexdigest()), body=body)


def chained(*bodies: bytes, of: str = A) -> tuple[Stored, ...]:
    link, made = ROOT, []
    for seq, body in enumerate(bodies, start=1):
        envelope = b'{"held":{}}' if seq != 2 else None
        event = Stored(seq=seq, at_ms=7, kind="Said", version=1, body=body, envelope=envelope, link=b"")
        link = link_of(link, type(A)(of), event)
        made.append(replace(event, link=link))
    return tuple(made)


def bundle(*texts: str) -> Bundle:
    bodies = [json.dumps(OPENING, separators=(",", ":")).encode()]
    bodies += [json.dumps({"text": text}, separators=(",", ":"), ensure_ascii=False).encode() for text in texts]
    contents = (
        content(ContentKind.DOCUMENT, "Straße, 日本語.".encode()),
        content(ContentKind.RULES, b"[]"),
        content(ContentKind.TEMPLATE, b'{"id":"simple"}'),
    )
    return Bundle(session=A, events=chained(*bodies), contents=contents)


SMALL = packed(bundle("one", "two, and Straße", "three"))


def refusal(file: bytes) -> WrongUse:
    with pytest.raises(WrongUse) as caught:
        unpacked(file, where="it")
    return caught.value


def reframed(change: Callable[[dict[str, bytes]], object]) -> bytes:
    """What somebody makes of a bundle who knows how its parts are held together."""
    parts = unframed(SMALL)
    change(parts)
    return framed(parts)


def with_true_manifest(parts: dict[str, bytes]) -> None:
    """Have the manifest say what the parts are."""
    manifest = json.loads(parts["manifest.json"])
    manifest["parts"] = [
        {"name": name, "bytes": len(body), "sha256": sha256(body).hexdigest()}
        for name, body in parts.items()
        if name != "manifest.json"
    ]
    parts["manifest.json"] = json.dumps(manifest, indent=1).encode() + b"\n"


def test_what_was_packed_comes_back_equal_and_is_packed_to_the_same_bytes() -> None:
    first = bundle("one", "two", "\x00\x1b \u2028 \r\n")

    again = unpacked(packed(first), where="it")

    assert replace(again, digest=first.digest) == replace(first, contents=tuple(sorted(first.contents)))
    assert again.digest == sha256(packed(first)).hexdigest()
    assert packed(again) == packed(first)


def test_any_tool_can_open_a_bundle_and_read_who_took_part() -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("participants.json"))["seats"] == [{"id": "proposer"}]
        assert json.loads(archive.read("prices.json"))["prices"] == {"m": {"input_microusd": 3}}
        assert len(archive.read("log.jsonl").splitlines()) == 4
        assert {name.partition("/")[0] for name in archive.namelist() if "/" in name} == {
            "documents",
            "rules",
            "templates",
        }


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_no_byte_of_a_bundle_can_be_another(mask: int) -> None:
    for at in range(len(SMALL)):
        changed = bytearray(SMALL)
        changed[at] ^= mask
        with pytest.raises(WrongUse, match="not what was made"):
            unpacked(bytes(changed), where="it")


@given(data=st.data())
def test_bytes_that_are_lost_added_or_moved_are_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SMALL)))
    end = data.draw(st.integers(at, len(SMALL)))
    instead = data.draw(st.binary(max_size=40))
    changed = SMALL[:at] + instead + SMALL[end:]
    if changed != SMALL:
        refusal(changed)


@given(junk=st.binary(max_size=400))
def test_what_is_no_bundle_is_refused_in_words(junk: bytes) -> None:
    assert "not what was made" in refusal(junk).what
    refusal(b"PK\3\4" + junk)


@pytest.mark.parametrize(("word", "seq"), [(b"one", 2), (b"two", 3), (b"three", 4), (b'"seats"', 1)])
def test_a_changed_event_is_named_whoever_changed_it(word: bytes, seq: int) -> None:
    at = SMALL.index(b'{"seq":1')
    at = SMALL.index(word, at)
    flipped = SMALL[: at + 1] + bytes([SMALL[at + 1] ^ 1]) + SMALL[at + 2 :]

    def change(parts: dict[str, bytes]) -> None:
        parts["log.jsonl"] = parts["log.jsonl"].replace(word, word[:1] + b"X" + word[2:])
        with_true_manifest(parts)

    for changed in (flipped, reframed(change)):
        assert f"log.jsonl, event {seq}" in refusal(changed).where


def test_each_part_that_was_changed_is_named_also_with_a_manifest_that_says_so() -> None:
    for name in unframed(SMALL):
        if name in ("manifest.json", "log.jsonl"):
            continue

        def change(parts: dict[str, bytes], name: str = name) -> None:
            parts[name] += b" "

        def change_both(parts: dict[str, bytes], name: str = name) -> None:
            parts[name] += b" "
            with_true_manifest(parts)

        for how in (change, change_both):
            assert name in refusal(reframed(how)).where


def test_a_log_with_another_head_than_the_manifest_says_is_refused() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["log.jsonl"] = b"".join(parts["log.jsonl"].splitlines(keepends=True)[:-1])
        with_true_manifest(parts)

    refused = refusal(reframed(change))

    assert "3 events up to" in refused.what
    assert "the manifest says 4" in refused.what


@pytest.mark.parametrize("value", ['"\\ud800"', "NaN", "1e999"])
def test_an_opening_that_no_moot_could_have_written_is_refused_whatever_its_chain_says(value: str) -> None:
    events = chained(f'{{"opening":{{"seats":[{value}]}}}}'.encode())

    def change(parts: dict[str, bytes]) -> None:
        parts["log.jsonl"] = b"".join(line_of(event) for event in events)
        with_true_manifest(parts)
        manifest = json.loads(parts["manifest.json"]) | {"events": 1, "head": events[-1].link.hex()}
        parts["manifest.json"] = json.dumps(manifest, indent=1).encode() + b"\n"

    assert refusal(reframed(change)).where == "it, log.jsonl, event 1"


def test_missing_further_and_doubled_parts_are_refused() -> None:
    def without(parts: dict[str, bytes]) -> None:
        del parts["log.jsonl"]

    def further(parts: dict[str, bytes]) -> None:
        parts["notes.txt"] = b"hello"
        with_true_manifest(parts)

    def moved(parts: dict[str, bytes]) -> None:
        parts["log.jsonl"] = parts.pop("log.jsonl")
        with_true_manifest(parts)

    assert "it is missing" in refusal(reframed(without)).what
    assert "no part of a bundle is called that" in refusal(reframed(further)).what
    refusal(reframed(moved))
    one = bundle_frame._local(b"a", b"x") + b"x"
    with pytest.raises(BadFrame, match="twice"):
        unframed(one + one)


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/passwd", "rules/../../x.json", "rules/" + "0" * 64 + ".txt", "C:\\x", "rules/"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = b"[]"
        with_true_manifest(parts)

    assert "no part of a bundle is called that" in refusal(reframed(change)).what


def test_packed_archives_are_refused_so_that_none_can_be_larger_than_its_file() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 50_000_000)

    assert len(made.getvalue()) < 100_000
    refusal(made.getvalue())


def test_sizes_numbers_and_depths_beyond_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = bytearray(SMALL)
    struct.pack_into("<II", huge, 18, 0xFFFFFFFF, 0xFFFFFFFF)
    assert "bytes are left" not in refusal(bytes(huge)).where

    def deep(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = b"[" * 200_000

    def deep_event(parts: dict[str, bytes]) -> None:
        parts["log.jsonl"] = parts["log.jsonl"].replace(b'{"text":"one"}', b"[" * 100_000 + b"]" * 100_000)
        with_true_manifest(parts)

    assert "manifest.json" in refusal(reframed(deep)).where
    assert "event 2" in refusal(reframed(deep_event)).where
    with monkeypatch.context() as patch:
        patch.setattr(bundle_parts, "MANIFEST_BYTES_MAX", 100)
        assert "at most 100 are read" in refusal(SMALL).what
    with monkeypatch.context() as patch:
        patch.setattr(bundle_frame, "PARTS_MAX", 3)
        assert "more than 3 parts" in refusal(SMALL).what
        with pytest.raises(WrongUse, match="at most 3 go into one file"):
            packed(bundle("one"))
    with monkeypatch.context() as patch:
        patch.setattr(bundle_frame, "FRAME_BYTES_MAX", 100)
        assert "at most 100 are read" in refusal(SMALL).what
        with pytest.raises(WrongUse, match="at most 100 go into one file"):
            packed(bundle("one"))


def test_a_bundle_of_a_later_form_says_so() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = parts["manifest.json"].replace(b'"format": 1', b'"format": 2')

    assert refusal(reframed(change)).now == "Nothing was written. Update moot."


async def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    try:
        for path in (tmp_path / "none.zip", tmp_path):
            with pytest.raises(WrongUse, match="no such file"):
                await storage.bundles.read(path)
        (tmp_path / "secret.zip").write_bytes(b"")
        with pytest.raises(MootError):
            await storage.bundles.read(tmp_path / "secret.zip")
    finally:
        await storage.close()
    with pytest.raises(StorageFailed):
        await storage.bundles.content(ContentKind.RULES, Digest("0" * 64))


async def test_contents_go_from_database_to_database_byte_for_byte_and_nothing_comes_into_force(
    tmp_path: Path,
) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    contents = bundle().contents
    try:
        await storage.bundles.keep([replace(each, name="a.md") for each in contents])
        await storage.bundles.keep(contents)
        kept = [await storage.bundles.content(each.kind, each.digest) for each in contents]
        document = await storage.catalogue.document(contents[0].digest)
        assert [each.body for each in kept] == [each.body for each in contents]
        assert (document.name, document.text) == ("a.md", "Straße, 日本語.")
        assert await storage.catalogue.templates() == ()
        assert await storage.catalogue.rules_version() is None
        for kind, body in (
            (ContentKind.TEMPLATE, b"[]"),
            (ContentKind.TEMPLATE, b'{"id":"\\ud800"}'),
            (ContentKind.DOCUMENT, b"\xff"),
        ):
            with pytest.raises(WrongUse, match="can't be read here"):
                await storage.bundles.keep([content(kind, body)])
    finally:
        await storage.close()
