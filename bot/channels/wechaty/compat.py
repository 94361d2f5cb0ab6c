"""Lets wechaty 0.10.7 (2022) be imported on Python 3.11 to 3.13 with current libraries.

Each shim says what breaks without it and where that was reported upstream. They add what is
missing and change nothing that exists but for one number of h2's, so they do no harm once wechaty
has mended itself.
"""

import logging
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

_CALLS_REMEMBERED = 8192


def prepare() -> None:
    """Apply every shim. Call it before the first `import wechaty`; again it does nothing."""
    _choose_cache_dir()
    _alias_pyee()
    _alias_urllib3()
    _check_telnetlib()
    _hash_puppet_options()
    _forget_calls()
    _hush()


def _choose_cache_dir() -> None:
    """Without CACHE_DIR, wechaty makes ./.wechaty wherever the bot happens to be started.

    Not reported; see `Config.cache_dir` in wechaty/config.py.
    """
    os.environ.setdefault("CACHE_DIR", str(Path(tempfile.gettempdir(), "qingqun-wechaty")))


def _alias_pyee() -> None:
    """Since pyee 12 the emitter for asyncio is only in pyee.asyncio; wechaty asks pyee for it.

    https://github.com/wechaty/python-wechaty/issues/430
    """
    import pyee  # noqa: PLC0415
    from pyee.asyncio import AsyncIOEventEmitter  # noqa: PLC0415

    if not hasattr(pyee, "AsyncIOEventEmitter"):
        pyee.AsyncIOEventEmitter = AsyncIOEventEmitter  # type: ignore[attr-defined]


def _alias_urllib3() -> None:
    """urllib3 2 has no get_host, which wechaty's url_link imports (for its scheme, host and port).

    https://github.com/wechaty/python-wechaty/issues/408
    """
    import urllib3  # noqa: PLC0415
    from urllib3.util import parse_url  # noqa: PLC0415

    def get_host(url: str) -> tuple[str, str | None, int | None]:
        parsed = parse_url(url)
        return parsed.scheme or "http", parsed.host, parsed.port

    if not hasattr(urllib3, "get_host"):
        urllib3.get_host = get_host  # type: ignore[attr-defined]


def _check_telnetlib() -> None:
    """Python 3.13 has no telnetlib; the extra installs standard-telnetlib for it.

    https://peps.python.org/pep-0594/#telnetlib (not reported to wechaty)
    """
    if sys.version_info >= (3, 13) and find_spec("telnetlib") is None:
        raise ImportError("wechaty needs telnetlib: pip install 'qingqun[wechaty]'")


def _hash_puppet_options() -> None:
    """Since 3.11 a dataclass refuses an unhashable default, and WechatyOptions has one.

    https://github.com/wechaty/python-wechaty/issues/422
    """
    from wechaty_puppet.schemas.puppet import (  # type: ignore[import-untyped]  # noqa: PLC0415
        PuppetOptions,
    )

    PuppetOptions.__hash__ = object.__hash__


def _forget_calls() -> None:
    """h2 remembers how the last 65,536 streams of a connection ended, and every call is a stream.

    That is 8 MiB where a connection lasts. It is needed for answers that come after a deadline;
    8,192 calls are half a minute of the worst flood. Not reported, as it is meant so.
    """
    from h2.connection import H2Connection  # noqa: PLC0415

    H2Connection.MAX_CLOSED_STREAMS = _CALLS_REMEMBERED


def _hush() -> None:
    """Take wechaty's loggers back: they write messages and the token to stderr.

    Not reported; get_logger in wechaty_puppet/logger.py ignores what the application configured.
    """
    import wechaty  # type: ignore[import-untyped]  # noqa: F401, PLC0415
    import wechaty_puppet_service  # noqa: F401, PLC0415

    for name, module in list(sys.modules.items()):
        if name.split(".")[0].startswith("wechaty"):
            for value in list(vars(module).values()):
                if isinstance(value, logging.Logger):
                    value.handlers.clear()
                    value.addHandler(logging.NullHandler())
                    value.setLevel(logging.CRITICAL)
