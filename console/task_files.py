"""Which tasks does a file hold, and where is the mistake in it?"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from console.json_lines import read_lines
from core.domain.errors import WrongUse
from core.evaluation.tasks import Task, read_task

_DIGEST_BYTES = 16
"""Of an id: so that what is remembered of each task has one size, and no two of them are taken for one."""


def read_tasks(path: Path, *, limit: int | None = None) -> Iterator[Task]:
    """The first `limit` tasks of a file, or all, one after another: no more than a line of it is ever held, and of each
    task before the digest of its id. Raises WrongUse with the line, and where there is no task at all."""
    seen: dict[bytes, int] = {}
    for line in read_lines(path):
        if limit is not None and len(seen) >= limit:
            return
        number = int(line.place.rpartition(":")[2])
        task = read_task(line.values, place=line.place, id_given=f"line-{number}")
        digest = sha256(task.id.encode()).digest()[:_DIGEST_BYTES]
        if digest in seen:
            raise WrongUse(
                f"the id {task.id!r} is taken by line {seen[digest]}.",
                where=line.place,
                now="Give each task an id of its own, or none.",
            )
        seen[digest] = number
        yield task
    if not seen:
        raise WrongUse("there is no task in it.", where=str(path), now='Write one a line: {"question": …}.')
