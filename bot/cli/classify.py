"""qingqun classify: what each message of a transcript is."""

import argparse
import json
from collections import defaultdict, deque
from datetime import datetime
from typing import Any

from bot.cli.lines import open_transcript
from bot.core.reading import Reading
from bot.reading import load_reader
from bot.reading.base import LOOK_BACK, Seen
from bot.transcript import Line


def run(options: argparse.Namespace) -> int:
    """Print one line for each message; 1 if some lines were bad."""
    reader = load_reader()
    rooms: dict[str, deque[Seen]] = defaultdict(lambda: deque(maxlen=LOOK_BACK))
    with open_transcript(options.file) as source:
        for line in source:
            before = tuple(rooms[line.message.room])
            reply = line.message.reply_to
            quoted = (
                next((s for s in reversed(before) if s[0].id == reply), None) if reply else None
            )
            reading = reader.read(line.message, before, quoted)
            rooms[line.message.room].append((line.message, reading.kind))
            print(json.dumps(_record(line, reading), ensure_ascii=False))
        return 1 if source.bad else 0


def _record(line: Line, reading: Reading) -> dict[str, Any]:
    deadline = reading.deadline
    if deadline is not None:
        # Told in the zone in which the message itself is dated.
        deadline = deadline.astimezone(datetime.fromisoformat(line.record["at"]).tzinfo)
    return {
        "id": line.message.id,
        "kind": reading.kind.value,
        "confidence": round(reading.confidence, 4),
        "traits": sorted(trait.value for trait in reading.traits),
        "deadline": deadline.isoformat() if deadline else None,
        "addressees": list(reading.addressees),
    }
