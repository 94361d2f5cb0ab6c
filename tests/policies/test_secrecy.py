"""secrecy: found at once, and never quoted."""

import pytest

from bot.core.reading import Trait
from tests.support.asking import ask

ID_CARD = "11010519491231002X"  # the standard's own example


@pytest.mark.parametrize(
    "more",
    [
        {"text": f"张三 {ID_CARD}"},
        {"items": (f"李四：{ID_CARD}",)},
        {"title": "机密★1年-研判.docx"},
        {"text": "秘密 ★ 三年"},
    ],
)
def test_marks_and_numbers_are_sure_whatever_the_reading_says(more: dict[str, object]) -> None:
    found = ask("secrecy", "discussion", confidence=0.3, **more)
    assert found is not None
    assert found.alert
    assert found.sure == 1.0


def test_the_content_is_never_quoted() -> None:
    found = ask("secrecy", "discussion", "personal_data", text=f"张三 {ID_CARD} 13900001111")
    assert found is not None
    told = found.reason + found.comply
    assert ID_CARD not in told
    assert "张三" not in told


@pytest.mark.parametrize("trait", ["secret", "personal_data"])
def test_what_the_reading_finds_is_as_sure_as_the_reading(trait: str) -> None:
    found = ask("secrecy", "document", trait, traits_at={Trait(trait): 0.7})
    assert found is not None
    assert found.sure == pytest.approx(0.7)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # the checksum is wrong
        "订单号 202611230000123456789",
        "办公室 wifi 的秘密我不告诉你",
        "联系人：小王 13900001111",
    ],
)
def test_near_misses_are_left_alone(text: str) -> None:
    assert ask("secrecy", "discussion", text=text) is None
