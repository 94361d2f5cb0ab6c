"""qingqun report, and replay --summary."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from tests.summary.archive import fill
from tests.summary.made_town import made_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town file with an archive beside it."""
    folder = tmp_path_factory.mktemp("town")
    url = f"sqlite+aiosqlite:///{folder / 'town.db'}"
    rooms = "".join(
        f'[[rooms]]\nname = "{room.name}"\nkind = "business"\noffice = "{room.subject}"\n'
        for room in made_town().rooms
    )
    (folder / "town.toml").write_text(
        f'[town]\nname = "巴水镇"\n[roles]\nleaders = ["党委书记"]\nadmins = ["镇长"]\n'
        f'{rooms}[store]\nurl = "{url}"\n',
        "utf-8",
    )

    async def make() -> None:
        engine = open_engine(url)
        await upgrade(engine)
        await fill(engine, made_town())
        await engine.dispose()

    asyncio.run(make())
    return folder / "town.toml"


def report(town: Path, *more: str) -> int:
    return main(["report", "--town", str(town), *more])


def test_text_on_stdout_and_files_in_the_folder(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made" / "here"
    assert report(town, "--week", "2026-W46", "--out", str(out)) == 0
    said = capsys.readouterr()
    assert said.out.startswith("【巴水镇工作群周报】第46周（11月9日—11月15日）")
    assert sorted(path.name for path in out.iterdir()) == [
        "qingqun-2026-W46.png",
        "qingqun-2026-W46.xlsx",
    ]
    assert str(out / "qingqun-2026-W46.png") in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--week", "2026-47"], "不是一周"),
        (["--week", "2999-W01"], "还没有到"),
        (["--week", "2026-W46", "--out", "{file}"], "不是文件夹"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    town: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    asked = [argument.format(file=town) for argument in arguments]
    assert report(town, *asked) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len([line for line in said if words in line]) == 1
    assert "Traceback" not in "\n".join(said)


def test_without_an_archive_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "town.toml"
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.db'}"
    file.write_text(
        f'[town]\nname = "镇"\n[[rooms]]\nname = "群"\nkind = "business"\n[store]\nurl = "{url}"\n',
        "utf-8",
    )
    assert report(file) == 2
    assert "还没有存档" in capsys.readouterr().err
    assert not (tmp_path / "town.db").exists()


def test_replay_tells_the_last_week_of_the_transcript(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"id": "1", "room": "低保群", "sender": "甲", "at": "2021-03-18T10:00:00+08:00",
         "text": "这个表要盖章吗"},
        {"id": "2", "room": "低保群", "sender": "乙", "at": "2021-03-25T10:00:00+08:00",
         "text": "收到"},
        {"id": "3", "room": "低保群", "sender": "甲", "at": "2021-03-25T10:01:00+08:00",
         "text": "口径按去年的来"},
    ]  # fmt: skip
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert main(["replay", str(file), "--town", str(town), "--summary"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "【巴水镇工作群周报】第12周（3月22日—3月28日）" in said.err
    assert "消息 2 条（上周 1）" in said.err
    assert main(["replay", str(file), "--town", str(town)]) == 0
    assert "工作群周报" not in capsys.readouterr().err
