"""In which value does a presenter hand over a text that wraps?"""

from __future__ import annotations

from dataclasses import dataclass

from console.presenters.shown import Part


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Styled parts that wrap together. What doesn't fit goes on below, aligned behind the `lead`.

    The lead doesn't wrap; it stands before the first line alone, or before each where it `is_bar`.
    """

    parts: tuple[Part, ...] = ()
    lead: str = ""
    lead_style: str = "muted"
    is_bar: bool = False

    @property
    def text(self) -> str:
        return self.lead + "".join(text for text, _ in self.parts)


def paragraphs(text: str, style: str = "text", *, lead: str = "") -> tuple[Paragraph, ...]:
    """A text line by line, all in one style; the lead stands before the first."""
    return tuple(
        Paragraph(((line, style),), lead if number == 0 else " " * len(lead))
        for number, line in enumerate(text.split("\n"))
    )
