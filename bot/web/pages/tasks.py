"""任务: what was asked of whom, who has acknowledged, who has handed in; results taken or sent back."""

from collections.abc import Sequence
from typing import NoReturn

from aiohttp import web

from bot.tasks.task import LIVE, Concern, Deed, Task
from bot.web import queries
from bot.web.deeds import press
from bot.web.guard import Refused, form_of
from bot.web.render import page
from bot.web.site import SITE, VISITOR, Site

_VIEWS = ("open", "closed", "all")
_PAGE = 30
_WORDS = 300


async def tasks(request: web.Request) -> web.Response:
    """A list, open ones with the nearest deadline first, others the newest first."""
    site = request.app[SITE]
    view = request.query.get("view", "open")
    if view not in _VIEWS:
        raise Refused(404, "missing")
    chosen = [
        task for task in site.app.tasks.all() if view == "all" or task.open == (view == "open")
    ]
    if view == "open":
        chosen.sort(key=lambda task: (task.deadline is None, task.deadline or task.issued_at))
    else:
        chosen.reverse()
    start = queries.page_number(request.query.get("page", "")) * _PAGE
    return page(
        request, "tasks.html", place="tasks", tasks=chosen[start : start + _PAGE], view=view,
        views=_VIEWS, next_page=start // _PAGE + 1 if len(chosen) > start + _PAGE else 0,
        total=len(chosen), now=site.now,
    )  # fmt: skip


async def task(request: web.Request) -> web.Response:
    """One task: each person's side of it, and what happened to it."""
    site = request.app[SITE]
    found = _found(site, request)
    judged = [one for one in found.concerned if _waits(found, one)]
    async with site.app.engine.connect() as connection:
        events = await queries.events_of(connection, found.number)
        said = await queries.said(connection, [one.result for one in judged if one.result])
    leave = site.app.state.leave
    away = {one.person for one in found.concerned if leave.on_leave(one.person, site.now)}
    return page(
        request, "task.html", place="tasks", task=found, now=site.now, away=away,
        live=found.state in LIVE,
        groups=_groups(found), events=[event for event in events if event.event in set(Deed)],
        results={one.person: said.get(one.result or 0) for one in judged},
    )  # fmt: skip


async def drop(request: web.Request) -> NoReturn:
    """不是任务, by the same code as the command."""
    site, visitor = request.app[SITE], request[VISITOR]
    found = _found(site, request)
    await press(site, visitor, "drop", str(found.number), back=f"/tasks/{found.number}")


async def judge(request: web.Request) -> NoReturn:
    """验收 or 退回, by the same code as the commands."""
    site, visitor, form = request.app[SITE], request[VISITOR], await form_of(request)
    found = _found(site, request)
    person = form.get("person", "")
    if found.concern(person) is None:
        raise Refused(400, "bad")
    deed = request.match_info["deed"]
    words = form.get("words", "")[:_WORDS] if deed == "return" else ""
    rest, back = f"{found.number} {person}", f"/tasks/{found.number}"
    await press(site, visitor, deed, rest, words=words, back=back)


def _found(site: Site, request: web.Request) -> Task:
    found = site.app.tasks.get(int(request.match_info["number"]))
    if found is None:
        raise Refused(404, "missing")
    return found


def _waits(found: Task, concern: Concern) -> bool:
    """Whether somebody's result is there to be judged."""
    handed_in = concern.handed_in_at is not None and concern.confirmed_at is None
    return found.hand_in and found.state in LIVE and handed_in


def _groups(found: Task) -> Sequence[tuple[str, list[str]]]:
    """The people by how they stand, those who owe something first."""
    people = list(found.concerned)
    groups = [("not_received", [one.person for one in people if one.acknowledged_at is None])]
    if found.hand_in:
        groups.append(("not_handed_in", [one.person for one in people if one.handed_in_at is None]))
        groups.append(
            (
                "handed_in",
                [one.person for one in people if one.handed_in_at and not one.confirmed_at],
            )
        )
        groups.append(("confirmed", [one.person for one in people if one.confirmed_at]))
    groups.append(("received", [one.person for one in people if one.acknowledged_at is not None]))
    return [(key, names) for key, names in groups if names or key.startswith("not_")]


ROUTES = (
    web.get("/tasks", tasks),
    web.get(r"/tasks/{number:\d{1,9}}", task),
    web.post(r"/tasks/{number:\d{1,9}}/{deed:accept|return}", judge),
    web.post(r"/tasks/{number:\d{1,9}}/drop", drop),
)
