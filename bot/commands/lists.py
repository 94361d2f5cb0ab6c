"""状态, 名单, 周报 and 登录: how things stand, and where to see more."""

from bot.commands import archive, scope
from bot.commands.base import NOTHING, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.policy import unclear
from bot.commands.standing import Standing
from bot.core.decision import Mode
from bot.core.message import Role
from bot.store.journal import Journal

_LISTED = 12


def _status(clerk: Clerk, journal: Journal, call: Call) -> None:
    """状态 [群]: a phone screen of what is in force."""
    services = clerk.services
    rooms = [room.name for room in services.judge.town.rooms]
    place = scope.find(call.rest, rooms, call.room)
    if isinstance(place, scope.Unclear):
        clerk.decline(journal, call, unclear(clerk, call, place))
        return
    midnight = call.at.astimezone(services.judge.town.zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )

    def tell(journal: Journal, today: archive.Today) -> None:
        clerk.answer(journal, call, "\n".join(_state(clerk, call, place.name, today)))
        clerk.note(journal, call, thing=place.name or "town")

    clerk.look(lambda connection: archive.today(connection, midnight, place.name), tell)


def _state(clerk: Clerk, call: Call, place: str, today: archive.Today) -> list[str]:
    state, judge = clerk.services.state, clerk.services.judge
    hours = f"{judge.calendar.hours.open:%H:%M}-{judge.calendar.hours.close:%H:%M}"
    lines = [
        clerk.say(call, "status.head", place=clerk.place(call, place), at=clerk.moment(call, call.at)),
        clerk.say(
            call, "status.open" if judge.calendar.is_open(call.at) else "status.closed", hours=hours
        ),
    ]  # fmt: skip
    if (emergency := state.ledgers.emergencies.current(call.at, place)) is not None:
        until = clerk.end(call, emergency.until)
        lines.append(clerk.say(call, "status.emergency", reason=emergency.reason, until=until))
    standing = Standing(clerk.services, place, call.at)
    for mode in (Mode.ENFORCE, Mode.REMIND, Mode.OBSERVE, Mode.OFF):
        titles = [
            clerk.title(call, policy)
            for policy in judge.policies.values()
            if standing.mode(policy) is mode
        ]
        if titles:
            words = {"mode": clerk.mode(call, mode), "count": len(titles)}
            lines.append(clerk.say(call, "status.mode", titles="、".join(titles), **words))
    if (week := standing.first_week()) is not None:
        lines.append(clerk.say(call, "set.first_week", until=clerk.moment(call, week)))
    deferred = [one for one in state.deferrals.waiting() if place in {one.room, scope.TOWN}]
    figures = {"messages": today.messages, "removed": today.removed, "cases": today.waiting}
    lines.append(clerk.say(call, "status.today", deferred=len(deferred), **figures))
    lines += _lost(clerk, call, place)
    return lines


def _lost(clerk: Clerk, call: Call, place: str) -> list[str]:
    """What platforms have refused, by room."""
    rooms = [
        room.name
        for room in clerk.services.state.rooms.all()
        if room.lost and place in {room.name, scope.TOWN}
    ]
    return [clerk.say(call, "status.lost", rooms="、".join(rooms))] if rooms else []


def _people(clerk: Clerk, journal: Journal, call: Call) -> None:
    """名单: who has which standing, and who is away."""
    services = clerk.services
    directory, state = services.judge.directory, services.state
    posters = services.judge.town.roles.posters
    lines = [clerk.say(call, "people.head")]
    for key, people in (
        (Role.LEADER.value, directory.leaders),
        (Role.ADMIN.value, directory.admins),
        ("poster", posters),
        ("officer", (directory.officer,) if directory.officer else ()),
    ):
        words = "、".join(people[:_LISTED]) + ("…" if len(people) > _LISTED else "")
        lines.append(clerk.say(call, f"people.{key}", people=words or "—"))
    away = state.leave.current(call.at)[:_LISTED]
    lines += [
        clerk.say(call, "people.away", name=absence.person, until=clerk.end(call, absence.until))
        for absence in away
    ]
    known = {room.name for room in services.judge.town.rooms}
    others = [room.name for room in state.rooms.all() if room.name not in known]
    lines.append(clerk.say(call, "people.rooms", count=len(known)))
    if others:
        lines.append(clerk.say(call, "people.unmanaged", rooms="、".join(others[:_LISTED])))
    clerk.answer(journal, call, "\n".join(lines))
    clerk.note(journal, call, thing="people")


def _weekly(clerk: Clerk, journal: Journal, call: Call) -> None:
    """周报: the summary on demand."""
    if clerk.services.weekly is None:
        clerk.decline(journal, call, clerk.say(call, "weekly.none"))
        return
    clerk.services.weekly(journal, call.message, call.person, call.now)
    clerk.note(journal, call, thing="weekly summary", after="sent")


def _login(clerk: Clerk, journal: Journal, call: Call) -> None:
    """登录: a link that opens once. It is a key, so it is not kept in the archive."""
    login = clerk.services.login
    if login is None:
        clerk.decline(journal, call, clerk.say(call, "login.none"))
        return
    link = login(journal, call.message, call.person, call.now)
    if not link:
        clerk.refuse(journal, call, thing="page")
        return
    clerk.note(journal, call, thing="page", after="link given")
    text = clerk.say(call, "login.link", link=link)
    clerk.whisper_unrecorded(call, text)


COMMANDS = (
    Command("status", ("状态",), ("status",), Right.ADMIN, _status),
    Command("people", ("名单",), ("people", "list"), Right.ADMIN, _people, spaced=NOTHING),
    Command("weekly", ("周报", "报表"), ("weekly", "report"), Right.ADMIN, _weekly, spaced=NOTHING),
    Command("login", ("登录", "网页"), ("login", "page"), Right.ADMIN, _login, spaced=NOTHING),
)  # fmt: skip
