"""What a rows part holds, told once more outside of its folder: in case that is deleted whole.

It is the part's own listing under a second name, so it costs no bytes. It comes after the part and
before any manifest that names it, and goes with the part.
"""

import secrets
from pathlib import Path

from retrieval.files import TEMPORARY, fsync_folder, write_atomic
from retrieval.layout import Layout

DOCUMENTS = "documents.json"  # in the part: told in case its other file is damaged


def keep(layout: Layout, id: str) -> None:
    """List a part that is in place; one that was written anew has another file than before."""
    source, target = layout.segment(id) / DOCUMENTS, layout.listing(id)
    if target.exists() and target.samefile(source):
        return
    layout.listings.mkdir(exist_ok=True)
    try:
        _link(source, target)
    except OSError:  # not every file system has links
        write_atomic(target, source.read_bytes(), mode=0o444)


def _link(source: Path, target: Path) -> None:
    temporary = target.with_name(TEMPORARY + secrets.token_hex(8))
    temporary.hardlink_to(source)
    temporary.replace(target)
    fsync_folder(target.parent)
