"""Personal numbers in the clear: identity cards, bank cards, lists of people with telephones."""

import re
from datetime import date

_GAP = r"[ \-·.,_/]{0,2}"
_ID_CARD = re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dx](?![\da-z])", re.IGNORECASE)
_OLD_ID_CARD = re.compile(
    r"(?<!\d)[1-9]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)"
)
_CARD = re.compile(rf"(?<!\d)[3-69](?:{_GAP}\d){{14,18}}(?!\d)")
_CARD_WORDS = re.compile(
    r"卡号|账号|帐号|账户|开户|农行|工行|建行|中行|信用社|农信|邮储|存折|打款|收款|一卡通|社保卡|银行"
)
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)[ \-]?(\d{4})[ \-]?(\d{4})(?!\d)")
_NAME_BY_NUMBER = re.compile(
    r"[一-龥·]{2,12}[^一-龥\d\n]{0,6}(?:电话|手机|联系方式|号码|tel)?[^一-龥\d\n]{0,4}"
    r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)|(?<!\d)1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}[^一-龥\d\n]{0,4}[一-龥]{2,4}"
)
_ADDRESS = re.compile(
    r"[一-龥]{2,4}[^一-龥\d\n]{0,3}(?:家?住|在|家)?[一-龥]{0,8}\d{1,4}(?:号|栋|幢|楼|单元|组|室|-\d)[-\d号栋幢楼单元室]*"
)
# Without a number of a house, no address.
_HOUSE = re.compile(r"\d(?:[号栋幢楼组室]|单元|-\d)")
_DIGIT = re.compile(r"\d")
_MORE = re.compile(r"身份证|卡号|账号|帐号|住址|病|户籍")
_DIGITS = re.compile(r"\D")
_ENOUGH_DIGITS = 15
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NINE = 9

ID_CARD, LOOKS_LIKE_ID, BANK_CARD = "身份证号", "像身份证号", "银行卡号"
PEOPLE, PHONES, ONE_PHONE, ADDRESSES = "多人电话", "几个电话", "一个电话", "多人住址"
HARD_NUMBERS = frozenset({ID_CARD, LOOKS_LIKE_ID, BANK_CARD, PEOPLE})
"""The sorts that settle the matter; a telephone alone does not."""


def personal_numbers(text: str) -> list[str]:
    """What sorts of personal number a folded text holds, in the words above; never the numbers."""
    found: list[str] = []
    digits = len(_DIGIT.findall(text))
    if digits > 1 and len(_HOUSE.findall(text)) > 1 and len(_ADDRESS.findall(text)) > 1:
        found.append(ADDRESSES)
    if digits < _ENOUGH_DIGITS - 4:
        return found
    for number in _ID_CARD.findall(text):
        bare = re.sub(r"[^\dxX]", "", number)
        if _born(bare):
            found.append(ID_CARD if _id_checks(bare) else LOOKS_LIKE_ID)
    cards = [sort for sort in found if sort is not ADDRESSES]
    if not cards and _OLD_ID_CARD.search(text) and "身份证" in text:
        found.append(LOOKS_LIKE_ID)
    elif not cards and any(_is_card(number, text) for number in _CARD.findall(text)):
        found.append(BANK_CARD)
    phones = {"".join(parts) for parts in _PHONE.findall(text)}
    if phones:
        found.append(PHONES if len(phones) > 1 else ONE_PHONE)
        if len(phones) > 1 and len(_NAME_BY_NUMBER.findall(text)) > 1:
            found.append(PEOPLE)
    return list(dict.fromkeys(found))


def only_a_contact(numbers: list[str], text: str) -> bool:
    """Whether the one personal number is a telephone: by the guide, a contact in a notice is none."""
    return numbers == [ONE_PHONE] and _MORE.search(text) is None


def _born(number: str) -> bool:
    """Whether the birthday in an identity-card number can be one."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2035  # noqa: PLR2004


def _id_checks(number: str) -> bool:
    """The checksum of GB 11643."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def _is_card(number: str, text: str) -> bool:
    bare = _DIGITS.sub("", number)
    return _luhn(bare) or (
        _CARD_WORDS.search(text) is not None and bare.startswith(("6", "4", "9"))
    )


def _luhn(digits: str) -> bool:
    """The checksum of bank cards (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - _NINE if value > _NINE else value
    return total % 10 == 0
