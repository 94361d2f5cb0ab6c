"""Is called by a peer, as aiocqhttp, and prints what it was told. Not a test itself."""

import json
import sys

from aiocqhttp import ActionFailed, CQHttp, Event


def tell(kind: str, **data: object) -> None:
    print(json.dumps({"kind": kind, **data}, ensure_ascii=False), flush=True)


bot = CQHttp(access_token=sys.argv[2], api_timeout_sec=5)


@bot.on_meta_event("lifecycle")
async def connected(event: Event) -> None:
    login = await bot.get_login_info(self_id=event.self_id)
    tell("connected", self_id=login["user_id"])


@bot.on_message("group")
async def said(event: Event) -> None:
    tell("message", role=event.sender["role"], text=str(event.message))
    try:
        await bot.delete_msg(self_id=event.self_id, message_id=event.message_id)
    except ActionFailed as error:
        tell("refused", retcode=error.retcode, wording=error.result["wording"])
    else:
        await bot.set_group_ban(
            self_id=event.self_id, group_id=event.group_id, user_id=event.user_id, duration=60
        )
        tell("done")


@bot.on_notice("group_recall")
async def recalled(event: Event) -> None:
    tell("recalled", by=event.operator_id, message=event.message_id)


@bot.on_notice("group_ban")
async def banned(event: Event) -> None:
    tell("banned", user=event.user_id, sub=event.sub_type, duration=event.duration)


@bot.server_app.before_serving
async def serving() -> None:
    tell("serving")


bot.run(host="127.0.0.1", port=int(sys.argv[1]))
