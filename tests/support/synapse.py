"""A real Matrix server for tests: Synapse on SQLite, in an environment of its own."""

import fcntl
import hashlib
import hmac
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

VERSION = "1.163.2"
SERVER_NAME = "town.test"
_SECRET = "only-for-tests"  # noqa: S105 - guards nothing
_READY_SECONDS, _INSTALL_SECONDS = 90, 900
_GENEROUS = "{per_second: 10000, burst_count: 10000}"


def cache() -> Path:
    """Where test servers are kept between runs."""
    given = os.environ.get("QINGQUN_TEST_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "qingqun-tests"


def synapse_python() -> Path:
    """The interpreter of an environment that has Synapse, installed if need be.

    Where it cannot be had the test is skipped with the way to get it; where CI
    is true that is an error.
    """
    home = cache() / f"synapse-{VERSION}"
    python, ready = home / "venv" / "bin" / "python", home / "ready"
    if ready.exists():
        return python
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            steps = (
                [sys.executable, "-m", "venv", str(home / "venv")],
                [str(python), "-m", "pip", "install", "-q", f"matrix-synapse=={VERSION}"],
            )
            try:
                for step in steps:
                    subprocess.run(
                        step, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
                    )
            except (OSError, subprocess.SubprocessError) as error:
                _missing(home, error)
            ready.touch()
    return python


def _missing(home: Path, error: Exception) -> None:
    output = getattr(error, "stderr", "") or str(error)
    reason = (
        f"Synapse {VERSION} cannot be installed ({output.strip().splitlines()[-1]}); get it by: "
        f"python -m venv {home}/venv && {home}/venv/bin/pip install matrix-synapse=={VERSION} "
        f"&& touch {home}/ready"
    )
    if os.environ.get("CI", "").lower() == "true":
        raise RuntimeError(reason) from error
    pytest.skip(reason)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Homeserver:
    """One Synapse process with its data in `home`; it can be killed and started again."""

    def __init__(self, python: Path, home: Path) -> None:
        self._python, self._home = python, home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._count = itertools.count(1)
        self._configure()

    def _configure(self) -> None:
        home = self._home
        script = self._python.parent / "generate_signing_key"
        subprocess.run([str(script), "-o", str(home / "signing.key")], check=True)
        (home / "log.yaml").write_text(
            "version: 1\n"
            "formatters: {p: {format: '%(asctime)s %(name)s %(levelname)s %(message)s'}}\n"
            f"handlers: {{f: {{class: logging.FileHandler, filename: {home}/synapse.log, "
            "formatter: p}}\n"
            "root: {level: WARNING, handlers: [f]}\n"
            "disable_existing_loggers: false\n"
        )
        (home / "homeserver.yaml").write_text(f"""
server_name: "{SERVER_NAME}"
pid_file: {home}/synapse.pid
public_baseurl: {self.url}/
listeners:
  - port: {self.port}
    tls: false
    type: http
    bind_addresses: ['127.0.0.1']
    resources: [{{names: [client], compress: false}}]
database: {{name: sqlite3, args: {{database: {home}/homeserver.db}}}}
log_config: {home}/log.yaml
media_store_path: {home}/media
signing_key_path: {home}/signing.key
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
send_federation: false
report_stats: false
enable_registration: false
registration_shared_secret: "{_SECRET}"
macaroon_secret_key: "{_SECRET}"
presence: {{enabled: false}}
bcrypt_rounds: 4
rc_message: {_GENEROUS}
rc_registration: {_GENEROUS}
rc_login: {{address: {_GENEROUS}, account: {_GENEROUS}, failed_attempts: {_GENEROUS}}}
rc_admin_redaction: {_GENEROUS}
rc_joins: {{local: {_GENEROUS}, remote: {_GENEROUS}}}
rc_joins_per_room: {_GENEROUS}
rc_invites: {{per_room: {_GENEROUS}, per_user: {_GENEROUS}, per_issuer: {_GENEROUS}}}
rc_room_creation: {_GENEROUS}
""")

    def start(self) -> None:
        """Start the process and wait until it answers."""
        output = (self._home / "out.log").open("ab")
        self._process = subprocess.Popen(
            [self._python, "-m", "synapse.app.homeserver", "-c", self._home / "homeserver.yaml"],
            cwd=self._home, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        output.close()
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._home / "out.log").read_text()[-3000:])
            time.sleep(0.05)  # another process: there is nothing to wait on but its port

    def _answers(self) -> bool:
        try:
            where = f"{self.url}/_matrix/client/versions"
            with urllib.request.urlopen(where, timeout=5):  # noqa: S310
                return True
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """Kill the process at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def register(self, session: aiohttp.ClientSession, name: str) -> "Resident":
        """A new account that shows `name`; its id is numbered, so tests have their own people."""
        user = f"person-{next(self._count)}"
        where = f"{self.url}/_synapse/admin/v1/register"
        async with session.get(where) as response:
            nonce = (await response.json())["nonce"]
        parts = (nonce, user, password_of(user), "notadmin")
        mac = hmac.new(_SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {
            "nonce": nonce, "username": user, "displayname": name, "password": parts[2],
            "admin": False, "mac": mac,
        }  # fmt: skip
        async with session.post(where, json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
        return Resident(session, self.url, answer["user_id"], answer["access_token"], name)


def password_of(user: str) -> str:
    """The password of a test account, by its local name."""
    return f"pw-{user}"


@dataclass
class Resident:
    """A person with a client of their own, who does what people do."""

    session: aiohttp.ClientSession
    url: str
    id: str
    token: str = field(repr=False)
    name: str = ""
    _count: Any = field(default_factory=lambda: itertools.count(1), repr=False)

    async def call(
        self, method: str, path: str, body: Any = None, **params: str
    ) -> tuple[int, dict[str, Any]]:
        """Any request below /_matrix/client/v3; the status and the answer."""
        async with self.session.request(
            method, f"{self.url}/_matrix/client/v3{path}", json=body, params=params,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:  # fmt: skip
            return response.status, await response.json()

    async def ok(self, method: str, path: str, body: Any = None, **params: str) -> dict[str, Any]:
        """A request that must succeed."""
        status, answer = await self.call(method, path, body, **params)
        assert status == 200, (status, answer)
        return answer

    async def make_room(self, name: str, people: "list[Resident]", **more: Any) -> str:
        """A private room with these people in it; `more` goes to createRoom as it is."""
        body = {"preset": "private_chat", "invite": [who.id for who in people], **more}
        if name:
            body["name"] = name
        room = (await self.ok("POST", "/createRoom", body))["room_id"]
        return str(room)

    async def join(self, room: str) -> None:
        """Follow an invitation."""
        await self.ok("POST", f"/rooms/{quote(room)}/join", {})

    async def send(
        self, room: str, content: dict[str, Any], kind: str = "m.room.message"
    ) -> tuple[int, dict[str, Any]]:
        """Send any event; the status and the answer."""
        path = f"/rooms/{quote(room)}/send/{kind}/{next(self._count)}-{time.time_ns()}"
        return await self.call("PUT", path, content)

    async def say(self, room: str, words: str, **content: Any) -> str:
        """Post a text; the event's id."""
        status, answer = await self.send(room, {"msgtype": "m.text", "body": words, **content})
        assert status == 200, (status, answer)
        return str(answer["event_id"])

    async def may_speak(self, room: str) -> bool:
        """Post something, and tell whether the server let it through."""
        status, answer = await self.send(room, {"msgtype": "m.text", "body": "试一试"})
        assert status == 200 or answer["errcode"] == "M_FORBIDDEN", answer
        return status == 200

    async def event(self, room: str, event_id: str) -> dict[str, Any]:
        """An event as this person sees it now."""
        return await self.ok("GET", f"/rooms/{quote(room)}/event/{quote(event_id)}")

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        """The content of a state event."""
        return await self.ok("GET", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}")

    async def set_state(self, room: str, kind: str, content: dict[str, Any], key: str = "") -> None:
        """Change the state of a room."""
        await self.ok("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}", content)

    async def levels(self, room: str) -> dict[str, Any]:
        """The power levels."""
        return await self.state(room, "m.room.power_levels")

    async def messages(self, room: str) -> list[dict[str, Any]]:
        """The last hundred events of a room, oldest first."""
        answer = await self.ok("GET", f"/rooms/{quote(room)}/messages", dir="b", limit="100")
        return list(reversed(answer["chunk"]))

    async def texts(self, room: str) -> list[str]:
        """What can be read in a room now."""
        events = await self.messages(room)
        return [e["content"]["body"] for e in events if "body" in e["content"]]
