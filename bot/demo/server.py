"""The page's server: its files, the state, the news as they come, and what a visitor does."""

import json
from collections.abc import Callable, Coroutine
from importlib.resources import files
from typing import Any, TypeVar

from aiohttp import web
from pydantic import ValidationError

from bot.channels.simulated import RefusedError
from bot.demo.asks import Ask, ClockAsk, PlayAsk, PostAsk
from bot.demo.cast import SEATS, titles
from bot.demo.feed import Item
from bot.demo.guard import dress, guard
from bot.demo.stage import Stage
from bot.words import catalogue

#: A visitor's post with all its JSON is shorter than this (bytes).
MOST_BYTES = 16 * 1024
#: Pages that may watch at the same time.
MOST_PAGES = 64
#: A page hears the time at least this often (real seconds), which also keeps the line open.
_TICK = 1.0

_WORDS = "demo."
_FILES = {
    "/": ("index.html", "text/html"),
    "/demo.css": ("demo.css", "text/css"),
    "/rooms.css": ("rooms.css", "text/css"),
    "/demo.js": ("demo.js", "text/javascript"),
    "/rooms.js": ("rooms.js", "text/javascript"),
    "/why.js": ("why.js", "text/javascript"),
    "/desk.js": ("desk.js", "text/javascript"),
    "/bubble.js": ("bubble.js", "text/javascript"),
    "/base.js": ("base.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}

A = TypeVar("A", bound=Ask)
JsonHandler = Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]


def make_app(stage: Stage, language: str = "zh") -> web.Application:
    """The web application over a stage that has been started."""
    app = web.Application(middlewares=[guard], client_max_size=MOST_BYTES)
    app.on_response_prepare.append(dress)
    desk = Desk(stage, language)
    for path, (name, kind) in _FILES.items():
        app.router.add_get(path, _file(name, kind))
    app.router.add_get("/api/state", desk.state)
    app.router.add_get("/api/private", desk.private)
    app.router.add_get("/api/news", desk.news)
    app.router.add_post("/api/post", desk.post)
    app.router.add_post("/api/clock", desk.clock)
    app.router.add_post("/api/play", desk.play)
    return app


def _file(name: str, kind: str) -> JsonHandler:
    body = files("bot.demo").joinpath("page", name).read_bytes()

    async def give(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return give


class Desk:
    """Answers the page."""

    def __init__(self, stage: Stage, language: str) -> None:
        self._stage, self._pages, self._language = stage, 0, language
        self._words = {
            key.removeprefix(_WORDS): text
            for key, text in catalogue(language).items()
            if key.startswith(_WORDS)
        }

    async def state(self, _: web.Request) -> web.StreamResponse:
        """Everything a page that has just been opened shows, and the place from which news follow."""
        stage = self._stage
        data = {
            "town": stage.town.town.name,
            "language": self._language,
            "zone": stage.town.town.timezone,
            "words": self._words,
            "bot": stage.world.bot.name,
            "admin": next(iter(stage.town.roles.admins)),
            "rooms": [self._room(seat.room) for seat in SEATS],
            "people": self._people(),
            "told": stage.board.told,
            "clock": stage.clock_data(),
            "cursor": stage.feed.cursor,
        }
        return _json(data)

    def _room(self, name: str) -> dict[str, Any]:
        stage = self._stage
        room = stage.world.room(name)
        filed = stage.app.judge.directory.room(name)
        rights = room.capabilities
        today = stage.pace.clock.now().astimezone(stage.town.zone).date()
        return {
            "id": room.id,
            "name": room.name,
            "kind": filed.kind.value if filed.kind else "",
            "always_open": filed.always_open,
            "over": bool(filed.ends and filed.ends < today),
            "can": {
                "delete": bool(rights.delete),
                "mute": bool(rights.mute),
                "mute_room": rights.mute_room,
            },
            "people": [p.name for p in room.members.values() if p.id != stage.world.bot.id],
            **stage.board.room(room.id),
        }

    def _people(self) -> list[dict[str, str]]:
        town, title = self._stage.town, titles(self._stage.town)
        role = {
            **dict.fromkeys(town.roles.posters, "poster"),
            **dict.fromkeys(town.roles.admins, "admin"),
            **dict.fromkeys(town.roles.leaders, "leader"),
        }
        return [
            {"name": p.name, "title": title.get(p.name, ""), "role": role.get(p.name, "member")}
            for p in self._stage.world.people()
        ]

    async def private(self, request: web.Request) -> web.StreamResponse:
        """What the bot and a person have said to each other."""
        person = self._stage.world.find_person(request.query.get("person", ""))
        if person is None or person == self._stage.world.bot.id:
            raise web.HTTPNotFound(text="nobody of that name")
        return _json({"person": person, "messages": self._stage.board.private(person)})

    async def news(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events from the place that the page names, or from now on."""
        feed = self._stage.feed
        if self._pages >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages are open")
        cursor = request.headers.get("Last-Event-ID") or request.query.get("after") or feed.cursor
        place = feed.find(cursor)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        self._pages += 1
        try:
            await self._tell(response, place)
        except ConnectionError:
            # The page was closed.
            pass
        finally:
            self._pages -= 1
        return response

    async def _tell(self, response: web.StreamResponse, place: int | None) -> None:
        await response.write(b"retry: 1000\n\n")
        if place is not None:
            await response.write(self._clock())
            async for items in self._stage.feed.after(place, _TICK):
                await response.write(b"".join(map(self._event, items)) + self._clock())
        # Ended, or so far behind that the page must look at everything afresh.
        await response.write(b"event: reset\ndata: {}\n\n")

    def _event(self, item: Item) -> bytes:
        place = self._stage.feed.place(item.number)
        return f"id: {place}\nevent: {item.sort}\ndata: {_dump(item.data)}\n\n".encode()

    def _clock(self) -> bytes:
        return f"event: clock\ndata: {_dump(self._stage.clock_data())}\n\n".encode()

    async def post(self, request: web.Request) -> web.StreamResponse:
        """A visitor speaks as a member."""
        ask, stage = await _asked(request, PostAsk), self._stage
        if ask.room and stage.world.find_room(ask.room) is None:
            raise _bad("no such room")
        person = stage.world.find_person(ask.sender)
        if person is None or person == stage.world.bot.id:
            raise _bad("nobody of that name")
        if ask.reply_to and not stage.board.has(ask.room, ask.reply_to):
            raise _bad("no such message to quote")
        try:
            message = await stage.say(
                ask.room, person, ask.text, type=ask.type, title=ask.title, reply_to=ask.reply_to
            )
        except RefusedError as error:
            until = error.until and error.until.isoformat()
            return _json({"refused": error.reason, "until": until}, status=409)
        return _json({"id": message.id})

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """A visitor changes the pace, or goes to the next opening or closing."""
        ask = await _asked(request, ClockAsk)
        if ask.speed is not None:
            self._stage.pace.set_speed(ask.speed)
        if ask.jump is not None:
            await self._stage.leap(ask.jump)
        return _json(self._stage.clock_data())

    async def play(self, request: web.Request) -> web.StreamResponse:
        """A visitor lets the people speak by themselves, or not."""
        ask = await _asked(request, PlayAsk)
        self._stage.stream.play(on=ask.on)
        return _json(self._stage.clock_data())


async def _asked(request: web.Request, kind: type[A]) -> A:
    raw = await request.read()
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _bad(f"{where}: {first['msg']}" if where else first["msg"]) from error


def _bad(reason: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=_dump({"error": reason}), content_type="application/json")


def _json(data: object, status: int = 200) -> web.Response:
    return web.json_response(data, status=status, dumps=_dump)


def _dump(data: object) -> str:
    """JSON on one line, which is also what an event's data must be."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
