"""How is evidence put into a prompt?"""

from __future__ import annotations

from core.domain.steps import Document
from core.prompts.window import shortened

DOCUMENT_CHARACTERS_MAX = 12_000
"""Of all evidence together; what is longer is cut in the order in which the files were given, and marked."""


def evidence_told(documents: tuple[Document, ...]) -> str:
    """The part of a prompt that holds these texts, each under its name."""
    room = DOCUMENT_CHARACTERS_MAX
    shown: list[str] = []
    for document in documents:
        text = shortened(document.text, max(0, room))
        room -= len(document.text)
        shown.append(f"--- {document.name}\n{text}")
    return "Evidence that may be cited as (file:line):\n" + "\n".join(shown)
