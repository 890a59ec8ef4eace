"""The merge table: what one document needs, from three hashes and, at worst, two times.

`base` is what folder and database last agreed on, `file` what the folder holds, `live` what the
database holds; each is a sha256, or empty for "nothing there".
"""

from enum import Enum


class Act(Enum):
    AGREE = "both hold the same"
    TAKE = "the file becomes the live revision"
    BURY = "the file was removed: so is the document"
    WRITE = "the live revision goes into the file"
    REMOVE = "the document was deleted: so is the file"
    MOVE = "the file has another name: so gets the document"
    CONFLICT = "both were edited: the later edit is live, the other is kept"


def decide(base: str, file: str, live: str) -> Act:
    if file == live:
        return Act.AGREE
    if live == base:
        return changed_in_folder_only(file)
    if file == base:
        return changed_in_database_only(live)
    return changed_in_both(file, live)


def changed_in_folder_only(file: str) -> Act:
    return Act.TAKE if file else Act.BURY


def changed_in_database_only(live: str) -> Act:
    return Act.WRITE if live else Act.REMOVE


def changed_in_both(file: str, live: str) -> Act:
    """An edit beats a deletion, by whichever door either came."""
    if not file:
        return Act.WRITE
    if not live:
        return Act.TAKE
    return Act.CONFLICT
