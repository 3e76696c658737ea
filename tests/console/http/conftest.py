"""What holds for every test of what is served?"""

from __future__ import annotations

import pytest

from console.http import metrics_endpoint


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no finding: only a test that is about patience has little of it."""
    for bound in ("REQUEST_SECONDS_MAX", "ANSWER_SECONDS_MAX", "COLLECT_SECONDS_MAX"):
        monkeypatch.setattr(metrics_endpoint, bound, 60)
