"""What gateways send that the stock SDK did not expect."""

ROOM = "gov@chatroom"

#: Events as current gateways and odd puppets send them. Those marked True end the stock bot.
ODD = [
    ("error", {"gerror": '{"code":2,"message":"only gerror","name":"Error"}'}, True),
    ("heartbeat", {}, True),
    ("heartbeat", {"data": "x", "timeout": 60}, False),
    ("ready", {"surplus": 1}, True),
    ("logout", {}, True),
    ("scan", {}, True),
    ("scan", {"status": 17, "qrcode": 5}, True),
    ("message", {}, True),
    ("message", {"messageId": 5}, False),
    ("room-join", {"roomId": ROOM, "inviteeIdList": ["zhao"]}, True),
    ("room-leave", {"roomId": ROOM, "removeeIdList": ["li"]}, True),
    ("room-topic", {"roomId": ROOM}, True),
    ("room-join", {}, False),
    ("room-join", {"roomId": ROOM, "inviteeIdList": 5}, False),
    ("room-leave", {"roomId": 5, "removeeIdList": None}, False),
    ("room-topic", {"roomId": ROOM, "timestamp": "soon"}, False),
    ("friendship", {}, False),
    ("dirty", {}, False),
    ("dirty", {"payloadType": "?", "payloadId": {"a": 1}}, False),
    ("post", {"postId": "1"}, False),
    ("dong", {"surplus": 1}, False),
]
