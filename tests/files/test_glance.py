"""What a look into a file changes in a running town, and what it must not."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.message import Message, MessageType
from bot.files import pictures
from bot.files.extract import extract
from bot.files.facts import FileFacts, Hint, Limits, Reason, Unreadable, UnreadableError
from bot.files.glance import telling_title
from bot.files.worker import Worker
from bot.reading import load_reader
from bot.store import tables
from bot.town.hours import calendar_of
from bot.words import say
from tests.files.making import NOTICE, docx, pdf, xlsx
from tests.support.town import Harness, start_town, town_of

CARD = "510102199003074514"


class InProcess(Worker):
    """Reads at once, in this process; `gate` holds every look back until it is set."""

    def __init__(self) -> None:
        super().__init__(Limits(size=1 << 20))
        self.gate = asyncio.Event()
        self.gate.set()
        self.names: list[str] = []
        self.instead: FileFacts | None = None

    async def read(self, content: bytes, name: str = "") -> FileFacts | Unreadable:
        self.names.append(name)
        await self.gate.wait()
        if self.instead is not None:
            return self.instead
        if len(content) > self.limits.size:
            return Unreadable(Reason.TOO_LARGE)
        try:
            return extract(content, name, self.limits)
        except UnreadableError as error:
            return Unreadable(error.reason)


@pytest.fixture
def worker() -> InProcess:
    return InProcess()


@pytest.fixture
async def looking(tmp_path: Path, worker: InProcess) -> AsyncIterator[Harness]:
    reader = load_reader(calendar_of(town_of()))
    harness = await start_town(tmp_path / "town.db", reader=reader, worker=worker)
    yield harness
    await harness.stop()


async def row_of(town: Harness, message: Message) -> object:
    async with town.engine.connect() as connection:
        rows = await connection.execute(
            select(tables.messages).where(tables.messages.c.id == message.id)
        )
        return rows.one()


async def file(town: Harness, title: str, content: bytes, text: str = "") -> Message:
    return await town.post(
        "政务群", "小王", text, type=MessageType.FILE, title=title, content=content
    )


async def test_a_scan_whose_name_says_nothing_is_a_document(looking: Harness) -> None:
    message = await file(looking, "扫描件001.pdf", pdf())
    row = await looking.judged(message)
    assert (row.kind, row.spared) == ("document", "grace")
    stored = await row_of(looking, message)
    assert stored.title == ("西府办发〔2021〕12号 关于做好今冬明春森林防火工作的通知 扫描件001.pdf")
    # Nobody is told twice: the grace of a document is all that follows.
    assert looking.inbox("小王") == []
    await looking.until(looking.clock.now() + timedelta(minutes=11))
    assert (await looking.judged(message)).action == "delete"
    assert "关于做好今冬明春" in looking.inbox("小王")[0]


async def test_the_same_ends_the_same_after_a_restart(tmp_path: Path, worker: InProcess) -> None:
    reader = load_reader(calendar_of(town_of()))
    first = await start_town(tmp_path / "town.db", reader=reader, worker=worker)
    message = await file(first, "扫描件001.pdf", pdf())
    await first.stop()
    second = await start_town(
        tmp_path / "town.db",
        reader=reader,
        worker=InProcess(),
        clock=first.clock,
        world=first.world,
    )
    await second.until(second.clock.now() + timedelta(minutes=11))
    assert (await second.judged(message)).action == "delete"
    assert "关于做好今冬明春" in second.inbox("小王")[0]
    await second.stop()


async def test_a_mark_inside_is_sealed_and_told_to_the_officer(
    looking: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = await file(looking, "新建文档.docx", docx(["机密★1年", "某某线索的处置", "甲某某"]))
    row = await looking.judged(message)
    assert row.action == "delete"
    assert "secret" in row.traits
    stored = await row_of(looking, message)
    assert (stored.title, stored.text, stored.items) == ("", "", [])
    assert "某某线索" in looking.app.seal.open(message, stored.sealed).items[2]
    assert any("密级" in text for text in looking.inbox("保密员"))
    told = "".join((*looking.inbox("保密员"), *looking.inbox("小王"), caplog.text))
    assert "线索" not in told
    async with looking.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            assert "线索" not in str((await connection.execute(select(table))).all())


async def test_words_of_internal_use_are_secret_too(looking: Harness) -> None:
    message = await file(looking, "1.docx", docx(["（内部资料，不得外传）", "人事调整方案"]))
    assert "secret" in (await looking.judged(message)).traits
    assert (await row_of(looking, message)).sealed is not None


async def test_numbers_of_people_in_a_table_are_found(looking: Harness) -> None:
    message = await file(looking, "土匠村低保统计表.xlsx", xlsx([["张三", CARD], ["李四", "二"]]))
    row = await looking.judged(message)
    assert "personal_data" in row.traits
    assert CARD not in str(await looking.rows(tables.messages))


async def test_a_harmless_table_stays_what_it_was(looking: Harness) -> None:
    message = await file(looking, "土匠村低保统计表.xlsx", xlsx([["土匠村低保统计表"], ["共", 46]]))
    row = await looking.judged(message)
    assert (row.kind, row.action) == ("report", "none")
    assert (await row_of(looking, message)).items == []


async def test_an_assignment_stays_one_whatever_its_file_is(looking: Harness) -> None:
    message = await looking.post(
        "政务群", "书记", "请各村明天下午5点前把附件填好报党建办。",
        type=MessageType.FILE, title="附件.docx", content=docx(),
    )  # fmt: skip
    assert (await looking.judged(message)).kind == "assignment"
    assert len(looking.app.tasks.all()) == 1


async def test_the_pipeline_does_not_wait_for_a_look(looking: Harness, worker: InProcess) -> None:
    worker.gate.clear()
    first = await looking.world.post(
        "政务群", "小王", type=MessageType.FILE, title="扫描件001.pdf", content=pdf()
    )
    second = await looking.world.post("政务群", "小李", "白马村零报告。")
    await looking.channel.settled()
    await looking.app.pipeline.idle()
    assert (await looking.judged(first)).kind == "report"
    assert (await looking.judged(second)).kind == "report"
    worker.gate.set()
    await looking.settle()
    assert (await looking.judged(first)).kind == "document"


async def test_what_was_recalled_meanwhile_is_not_judged_again(
    looking: Harness, worker: InProcess
) -> None:
    worker.gate.clear()
    message = await looking.world.post(
        "政务群", "小王", type=MessageType.FILE, title="扫描件001.pdf", content=pdf()
    )
    await looking.channel.settled()
    await looking.world.recall(message.id)
    await looking.channel.settled()
    await looking.app.pipeline.idle()
    worker.gate.set()
    await looking.settle()
    assert (await looking.judged(message)).kind == "report"


async def test_looking_is_no_flood(looking: Harness) -> None:
    for number in range(8):
        last = await file(looking, f"扫描件{number}.docx", docx([*NOTICE, f"附{number}"]))
    findings = await looking.rows(tables.findings)
    assert (await looking.judged(last)).kind == "document"
    assert "flood" not in {finding.policy for finding in findings}


async def test_why_says_what_was_not_seen(looking: Harness) -> None:
    message = await file(looking, "总结.docx", b"PK\x03\x04 and nothing more")
    assert say("file.broken") in (await looking.judged(message)).because
    huge = await file(looking, "大.docx", b"PK\x03\x04" + b"\0" * (1 << 20))
    assert say("file.too_large") in (await looking.judged(huge)).because


async def test_a_picture_that_shows_a_document_is_one(looking: Harness, worker: InProcess) -> None:
    looking.app.glance._pictures = True
    worker.instead = FileFacts(text="\n".join(NOTICE), hint=Hint.DOCUMENT)
    photo = {"type": MessageType.IMAGE, "content": b"\xff\xd8\xff"}
    bare = await looking.post("政务群", "小王", **photo)
    assert (await looking.judged(bare)).spared == "grace"
    told = await looking.post("政务群", "小王", "今天河道清理现场", **photo)
    assert (await looking.judged(told)).kind == "report"
    worker.instead = FileFacts(text="今日水印", hint=Hint.REPORT)
    work = await looking.post("政务群", "小李", **photo)
    assert (await looking.judged(work)).kind == "report"


async def test_without_recognition_pictures_are_not_even_fetched(
    looking: Harness, worker: InProcess
) -> None:
    looking.app.glance._pictures = False
    await looking.post("政务群", "小王", type=MessageType.IMAGE, content=b"\xff\xd8\xff")
    await file(looking, "说明.mp4", b"\0\0\0\x18ftyp")
    assert worker.names == []


async def test_a_failing_channel_costs_only_its_own_look(
    looking: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(message: Message, limit: int) -> bytes:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(looking.channel, "fetch", lost)
        first = await file(looking, "扫描件001.pdf", pdf())
        assert say("file.gone") in (await looking.judged(first)).because
    second = await file(looking, "扫描件002.pdf", pdf())
    assert (await looking.judged(second)).kind == "document"


def test_a_name_that_tells_stays() -> None:
    facts = FileFacts(number="西府办发〔2021〕12号", title="关于防火的通知")
    told = "西府办发〔2021〕12号 关于防火的通知.pdf"
    assert telling_title(facts, told) == told
    assert telling_title(facts, "1.pdf") == f"{facts.number} {facts.title} 1.pdf"
    assert telling_title(facts, "") == f"{facts.number} {facts.title}"


def test_absence_of_the_extra_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    assert not pictures.available()
    with pytest.raises(UnreadableError) as caught:
        pictures.look([b"\xff\xd8\xff"], "", Limits())
    assert caught.value.reason is Reason.NO_OCR
