"""The worker process: takes one file after the other on its input, answers a line of JSON each.

It holds itself to limits on memory and time; whoever started it kills it when it answers late.
A request is a line of JSON (`name`, `size`) and that many bytes. Nothing it prints is kept.
"""

import json
import os
import sys
from typing import IO, Any

from bot.files.extract import extract
from bot.files.facts import Limits, Reason, UnreadableError
from bot.files.sorts import Sort, sort_of

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_NICE = 10


def serve(requests: IO[bytes], answers: IO[bytes], limits: Limits) -> None:
    """Answer until the input ends."""
    _answer(answers, {"ready": True})
    while line := requests.readline():
        request = json.loads(line)
        content = requests.read(request["size"])
        _bind(limits, sort_of(content, request["name"]))
        _answer(answers, read(content, request["name"], limits))


def read(content: bytes, name: str, limits: Limits) -> dict[str, Any]:
    """The facts, or the reason why there are none."""
    try:
        return {"facts": extract(content, name, limits).as_json()}
    except UnreadableError as error:
        return {"unreadable": error.reason.value}
    except (MemoryError, RecursionError):
        return {"unreadable": Reason.BOMB.value}


def _answer(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _bind(limits: Limits, sort: Sort) -> None:
    """Set what this process may use for the next file; where the system knows no limits, none."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    bounds = {resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds}
    if sys.platform == "linux":
        scan = sort in {Sort.PICTURE, Sort.PDF}
        bounds[resource.RLIMIT_AS] = limits.picture_memory if scan else limits.memory
    for what, bound in bounds.items():
        _, hardest = resource.getrlimit(what)
        softer = bound if hardest == resource.RLIM_INFINITY else min(bound, hardest)
        resource.setrlimit(what, (softer, hardest))


def main() -> None:
    """Speak with the starter over the standard streams, and with nobody else."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    # Libraries print and warn, perhaps with words of a file in it.
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    serve(sys.stdin.buffer, answers, Limits(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
