"""YAML as strangers write it: read safely, and quickly where that makes no difference."""

from typing import Any

import yaml

MOST_NESTED = 50

# libyaml is ten times as fast, but reads tabs, byte order marks and escapes otherwise.
_QUICK = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_READ_OTHERWISE = ("\t", "\ufeff", "\\")


def load(text: str) -> Any:
    """The values; raises YAMLError, and whatever else PyYAML's constructors stumble over."""
    loader = yaml.SafeLoader if any(mark in text for mark in _READ_OTHERWISE) else _QUICK
    _refuse_bombs(text, loader)
    return yaml.load(text, loader)  # noqa: S506 (both are safe)


def _refuse_bombs(text: str, loader: Any) -> None:
    """Aliases, by which a few lines stand for gigabytes; nesting, which takes the stack."""
    depth = 0
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are refused")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_NESTED:
            raise yaml.YAMLError(f"it is nested more than {MOST_NESTED} deep")
