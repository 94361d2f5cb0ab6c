"""A Dockerfile as the steps it asks for; only what this project's own needs is understood."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_MOUNT = re.compile(r"--mount=type=bind,from=(\w+),source=(\S+),target=(\S+)\s+")


@dataclass
class Step:
    """A command to run, or files to copy, in the folder and as the user of that moment."""

    word: str
    text: str
    folder: str
    user: str
    arguments: dict[str, str]

    @property
    def mounts(self) -> list[tuple[str, str, str]]:
        """(stage, source, target) of what a RUN borrows from an earlier stage."""
        return _MOUNT.findall(self.text)

    @property
    def command(self) -> str:
        """What a RUN gives to the shell."""
        return _MOUNT.sub("", self.text)


@dataclass
class Stage:
    """One FROM and everything after it."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)
    folder: str = "/"
    user: str = "root"
    volumes: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    stop_signal: str = "SIGTERM"
    arguments: dict[str, str] = field(default_factory=dict)

    def take(self, word: str, text: str) -> None:
        """One instruction more; ValueError for one that is not understood."""
        match word:
            case "RUN" | "COPY":
                self.steps.append(Step(word, text, self.folder, self.user, dict(self.arguments)))
            case "WORKDIR":
                self.folder = text
                self.steps.append(Step(word, text, text, self.user, {}))
            case "USER":
                self.user = text
            case "ARG":
                name, _, value = text.partition("=")
                self.arguments[name] = value.strip('"')
            case "VOLUME":
                self.volumes.append(text)
            case "ENTRYPOINT":
                self.entrypoint = json.loads(text)
            case "CMD":
                self.command = json.loads(text)
            case "HEALTHCHECK":
                self.health = json.loads(text.partition("CMD")[2])
            case "STOPSIGNAL":
                self.stop_signal = text
            case "EXPOSE":
                pass
            case _:
                raise ValueError(f"{word} is not understood: {text}")


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(str.strip, joined.splitlines()):
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), rest.strip()


def stages(dockerfile: Path) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    found: list[Stage] = []
    for word, text in _instructions(dockerfile.read_text(encoding="utf-8")):
        if word == "FROM":
            words = text.split()
            found.append(Stage(words[0], words[2] if len(words) > 1 else ""))
        elif not found:
            raise ValueError(f"{word} before any FROM")
        else:
            found[-1].take(word, text)
    return found


def copied(step: Step) -> tuple[list[str], str]:
    """What a COPY takes from the context, and where it puts it."""
    *sources, target = shlex.split(step.text)
    return sources, target
