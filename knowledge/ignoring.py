"""Which files of the folder are nobody's documents, whatever their names end in.

Read anew for each look, so that a change takes effect at once.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from pathspec import GitIgnoreSpec

from knowledge.scan import Unfit, read
from retrieval.plain import scrubbed

FILE = ".ragignore"  # in the knowledge folder; its lines are as those of a .gitignore

Ignores = Callable[[str], bool]


def patterns(root: Path) -> Ignores:
    """Tells of a path whether it is ignored. Raises OSError when nobody can know."""
    lines = [line for line in [*settings.IGNORED_FILES, *_own(root)] if _is_pattern(line)]
    spec = GitIgnoreSpec.from_lines(lines)
    # Names may be bytes that are not UTF-8, which the matcher cannot be given.
    return lambda path: spec.match_file(scrubbed(path))


def _own(root: Path) -> list[str]:
    try:
        data, _ = read(root / FILE)
    except FileNotFoundError:
        return []
    except Unfit as error:
        raise OSError(0, f"{FILE}: {error}") from error
    return data.decode(errors="replace").removeprefix("\ufeff").splitlines()


def _is_pattern(line: str) -> bool:
    """As git, which passes over what it does not understand."""
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
