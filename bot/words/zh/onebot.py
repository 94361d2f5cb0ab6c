"""The QQ channel: why it is down, and what the platform would not do."""

WORDS = {
    "onebot.wrong_token": "访问令牌不对：请核对环境变量 {variable} 与 NapCat/LLBot 里填的 token",
    "onebot.stranger": "有程序带着错误的访问令牌连到 {address}，已拒绝：请核对环境变量 {variable}",
    "onebot.unreachable": "连不上 {address}：{why}",
    "onebot.waiting": "还没有 NapCat/LLBot 连到 {address}",
    "onebot.closed": "对方关闭了连接（{code}）",
    "onebot.silent": "{seconds} 秒没有动静，连接视为已断",
    "onebot.replaced": "同一账号新建了连接，旧连接作废",
    "onebot.greeting_failed": "连上了，但取不到群资料：{why}",
    "onebot.unanswered": "{action} 在 {seconds} 秒内没有回音",
    "onebot.offline": "QQ 账号已掉线：{why}",
    "onebot.account_offline": "账号不在线",
    "onebot.not_admin": "轻群不是该群的管理员",
    "onebot.outranked": "对方是群主或管理员，轻群的身份不够",
    "onebot.person_gone": "对方已不在群里",
    "onebot.message_unknown": "平台已不认得这条消息",
    "onebot.own_too_late": "自己的消息超过两分钟，平台不再允许撤回",
    "onebot.mute_over": "禁言的截止时间已过",
    "onebot.unknown_action": "这个实现没有 {action}",
    "onebot.file_missing": "找不到要发送的文件 {name}",
    "onebot.reason": "{words}（{wording}）",
}
