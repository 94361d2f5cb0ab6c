"""What people are told about their messages."""

WORDS = {
    "nudge.deleted": "您在“{room}”发的这条已撤下（编号 {number}）：{quote}",
    "nudge.deferred": (
        "您在“{room}”发的工作安排已先收下（编号 {number}），将于 {opening} 以您的名义发布：{quote}"
    ),
    "nudge.stays": "您在“{room}”发的这条，想提醒您一下（编号 {number}）：{quote}",
    "nudge.please_recall": "您在“{room}”发的这条不宜留在群里，请两分钟内自行撤回（编号 {number}）：{quote}",
    "nudge.reason": "· {title}：{reason}。{comply}",
    "nudge.tail": "有不同意见请回复：申诉 {number}；想知道依据请回复：为什么 {number}",
    "nudge.leader": "轻群向您报告：",
    "nudge.muted": "另外，您在该群 {length} 内暂不能发言。",
    "nudge.publish_now": "如需马上发布，请回复：紧急 {number}",
    "warn": "@{name} {reasons}。请改正，谢谢配合。（编号 {number}）",
    "alert.secrecy": "“{room}”里 {name} 发的一条消息（编号 {number}）疑似{what}，{state}。内容不在此显示；需要查看请说：查看 {number}",
    "alert.secrecy.deleted": "已撤下并加密封存",
    "alert.secrecy.stays": "尚未撤下，请尽快联系本人撤回",
    "alert.repeat": "{name} 在“{room}”七天内多次：{reasons}（编号 {number}）。本群不能禁言，请您沟通一下",
    "alert.refused": "平台不让轻群在“{room}”{what}：{reason}。请检查轻群在该群的权限；这一条只告知一次",
    "unsaid.publish": (
        "轻群没能在“{room}”发布到点的工作安排（编号 {numbers}）：{reason}。"
        "下次上班会再试；急的请本人或管理员自己发到群里"
    ),
    "unsaid.restore": (
        "轻群没能在“{room}”恢复撤下的消息（编号 {numbers}）：{reason}。"
        "再说一次“误判”会再试；也可以请本人自己发到群里"
    ),
    "alert.imposter": "“{room}”里有人用了与在册人员相同的名字“{name}”，轻群按普通成员对待，请核实",
    "hint.receipts": "收到已记入回执名单。以后可以私下对我说“收到”，不占群",
    "deferred.one": "【{name} {time} 发布，按工作时间顺延】\n{text}",
    "deferred.many": "【昨晚以来顺延发布的工作安排，共 {count} 条】",
    "deferred.item": "{index}. {name}（{time}）：{text}",
    "draft.offer": (
        "您在“{room}”转发了《{title}》。请在 {minutes} 分钟内补上要点和拟办意见"
        "（发在同一个群或引用原件均可），可参考：\n要点：{points}\n拟办意见：请【哪个办、哪些村】于【几月几日】前【办完什么】。"
    ),
    "outage": "轻群 {since} 至 {until} 与“{channel}”断开；其间的消息补收到的只作记录，不作处理",
    "link.scan": "“{channel}”等待扫码登录，请到本机页面扫码",
    "link.logged_out": "“{channel}”的账号已退出登录，轻群暂时看不到群消息，请重新登录",
    "verb.delete": "撤回消息",
    "verb.mute": "禁言",
    "verb.close_room": "全员禁言",
    "verb.open_room": "解除全员禁言",
    "verb.whisper": "私下联系成员",
    "verb.send": "发言",
    "verb.remove": "移出成员",
    "verb.announce": "发群公告",
    "verb.unmute": "解除禁言",
}
