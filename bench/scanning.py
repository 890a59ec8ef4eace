"""`python -m bench.scanning FOLDER COUNT`: what it costs to see that no file has changed."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench.figures import row
from bench.folder import median_of
from tests.polling import eventually

TURNS = 9


def main(data: Path, count: int) -> None:
    os.environ |= {"DATA_DIR": str(data), "DOTENV": os.devnull, "KNOWLEDGE_DIR": "",
                   "DJANGO_SETTINGS_MODULE": "ragsite.settings"}  # fmt: skip
    folder = data / "knowledge"
    for number in range(count):
        path = folder / f"folder-{number // 100}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Number {number}\n\nNothing about it changes.\n")
    _django()
    from knowledge.comparison import compare
    from knowledge.models import Place
    from knowledge.scan import Scanner
    from knowledge.sync import compare_folder, reconcile_folder

    reconcile_folder()
    # A stat is trusted once it is older than the read.
    eventually(lambda: not reconcile_folder().taken and not compare().differs, within=60)
    known = {path: (stat, sha) for path, stat, sha in Place.objects.values_list(
        "path", "stat", "sha256")}  # fmt: skip
    row(f"scan of {count:,} unchanged files", _seconds(lambda: Scanner(folder, known).run()))
    row("the same, compared with the database", _seconds(compare))
    row("the same, as /api/status asks for it", _seconds(compare_folder))


def _django() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _seconds(call: Callable[[], object]) -> str:
    return f"median {median_of(TURNS, call):.2f} s (n={TURNS})"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
