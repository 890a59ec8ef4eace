"""What is refused, told twice: in English for logs, API and database, in their language to readers.

`worded` makes the English text, which is a plain string wherever it goes; `told` is for pages.
"""

from collections.abc import Callable
from typing import Any

Translate = Callable[[str], str]


class Message(str):
    """English text that remembers what it was made of."""

    template: str
    values: dict[str, Any]


class Large(int):
    """A number that is written in groups of three digits."""

    def __str__(self) -> str:
        return f"{int(self):,}"


def worded(template: str, **values: Any) -> Message:
    """`template` has its values as %(name)s; one of them may be a message itself.

    >>> worded("There is no document %(path)s.", path="a.md")
    'There is no document a.md.'
    """
    message = Message(template % values)
    message.template, message.values = template, values
    return message


def told(said: object, translate: Translate) -> str:
    """An error, or a message, as `translate` says it; other texts as they are."""
    if isinstance(said, Exception):
        said = said.args[0] if said.args else ""
    if not isinstance(said, Message) or translate(said.template) == said.template:
        return str(said)
    values = {name: _value(value, translate) for name, value in said.values.items()}
    return translate(said.template) % values


def _value(value: Any, translate: Translate) -> Any:
    if isinstance(value, Large):
        return str(value).replace(",", "\u00a0")  # as the SI has it; only English has commas
    return told(value, translate) if isinstance(value, str | Exception) else value
