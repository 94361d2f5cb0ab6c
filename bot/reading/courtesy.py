"""A bare 谢谢 or 辛苦了: no chatter to be reproached, but nothing the room needs."""

import re

from bot.core.message import Message, MessageType
from bot.reading.normal import fold

_COURTESY = re.compile(
    r"^(?:(?:非常|十分|太|真|衷心|万分)?(?:感谢|谢谢|谢了|谢啦|多谢|谢过|谢|唔该|3q|thanks?|thx)|(?:都|太|您|你|真|大家|各位)*辛苦|费心|受累|有劳|麻烦)"
    r"(?:了|啦|你|您|你们|大家|各位|啊|哈|哦|呀|喽|哟|领导|[一-龥]{0,3}(?:书记|主任|镇长|乡长|老师|站长|所长|局长|哥|姐|叔|总|同志|师傅|医生)|辛苦|谢谢|感谢|多谢|费心|都|!|~|。|,|\s|\[[^\]]{1,4}\]|[🙏🌹👍❤🤝💐])*$"
)
_LONGEST = 24


def is_courtesy(message: Message) -> bool:
    """Whether the message thanks and says nothing else."""
    text = message.text
    if message.type is not MessageType.TEXT or not text or len(text) > _LONGEST:
        return False
    return _COURTESY.match(fold(text)) is not None
