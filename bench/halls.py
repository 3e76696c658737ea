"""Which databases is the console opened over: fifty debates that stand still, fifty of which twenty speak?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from bench.engine_turn import text_of
from bench.house import MOTION, furnish
from console.bootstrap import open_orchestrator
from console.settings import Settings

DEBATES = 50
SPEAKING = 20
PIECES_PER_SECOND = 50
PIECE_CHARACTERS = 6
TITLE = "Rota number"


def hall(folder: Path, *, debates: int = DEBATES, is_silent: bool) -> Path:
    """A database with that many debates: all paused, or waiting to be admitted by whoever drives next."""
    asyncio.run(_furnished(folder, debates=debates, is_silent=is_silent))
    return folder / "moot.db"


def environment(folder: Path, *, speaking: int = SPEAKING) -> Mapping[str, str]:
    """With nothing of the operator's own in it."""
    return {
        "HOME": str(folder),
        "MOOT_HOME": str(folder / "home"),
        "MOOT_DATABASE": str(folder / "moot.db"),
        "MOOT_MAX_CONCURRENT_DEBATES": str(speaking),
        "MOOT_IN_DOUBT_POLICY": "retry",
        "MOOT_DRAIN_SECONDS_MAX": "0",
        "MOOT_METRICS_EXPORT_PATH": str(folder / "metrics"),
    }


async def _furnished(folder: Path, *, debates: int, is_silent: bool) -> None:
    settings = Settings(
        database=folder / "moot.db",
        max_concurrent_debates=1,  # the others wait
        cap_day_microusd=None,
        in_doubt_policy="retry",
        drain_seconds_max=0,
        metrics_export_path=folder / "metrics",
    )
    model = f"scripted:{_streaming(folder)}"
    await furnish(settings.database)
    moot = open_orchestrator(settings)
    await moot.start(must_drive=True)
    try:
        for number in range(debates):
            await moot.start_debate(
                MOTION, template_id="long", casting={"": model}, seed=1, title=f"{TITLE} {number:02}"
            )
        if is_silent:
            await moot.pause_all()
    finally:
        await moot.stop(drain=False)


def _streaming(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "streaming.yaml"
    answers = [{"text": text_of(turn), "piece_delay_ms": 1_000 // PIECES_PER_SECOND} for turn in range(8)]
    path.write_text(json.dumps({"piece_characters": PIECE_CHARACTERS, "answers": {"default": answers}}), "utf-8")
    return path
