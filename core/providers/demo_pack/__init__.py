"""What is debated where nobody has brought a motion and evidence of their own?"""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

from core.domain.ids import Digest
from core.domain.steps import Document

DEMO_MOTION = "A team of six should split its billing system into services"
DEMO_FILES = ("billing-today.md", "operations.md", "options.md")


def demo_documents() -> tuple[Document, ...]:
    """The pack that ships: invented project notes that argue both sides of `DEMO_MOTION`."""
    return tuple(_document(name) for name in DEMO_FILES)


def _document(name: str) -> Document:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return Document(name=name, digest=Digest(sha256(text.encode()).hexdigest()), text=text)
