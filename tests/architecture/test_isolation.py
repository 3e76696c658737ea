"""Is a test alone on its machine: without network, without the operator's keys and files?"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter


@pytest.mark.parametrize("address", [("model.example", 443), ("192.0.2.1", 443)])
def test_no_test_reaches_the_network(address: tuple[str, int]) -> None:
    with pytest.raises(PermissionError, match="tests stay on this machine"):
        socket.create_connection(address, timeout=1)


async def test_a_test_may_talk_to_itself() -> None:
    async def hang_up(_: StreamReader, writer: StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        said = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert said == b""


def test_a_test_has_a_home_of_its_own_and_no_keys(tmp_path: Path) -> None:
    assert Path.home().is_relative_to(tmp_path)
    assert not [name for name in os.environ if name.endswith("_API_KEY") or name.startswith("ORCHESTRATION_")]
