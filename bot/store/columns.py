"""What the tables are made of. Moments are stored as UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as UTC; SQLite has no zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: SQLite counts up only an INTEGER primary key, PostgreSQL wants room to grow.
Number = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def number() -> Column[int]:
    """The number that the process hands out."""
    return Column("number", Number, primary_key=True, autoincrement=False)


def of_message(*, primary: bool = False) -> Column[int]:
    """A message's number, as a key of its own if `primary`."""
    return Column(
        "message" if not primary else "number",
        Number,
        ForeignKey("messages.number", ondelete="CASCADE"),
        primary_key=primary,
        autoincrement=False,
        nullable=False,
    )


def name(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    """A name or another short text."""
    # No length: a name is data, and PostgreSQL would refuse the whole batch for one that is too long.
    return Column(name, String, nullable=null, default=default)


def moment(name: str, *, null: bool = False) -> Column[datetime]:
    """A moment."""
    return Column(name, Moment, nullable=null)


def listed(name: str) -> Column[Any]:
    """A list."""
    return Column(name, JSON, nullable=False, default=list)
