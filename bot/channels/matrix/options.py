"""What the town file says of a Matrix channel, and the secrets that only the environment holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field, field_validator

_TOKEN, _PASSWORD = "QINGQUN_MATRIX_TOKEN", "QINGQUN_MATRIX_PASSWORD"


class MatrixOptions(BaseModel):
    """The keys of a [channel] table of kind matrix.

    `homeserver` is the server's address for clients, `user_id` the bot's
    @name:server. `accept_invites_from` holds user ids, or patterns such as
    `*:town.gov.cn`; empty accepts every invitation. `leaders` are the user ids
    that still post in a closed room. A closed room needs `quiet_level` to post:
    49 lies above every member and grants nothing that moderators have, so a
    leader raised to it can speak and no more. `admin_level` makes an admin of
    the channel. The rest are seconds: how long the server holds a poll, how
    long a request may take, and the shortest and longest wait before another
    try at a connection.
    """

    # A secret written into the file by mistake must not be repeated in the error.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    homeserver: str
    user_id: str = Field(pattern=r"^@[^:\s]+:\S+$")
    accept_invites_from: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    quiet_level: int = Field(default=49, ge=1, le=100)
    admin_level: int = Field(default=50, ge=1, le=100)
    poll_seconds: float = Field(default=30.0, ge=0.0, le=300.0)
    request_seconds: float = Field(default=20.0, gt=0.0, le=600.0)
    retry_first: float = Field(default=1.0, gt=0.0)
    retry_most: float = Field(default=60.0, gt=0.0)

    @field_validator("homeserver")
    @classmethod
    def _address(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError("not an address; write one such as https://matrix.example.org")
        return value.rstrip("/")

    def accepts(self, inviter: str) -> bool:
        """Whether the bot follows that person's invitations."""
        patterns = self.accept_invites_from
        return not patterns or any(fnmatchcase(inviter, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Secrets:
    """How the bot proves who it is: an access token, or else a password."""

    token: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, name: str, environ: Mapping[str, str]) -> "Secrets":
        """Those of the channel called `name`; ValueError, naming the variables, if there are none.

        A town with several Matrix channels adds the channel's name in capitals
        to the variable: QINGQUN_MATRIX_TOKEN_COUNTY.
        """
        suffix = "_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        for ending in (suffix, ""):
            found = cls(environ.get(_TOKEN + ending, ""), environ.get(_PASSWORD + ending, ""))
            if found.token or found.password:
                return found
        raise ValueError(
            f"channel {name}: set {_TOKEN} or {_PASSWORD} in the environment"
            f" (or {_TOKEN}{suffix}, {_PASSWORD}{suffix})"
        )
