"""What the town file may say about a QQ channel, and where its token comes from."""

import os
import re
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_VARIABLE = "QINGQUN_ONEBOT_TOKEN"


class OneBotOptions(BaseModel):
    """The keys of `[channel]` with kind "onebot"; times in seconds.

    `mode` forward calls `url`; reverse listens on `host`:`port``path` and is
    called. `self_id` is the QQ number expected; another one is turned away.
    `catch_up` is how many recent messages of each group are read after
    connecting, so that a short break loses nothing; 0 reads none.
    """

    # A token that somebody wrote into the file must not come out again in the error.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mode: Literal["forward", "reverse"] = "forward"
    url: str = "ws://127.0.0.1:3001/"
    host: str = "127.0.0.1"
    port: int = Field(default=8095, ge=0, le=65535)
    path: str = Field(default="/onebot/v11/ws", pattern="^/")
    self_id: str = ""
    timeout: float = Field(default=20.0, gt=0)
    start_timeout: float = Field(default=30.0, gt=0)
    confirm_timeout: float = Field(default=2.0, ge=0)
    upload_grace: float = Field(default=2.0, ge=0)
    retry_first: float = Field(default=1.0, gt=0)
    retry_longest: float = Field(default=60.0, gt=0)
    catch_up: int = Field(default=20, ge=0, le=100)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme not in {"ws", "wss"}:
            raise ValueError("url must begin with ws:// or wss://")
        if "access_token" in parts.query or parts.password:
            raise ValueError(f"no token in the town file; put it into {_VARIABLE}")
        return self

    @property
    def address(self) -> str:
        """Where the connection goes to or comes in."""
        if self.mode == "forward":
            return self.url
        return f"ws://{self.host}:{self.port}{self.path}"

    def check_exposure(self, name: str, token: str) -> None:
        """ValueError if anybody on the network could pretend to be the QQ implementation."""
        if self.mode == "reverse" and not token and not _is_loopback(self.host):
            raise ValueError(
                f"channel {name} listens on {self.host}: set {token_variable(name)} first"
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token_variable(name: str) -> str:
    """The environment variable with this channel's own token: QINGQUN_ONEBOT_TOKEN_‹NAME›."""
    suffix = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    if suffix in {"", "ONEBOT"}:
        return _VARIABLE
    own = f"{_VARIABLE}_{suffix}"
    return own if own in os.environ else _VARIABLE


def access_token(name: str) -> str:
    """The channel's token, empty if none is set."""
    return os.environ.get(token_variable(name), "").strip()
