"""The rules of the groups, one in each file. A new file with a Policy in it is a new policy."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from bot.core.policy import Policy


@cache
def all_policies() -> Mapping[str, Policy]:
    """Every policy of this folder by name, in the order of the names."""
    found: dict[str, Policy] = {}
    for module in pkgutil.iter_modules(__path__):
        for _, item in inspect.getmembers(
            importlib.import_module(f"{__name__}.{module.name}"), inspect.isclass
        ):
            if issubclass(item, Policy) and not inspect.isabstract(item):
                found[item.name] = item()
    return MappingProxyType(dict(sorted(found.items())))
