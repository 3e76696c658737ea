"""By which names does a machine reach itself, where nobody else does?"""

from __future__ import annotations

LOOPBACK = ("127.0.0.1", "::1", "localhost")
