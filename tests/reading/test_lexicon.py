"""The lexicon of addressees can be rebuilt, and what is rebuilt is what the grammar reads."""

import zlib

from bot.reading.lexicon import build

DICTIONARY = """
银行卡 900 n
水利站 4 n
养蜂人 5 n
请各 80 v
把握 800 v
张三丰 20 nr
晒谷 3 v
没见过 2 l
人民 9000 n
上 500 f
冚 3 n
X光 800 n
各村 900 r
""".strip().splitlines()
TEXTS = ["请水利站把握好时间,养蜂人晒谷,张三丰、没见过", "银行卡带上"]


def classes(packed: bytes) -> dict[str, str]:
    lines = (line.split(" ") for line in zlib.decompress(packed).decode().splitlines())
    return {word: kind for kind, *words in lines for word in words}


def test_words_of_the_corpus_and_common_ones_by_class() -> None:
    found = classes(build(DICTIONARY, TEXTS))
    # 水利站 the grammar knows by itself; 请各 and 各村 would cut a phrase in two.
    assert found == {
        "银行卡": "n", "养蜂人": "P", "把握": "v", "晒谷": "v", "人民": "P", "上": "f",
    }  # fmt: skip


def test_the_same_words_give_the_same_bytes() -> None:
    assert build(DICTIONARY, TEXTS) == build(reversed(DICTIONARY), reversed(TEXTS))
