"""What the Matrix channel says of itself."""

WORDS = {
    "matrix.login": "通道 {channel}：服务器不认这个令牌或密码（{reason}）；请核对环境变量 QINGQUN_MATRIX_TOKEN 或 QINGQUN_MATRIX_PASSWORD",
    "matrix.redacted": "按本群规矩撤下",
    "matrix.doctor.needs": "机器人在“{room}”需要 {level} 级才能{what}，现在 {mine} 级",
    "matrix.doctor.delete": "撤下别人的消息",
    "matrix.doctor.mute_room": "全员禁言",
    "matrix.doctor.mute": "禁言成员",
    "matrix.doctor.kick": "移出成员",
    "matrix.doctor.announce": "置顶公告",
    "matrix.doctor.above": "“{room}”里有人级别不低于机器人，禁言和移出对其无效：{names}",
    "matrix.doctor.encrypted": "“{room}”开了端到端加密，机器人读不到消息；请另建一个不加密的群",
    "matrix.doctor.outside": "机器人不在“{room}”里，请先邀请它",
    "matrix.doctor.clock": (
        "服务器的钟比本机快 {seconds} 秒；相差太多会把新消息当作积压，只记不管，请校准时间"
    ),
}
