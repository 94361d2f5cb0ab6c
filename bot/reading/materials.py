"""Which material was asked for today, so that a second request for the same is noticed."""

import re
from datetime import date, datetime, timedelta, tzinfo

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message
from bot.core.reading import Kind, Reading, Trait
from bot.store import tables
from bot.store.rows import message_of

_SAME = 80.0
_MATERIAL = re.compile(r"[\u4e00-\u9fff〇A-Za-z0-9]{2,14}?(?:统计表|汇总表|登记表|排查表|表|台账|名单|清单|清册|材料|总结|数据|人数|报告|情况)")
_URGES = re.compile(r"还(?:没|未|差)|尚未|没(?:交|报)|未(?:交|报)|就差|抓紧|催")
_LEADS = re.compile(r"^.*?(?:请|把|将|报送|上报|报|交|发|填)(?=[\u4e00-\u9fff])")


class Materials:
    """The town's requests for material of one day."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._day: date | None = None
        self._asked: list[tuple[str, str]] = []

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Read back today's requests."""
        judged = tables.judgements
        rows = await connection.execute(
            select(tables.messages, judged.c.kind, judged.c.traits)
            .join(judged, judged.c.number == tables.messages.c.number)
            .where(
                judged.c.at > now - timedelta(days=1),
                judged.c.kind.in_([Kind.ASSIGNMENT.value, Kind.DOCUMENT.value]),
                judged.c.action.not_in(["delete", "mute", "remove"]),
                tables.messages.c.sealed.is_(None),
            )
            .order_by(tables.messages.c.number)
        )
        for row in rows:
            traits = frozenset(Trait(trait) for trait in row.traits)
            self.note(message_of(row), Reading(Kind(row.kind), traits=traits))

    def asked_before(self, message: Message, reading: Reading) -> tuple[str, int]:
        """The earlier request of today for the same material ("" if none), and how often it is asked now."""
        material = self._material(message, reading)
        if not material or self._today(message) != self._day:
            return "", 1
        same = [words for key, words in self._asked if fuzz.ratio(key, material) >= _SAME]
        return (same[0], len(same) + 1) if same else ("", 1)

    def note(self, message: Message, reading: Reading) -> None:
        """Remember a request; a reminder to those who have not handed in is none."""
        material = self._material(message, reading)
        if not material:
            return
        day = self._today(message)
        if day != self._day:
            self._day, self._asked = day, []
        self._asked.append((material, f"“{message.room}”{message.sender}：{material}"))

    def _today(self, message: Message) -> date:
        return message.at.astimezone(self._zone).date()

    def _material(self, message: Message, reading: Reading) -> str:
        if Trait.MATERIAL_DEMAND not in reading.traits or _URGES.search(message.text):
            return ""
        found = _MATERIAL.search(message.text)
        return _LEADS.sub("", found.group()) if found else ""
