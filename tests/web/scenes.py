"""A morning in the town, so that every page has something to show."""

from dataclasses import replace

from bot.channels.base import Link, LinkChanged
from bot.core.message import Message
from bot.core.reading import Reading
from tests.support.fake_reader import FakeReader
from tests.support.town import MONDAY, Harness

NOTICE = "请各村明天18点前把预备党员名单报党建办，格式见附件。"
MEETING = "周五上午9点镇三楼开会，请全体人员参加。"
MORNING = "早安！愿你天天好心情🌹 转发给十个朋友，好运一整年。"
UNSURE = "大家中午记得把窗户关好哈"
SEALED = "绝密名单：张三 511322199001011234"
RESULT = "乙村预备党员名单已报，共3人。"
MARKS = {
    RESULT: "re",
    NOTICE: "as by=2026-11-24T18:00+08:00 to=各村",
    MEETING: "as by=2026-11-27T09:00+08:00",
    MORNING: "ch",
    UNSURE: "ch 0.6",
    "书记讲得太好了👍": "ch",
    SEALED: "di+secret",
    "甲村已完成入户排查46户。": "re",
}


class ScriptedReader(FakeReader):
    """Knows these texts, so that pictures of pages show no marks."""

    def read(self, message: Message, *context: object) -> Reading:
        mark = MARKS.get(message.text)
        if mark is not None:
            message = replace(message, text=f"[{mark}]{message.text}")
        return super().read(message)


async def morning(town: Harness) -> None:
    """Notices, receipts, chat, doubt, an appeal, something secret, a changed policy, a lost login."""
    await town.post("公告群", "书记", NOTICE)
    await town.post("政务群", "党建办主任", MEETING)
    await town.post("公告群", "甲村书记", "收到")
    await town.post("政务群", "乙村书记", RESULT)
    await town.post("政务群", "小李", UNSURE)
    await town.post("政务群", "小李", "书记讲得太好了👍")
    await town.post("公告群", "乙村书记", "甲村已完成入户排查46户。")
    await town.post("应急群", "小李", SEALED)
    await town.post("政务群", "小王", MORNING)
    await town.whisper("小王", "申诉 这是给大家加油")
    await town.post("政务群", "行政办主任", "轻群 观察 刷屏 本群 3天")
    await town.app.pipeline.receive(
        [LinkChanged("wechat", Link.SCAN, MONDAY, "http://weixin.qq.com/x/gYz9Kq7Qd1")]
    )
    await town.settle()
