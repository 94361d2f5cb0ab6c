"""A made town like the one of the report: 34 groups, 200 people, some in more than ten groups."""

import random
from dataclasses import replace

from bot.summary.plan import PlanRoom, PlanTown

OFFICES = {
    "党政办": (
        "政务服务工作群", "公文流转群", "值班安排群", "后勤保障群", "组织工作群", "党员发展群",
        "远程教育群", "老干部工作群",
    ),
    "应急办": ("应急管理工作群", "森林防火群", "地质灾害群", "巡逻防汛群", "安全生产群"),
    "乡村振兴办": (
        "脱贫攻坚工作群", "人居环境群", "产业发展群", "危房改造群", "扶贫数据群", "农业统计群",
    ),
    "公共服务办": ("公共服务工作群", "低保群", "医保群", "残联群", "教育群"),
    "社会治理办": ("社会治理工作群", "信访群", "禁毒群"),
}  # fmt: skip
ANNOUNCEMENT = "镇政府工作群"
STANDING = ("党员教育管理群", "纪检监察群")
OVER = {"森林防火培训临时群": "expired", "换届选举临时群": "expired", "人口普查群": "zombie",
        "庙会筹备群": "zombie"}  # fmt: skip
PEOPLE, VILLAGES = 200, 24


def people() -> list[str]:
    """The names of everybody, by what they are."""
    leaders = ["党委书记", "镇长", "纪委书记", "副镇长甲", "副镇长乙"]
    directors = [f"{office}主任" for office in OFFICES]
    villages = [f"{number}村" for number in range(1, VILLAGES + 1)]
    posts = [f"{village}{post}" for village in villages for post in ("书记", "文书", "第一书记")]
    named = [*leaders, *directors, *posts]
    staff = [f"干事{number}" for number in range(1, PEOPLE - len(named) + 1)]
    return [*named, *staff]


def made_town(seed: int = 1) -> PlanTown:
    """34 groups, 200 people, limit 3. A plan of at most 8 groups exists."""
    draw = random.Random(seed)  # noqa: S311
    everybody = people()
    secretaries = [name for name in everybody if name.endswith("村书记")]
    firsts = [name for name in everybody if name.endswith("第一书记")]
    clerks = [name for name in everybody if name.endswith("文书")]
    staff = [name for name in everybody if name.startswith("干事")]
    leaders, offices = everybody[:5], list(OFFICES)
    staff_of = {office: staff[number :: len(offices)] for number, office in enumerate(offices)}
    clerks_of = {office: clerks[number :: len(offices)] for number, office in enumerate(offices)}
    rooms = [
        PlanRoom(
            ANNOUNCEMENT, ANNOUNCEMENT,
            frozenset([*leaders, *[f"{office}主任" for office in offices], *secretaries, *firsts]),
            weekly=300, assignments=60, announces=True,
        ),
        PlanRoom(STANDING[0], STANDING[0], frozenset([leaders[0], *secretaries[:20]]), 20, 4,
                 protected=True),
        PlanRoom(STANDING[1], STANDING[1], frozenset([leaders[2], *secretaries[:12]]), 10, 2,
                 protected=True),
    ]  # fmt: skip
    works: dict[str, set[str]] = {}
    follows: dict[str, set[str]] = {}
    for number, (office, names) in enumerate(OFFICES.items()):
        for name in names:
            workers = [f"{office}主任", leaders[3 + number % 2] if number == 0 else f"{office}主任"]
            workers += draw.sample(staff_of[office], len(staff_of[office]) * 2 // 3)
            workers += draw.sample(clerks_of[office], min(len(clerks_of[office]), 3))
            listeners = draw.sample(secretaries, 10) + draw.sample(firsts, 4)
            listeners += draw.sample(clerks, 6)
            members = frozenset([*workers, *listeners])
            weekly = draw.randint(30, 140)
            rooms.append(PlanRoom(name, office, members, weekly, weekly // 8))
            for person in workers:
                works.setdefault(person, set()).add(office)
            for person in listeners:
                follows.setdefault(person, set()).add(office)
    rooms += [
        PlanRoom(name, name, frozenset(draw.sample(everybody, 30)), 0, 0, over=why)
        for name, why in OVER.items()
    ]
    return PlanTown(
        tuple(rooms),
        {person: frozenset(subjects) for person, subjects in works.items()},
        {person: frozenset(subjects) for person, subjects in follows.items()},
    )


def impossible_town() -> PlanTown:
    """The same, but for one who is in both protected groups, announces and works in an office."""
    town = made_town()
    torn = "1村书记"
    rooms = tuple(
        replace(room, members=room.members | {torn})
        if room.protected or room.announces or room.subject == "应急办"
        else room
        for room in town.rooms
    )
    works = {**town.works, torn: frozenset({"应急办"})}
    return PlanTown(rooms, works, town.follows, town.limit)
