"""Which scripts a page needs, so that the browser fetches them at once and not import by import."""

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
IMPORT = re.compile(r'^import .* from "(\.[^"]+)";$', re.MULTILINE)


@cache
def needed(entry: str) -> tuple[str, ...]:
    """The modules that `entry` imports, and what those import; paths as `static` takes them."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        for name in IMPORT.findall((STATIC / module).read_text()):
            imported = str((STATIC / module).parent.joinpath(name).resolve().relative_to(STATIC))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return tuple(found)
