"""Policies and people by the names that others give them."""

import difflib
import re
from collections.abc import Iterable, Mapping

from bot.core.policy import Policy

_SURE, _NEAR = 0.75, 0.35
_MOST = 3


def policy_in(text: str, policies: Mapping[str, Policy]) -> tuple[Policy | None, str]:
    """The policy whose whole name stands in a text, and the text without it."""
    for name, policy in _names(policies):
        # A name in Latin letters must not be the beginning of another word.
        edge = r"(?<![a-z_]){}(?![a-z_])" if name.isascii() else "{}"
        whole = re.compile(f'"?{edge.format(re.escape(name))}"?', re.IGNORECASE)
        if found := whole.search(text):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return policy, rest.strip(" ,;:")
    return None, text


def _names(policies: Mapping[str, Policy]) -> list[tuple[str, Policy]]:
    """Every way to write a policy's whole name, the longest first."""
    names = [
        (name, policy)
        for policy in policies.values()
        for name in (
            policy.title, policy.name, policy.name.replace("_", " "), policy.name.replace("_", "-")
        )
    ]  # fmt: skip
    return sorted(names, key=lambda entry: -len(entry[0]))


def policies_like(text: str, policies: Mapping[str, Policy]) -> tuple[Policy, ...]:
    """The policies that a part of a name, or a misspelt one, may mean; the only one if it is clear."""
    part = text.strip(" \"'").removesuffix("政策").removesuffix("policy").strip().lower()
    if not part:
        return ()
    joined = part.replace(" ", "_").replace("-", "_")
    holding = [
        policy for policy in policies.values() if part in policy.title or joined in policy.name
    ]
    if holding:
        return tuple(holding[:_MOST])
    scored = sorted(
        ((_likeness(part, joined, policy), policy) for policy in policies.values()),
        key=lambda entry: -entry[0],
    )
    return tuple(policy for score, policy in scored if score >= _NEAR)[:_MOST]


def is_clear(text: str, found: tuple[Policy, ...]) -> bool:
    """Whether a part of a name means one policy and no other; a misspelt name is asked about."""
    part = text.strip(" \"'").removesuffix("政策").removesuffix("policy").strip().lower()
    if len(found) != 1:
        return False
    only = found[0]
    return part in only.title or part.replace(" ", "_").replace("-", "_") in only.name


def _likeness(part: str, joined: str, policy: Policy) -> float:
    return max(
        difflib.SequenceMatcher(None, part, policy.title).ratio(),
        difflib.SequenceMatcher(None, joined, policy.name).ratio(),
    )


def people_like(text: str, people: Iterable[str]) -> tuple[str, ...]:
    """The person of that name; else those whose names hold it or come near it."""
    known = tuple(dict.fromkeys(people))
    if text in known:
        return (text,)
    holding = tuple(name for name in known if text and text in name)
    if holding:
        return holding[:_MOST]
    return tuple(difflib.get_close_matches(text, known, n=_MOST, cutoff=_SURE - 0.25))
