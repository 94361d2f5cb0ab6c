"""Secrecy marks as documents bear them."""

import re

from bot.core.message import Message

_MARK = re.compile(
    r"(?:绝\s*密|机\s*密|秘\s*密)\s*(?:[★☆⭐*]|[·\-]?\s*(?:阅后|启用前|长期|\d+\s*年|[一二三五十]+年|级)|[)】\]）])"
    r"|[(【\[（]\s*(?:绝\s*密|机\s*密|秘\s*密)|^\s*(?:绝密|机密|秘密)(?:$|[\s:：])"
    r"|(?:标|盖|印|注明|属于?|定为|密级|密级为|戳)[^,，。\n]{0,6}(?:绝密|机密|秘密)",
    re.MULTILINE,
)
_NOT = re.compile(
    r"(?:不是|没有|并非|非|解密|不属|无)\s*(?:绝密|机密|秘密)|保守(?:国家)?秘密|保密法|泄密案|商业秘密|脱密|失泄密|小秘密|的秘密"
)


def has_secrecy_mark(message: Message) -> bool:
    """Whether its words bear a mark of classification (not merely the word 保密)."""
    words = "\n".join((message.title, message.text, *message.items))
    if "密" not in words:
        return False
    return _MARK.search(words) is not None and _NOT.search(words) is None
