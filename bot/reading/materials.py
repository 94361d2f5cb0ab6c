"""Which material was asked for today, so that a second request for the same is noticed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import chain

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decision import TAKES_DOWN, WAITS
from bot.core.message import Message
from bot.core.reading import Kind, Reading, Trait
from bot.reading.normal import fold
from bot.reading.relating import CORRECTS, URGES, bare, timeless
from bot.store import tables
from bot.store.rows import message_of

_SAME_NAME, _SAME_WORDS, _ROUNDING = 80.0, 85.0, 1e-6
_SHORTEST_NAME = 3
_SHOWN = 24
_NAME = re.compile(
    r"(?:《([^《》]{2,30})》|[“\"]([^“”\"]{2,30})[”\"])|([一-龥a-z0-9]{2,16}?"
    r"(?:统计表|汇总表|登记表|排查表|摸底表|情况表|明细表|花名册|表|台账|名单|清单|清册|材料|总结|数据|人数|报告|情况|照片|截图|进度|信息|数字|数))"
)
_LEAD = re.compile(
    r"^.*?(?:请各?[村办组站所校社区单位支部网格]*|各[村办组站所校社区单位支部网格]{1,3}|把|将|报送|上报|报一下|报|提交|交|发|填报|填写|填|统计|关于|前|的|再|重新|一下|今天|昨天|上午|下午)(?=[一-龥]{2})"
)
_KEPT_DARK = frozenset({Trait.SECRET, Trait.PERSONAL_DATA})


@dataclass(frozen=True, slots=True)
class _Request:
    """`place` is its place among the day's requests, `words` are without days and hours.

    An edited message keeps its number, and with it its place.
    """

    place: tuple[int, int]
    name: str
    words: str
    shown: str


_Key = tuple[str, str]
#: Requests by what they say.
_Index = dict[str, list[_Request]]


class Materials:
    """The town's requests for material of one day (`zone` says when a day begins)."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._day: date | None = None
        self._clear()

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Read back today's requests."""
        judged = tables.judgements
        rows = await connection.execute(
            select(tables.messages, judged.c.kind, judged.c.traits)
            .join(judged, judged.c.number == tables.messages.c.number)
            .where(
                judged.c.at > now - timedelta(days=1),
                judged.c.kind.in_([Kind.ASSIGNMENT.value, Kind.DOCUMENT.value]),
                judged.c.action.not_in([action.word for action in TAKES_DOWN]),
                tables.messages.c.sealed.is_(None),
                judged.c.spared != WAITS,
            )
            .order_by(tables.messages.c.number)
        )
        self._day = None
        self._clear()
        for row in rows:
            traits = frozenset(Trait(trait) for trait in row.traits)
            self.note(message_of(row), Reading(Kind(row.kind), traits=traits))

    def asked_before(self, message: Message, reading: Reading) -> tuple[str, int]:
        """The earlier request of today for the same ("" if none), and how often it is asked now."""
        if not _requests(message, reading) or self._today(message) != self._day:
            return "", 1
        name, words = name_of(message.text), timeless(bare(message))
        same: list[_Request] = []
        if name:
            same += _found(self._by_name, name, _SAME_NAME)
        same += _found(self._unnamed if name else self._by_words, words, _SAME_WORDS)
        own = self._asked.get(_key(message))
        same = [old for old in same if old is not own]
        first = min(same, key=lambda old: old.place, default=None)
        return (first.shown, len(same) + 1) if first else ("", 1)

    def note(self, message: Message, reading: Reading) -> None:
        """Remember a request; a reminder to those who have not handed in is none."""
        if not _requests(message, reading):
            return
        day = self._today(message)
        if self._day is None or day > self._day:
            self._day = day
            self._clear()
        if day != self._day:
            return
        name = name_of(message.text)
        shown = "" if _KEPT_DARK & reading.traits else (name or message.text[:_SHOWN])
        clock = message.at.astimezone(self._zone).strftime("%H:%M")
        self.forget(*_key(message))
        self._count += 1
        request = _Request(
            (message.number, self._count), name, timeless(bare(message)),
            f"{clock}“{message.room}”：{shown}",
        )  # fmt: skip
        self._asked[_key(message)] = request
        for index, said in self._indexes(request):
            index.setdefault(said, []).append(request)

    def forget(self, room: str, message_id: str) -> None:
        """A message was edited: what it asked for before is asked for no more."""
        old = self._asked.pop((room, message_id), None)
        if old is not None:
            for index, said in self._indexes(old):
                index[said].remove(old)
                if not index[said]:
                    del index[said]

    def _indexes(self, request: _Request) -> Iterator[tuple[_Index, str]]:
        yield self._by_words, request.words
        yield (self._by_name, request.name) if request.name else (self._unnamed, request.words)

    def _clear(self) -> None:
        self._count = 0
        self._asked: dict[_Key, _Request] = {}
        self._by_name: _Index = {}
        self._by_words: _Index = {}
        self._unnamed: _Index = {}

    def _today(self, message: Message) -> date:
        return message.at.astimezone(self._zone).date()


def _requests(message: Message, reading: Reading) -> bool:
    """Whether it is a request of its own: no reminder, no correction of one."""
    if Trait.MATERIAL_DEMAND not in reading.traits or not reading.assigns:
        return False
    return not URGES.search(message.text) and not CORRECTS.search(message.text)


def _key(message: Message) -> _Key:
    return message.room, message.id


def _found(index: _Index, said: str, least: float) -> Iterator[_Request]:
    """The requests under what is so much like `said`; most requests of a day are like others."""
    like = process.extract(
        said,
        list(index),
        scorer=fuzz.ratio,
        score_cutoff=least - _ROUNDING,
        limit=None,
        processor=None,
    )
    return chain.from_iterable(index[other] for other, score, _ in like if score >= least)


def name_of(text: str) -> str:
    """What is asked for, in the words of the message; empty where no name is found."""
    found = _NAME.search(fold(text))
    if found is None:
        return ""
    name = found[1] or found[2] or found[3]
    shorter = _LEAD.sub("", name)
    while shorter != name and len(shorter) >= _SHORTEST_NAME:
        name, shorter = shorter, _LEAD.sub("", shorter)
    return name
