"""The town file's tables and keys. Everything but the town's name and its rooms has a default."""

from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from bot.core.decision import Mode
from bot.core.message import Room, RoomKind


def _clock_time(value: object) -> object:
    """Accept 24:00 as the end of the day; pydantic reads the rest."""
    if isinstance(value, str) and value.strip() == "24:00":
        return time.max
    return value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]


class Table(BaseModel):
    """A table of the file: an unknown key is an error, since it is most often a typing slip."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TownTable(Table):
    """The table [town]."""

    name: str = Field(min_length=1)
    timezone: str = "Asia/Shanghai"
    leaders_room: str = ""
    secrecy_officer: str = ""
    group_limit: int = Field(default=3, ge=1, le=100)
    retention_days: int = Field(default=180, ge=1, le=3650)
    shadow_days: int = Field(default=7, ge=0, le=90)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("not a time zone; write one such as Asia/Shanghai") from error
        return value


class HoursTable(Table):
    """[hours]: opening is inside, closing is outside."""

    open: ClockTime = time(8, 30)
    close: ClockTime = time(18, 0)
    workday_end: ClockTime = time(17, 30)
    working_days: tuple[date, ...] = ()
    days_off: tuple[date, ...] = ()


class RolesTable(Table):
    """[roles]: display names or the channel's user ids."""

    leaders: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    posters: tuple[str, ...] = ()


class RoomTable(Table):
    """The table [[rooms]]."""

    name: str = Field(min_length=1)
    kind: RoomKind
    office: str = ""
    results_to: str = ""
    always_open: bool = False
    ends: date | None = None
    channel: str = ""
    owner: str = ""
    purpose: str = ""

    def room(self) -> Room:
        """The room as policies see it."""
        return Room(self.name, self.kind, self.always_open, self.results_to, self.office, self.ends)


ChannelKind = Literal["simulated", "wechaty", "matrix", "onebot"]


class ChannelTable(BaseModel):
    """[channel] or [[channels]]. What a kind of channel wants beside these keys it checks itself."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: ChannelKind = "simulated"
    name: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to this kind of channel."""
        return dict(self.model_extra or {})


class StoreTable(Table):
    """The table [store]."""

    url: str = "sqlite+aiosqlite:///qingqun.db"


class WebTable(Table):
    """[web]: the local page. `url` is what a login link starts with."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    url: str = ""


class ReadingTable(Table):
    """[reading]: how sure the reading must be before something is deleted for it."""

    threshold: float = Field(default=0.8, ge=0.5, le=1.0)


class Town(Table):
    """The whole file."""

    town: TownTable
    hours: HoursTable = HoursTable()
    roles: RolesTable = RolesTable()
    units: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    people: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rooms: tuple[RoomTable, ...] = Field(min_length=1)
    policies: dict[str, dict[str, Mode | dict[str, Any]]] = Field(default_factory=dict)
    channel: ChannelTable | None = None
    channels: tuple[ChannelTable, ...] = ()
    store: StoreTable = StoreTable()
    web: WebTable = WebTable()
    reading: ReadingTable = ReadingTable()

    @property
    def zone(self) -> ZoneInfo:
        """The town's time zone."""
        return ZoneInfo(self.town.timezone)

    @property
    def all_channels(self) -> tuple[ChannelTable, ...]:
        """The channels, each with a name; one simulated channel when none is given."""
        tables = self.channels or (self.channel or ChannelTable(),)
        return tuple(
            table if table.name else table.model_copy(update={"name": table.kind})
            for table in tables
        )
