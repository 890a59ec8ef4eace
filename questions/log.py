"""The files that questions and feedback are appended to: which there are, and their whole lines."""

from datetime import date, datetime
from pathlib import Path

from django.conf import settings

READ_AT_ONCE = 1_000_000  # bytes, and so what one transaction imports


def files(folder: str = "") -> list[Path]:
    """Oldest day first; `folder` below the questions' own: each holds lines of one kind."""
    return sorted((settings.QUESTIONS_DIR / folder).glob("*.jsonl"))


def name(path: Path) -> str:
    """What a file is remembered by."""
    return path.relative_to(settings.QUESTIONS_DIR).as_posix()


def size(path: Path) -> int:
    """In bytes; 0 when another import removed it just now."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def day_of(path: Path) -> date | None:
    """The day that a file is of, by its name `<YYYYMMDD>-<pid>.jsonl`."""
    try:
        return datetime.strptime(path.name.partition("-")[0], "%Y%m%d").date()
    except ValueError:
        return None


def whole_lines(path: Path, offset: int) -> bytes:
    """The next lines from there; a last one without its end is still being written, and waits."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another import was done with it, and removed it
        return b""
    with file:
        file.seek(offset)
        data = file.read(READ_AT_ONCE)
        while b"\n" not in data and (more := file.read(READ_AT_ONCE)):
            data += more
    return data[: data.rfind(b"\n") + 1]
