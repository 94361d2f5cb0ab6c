"""What the town file says of a WeChat channel, and the token that it must not say."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.channels.wechaty.powers import PUPPETS

TOKEN = "QINGQUN_WECHATY_TOKEN"  # noqa: S105 - the variable's name
_PORT = 8788


class Settings(BaseModel):
    """The keys of `[channel]` with `kind = "wechaty"`. Times are seconds.

    `endpoint` is host:port of the puppet gateway. `puppet` names what runs behind it. `tls_ca` is
    the file of the town's own CA (without it the wire is not encrypted), `tls_name` the name in the
    gateway's certificate. `room_every` and `total_every` are the spacing of the bot's own messages
    once the allowance (`room_burst`, `total_burst`) is used up. `needs_friend` overrides what is
    known of the puppet. `take_over` lets the bot end another client's hold on the gateway.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = f"127.0.0.1:{_PORT}"
    puppet: str = "unknown"
    tls_ca: Path | None = None
    tls_name: str | None = None
    room_every: float = Field(default=8.0, ge=0)
    room_burst: int = Field(default=3, ge=1)
    total_every: float = Field(default=3.0, ge=0)
    total_burst: int = Field(default=5, ge=1)
    needs_friend: bool | None = None
    accept_friends: bool = True
    take_over: bool = False
    rpc_deadline: float = Field(default=20.0, gt=0, le=60)
    keepalive: float = Field(default=20.0, gt=0, le=40)
    keepalive_timeout: float = Field(default=10.0, gt=0, le=15)
    backoff_first: float = Field(default=0.5, gt=0)
    backoff_most: float = Field(default=30.0, gt=0)
    start_wait: float = Field(default=30.0, ge=0)
    login_wait: float = Field(default=3.0, gt=0)
    confirm_wait: float = Field(default=60.0, gt=0)
    fresh: float = Field(default=600.0, gt=0)

    @field_validator("puppet")
    @classmethod
    def _known_puppet(cls, value: str) -> str:
        name = value.removeprefix("wechaty-puppet-")
        if name not in PUPPETS:
            raise ValueError(f"可用 {'、'.join(PUPPETS)}")
        return name

    @field_validator("endpoint")
    @classmethod
    def _whole_endpoint(cls, value: str) -> str:
        split = urlsplit(f"//{value}")
        try:
            port = split.port
        except ValueError as error:
            raise ValueError("端口应为 0–65535 的数") from error
        if not split.hostname or port is None or split.path or split.username:
            raise ValueError("应写成 主机:端口，如 127.0.0.1:8788")
        return value

    @field_validator("tls_ca")
    @classmethod
    def _there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"没有这个文件：{value}")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the gateway."""
        split = urlsplit(f"//{self.endpoint}")
        return split.hostname or "", split.port or _PORT


def read_settings(name: str, options: Mapping[str, Any]) -> Settings:
    """Check a channel's keys; ValueError says in the clerk's words what is wrong."""
    if "token" in options:
        raise ValueError(f"{name}.token：令牌不能写在文件里，请放进环境变量 {token_variable(name)}")
    try:
        return Settings.model_validate(dict(options))
    except ValidationError as error:
        wrong = "；".join(
            f"{name}.{'.'.join(map(str, item['loc']))}：{item['msg']}" for item in error.errors()
        )
        raise ValueError(wrong) from error


def token_variable(name: str) -> str:
    """The variable of one channel among several, such as QINGQUN_WECHATY_TOKEN_VILLAGES."""
    if name == "wechaty":
        return TOKEN
    return f"{TOKEN}_" + re.sub(r"\W", "_", name).upper()


def read_token(name: str) -> str:
    """The gateway's token: the channel's own variable, else the common one; ValueError if none."""
    token = os.environ.get(token_variable(name)) or os.environ.get(TOKEN)
    if not token:
        raise ValueError(f"通道 {name} 缺少令牌：请设置环境变量 {token_variable(name)}")
    return token
