"""Carry out the Dockerfile where no engine runs, each step as it is written.

    sudo python -m tests.container.by_hand [--python /path/of/a/python/prefix]

Needs root on Linux, and the network for pip. Each stage is a root of its own (a mount namespace and
chroot): /usr of this machine read-only stands for the distribution, a fresh copy of an interpreter
without any package for the image's Python. RUN goes to /bin/sh there, COPY obeys .dockerignore,
ENTRYPOINT runs as the USER, and the HEALTHCHECK is asked until it says yes. What this does not
show: that the real base image has what this machine's /usr has, and how large the image is.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.container.steps import Stage, Step, copied, stages

ROOT = Path(__file__).parents[2]
#: Seconds in which the health check must say yes: the Dockerfile's start period and one interval.
PATIENCE = 50
#: Of the environment only what pip needs to reach its registry; an image inherits nothing else.
PASSED_ON = ("PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def environment(more: dict[str, str]) -> dict[str, str]:
    """What a process in the image sees."""
    kept = {k: v for k, v in os.environ.items() if k.upper().startswith(PASSED_ON)}
    return {
        **kept,
        "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        **more,
    }


class Root:
    """The file system of one stage."""

    def __init__(self, folder: Path, prefix: Path) -> None:
        self.path = folder
        for name in ("usr", "etc", "proc", "dev", "tmp", "home", "root", "var/tmp"):
            (folder / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (folder / name).symlink_to(f"usr/{name}")
        (folder / "tmp").chmod(0o1777)
        self.bind(Path("/usr"), "usr")
        subprocess.run(["cp", "-a", "/etc/.", str(folder / "etc")], check=True)
        self.bind(Path("/dev"), "dev")
        subprocess.run(["mount", "-t", "proc", "proc", str(folder / "proc")], check=True)
        local = folder.parent / f"{folder.name}.local"
        skipped = shutil.ignore_patterns("site-packages", "test", "__pycache__", "*.a")
        shutil.copytree(prefix, local, symlinks=True, ignore=skipped)
        self.bind(local, "usr/local")
        self.run("ldconfig && python3 -m ensurepip --default-pip >/dev/null")
        self.run("ln -sf python3 /usr/local/bin/python")

    def bind(self, source: Path, target: str) -> None:
        """Show a folder of the machine at a place of this root."""
        (self.path / target).mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mount", "--bind", str(source), str(self.path / target)], check=True
        )  # fmt: skip

    def start(
        self,
        words: list[str],
        *,
        user: str,
        folder: str,
        more: dict[str, str] | None = None,
        quiet: bool = False,
    ) -> "subprocess.Popen[bytes]":
        """A process in this root; `quiet` where failing is one of the answers."""
        inside = ["chroot", f"--userspec={user}", str(self.path), "/usr/bin/env", "-C", folder]
        errors = subprocess.DEVNULL if quiet else None
        return subprocess.Popen([*inside, *words], env=environment(more or {}), stderr=errors)

    def run(self, command: str, **how: str) -> None:
        """A shell's line; CalledProcessError where it fails."""
        arguments = {k: v for k, v in how.items() if k not in {"user", "folder"}}
        words = ["/bin/sh", "-c", command]
        user, folder = how.get("user", "root"), how.get("folder", "/")
        status = self.start(words, user=user, folder=folder, more=arguments).wait()
        if status:
            raise subprocess.CalledProcessError(status, words)

    def copy(self, step: Step, allowed: set[str]) -> None:
        """COPY from the context, less what .dockerignore leaves out."""
        sources, target = copied(step)
        place = self.path / step.folder.lstrip("/") / target
        for source in sources:
            if source not in allowed:
                raise FileNotFoundError(f"{source} is kept from the image by .dockerignore")
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, place, dirs_exist_ok=True, ignore=ignored)
            else:
                shutil.copy(ROOT / source, place)


def build(stage: Stage, root: Root, earlier: dict[str, Root]) -> None:
    """Carry out a stage's steps."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    for step in stage.steps:
        print(f"{step.word} {step.text}", flush=True)
        if step.word == "WORKDIR":
            (root.path / step.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif step.word == "COPY":
            root.copy(step, allowed)
        else:
            for name, source, target in step.mounts:
                root.bind(earlier[name].path / source.lstrip("/"), target.lstrip("/"))
            root.run(step.command, user=step.user, folder=step.folder, **step.arguments)
            for _, _, target in step.mounts:
                subprocess.run(["umount", str(root.path / target.lstrip("/"))], check=True)


def live(stage: Stage, root: Root) -> None:
    """Start the entrypoint, ask its health, stop it as an engine does; AssertionError if it is ill."""
    town = (ROOT / "bot" / "town" / "example.toml").read_bytes()
    (root.path / "data" / "town.toml").write_bytes(town)
    how = {"user": f"{stage.user}:{stage.user}", "folder": stage.folder}
    print("ENTRYPOINT", *stage.entrypoint, *stage.command, flush=True)
    started = time.monotonic()
    process = root.start([*stage.entrypoint, *stage.command], **how)
    try:
        while root.start(stage.health, **how, quiet=True).wait() != 0:
            assert process.poll() is None, f"ended with {process.returncode}"
            assert time.monotonic() - started < PATIENCE, "the health check never said yes"
            time.sleep(1)
        uid = Path(f"/proc/{process.pid}").stat().st_uid
        print(f"healthy after {time.monotonic() - started:.0f} s, as user {uid}")
        assert uid != 0, "runs as root"
    finally:
        process.send_signal(signal.Signals[stage.stop_signal])
        status = process.wait(30)
    assert status == 0, f"{stage.stop_signal} ended it with {status}"
    files = sorted(path.name for path in (root.path / "data").iterdir())
    print(f"{stage.stop_signal}: ended well; /data holds {', '.join(files)}")
    pip = root.start(["python", "-c", "import pip"], user="root", folder="/", quiet=True)
    assert pip.wait() != 0, "pip is still in the image"


def main() -> None:
    """Everything, in a mount namespace of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", type=Path, default=Path(sys.base_prefix))
    options = parser.parse_args()
    if os.environ.get("BY_HAND_INSIDE") != "1":
        inside = {**os.environ, "BY_HAND_INSIDE": "1"}
        words = [
            "unshare",
            "--mount",
            sys.executable,
            "-m",
            "tests.container.by_hand",
            *sys.argv[1:],
        ]
        sys.exit(subprocess.run(words, env=inside, cwd=ROOT, check=False).returncode)
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        subprocess.run(["chmod", "755", folder], check=True)
        roots: dict[str, Root] = {}
        built = stages(ROOT / "Dockerfile")
        try:
            for index, stage in enumerate(built):
                print(f"FROM {stage.base} (Python of {options.python})", flush=True)
                root = Root(Path(folder) / f"stage{index}", options.python)
                build(stage, root, roots)
                roots[stage.name or str(index)] = root
            live(built[-1], root)
        finally:
            for place in (
                place for root in Path(folder).glob("stage?") for place in root.iterdir()
            ):
                quiet = subprocess.DEVNULL
                subprocess.run(["umount", "-R", str(place)], check=False, stderr=quiet)


if __name__ == "__main__":
    main()
