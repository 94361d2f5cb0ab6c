"""误判, 放行 and 驳回 by button do what the commands do, in the room, in the record, in the audit."""

import re
from datetime import timedelta

import pytest

from bot.store import tables
from bot.web.pages import decisions
from tests.commands.speak import audit, number_of
from tests.web.conftest import Visit

CHAT = "[ch] 早安"


async def deleted(visit: Visit, text: str = CHAT, sender: str = "小王") -> int:
    message = await visit.town.post("政务群", sender, text)
    return await number_of(visit.town, message.id)


async def test_a_misjudged_message_comes_back_once(admin: Visit) -> None:
    town, number = admin.town, await deleted(admin)
    assert CHAT not in town.texts("政务群")
    form = {"kind": "discussion", "back": "/decisions?room=x"}
    answer = await admin.post(f"/messages/{number}/misjudged", **form)
    assert answer.headers["Location"] == "/decisions?room=x"
    assert sum(CHAT in text for text in town.texts("政务群")) == 1
    page = await admin.text("/decisions")
    assert "按误判处理：已在群里恢复" in page
    assert "已恢复" in page
    assert "按误判处理" not in await admin.text("/decisions"), "a note is shown once"
    assert any("轻群误判" in text for text in town.inbox("小王"))
    lesson = (await town.rows(tables.corrections))[0]
    assert (lesson.kind, lesson.by) == ("discussion", "行政办主任")
    assert await audit(town, "misjudged") == [
        ("行政办主任", "misjudged", f"message {number}", "delete chat (no_chat)",
         "restored; kind discussion", True)
    ]  # fmt: skip
    # Again, from here or from the chat: it is not put back twice.
    await admin.post(f"/messages/{number}/pass")
    await town.whisper("书记", f"误判 {number} 是 工作讨论")
    assert sum(CHAT in text for text in town.texts("政务群")) == 1


async def test_let_pass_and_reject_close_what_waits(admin: Visit) -> None:
    town = admin.town
    doubt, appealed = await deleted(admin, "[ch 0.6] 关窗"), await deleted(admin)
    await town.whisper("小王", f"申诉 {appealed} 这是工作")
    page = await admin.text("/cases")
    assert "小王 申诉：这是工作" in page
    assert page.index("这是工作") < page.index("关窗")
    await admin.post(f"/messages/{doubt}/pass", back="/cases")
    answer = await admin.post(f"/messages/{appealed}/reject", back="/cases", words="以后发工作群外")
    assert answer.headers["Location"] == "/cases"
    assert "维持原处理" in await admin.text("/cases")
    assert "没有等您判断的消息" in await admin.text("/cases")
    assert "以后发工作群外" in town.inbox("小王")[-1]
    assert CHAT not in town.texts("政务群")
    assert {row.verdict for row in await town.rows(tables.cases)} == {"let_pass", "upheld"}


async def test_secret_content_is_never_shown_and_only_the_officer_judges_it(admin: Visit) -> None:
    town = admin.town
    message = await town.post("政务群", "小王", "[di+secret] 绝密：张三的举报信")
    await town.whisper("小王", "申诉 我的张三材料")
    number = await number_of(town, message.id)
    for address in ("/decisions", "/cases", "/", "/decisions?policy=secrecy"):
        page = await admin.text(address)
        assert "张三" not in page
        assert f"/messages/{number}/pass" not in page
    await admin.post(f"/messages/{number}/pass")
    assert "由保密员来定" in await admin.text("/decisions")
    assert not any("张三" in text for text in town.texts("政务群"))
    assert ("行政办主任", "let_pass", f"message {number}", "", "", False) in await audit(town)


async def test_a_reply_that_holds_something_secret_is_not_passed_on(admin: Visit) -> None:
    number = await deleted(admin)
    await admin.town.whisper("小王", f"申诉 {number}")
    await admin.post(f"/messages/{number}/reject", words="他的身份证是 11010519491231002X")
    assert "没有照办" in await admin.text("/cases")
    assert not any("11010519491231002X" in text for text in admin.town.inbox("小王"))


async def test_odd_verdicts_change_nothing(admin: Visit) -> None:
    number = await deleted(admin)
    assert (await admin.post(f"/messages/{number}/misjudged", kind="nonsense")).status == 400
    await admin.post("/messages/999/pass")
    assert "没有找到这条消息" in await admin.text("/decisions")
    assert (await admin.post("/messages/x/pass")).status == 404
    for back in ("http://evil.example/decisions", "//evil.example", "/logout", "/cases\r\nX: y"):
        answer = await admin.post("/messages/999/pass", back=back)
        assert answer.headers["Location"] == "/decisions"


async def test_decisions_are_chosen_and_turned_page_by_page(
    admin: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_SIZE", 3)
    town = admin.town
    chats = [f"[ch] 第{count}条。" for count in range(5)]
    for chat, sender in zip(chats, ("小王", "小李", "小王", "小李", "保密员"), strict=True):
        await town.post("政务群", sender, chat)
    await town.post("公告群", "甲村书记", "[re] 完成")
    await town.post("政务群", "小李", "[ch 0.6] 存疑")
    where = "/decisions?room=政务群&policy=no_chat&action=delete"
    first = await admin.text(where)
    assert [chat in first for chat in chats] == [False, False, True, True, True]
    assert "完成" not in first
    older = re.search(r'name="before" value="(\d+)"', first)
    assert older is not None
    second = await admin.text(f"{where}&before={older[1]}")
    assert [chat in second for chat in chats] == [True, True, False, False, False]
    assert 'name="before"' not in second
    doubtful = await admin.text("/decisions?doubtful=1")
    assert "存疑" in doubtful
    assert chats[4] not in doubtful
    assert "完成" in await admin.text("/decisions?policy=no_results")


async def test_tasks_show_who_has_and_who_has_not(admin: Visit) -> None:
    town = admin.town
    await town.post("政务群", "书记", "[as+material_demand to=各村] 请报名单")
    await town.post("政务群", "甲村书记", "收到")
    page = await admin.text("/tasks/1")
    owing = page[page.index("还没收到") : page.index("还没交")]
    assert "乙村书记" in owing
    assert "甲村书记" not in owing
    assert "收到 1/2" in await admin.text("/tasks")
    await town.whisper("书记", "取消 1")
    assert "没有任务" in await admin.text("/tasks")
    assert "已取消" in await admin.text("/tasks?view=closed")


async def test_the_week_counts_what_happened(admin: Visit) -> None:
    town = admin.town
    await deleted(admin)
    await admin.town.post("政务群", "书记", "[as] 请报")
    town.clock.advance(timedelta(minutes=5))
    page = await admin.text("/")
    assert "<td>2 " in page
    assert "不闲聊" in page
    # Counted anew only after a while, so that nobody can make the archive busy.
    await town.post("政务群", "书记", "[as] 请再报")
    assert await admin.text("/") == page
    town.clock.advance(timedelta(minutes=2))
    assert "<td>3 " in await admin.text("/")
