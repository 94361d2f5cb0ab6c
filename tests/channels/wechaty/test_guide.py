"""The clerk's guide: what it has people paste fits the image and the code it is for."""

import json
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.wechaty.settings import TOKEN
from bot.store.seal import KEY
from bot.town.schema import WebTable

ROOT = Path(__file__).parents[3]
PLACE = ROOT / "bot/channels/wechaty"
GUIDE = (PLACE / "README.zh-CN.md").read_text("utf-8")
COMPOSE = "docker-compose.wechaty.yml"


def block(begins: str) -> str:
    """An indented block of the guide, without its indentation."""
    lines = GUIDE[GUIDE.index("    " + begins) :].splitlines()
    end = next(i for i, line in enumerate(lines) if line and not line.startswith("    "))
    return "\n".join(line[4:] for line in lines[:end])


@pytest.fixture
def services() -> dict[str, Any]:
    assert f"cp bot/channels/wechaty/{COMPOSE} ." in GUIDE
    found: dict[str, Any] = yaml.safe_load((PLACE / COMPOSE).read_text("utf-8"))["services"]
    return found


def test_the_bot_s_image_has_the_channel_and_finds_the_town_file(services: dict[str, Any]) -> None:
    bot, image = services["qingqun"], (ROOT / "Dockerfile").read_text()
    assert "ARG EXTRAS" in image
    assert bot["build"]["args"]["EXTRAS"] == "[wechaty]"
    command = json.loads(re.search(r"^CMD (.*)$", image, re.MULTILINE)[1])  # type: ignore[index]
    assert f"./town.toml:{command[-1]}:ro" in bot["volumes"]
    assert f"data:{re.search(r'^VOLUME (.*)$', image, re.MULTILINE)[1]}" in bot["volumes"]  # type: ignore[index]
    assert set(bot["environment"]) == {TOKEN, KEY}


def test_only_the_bot_reaches_the_gateway_and_only_this_machine_the_page(
    services: dict[str, Any],
) -> None:
    assert "ports" not in services["gateway"]
    assert services["gateway"]["environment"]["LISTEN"].endswith(":8788")
    (port,) = services["qingqun"]["ports"]
    assert port == f"127.0.0.1:8080:{WebTable().port}"
    # Else the page would listen on the container's own loopback only, out of reach.
    assert 'host = "0.0.0.0"' in GUIDE


def test_the_gateway_s_script_is_one(installed: tuple[list[str], Path], tmp_path: Path) -> None:
    script = tmp_path / "gateway.mjs"
    script.write_text(block("import { PuppetServer }"), "utf-8")
    subprocess.run([*installed[0], "--check", str(script)], check=True)
    assert set(json.loads(block("{\n"))["dependencies"]) == {
        "wechaty-puppet", "wechaty-puppet-service", "wechaty-puppet-padlocal",
    }  # fmt: skip


def test_a_gateway_is_well_once_its_port_is_open(
    installed: tuple[list[str], Path], services: dict[str, Any]
) -> None:
    way, node, *rest = services["gateway"]["healthcheck"]["test"]
    assert (way, node) == ("CMD", "node")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        probe = [*installed[0], *(part.replace("8788", port) for part in rest)]
        assert subprocess.run(probe, timeout=30, check=False).returncode == 0
    assert subprocess.run(probe, timeout=30, check=False).returncode == 1
