"""What an error of the archive may say."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store.engine import open_engine


async def test_errors_do_not_quote_what_people_wrote(store_url: str) -> None:
    engine = open_engine(store_url)
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as failed:
            await connection.execute(text("SELECT :words FROM nowhere"), {"words": "举报人是张三"})
    assert "张三" not in str(failed.value)
    await engine.dispose()
