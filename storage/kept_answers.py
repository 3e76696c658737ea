"""How does a kept answer become bytes, and bytes a kept answer again?"""

from __future__ import annotations

from core.domain.errors import StorageFailed
from core.ports.response_cache import EntryUnreadable, KeptAnswer
from storage.codec import adapter


def encoded(kept: KeptAnswer) -> bytes:
    """Its JSON in UTF-8. Raises StorageFailed for text that no encoding takes."""
    try:
        return adapter(KeptAnswer).dump_json(kept, warnings="error")
    except ValueError as error:
        raise StorageFailed("this answer can't be written down.", now="It was not kept.") from error


def decoded(body: object, *, where: str) -> KeptAnswer:
    """The kept answer. Raises EntryUnreadable for anything else, without a word of what was found."""
    try:
        return adapter(KeptAnswer).validate_json(body if isinstance(body, bytes) else b"")
    except ValueError:
        # The validator's own words would repeat what was found.
        raise EntryUnreadable("an answer kept there can't be read.", where=where, now="It was dropped.") from None
