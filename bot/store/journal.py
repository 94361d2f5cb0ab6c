"""A unit of work: rows gathered while one batch is judged, then written in one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Executable, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import prepared, tables

Row = dict[str, Any]

#: Rows that are written in about a millisecond.
FEW = 64

#: Tables whose numbers the process hands out itself, so that a batch can refer to its own rows.
_NUMBERED = {
    table.name: table.primary_key.columns[0]
    for table in (
        tables.messages,
        tables.findings,
        tables.offences,
        tables.outbox,
        tables.modes,
        tables.emergencies,
        tables.audit,
        tables.mutes,
        tables.cases,
        tables.corrections,
        tables.tasks,
        tables.task_events,
        tables.leave,
        tables.outages,
    )
}

#: No table comes before one that its rows refer to.
_ORDER = tables.metadata.sorted_tables


class Numbers:
    """Hands out the next number of each table; one process writes, so no sequence is needed."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    async def load(self, connection: AsyncConnection) -> None:
        """Start after the highest number of every table."""
        for name, column in _NUMBERED.items():
            highest = await connection.scalar(select(func.max(column)))
            self._last[name] = max(highest or 0, self._last.get(name, 0))

    def next(self, table: Table) -> int:
        """A number never given before."""
        number = self._last.get(table.name, 0) + 1
        self._last[table.name] = number
        return number


class Journal:
    """Rows to insert and to change, in the order in which they were noted.

    Inserts into one table are written together; a change waits for the inserts before it.
    """

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._inserts: dict[str, tuple[Table, list[Row]]] = {}
        self._changes: dict[
            tuple[str, tuple[str, ...], tuple[str, ...]], tuple[Table, list[Row]]
        ] = {}
        self._puts: list[tuple[Table, Row, Row]] = []
        self._statements: list[Executable] = []
        #: Whether words are taken away, so that nothing of them may be left beside the archive.
        self.erases = False

    def absorb(self, other: "Journal") -> None:
        """Take over everything another journal noted."""
        for name, (table, rows) in other._inserts.items():  # noqa: SLF001
            self._inserts.setdefault(name, (table, []))[1].extend(rows)
        for slot, (table, rows) in other._changes.items():  # noqa: SLF001
            self._changes.setdefault(slot, (table, []))[1].extend(rows)
        self._puts.extend(other._puts)  # noqa: SLF001
        self._statements.extend(other._statements)  # noqa: SLF001
        self.erases |= other.erases

    def __bool__(self) -> bool:
        return bool(self._inserts or self._changes or self._puts or self._statements)

    @property
    def brief(self) -> bool:
        """Whether it is written in a moment: few rows, each found by its key."""
        rows = sum(len(rows) for _, rows in (*self._inserts.values(), *self._changes.values()))
        return not self._statements and rows + len(self._puts) <= FEW

    def number(self, table: Table) -> int:
        """The number that the next row of a numbered table will have; it is used up."""
        return self._numbers.next(table)

    def add(self, table: Table, **values: Any) -> int:
        """Note a new row; its number is given where the table has one (else 0)."""
        column = _NUMBERED.get(table.name)
        number = 0
        if column is not None:
            number = values.get(column.name) or self._numbers.next(table)
            values[column.name] = number
        self._inserts.setdefault(table.name, (table, []))[1].append(values)
        return number

    def change(self, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Note new values for the rows that match `key`."""
        slot = (table.name, tuple(sorted(key)), tuple(sorted(values)))
        row = {f"key_{name}": item for name, item in key.items()}
        row.update({f"new_{name}": item for name, item in values.items()})
        self._changes.setdefault(slot, (table, []))[1].append(row)

    def put(self, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Note a row that replaces the one with the same key, if there is one."""
        self._puts.append((table, dict(key), values))

    def execute(self, statement: Executable) -> None:
        """Note a statement of its own; it runs after the inserts and before the changes."""
        self._statements.append(statement)

    def erase(self, statement: Executable) -> None:
        """Note a statement that takes words away for good, from the archive's own log as well."""
        self._statements.append(statement)
        self.erases = True

    def write(self, connection: Connection) -> None:
        """Write everything noted so far, inserts in the tables' order of dependence.

        It can be run again where its transaction came to nothing.
        """
        dialect = connection.dialect
        for table in _ORDER:
            if table.name in self._inserts:
                prepared.insert(table, dialect).run(connection, self._inserts[table.name][1])
        for statement in self._statements:
            connection.execute(statement)
        for table, key, values in self._puts:
            same = {f"key_{name}": item for name, item in key.items()}
            prepared.delete(table, tuple(key), dialect).run(connection, [same])
            prepared.insert(table, dialect).run(connection, [{**key, **values}])
        for (_, keys, names), (table, rows) in self._changes.items():
            prepared.update(table, keys, names, dialect).run(connection, rows)

    def write_once(self, connection: Connection) -> None:
        """Write it unless it is there: a connection can be lost between a commit and its answer."""
        for table, rows in self._inserts.values():
            key = [column == rows[0].get(column.name) for column in table.primary_key]
            if connection.execute(select(table).where(*key)).first() is not None:
                return
        self.write(connection)
