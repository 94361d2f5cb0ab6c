"""Drives a peer with nonebot's OneBot adapter and prints what it was told. Not a test itself."""

import json
import sys

import nonebot
from nonebot.adapters.onebot.v11 import (
    ActionFailed,
    Adapter,
    Bot,
    GroupBanNoticeEvent,
    GroupDecreaseNoticeEvent,
    GroupMessageEvent,
    GroupRecallNoticeEvent,
)


def tell(kind: str, **data: object) -> None:
    print(json.dumps({"kind": kind, **data}, ensure_ascii=False), flush=True)


nonebot.init(
    driver="~aiohttp",
    log_level="ERROR",
    onebot_ws_urls=[sys.argv[1]],
    onebot_access_token=sys.argv[2],
)
driver = nonebot.get_driver()
driver.register_adapter(Adapter)


@driver.on_bot_connect
async def connected(bot: Bot) -> None:
    groups = await bot.get_group_list()
    members = await bot.get_group_member_list(group_id=900001)
    tell("connected", self_id=bot.self_id, groups=len(groups), members=len(members))


async def refused(action: object) -> dict[str, object]:
    try:
        await action  # type: ignore[misc]
    except ActionFailed as error:
        return {key: error.info.get(key) for key in ("retcode", "wording")}
    return {}


message = nonebot.on_message()
notice = nonebot.on_notice()


@message.handle()
async def said(bot: Bot, event: GroupMessageEvent) -> None:
    group, person = event.group_id, event.user_id
    tell("message", role=event.sender.role, card=event.sender.card, text=event.get_plaintext())
    if person == 1002:
        tell("delete", **await refused(bot.delete_msg(message_id=event.message_id)))
        ban = bot.set_group_ban(group_id=group, user_id=person, duration=60)
        tell("ban", **await refused(ban))
        tell("unknown", **await refused(bot.call_api("no_such_action")))
        tell("params", **await refused(bot.call_api("delete_msg")))
        tell("end")
        return
    await bot.delete_msg(message_id=event.message_id)
    await bot.set_group_ban(group_id=group, user_id=person, duration=60)
    await bot.set_group_whole_ban(group_id=group, enable=True)
    info = await bot.get_group_info(group_id=group, no_cache=True)
    tell("shut", all_shut=info["group_all_shut"])
    await bot.set_group_whole_ban(group_id=group, enable=False)
    await bot.send_group_msg(group_id=group, message="已处理")
    await bot.set_group_kick(group_id=group, user_id=person)
    tell("done")


@notice.handle()
async def happened(event: GroupRecallNoticeEvent) -> None:
    tell("recalled", by=event.operator_id, message=event.message_id)


@notice.handle()
async def banned(event: GroupBanNoticeEvent) -> None:
    tell("banned", user=event.user_id, sub=event.sub_type, duration=event.duration)


@notice.handle()
async def gone(event: GroupDecreaseNoticeEvent) -> None:
    tell("gone", user=event.user_id, sub=event.sub_type)


nonebot.run()
