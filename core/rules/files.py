"""What becomes of the rule book when the files of the rules folder say something else?

Each file is taken whole or not at all. One that can't be taken (it holds a rule that another file holds, or closes a
circle of sets) leaves in force what it said before, and is tried again with every later look.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from core.domain.errors import WrongUse
from core.rules.layers import RuleBook, RuleFile, require_filled, require_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesTaken:
    """The book with what could be taken; `taken` and `gone` are the names of files that changed it, `refused` says of
    each other file why its rules are still those from before."""

    book: RuleBook
    taken: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def in_words(self) -> str:
        """`took a.yaml, b.yaml; c.yaml is gone`."""
        took = f"took {', '.join(self.taken)}" if self.taken else ""
        gone = f"{', '.join(self.gone)} {'is' if len(self.gone) == 1 else 'are'} gone" if self.gone else ""
        return "; ".join(each for each in (took, gone) if each)


def take_files(book: RuleBook, said: Mapping[str, RuleFile], *, present: Collection[str]) -> FilesTaken:
    """Put in force what files say: `said` by name, where it could be read; `present` are all that lie in the folder.

    The order in which files changed doesn't matter: a rule that moved from one to another is taken with both.
    """
    now = {file.name: file for file in book.files}
    waiting: dict[str, RuleFile | None] = {name: None for name in now if name not in present}
    waiting |= {name: file for name, file in said.items() if name in present and now.get(name) != file}
    wanted = dict(waiting)
    refused: dict[str, str] = {}
    groups = [tuple(waiting)] if waiting else []  # all at once first: two files may have exchanged rules
    while groups:
        names = groups.pop(0)
        found, why = _with(book, {name: waiting[name] for name in names})
        if found is not None:
            book = found
            for name in names:
                del waiting[name]
                refused.pop(name, None)
            groups = [(name,) for name in sorted(waiting)]  # what this one gave up may be free for another
        elif len(names) > 1:
            groups = [(name,) for name in sorted(waiting)]
        else:
            refused[names[0]] = why
    changed = wanted.keys() - waiting.keys()
    return FilesTaken(
        book=book,
        taken=tuple(sorted(name for name in changed if wanted[name] is not None)),
        gone=tuple(sorted(name for name in changed if wanted[name] is None)),
        refused=refused,
    )


def _with(book: RuleBook, said: Mapping[str, RuleFile | None]) -> tuple[RuleBook | None, str]:
    """The book with other files of those names, or without them; or why not."""
    others = tuple(file for file in book.files if file.name not in said)
    files = (*others, *(file for file in said.values() if file is not None))
    changed = replace(book, files=tuple(sorted(files, key=lambda file: file.name)))
    try:
        require_sound(changed)
        require_filled(book, changed)
    except WrongUse as error:
        is_gone = all(file is None for file in said.values())
        return None, f"it is gone, and its rules stay in force: {error}" if is_gone else str(error)
    return changed, ""
