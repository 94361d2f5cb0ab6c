"""The reader on fresh examples: what structure fixes, what the model must not get wrong."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.core.message import Message, MessageType, Role
from bot.core.reading import Kind, Trait
from bot.reading import TextReader, load_reader

AT = datetime(2023, 4, 10, 2, 0, tzinfo=UTC)  # a Monday, ten o'clock in the town
_ids = count()


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return load_reader()


def message(text: str = "", **fields: object) -> Message:
    usual = {"id": f"m{next(_ids)}", "room": "云坪镇工作群", "sender": "农办周宁", "at": AT}
    return Message(**{**usual, "text": text, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (MessageType.IMAGE, Kind.REPORT),
        (MessageType.VIDEO, Kind.REPORT),
        (MessageType.STICKER, Kind.CHAT),
        (MessageType.RED_PACKET, Kind.CHAT),
        (MessageType.AUDIO, Kind.DISCUSSION),
        (MessageType.LOCATION, Kind.DISCUSSION),
        (MessageType.CONTACT, Kind.DISCUSSION),
    ],
)
def test_a_message_without_words_is_what_its_type_says(
    reader: TextReader, form: MessageType, kind: Kind
) -> None:
    reading = reader.read(message(type=form))
    assert reading.kind is kind
    assert reading.confidence > 0.9
    assert sum(reading.kinds.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请各村周三下班前把春灌面积报农办,不得漏报。", Kind.ASSIGNMENT),
        ("明早八点在镇政府门口集合去植树,机关干部都参加", Kind.ASSIGNMENT),
        ("更正:植树地点改到水库东岸,时间不变", Kind.ASSIGNMENT),
        ("周主任,这张表的面积按亩还是按公顷填?", Kind.DISCUSSION),
        ("我们村没有灌溉站,这一栏怎么填?", Kind.DISCUSSION),
        ("青杨村今日巡山3次,未发现火情。", Kind.REPORT),
        ("收到", Kind.ACKNOWLEDGEMENT),
        ("好的,马上落实", Kind.ACKNOWLEDGEMENT),
        ("早上好!愿你的每一天都如花儿般绽放🌹", Kind.CHAT),
        ("哈哈哈哈你这也太逗了", Kind.CHAT),
    ],
)
def test_plain_cases(reader: TextReader, text: str, kind: Kind) -> None:
    assert reader.read(message(text)).kind is kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("云府办发〔2023〕8号 关于印发春季森林防火方案的通知.pdf", Kind.DOCUMENT),
        ("青杨村春灌台账(4月).xlsx", Kind.REPORT),
    ],
)
def test_the_name_of_a_file_decides(reader: TextReader, title: str, kind: Kind) -> None:
    assert reader.read(message(title=title, type=MessageType.FILE)).kind is kind


@pytest.mark.parametrize(
    "text", ["12. 沙洲社区 莫伟强", "3、 松林坪 老罗", "7.孙桂芬", "4) 河西-何有财"]
)
def test_an_entry_in_a_list_is_a_receipt(reader: TextReader, text: str) -> None:
    reading = reader.read(message(text))
    assert reading.kind is Kind.ACKNOWLEDGEMENT
    assert sum(reading.kinds.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["2. 请各村明天上午报名单", "12. 沙洲社区已排查46户", "3户"])
def test_more_than_a_name_is_no_entry(reader: TextReader, text: str) -> None:
    assert reader.read(message(text)).kind is not Kind.ACKNOWLEDGEMENT


def test_an_assignment_has_a_deadline_and_addressees(reader: TextReader) -> None:
    reading = reader.read(message("请各村明天下午5点前把春灌面积表报农办。"))
    assert reading.deadline == datetime(2023, 4, 11, 9, 0, tzinfo=UTC)
    assert reading.addressees == ("各村",)
    assert Trait.MATERIAL_DEMAND in reading.traits


def test_only_what_assigns_has_a_deadline(reader: TextReader) -> None:
    reading = reader.read(message("我明天下午5点前能到县里吗?路还堵着没有"))
    assert reading.kind is not Kind.ASSIGNMENT
    assert reading.deadline is None
    assert reading.addressees == ()


def test_a_briefed_document_takes_the_towns_own_deadline(reader: TextReader) -> None:
    reading = reader.read(
        message(
            "要点:一是5月底前建立台账;二是每季通报。拟办意见:由农办牵头,各村4月20日前完成自查。",
            title="县农业农村局关于开展农药包装物回收的通知.pdf",
            type=MessageType.FILE,
        )
    )
    assert reading.kind is Kind.DOCUMENT
    assert Trait.BRIEFED in reading.traits
    assert reading.deadline == datetime(2023, 4, 20, 15, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["谢谢", "辛苦了", "谢谢大家!", "各位辛苦了🙏", "感谢书记"])
def test_bare_thanks_are_a_courtesy(reader: TextReader, text: str) -> None:
    reading = reader.read(message(text))
    assert reading.kind is Kind.CHAT
    assert reading.courtesy


@pytest.mark.parametrize("text", ["谢谢书记给我们村修路,百姓有福了", "谢谢,表我明天交", "早安"])
def test_more_than_thanks_is_no_courtesy(reader: TextReader, text: str) -> None:
    assert not reader.read(message(text)).courtesy


@pytest.mark.parametrize(
    "text",
    [
        "王秀英 510722 19640312 0025 低保",  # in groups
        "王秀英 510722200003120008",  # checksum or not, a birthday makes it one
        "身份证５１０７２２１９６４０３１２００２９",  # full width
        "打到这张卡上:6222 0212 3456 7890 128",
        "名单:赵有田 13900010002,钱满仓 13900010003,孙招娣 13900010004",
    ],
)
def test_personal_numbers_are_found_by_pattern(reader: TextReader, text: str) -> None:
    reading = reader.read(message(text))
    assert Trait.PERSONAL_DATA in reading.traits
    assert reading.sureness(Trait.PERSONAL_DATA) > 0.9


def test_one_contact_telephone_is_no_personal_data(reader: TextReader) -> None:
    reading = reader.read(message("请各村周五前报名,联系人小周,电话13900010002。"))
    assert Trait.PERSONAL_DATA not in reading.traits


@pytest.mark.parametrize(
    ("text", "title"),
    [("机密★一年 关于某项工作的部署", ""), ("", "【秘密】县委常委会会议纪要.pdf")],
)
def test_a_secrecy_mark_is_secret(reader: TextReader, text: str, title: str) -> None:
    form = MessageType.FILE if title else MessageType.TEXT
    reading = reader.read(message(text, title=title, type=form))
    assert Trait.SECRET in reading.traits
    assert reading.sureness(Trait.SECRET) > 0.9


def test_talk_about_keeping_secrets_is_no_mark(reader: TextReader) -> None:
    reading = reader.read(message("下周组织学习保守国家秘密法,各支部做好记录。"))
    assert reading.sureness(Trait.SECRET) < 0.9


def test_an_emergency_is_urgent_and_an_urgent_table_is_not(reader: TextReader) -> None:
    fire = reader.read(message("后山起火了,火势往村里走,民兵马上带工具过去!"))
    table = reader.read(message("紧急!今天中午12点前各村务必把春灌统计表报上来"))
    assert Trait.URGENT in fire.traits
    assert Trait.URGENT not in table.traits


def test_context_is_used(reader: TextReader) -> None:
    """The same words are an answer to a question, but an order by themselves may be doubted."""
    question = message("这张表要不要盖村章?", sender="青杨村文书")
    answer = message("要盖", sender="农办周宁", at=AT + timedelta(minutes=1))
    reading = reader.read(answer, [(question, Kind.DISCUSSION)], None)
    assert reading.kind is Kind.DISCUSSION


def test_every_reading_gives_all_chances_and_its_reasons(reader: TextReader) -> None:
    reading = reader.read(message("请各村抓紧上报防火台账"))
    assert set(reading.kinds) == set(Kind)
    assert set(reading.traits_at) == set(Trait)
    assert sum(reading.kinds.values()) == pytest.approx(1)
    assert reading.confidence == reading.kinds[reading.kind]
    assert 1 <= len(reading.because) <= 5


def test_reading_is_repeatable_and_survives_anything(reader: TextReader) -> None:
    odd = ["", " ", "\n", "😀" * 500, "a" * 5000, "@" * 40, "\x00\x01\x02", "١٢٣", "。" * 90]
    for text in odd:
        first, second = reader.read(message(text, id="x")), reader.read(message(text, id="x"))
        assert first == second


def test_a_leader_is_read_like_anyone_who_jokes(reader: TextReader) -> None:
    reading = reader.read(message("哈哈,这天儿热得我头发都少了", role=Role.LEADER))
    assert reading.kind is Kind.CHAT


@pytest.mark.parametrize(
    ("text", "points", "opinion"),
    [
        ("要点:一是补贴上调;二是6月起执行。", True, False),
        ("拟办意见:由民政办牵头,各村5月10日前完成核查。", False, True),
        ("要点:补贴上调,6月执行。拟办意见:由民政办牵头,各村5月10日前核完。", True, True),
        ("转发,请学习", False, False),
        ("拟办意见:请民政办阅处。", False, False),
        ("收到", False, False),
    ],
)
def test_what_a_follow_up_brings(
    reader: TextReader, text: str, points: bool, opinion: bool
) -> None:
    brought = reader.briefing(text)
    assert (brought.points, brought.opinion) == (points, opinion)
