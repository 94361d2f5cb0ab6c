"""What leaders and admins are told about weeks and rooms."""

WORDS = {
    "shadow.head": (
        "“{room}”头一周只观察：共 {messages} 条消息，若执行会撤下 {deleted} 条、顺延 {deferred} 条、"
        "群里提醒 {warned} 次、私下提醒 {nudged} 次"
    ),
    "shadow.doubtful": "最拿不准的 {count} 条：",
    "shadow.case": "· {number}：{words}（把握 {sure}）",
    "shadow.tail": "看过没有问题，请在“{room}”里对轻群说：执行；在此之前继续只观察",
    "temporary.over": "临时群“{room}”已于 {ends} 到期，仍按规矩管。请办完收尾后解散，或在配置文件里改结束日期",
}
