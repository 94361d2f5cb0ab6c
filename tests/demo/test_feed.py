"""News in order, again from any place that is still kept, and never more than its limit."""

from hypothesis import given
from hypothesis import strategies as st

from bot.demo.feed import Feed, Item


async def read(feed: Feed, cursor: str) -> list[int] | None:
    """Everything after a place that is there now; None where it cannot be had."""
    place = feed.find(cursor)
    if place is None:
        return None
    async for items in feed.after(place, 0):
        return [item.number for item in items]
    return []


async def test_a_page_that_was_away_gets_what_it_missed() -> None:
    feed = Feed("run")
    for number in range(5):
        feed.put("x", {"number": number})
    assert await read(feed, "run-2") == [3, 4, 5]
    assert await read(feed, feed.cursor) == []


async def test_what_cannot_be_continued_is_told() -> None:
    feed = Feed("run", limit=3)
    for _ in range(10):
        feed.put("x", {})
    assert feed.find("run-7") == 7
    for cursor in ("run-6", "run-11", "other-8", "run-x", "run-", "", "run--1", "run-" + "9" * 400):
        assert feed.find(cursor) is None


async def test_a_reader_that_is_left_behind_ends() -> None:
    feed = Feed("run", limit=2)
    feed.put("x", {})
    reader = feed.after(1, 10)
    feed.put("x", {})
    assert [item.number for item in await anext(reader)] == [2]
    for _ in range(5):
        feed.put("x", {})
    assert [batch async for batch in reader] == []


async def test_closing_ends_whoever_waits() -> None:
    feed = Feed("run")
    feed.close()
    assert [batch async for batch in feed.after(0, 10)] == []


def test_what_is_secret_can_be_blanked_in_what_is_kept() -> None:
    feed = Feed("run")
    item = feed.put("message", {"id": "a", "text": "内容"})

    def blank(one: Item) -> None:
        if one.data["id"] == "a":
            one.data["text"] = ""

    feed.rewrite(blank)
    assert item.data["text"] == ""


@given(st.integers(1, 8), st.integers(0, 40), st.integers(-3, 50))
def test_every_place_is_either_whole_or_refused(limit: int, count: int, place: int) -> None:
    feed = Feed("run", limit)
    for _ in range(count):
        feed.put("x", {})
    kept = max(0, count - limit) <= place <= count
    assert (feed.find(f"run-{place}") == place) is kept
