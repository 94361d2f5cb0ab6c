"""The compose file that the WeChat guide has a clerk use, as Docker Compose itself reads it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
NAME = "docker-compose.wechaty.yml"
FILE = ROOT / "bot/channels/wechaty" / NAME
TOKENS = {"QINGQUN_WECHATY_TOKEN": "gateway-$word", "PADLOCAL_TOKEN": "puppet-word"}


@pytest.fixture(scope="module")
def compose() -> list[str]:
    """Docker Compose, old (a program of its own) or new (a word of docker's)."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    docker = ["docker", "compose"]
    if shutil.which("docker") and not subprocess.run([*docker, "version"], check=False).returncode:
        return docker
    reason = "needs docker-compose: apt-get install --no-install-recommends docker-compose"
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    pytest.skip(reason)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clerk's folder: the file where the guide has it copied to, with the tokens beside it."""
    shutil.copy(FILE, tmp_path / NAME)
    (tmp_path / "gateway").mkdir()
    for name in ("Dockerfile", "town.toml"):
        (tmp_path / name).touch()
    return tmp_path


def config(compose: list[str], root: Path, tokens: dict[str, str]) -> Any:
    """What `docker compose config` makes of the file with these tokens in .env."""
    lines = [f"{name}='{word}'\n" for name, word in tokens.items()]
    (root / ".env").write_text("".join(lines), "utf-8")
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [*compose, "-f", NAME, "config"],
        cwd=root,
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return yaml.safe_load(done.stdout)


def mounts(service: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Source and whether it is read only, by target, however the version writes them."""
    found = {}
    for volume in service["volumes"]:
        if isinstance(volume, str):
            source, target, *mode = volume.split(":")
            found[target] = source, mode == ["ro"]
        else:
            found[volume["target"]] = volume["source"], bool(volume.get("read_only"))
    return found


def test_compose_takes_it_as_it_is_meant(compose: list[str], root: Path) -> None:
    whole = config(compose, root, {**TOKENS, "QINGQUN_KEY": "key="})
    assert set(whole["services"]) == {"gateway", "qingqun"}
    gateway, bot = whole["services"]["gateway"], whole["services"]["qingqun"]
    assert mounts(bot) == {
        "/data": ("data", False), "/data/town.toml": (str(root / "town.toml"), True),
    }  # fmt: skip
    assert mounts(gateway) == {"/gateway": (str(root / "gateway"), False)}
    assert bot["build"]["context"] == str(root)
    assert bot["build"]["args"] == {"EXTRAS": "[wechaty]"}
    assert gateway["healthcheck"]["test"][:3] == ["CMD", "node", "-e"]
    # The bot's own is the image's.
    assert "healthcheck" not in bot
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert "ports" not in gateway
    assert set(bot["networks"]) == set(gateway["networks"]) == {"inner"}


def test_tokens_come_from_the_environment_and_from_nowhere_else(
    compose: list[str], root: Path
) -> None:
    whole = config(compose, root, {**TOKENS, "QINGQUN_KEY": "key="})
    # Compose writes a dollar sign twice where it would otherwise be taken for a name.
    shown = {
        service: {k: v.replace("$$", "$") for k, v in parts["environment"].items()}
        for service, parts in whole["services"].items()
    }
    token = {"QINGQUN_WECHATY_TOKEN": TOKENS["QINGQUN_WECHATY_TOKEN"]}
    assert shown["qingqun"] == {**token, "QINGQUN_KEY": "key="}
    assert {name: shown["gateway"][name] for name in TOKENS} == TOKENS


@pytest.mark.parametrize("missing", TOKENS)
def test_without_a_token_nothing_is_started(compose: list[str], root: Path, missing: str) -> None:
    tokens = {name: word for name, word in TOKENS.items() if name != missing}
    with pytest.raises(RuntimeError, match=missing):
        config(compose, root, tokens)


def test_the_key_can_be_made_with_the_file_itself(compose: list[str], root: Path) -> None:
    bot = config(compose, root, TOKENS)["services"]["qingqun"]
    assert bot["environment"]["QINGQUN_KEY"] == ""
