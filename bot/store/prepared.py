"""Statements that are made once and run with many rows: no compiling, no cache keys, no rendering.

SQLAlchemy says what each value looks like in each kind of archive; only the way there is shorter.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, and_, bindparam
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from bot.store.columns import Moment

Row = Mapping[str, Any]
_Convert = Callable[[Any], Any]

#: Moments kept ready in the archive's form: a batch names few different ones, each of them often.
_MOMENTS = 1024


class Prepared:
    """One statement and the order, the types and the defaults of its values."""

    def __init__(
        self, statement: UpdateBase, columns: Mapping[str, Column[Any]], dialect: Dialect
    ) -> None:
        compiled = statement.compile(
            dialect=dialect, column_keys=None if statement.is_update else list(columns)
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a DML statement compiles to
        self._sql = str(compiled)
        self._names = columns.keys()
        self._values = [
            (name, _default(columns[name], convert), convert)
            for name in compiled.positiontup or ()
            for convert in (_converter(columns[name].type, dialect),)
        ]

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it once for each row; what a row leaves out gets its column's default.

        KeyError for a value that has no place in the statement.
        """
        for row in rows:
            if not row.keys() <= self._names:
                raise KeyError(f"{self._sql[:40]}…: {sorted(row.keys() - self._names)}")
        columns = [
            [row.get(name, default) for row in rows]
            if convert is None
            else [convert(row[name]) if name in row else default for row in rows]
            for name, default, convert in self._values
        ]
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(self._sql, list(zip(*columns, strict=True)))
        finally:
            cursor.close()


@lru_cache(maxsize=256)
def insert(table: Table, dialect: Dialect) -> Prepared:
    """Adds rows, named by column."""
    return Prepared(table.insert().inline(), {c.name: c for c in table.columns}, dialect)


@lru_cache(maxsize=256)
def update(
    table: Table, keys: tuple[str, ...], names: tuple[str, ...], dialect: Dialect
) -> Prepared:
    """Gives the columns `new_<name>` in rows that match `key_<name>`."""
    columns = {f"key_{key}": table.c[key] for key in keys}
    columns |= {f"new_{name}": table.c[name] for name in names}
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return Prepared(table.update().where(_same(table, keys)).values(values), columns, dialect)


@lru_cache(maxsize=256)
def delete(table: Table, keys: tuple[str, ...], dialect: Dialect) -> Prepared:
    """Takes away rows that match `key_<name>`."""
    columns = {f"key_{key}": table.c[key] for key in keys}
    return Prepared(table.delete().where(_same(table, keys)), columns, dialect)


def _same(table: Table, keys: Sequence[str]) -> Any:
    return and_(*(table.c[key] == bindparam(f"key_{key}", type_=table.c[key].type) for key in keys))


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    """From the bot's value to the driver's; None where they are the same."""
    if isinstance(kind, Moment):
        return _moments(dialect)
    # The dialect's own form of the type: a plain one leaves the conversion to the driver.
    return kind.dialect_impl(dialect).bind_processor(dialect)


@lru_cache(maxsize=8)
def _moments(dialect: Dialect) -> _Convert | None:
    """One for all columns: what is posted, judged and told has the same moments."""
    convert = Moment().dialect_impl(dialect).bind_processor(dialect)
    return convert if convert is None else lru_cache(_MOMENTS)(convert)


def _default(column: Column[Any], convert: _Convert | None) -> Any:
    """What a row without that column gets, as the driver takes it."""
    default = column.default
    if default is None:
        return None
    # The only default that is made anew for each row is the empty list.
    value = [] if default.is_callable else getattr(default, "arg", None)
    return value if convert is None else convert(value)
