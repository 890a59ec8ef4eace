"""How the operator's pages say durations, moments and changes."""

from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from routing.sizes import Size

NAMED = 2  # documents that a summary names; the page lists them
MINUTE, HOUR, DAY = 60, 3600, 86400
DOORS = {
    "admin": pgettext_lazy("door", "admin"),
    "api": pgettext_lazy("door", "api"),
    "builder": pgettext_lazy("door", "builder"),
    "folder": pgettext_lazy("door", "folder"),
    "system": pgettext_lazy("door", "system"),
}
ACTORS = {"folder": pgettext_lazy("who", "folder"), "system": pgettext_lazy("who", "system")}


def duration(seconds: float | None) -> str:
    """As "40 ms", "1.4 s", "12 s", "3 min", "2 h 05" or "4 d"."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10 and seconds != round(seconds):
        return f"{number_format(round(seconds, 1), 1)} s"
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min"
    if seconds < DAY:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:02.0f}"
    return _("%(days)d d") % {"days": seconds // DAY}


def built(seconds: float | None, size: Size | None) -> str:
    """As "built in 1.4 s · 34.1 MB, 12.3 KB of its own"; empty when nothing was built."""
    took = _("built in %(time)s") % {"time": duration(seconds)} if seconds is not None else ""
    return " · ".join(each for each in (took, on_disk(size)) if each)


def on_disk(size: Size | None) -> str:
    """As "34.1 MB, 12.3 KB of its own": the rest belongs to the version that it was built on."""
    if size is None:
        return ""
    total, own = filesizeformat(size.total), filesizeformat(size.own)
    if size.total == size.own:
        return total
    return _("%(total)s, %(own)s of its own") % {"total": total, "own": own}


def coverage(share: float) -> str:
    """As "43 % embedded"; empty when every chunk is."""
    if share >= 1.0:
        return ""
    return _("%(percent)d %% embedded") % {"percent": int(100 * share)}


def moment(at: datetime | None) -> str:
    """The absolute time, with its zone: "2025-11-22 14:02:09 UTC"."""
    return date_format(timezone.localtime(at), "Y-m-d H:i:s T") if at else ""


def clock(at: datetime) -> str:
    """As "03:12:09 UTC", for something of today, otherwise with its day."""
    if timezone.localdate(at) != timezone.localdate():
        return moment(at)
    return date_format(timezone.localtime(at), "H:i:s T")


def lasted(start: datetime | None, end: datetime | None) -> str:
    """From one moment to another, as a duration; to the second from one minute down."""
    if start is None or end is None:
        return ""
    return duration(max(1.0, round((end - start).total_seconds())))


def ago(at: datetime | None) -> str:
    """As "2 h 05 ago"."""
    return _("%(time)s ago") % {"time": lasted(at, timezone.now())} if at else ""


def changes(what: dict[str, Any]) -> str:
    """As "2 edited, 1 added: a.md, b.md, +1"; empty when nothing is known to have changed."""
    counts = {kind: _count(what, kind) for kind in ("changed", "added", "removed")}
    if not any(counts.values()):
        return ""
    words = ", ".join(_counted(kind, n) for kind, n in counts.items() if n)
    paths = [str(path) for kind in counts for path in what.get(kind) or []]
    names = [path.rpartition("/")[2] for path in paths[:NAMED]]
    more = sum(counts.values()) - len(names)
    named = ", ".join([*names, *([f"+{more}"] if more else [])])
    return _("%(words)s: %(documents)s") % {"words": words, "documents": named} if names else words


def outcome(passed: str, comparison: dict[str, Any]) -> str:
    """As "38/40 · 2 changed": what its checks passed, and how many answers differ."""
    differing = int(comparison.get("differing") or 0)
    words = ngettext("%(n)d changed", "%(n)d changed", differing) % {"n": differing}
    return " · ".join(filter(None, [passed, words if differing else ""]))


def _count(what: dict[str, Any], kind: str) -> int:
    return int((what.get("counts") or {}).get(kind, len(what.get(kind) or [])))


def _counted(kind: str, n: int) -> str:
    if kind == "changed":
        return ngettext("%(n)d edited", "%(n)d edited", n) % {"n": n}
    if kind == "added":
        return ngettext("%(n)d added", "%(n)d added", n) % {"n": n}
    return ngettext("%(n)d removed", "%(n)d removed", n) % {"n": n}


def documents(n: int) -> str:
    return ngettext("%(n)d document", "%(n)d documents", n) % {"n": n}


def door(name: str) -> str:
    """Through which door it came, in words; one that nobody knows is told as it is."""
    return str(DOORS.get(name, name))


def actor(name: str) -> str:
    """Who it was; a person's name is told as it is."""
    return str(ACTORS.get(name, name))
