"""Which paths can name a document: relative, with `/`, ending in .md, in Unicode's NFC form."""

import re
import unicodedata

from django.utils.text import slugify

from knowledge.errors import InvalidPath
from retrieval.messages import worded

SUFFIX = ".md"
MAX_PART_BYTES = 255  # what file systems take as one name
SUGGESTED_CHARACTERS = 80
MAX_PATH_BYTES = 1000  # what a unique index of PostgreSQL takes in any script

# The same rules for who reads the API's schema, but for the lengths.
_PART = r"[^./\x00-\x1f\x7f-\x9f\ufffd][^/\x00-\x1f\x7f-\x9f\ufffd]*"
PATTERN = rf"^({_PART}/)*{_PART}\.md$"

# U+FFFD: an address's %FF and %FE both come as it, and would be one and the same document.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def clean(path: str) -> str:
    """The path in its one form (NFC); raises InvalidPath, saying what is wrong with it."""
    path = unicodedata.normalize("NFC", path)
    for part in path.split("/"):
        _refuse(path, part_problem(part))
    _refuse(path, path_problem(path))
    return path


def _refuse(path: str, problem: str) -> None:
    if problem:
        raise InvalidPath(
            worded(
                "%(path)s cannot name a document: %(problem)s.", path=shown(path), problem=problem
            )
        )


def suggested(title: str) -> str:
    """A path for a new document of that title; empty when the title gives none."""
    slug = slugify(title) or slugify(title, allow_unicode=True)
    name = slug[:SUGGESTED_CHARACTERS].strip("-_")
    return f"{name}{SUFFIX}" if name else ""


def part_problem(part: str) -> str:
    """What is wrong with one name between slashes; empty when nothing is."""
    if not part:
        return worded("a part of it between slashes is empty")
    if part.startswith("."):
        return worded("%(part)s is a hidden name (it begins with a dot)", part=shown(part))
    if _CONTROL.search(part):
        return worded("it holds a control character or bytes that are not UTF-8")
    if len(part.encode()) > MAX_PART_BYTES:
        return worded("a part of it is longer than %(limit)s bytes", limit=MAX_PART_BYTES)
    return ""


def path_problem(path: str) -> str:
    """What is wrong with a whole path whose parts are right; empty when nothing is."""
    if not path.endswith(SUFFIX):
        return worded("it does not end in %(suffix)s", suffix=SUFFIX)
    if len(path.encode()) > MAX_PATH_BYTES:
        return worded("it is longer than %(limit)s bytes", limit=MAX_PATH_BYTES)
    return ""


def shown(path: str) -> str:
    """The path for a message: what cannot be printed is escaped, and no message grows long."""
    text = path if len(path) <= 200 else f"{path[:200]}…"
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), repr(text))


def parents(path: str) -> list[str]:
    """The folders above a path, outermost first: `a/b/c.md` → `a`, `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
