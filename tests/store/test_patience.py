"""Which errors are worth another try."""

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store.engine import open_engine
from bot.store.patience import passes


@pytest.mark.parametrize(
    ("statement", "worth"),
    [
        ("insert into narrow values (zeroblob(100000))", True),
        ("insert into narrow values (1), (1)", False),
        ("insert into nowhere values (1)", False),
        ("insert or not", False),
    ],
)
def test_a_full_file_passes_and_a_wrong_statement_does_not(statement: str, worth: bool) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table narrow (word unique)")
    connection.execute("pragma max_page_count=1")
    with pytest.raises(sqlite3.Error) as caught:
        connection.execute(statement)
    assert passes(caught.value) is worth
    connection.close()


@pytest.mark.parametrize(
    ("statement", "worth"),
    [
        ("select pg_terminate_backend(pg_backend_pid())", True),
        ("do $$begin raise exception using errcode = 'disk_full'; end$$", True),
        ("do $$begin raise exception using errcode = 'read_only_sql_transaction'; end$$", True),
        ("select 1 / 0", False),
        ("insert into nowhere values (1)", False),
    ],
)
async def test_a_server_in_trouble_passes_and_a_wrong_statement_does_not(
    postgres: object, statement: str, worth: bool
) -> None:
    engine = open_engine(postgres())  # type: ignore[operator]
    with pytest.raises(DBAPIError) as caught:
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    assert passes(caught.value) is worth
    await engine.dispose()


async def test_a_server_that_is_not_there_passes() -> None:
    engine = open_engine("postgresql+asyncpg://nobody@127.0.0.1:1/town")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - any of them
        async with engine.begin():
            pass
    assert passes(caught.value)


def test_a_mistake_of_the_bot_s_own_does_not_pass() -> None:
    assert not passes(KeyError("column"))
