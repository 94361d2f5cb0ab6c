"""What 误判 says a message really is, in words that people use for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands.archive import Dossier
from bot.core.reading import Kind, Trait

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("工作安排", "工作任务", "安排", "任务", "通知"), Kind.ASSIGNMENT),
    **dict.fromkeys(("工作讨论", "讨论", "请示", "提问"), Kind.DISCUSSION),
    **dict.fromkeys(("结果回报", "工作汇报", "汇报", "回报", "结果", "报送"), Kind.REPORT),
    **dict.fromkeys(("转发文件", "文件", "公文", "转发"), Kind.DOCUMENT),
    **dict.fromkeys(("收到回执", "回执", "收到"), Kind.ACKNOWLEDGEMENT),
    **dict.fromkeys(("闲聊", "聊天"), Kind.CHAT),
    **{kind.value: kind for kind in Kind},
}
_TRAITS: Mapping[str, Trait] = {
    **dict.fromkeys(("紧急", "险情", "急事"), Trait.URGENT),
    "要求回复": Trait.REPLY_DEMAND, "索要材料": Trait.MATERIAL_DEMAND,
    "拉票": Trait.VOTE_SOLICITATION, "恭维": Trait.FLATTERY, "鸡汤": Trait.SOUP,
    "广告": Trait.ADVERTISEMENT, "涉密": Trait.SECRET, "个人信息": Trait.PERSONAL_DATA,
    "已附要点": Trait.BRIEFED,
    **{trait.value: trait for trait in Trait},
}  # fmt: skip
_JOINTS = re.compile(
    r"其实|应该|应当|应|属于|这是|是|一条|条|个|的|和|且|又|\bis\b|\ban?\b|[\s,，、:：;；.。]+"
)

#: The traits that a policy's finding rests on. The findings of all others rest on the kind,
#: or (a flood, a repetition) on no reading at all.
_BY_TRAIT: Mapping[str, frozenset[Trait]] = {
    "no_solicitation": frozenset({Trait.VOTE_SOLICITATION}),
    "no_reply_demand": frozenset({Trait.REPLY_DEMAND}),
    "material_demand": frozenset({Trait.MATERIAL_DEMAND}),
    "secrecy": frozenset({Trait.SECRET, Trait.PERSONAL_DATA}),
}
_BY_COUNT = frozenset({"flood", "duplicate_notice"})


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a message is; `kind` is None where only what it is not is known."""

    kind: Kind | None
    traits: frozenset[Trait]


def lesson_of(words: str, dossier: Dossier) -> Lesson | None:
    """The lesson in the words after the number; None if they name no kind of message.

    Without words, what the findings rest on is taken to be wrong; where there are none, the kind.
    """
    kept = frozenset(Trait(trait) for trait in dossier.judged.traits)
    policies = {row.policy for row in dossier.last_findings}
    for policy in policies:
        kept -= _BY_TRAIT.get(policy, frozenset())
    said, left = _said(words)
    if left or (words and not said):
        return None
    kinds = [item for item in said if isinstance(item, Kind)]
    traits = kept | {item for item in said if isinstance(item, Trait)}
    if kinds:
        return Lesson(kinds[0], traits)
    rests_on_kind = policies - _BY_TRAIT.keys() - _BY_COUNT
    return Lesson(None if rests_on_kind or not policies else Kind(dossier.judged.kind), traits)


def _said(words: str) -> tuple[list[Kind | Trait], str]:
    """The kinds and traits named, and whatever else was said."""
    said: list[Kind | Trait] = []
    left = words.lower()
    known: list[tuple[str, Kind | Trait]] = [*_KINDS.items(), *_TRAITS.items()]
    for word, label in sorted(known, key=lambda entry: -len(entry[0])):
        if word in left:
            said.append(label)
            left = left.replace(word, " ")
    return said, _JOINTS.sub("", left)
