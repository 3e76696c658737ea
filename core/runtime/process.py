"""What does this process take of the machine?

psutil reads it, and is loaded when it is first asked: not for an event loop.
"""

from __future__ import annotations

from dataclasses import dataclass

MS_PER_SECOND = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one process takes. `began_ms` is Unix time; `open_files` is 0 where the machine doesn't tell."""

    began_ms: int
    cpu_ms: int
    memory_bytes: int
    machine_available_bytes: int
    threads: int
    open_files: int


def taken() -> Taken:
    """What this process takes right now. Reads a few files of the system, the first time after loading a library."""
    import psutil

    process = psutil.Process()
    with process.oneshot():
        times = process.cpu_times()
        return Taken(
            began_ms=int(process.create_time() * MS_PER_SECOND),
            cpu_ms=int((times.user + times.system) * MS_PER_SECOND),
            memory_bytes=process.memory_info().rss,
            machine_available_bytes=psutil.virtual_memory().available,
            threads=process.num_threads(),
            open_files=process.num_fds() if hasattr(process, "num_fds") else 0,
        )
