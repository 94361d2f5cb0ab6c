"""Words on a document and words on a scene."""

from bot.files.pictures import looks_written


def test_how_words_on_a_document_differ_from_words_on_a_scene() -> None:
    assert looks_written(["各村要立即组织人员对辖区内山塘水库"] * 6)
    assert looks_written(["张三小王二户在册"] * 24)
    assert not looks_written(["时间：2026-11-23 09:12", "地点：某某县某某镇某某村三组", "晴 12℃"])
    assert not looks_written(["森林防火人人有责", "巴水镇政府宣"])
    assert not looks_written([])
