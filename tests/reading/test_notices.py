"""How a notice stands to earlier ones."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.message import Message
from bot.core.reading import Kind, Reading, Relation, RelationKind
from bot.reading import TextReader, load_reader
from bot.reading.notices import Notices

MONDAY = datetime(2023, 4, 10, 1, 0, tzinfo=UTC)
LIST = "请各村周三下午5点前把困境儿童摸排名单报民政办。"
MEETING = "周四上午9点在镇二楼会议室召开秸秆禁烧推进会,各村书记参加。"


class Town:
    """Rooms in which notices are posted one after the other."""

    def __init__(self, reader: TextReader) -> None:
        self.notices, self._reader, self._count = Notices(), reader, 0

    def post(
        self, text: str, room: str = "甲群", sender: str = "民政办", hours: float = 0,
        reply_to: str | None = None,
    ) -> Relation | None:  # fmt: skip
        self._count += 1
        at = MONDAY + timedelta(hours=hours, minutes=self._count)
        message = Message(
            id=str(self._count), number=100 + self._count, room=room, sender=sender, at=at,
            text=text, reply_to=reply_to,
        )  # fmt: skip
        reading = self._reader.read(message)
        relation = self.notices.relate(message, reading)
        self.notices.note(message, reading)
        return relation


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return load_reader()


@pytest.fixture
def rooms(reader: TextReader) -> Town:
    return Town(reader)


def test_the_first_posting_is_new_and_the_second_a_duplicate(rooms: Town) -> None:
    assert rooms.post(LIST) is None
    again = rooms.post(LIST, room="乙群", sender="小何")
    assert again == Relation(RelationKind.DUPLICATE, "1", 101, "甲群")


def test_a_relay_that_adds_nothing_is_a_duplicate(rooms: Town) -> None:
    rooms.post(LIST)
    again = rooms.post(f"转发镇里通知:{LIST}", room="乙群", sender="小何")
    assert again is not None
    assert again.kind is RelationKind.DUPLICATE


def test_a_changed_deadline_is_a_correction(rooms: Town) -> None:
    rooms.post(LIST)
    changed = rooms.post("请各村周三中午12点前把困境儿童摸排名单报民政办。")
    assert changed is not None
    assert (changed.kind, changed.of) == (RelationKind.CORRECTION, "1")


def test_other_villages_have_their_own_notice(rooms: Town) -> None:
    assert rooms.post("请柳湾村明天上午到镇上领取灭火弹。") is None
    assert rooms.post("请石桥村明天上午到镇上领取灭火弹。") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("更正:推进会改到周四下午3点,其他不变", RelationKind.CORRECTION),
        ("周四的推进会推迟到周五上午9点", RelationKind.CORRECTION),
        ("周四的秸秆禁烧推进会取消,另行通知", RelationKind.CANCELLATION),
        ("推进会不开了,大家不用来", RelationKind.CANCELLATION),
    ],
)
def test_words_of_change_find_what_they_change(rooms: Town, text: str, kind: RelationKind) -> None:
    rooms.post(MEETING)
    rooms.post(LIST)
    found = rooms.post(text)
    assert found is not None
    assert (found.kind, found.of) == (kind, "1")


def test_a_quoted_notice_is_the_one_that_is_changed(rooms: Town) -> None:
    rooms.post(MEETING)
    rooms.post(LIST)
    found = rooms.post("请各村注意,改到周五下午3点前", reply_to="2")
    assert found is not None
    assert (found.kind, found.of) == (RelationKind.CORRECTION, "2")


def test_a_chain_of_changes_leads_to_the_first_notice(rooms: Town) -> None:
    rooms.post(MEETING)
    rooms.post("更正:推进会改到周四下午3点,各村书记参加")
    found = rooms.post("推进会取消,各村不用来了")
    assert found is not None
    assert (found.kind, found.of) == (RelationKind.CANCELLATION, "1")


def test_a_reminder_is_no_duplicate(rooms: Town) -> None:
    rooms.post(LIST)
    assert rooms.post("困境儿童摸排名单还没交的村抓紧报民政办。") is None


def test_a_daily_notice_is_new_each_day(rooms: Town) -> None:
    daily = "请各村今天下午5点前报当日巡查情况。"
    assert rooms.post(daily) is None
    assert rooms.post(daily, hours=24) is None


def test_after_seven_days_a_notice_is_new_again(rooms: Town) -> None:
    rooms.post("请各村认真做好汛期巡查值守,发现险情立即上报。")
    assert rooms.post("请各村认真做好汛期巡查值守,发现险情立即上报。", hours=24 * 8) is None


def test_what_was_taken_back_is_compared_with_no_more(rooms: Town) -> None:
    rooms.post(LIST)
    rooms.notices.forget("甲群", "1")
    assert rooms.post(LIST, room="乙群") is None


def test_other_kinds_have_no_relation() -> None:
    notices = Notices()
    message = Message(id="1", room="甲群", sender="甲", at=MONDAY, text="收到")
    notices.note(message, Reading(Kind.ACKNOWLEDGEMENT))
    assert notices.relate(message, Reading(Kind.ACKNOWLEDGEMENT)) is None


def test_a_message_is_not_related_to_itself(rooms: Town, reader: TextReader) -> None:
    rooms.post(LIST)
    edited = Message(
        id="1", room="甲群", sender="民政办", at=MONDAY + timedelta(minutes=1), text=LIST
    )
    assert rooms.notices.relate(edited, reader.read(edited)) is None
