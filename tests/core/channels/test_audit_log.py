"""Is it kept for later who was told what?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.channels import audit_log
from core.channels.audit_log import AuditLog
from core.ports.channel import NotDelivered
from tests.core.notifying.builders import delivery, notification

if TYPE_CHECKING:
    from pathlib import Path


async def test_each_delivery_is_one_line_whatever_its_words_hold(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "kept" / "notifications.jsonl")
    await log.deliver(delivery(notification(1, text="over\nand “done”")))
    await log.deliver(delivery(notification(2)))

    lines = (tmp_path / "kept" / "notifications.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]
    assert json.loads(lines[0])["text"] == "over\nand “done”"


async def test_a_file_that_has_grown_large_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "FILE_BYTES_MAX", 10)
    log = AuditLog(tmp_path / "notifications.jsonl")
    await log.deliver(delivery(notification(1)))
    await log.deliver(delivery(notification(2)))

    assert json.loads((tmp_path / "notifications.jsonl.1").read_text(encoding="utf-8"))["seq"] == 1
    assert json.loads((tmp_path / "notifications.jsonl").read_text(encoding="utf-8"))["seq"] == 2


async def test_a_place_that_can_not_be_written_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotDelivered, match="can't be written") as refused:
        await AuditLog(tmp_path / "file" / "notifications.jsonl").deliver(delivery())
    assert not refused.value.is_final
