"""Five weeks of the made town in an archive, written straight into the tables."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import tables
from bot.summary.plan import PlanTown
from bot.town import Town, parse_town
from policies import all_policies
from tests.summary.made_town import STANDING

#: A Monday, 08:30 in the town.
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]

_TEXTS = {
    "assignment": "请各村于周五下班前报送{}台账，由村书记把关",
    "discussion": "{}这一栏口径按常住人口还是户籍人口，要盖章吗",
    "report": "土匠村{}已完成入户排查，照片附后",
    "acknowledgement": "收到，马上落实",
    "chat": "早安！愿您每一天都有好心情",
    "document": "转发：关于做好{}工作的通知",
}
_POLICY = {"chat": "no_chat", "report": "no_results", "document": "brief_documents"}


def town_file(question: PlanTown) -> Town:
    """A town file with the rooms of the made town; those of an office are business rooms."""
    lines = ['[town]\nname = "巴水镇"\n[roles]\nleaders = ["党委书记", "镇长"]\n']
    for room in question.rooms:
        kind, more = "business", f'office = "{room.subject}"\n'
        if room.announces:
            kind, more = "announcement", ""
        elif room.name in STANDING:
            kind, more = "standing", ""
        elif room.over == "expired":
            kind, more = "temporary", "ends = 2026-09-30\n"
        lines.append(f'[[rooms]]\nname = "{room.name}"\nkind = "{kind}"\n{more}')
    return parse_town("".join(lines), all_policies(), date(2026, 11, 23)).town


async def fill(engine: AsyncEngine, question: PlanTown, seed: int = 3) -> None:
    """Rooms, members, messages with their judgements, orders, offences and tasks."""
    draw = random.Random(seed)  # noqa: S311
    rows: Rows = defaultdict(list)
    for index, room in enumerate(question.rooms):
        key = {"channel": "made", "room_id": f"r{index}"}
        rows["rooms"].append({**key, "name": room.name, "first_seen": NOW - timedelta(days=400)})
        for person in sorted(room.members):
            rows["members"].append(
                {**key, "person_id": person, "person": person, "role": "member", "since": NOW}
            )
        workers = [p for p in sorted(room.members) if room.subject in question.working(p)]
        people = workers or sorted(room.members)
        for week in range(5):
            for _ in range(int(room.weekly * (1.0 if week else 0.6)) // 2):
                _message(rows, draw, room.name, index, people, week, announces=room.announces)
    async with engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in rows:
                await connection.execute(insert(table), rows[table.name])


def _message(
    rows: Rows, draw: random.Random, room: str, index: int, people: Sequence[str], week: int,
    *, announces: bool,
) -> None:  # fmt: skip
    number = len(rows["messages"]) + 1
    at = NOW - timedelta(days=7 * week) - timedelta(minutes=draw.randint(60, 7 * 1440 - 60))
    weights = (7, 1, 1, 5, 1, 1) if announces else (2, 4, 5, 5, 9 if index % 7 == 3 else 2, 1)
    kind = draw.choices(list(_TEXTS), weights)[0]
    person, policy = draw.choice(people), _POLICY.get(kind, "")
    gone = kind in {"acknowledgement", "chat"} or (announces and bool(policy))
    rows["messages"].append(
        {
            "number": number, "channel": "made", "id": f"m{number}", "room": room,
            "room_id": f"r{index}", "sender": person, "sender_id": person, "role": "member",
            "at": at, "received_at": at, "type": "text", "text": _TEXTS[kind].format(room[:-1]),
        }
    )  # fmt: skip
    rows["judgements"].append(
        {
            "number": number, "at": at, "room": room, "person": person, "rank": "member",
            "decided_at": at, "kind": kind, "confidence": 0.97, "traits": [],
            "working": draw.random() < (0.85 if week == 0 else 0.7),
            "action": "delete" if gone else "none", "outcome": "done" if gone else None,
        }
    )  # fmt: skip
    if gone:
        rows["outbox"].append(
            {
                "number": len(rows["outbox"]) + 1, "message": number, "purpose": "delete",
                "channel": "made", "verb": "delete", "key": f"o{number}", "created_at": at,
                "due_at": at, "outcome": "done",
            }
        )  # fmt: skip
        rows["findings"].append(
            {
                "id": len(rows["findings"]) + 1, "message": number, "mode": "enforce",
                "policy": policy or "quiet_receipts", "at": at,
            }
        )  # fmt: skip
        if policy:
            rows["offences"].append(
                {
                    "id": len(rows["offences"]) + 1, "message": number, "person": person,
                    "policy": policy, "room": room, "at": at,
                }
            )  # fmt: skip
    if kind == "assignment" and draw.random() < 0.1:
        _task(rows, draw, number, room, people, at)


def _task(
    rows: Rows, draw: random.Random, message: int, room: str, people: Sequence[str], at: datetime
) -> None:
    task = len(rows["tasks"]) + 1
    rows["tasks"].append(
        {
            "number": task, "message": message, "room": room, "poster": people[0],
            "issued_at": at, "what": "=报送台账", "deadline": at + timedelta(days=2),
            "state": "open",
        }
    )  # fmt: skip
    rows["task_events"].append(
        {
            "number": task, "task": task, "at": at, "event": "issued", "message": message,
            "detail": "hand_in",
        }
    )  # fmt: skip
    for person in draw.sample(list(people), min(4, len(people))):
        said = at + timedelta(hours=1) if draw.random() < 0.95 else None
        given = at + timedelta(days=1) if said and draw.random() < 0.9 else None
        rows["task_people"].append(
            {"task": task, "person": person, "acknowledged_at": said, "handed_in_at": given}
        )
