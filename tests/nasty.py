"""A pack of nasty files: whatever may lie in a folder of people, each kind once (promise K4).

It is made by code, for half of it no archive would carry. Texts that hold words hold one of their
own, `word_of(path)`, by which a search must find them.
"""

import os
import socket
import tarfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.system import PROJECT

OWASP = PROJECT.parent / "shared" / "data" / "kb-nasty-owasp.tar.xz"


@dataclass(frozen=True, slots=True)
class Pack:
    documents: Mapping[str, bytes]  # what must be indexed: path → the file's bytes
    refused: Mapping[str, str]  # what must be listed: path as it is shown → part of the reason


def word_of(path: str) -> str:
    """A word that stands in no other document."""
    name = path.rpartition("/")[2].removesuffix(".md")
    return "zq" + "".join(filter(str.isalpha, name))


def drop(folder: Path, elsewhere: Path, largest: int) -> Pack:
    """Put all of it under `folder`; `elsewhere` is outside, `largest` the largest text in bytes."""
    documents = {**texts(), **NAMES, TWIN: _IN_EITHER}
    refused = {**NOT_TEXT, "nasty/too-large.md": (b"x" * (largest + 1), "MAX_DOCUMENT_BYTES")}
    for path, data in documents.items():
        _write(folder, os.fsencode(path), data)
    for path, (data, _) in refused.items():
        _write(folder, os.fsencode(path), data)
    for name, _, _ in BAD_NAMES:
        _write(folder, name, b"# A name\n")
    _write(folder, unicodedata.normalize("NFD", TWIN).encode(), _IN_EITHER)
    reasons = {TWIN: "another Unicode form"}
    reasons |= {path: reason for path, (_, reason) in refused.items()}
    reasons |= {shown: reason for _, shown, reason in BAD_NAMES}
    return Pack(documents, reasons | _oddities(folder / "nasty", elsewhere))


@cache
def owasp() -> Mapping[str, bytes]:
    """Real ones, where their archive lies beside the project: CRLF, tables, long code."""
    found = {}
    if OWASP.is_file():
        with tarfile.open(OWASP) as archive:
            for member in archive:
                path = member.name.partition("/docs/")[2]
                if path.endswith(".md") and (file := archive.extractfile(member)):
                    found[path] = file.read()
    return found


def _write(folder: Path, name: bytes, data: bytes) -> None:
    target = os.path.join(os.fsencode(folder), name)  # noqa: PTH118 (bytes: no Path can say it)
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
    with open(target, "wb") as file:  # noqa: PTH123
        file.write(data)


def _oddities(folder: Path, elsewhere: Path) -> dict[str, str]:
    """What is not a regular file, or leads to another; returns what is listed, with its reason."""
    (elsewhere / "secret.md").write_text("# Secret\n\nzqsecret must not be read.\n")
    os.mkfifo(folder / "fifo.md")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    try:
        os.chdir(folder)  # the path of a socket may not be longer than 107 bytes
        listening.bind("socket.md")
    finally:
        os.chdir(here)
        listening.close()
    (folder / "device.md").symlink_to("/dev/zero")
    (folder / "out.md").symlink_to(elsewhere / "secret.md")
    (folder / "dangling.md").symlink_to("nothing.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "ping.md").symlink_to("pong.md")
    (folder / "pong.md").symlink_to("ping.md")
    (folder / "round").symlink_to(folder)
    (folder / "outside").symlink_to(elsewhere)
    with (folder / "sparse.md").open("wb") as file:
        file.truncate(8 * 2**30)
    reasons = {
        "fifo.md": "not a regular file", "socket.md": "not a regular file",
        "device.md": "leads out", "out.md": "leads out", "dangling.md": "a link to nothing",
        "loop.md": "link", "ping.md": "link", "pong.md": "link",
        "round": "a link to a folder", "outside": "a link to a folder",
        "sparse.md": "MAX_DOCUMENT_BYTES",
    }  # fmt: skip
    return {f"nasty/{name}": reason for name, reason in reasons.items()}


def texts() -> dict[str, bytes]:
    """Odd texts, all of which are documents."""
    made: dict[str, bytes] = {}
    for name, pattern in _PATTERNS.items():
        path = f"nasty/{name}.md"
        text = pattern.replace("WORD", word_of(path))
        made[path] = text.encode()
    return made


_BOMB = "\n".join(
    ["a: &a [x, x]", *(f"{n}: &{n} [*{p}, *{p}, *{p}, *{p}]" for p, n in pairwise("abcdefgh"))]
)
_PATTERNS = {
    # How it is written
    "one-line": "WORD" + " word" * 600_000,
    "one-word": "WORD " + "x" * 300_000,
    "bom": "\ufeff# WORD\n\nA mark of the byte order.\n",
    "crlf": "# WORD\r\n\r\n- one\r\n- two\r\n",
    "lone-cr": "# WORD\r\rold Macintosh\r",
    "mixed-ends": "# WORD\r\n\none\rtwo\n\r\nthree",
    "empty": "",
    "blanks": " \t\n\r\n\u00a0\u2003\n" * 500,
    "form-feeds": "WORD\x0c\x0b\x85\u2028\u2029\x1c\x1f\x7f end\n",
    "zero-width": "# W\u200bO\n\nWORD \u200b\u200c\u200d\u2060\ufeff nothing between\n",
    "right-to-left": "# WORD \u202etxt.exe\n\n\u2067مرحبا\u2069 \u05e9\u05dc\u05d5\u05dd\n",
    "many-accents": "# WORD\n\na" + "\u0301" * 20_000 + "\n",
    "emoji": "# WORD 🚒\n\n" + "👩‍👩‍👧‍👦 " * 500 + "\n",
    "noncharacters": "# WORD\n\n\ufdd0\uffff\U0010ffff\ufffd\n",
    # What is not closed
    "fence": "# WORD\n\n```python\n# no heading\n" + "a = 1\n" * 500,
    "tilde-fences": "WORD\n\n" + "~~~\n```\n" * 2_000,
    "comment": "# WORD\n\n<!-- never closed\n" + "# in it\n" * 500,
    "open-tags": "WORD\n\n" + "<div>" * 20_000,
    "open-brackets": "WORD\n\n" + "[" * 20_000,
    "open-links": "WORD\n\n" + "[a](" * 8_000,
    "open-images": "WORD\n\n" + "![" * 8_000,
    "open-emphasis": "WORD\n\n" + "*a **b _c " * 5_000,
    "open-backticks": "WORD\n\n" + "".join("`" * n + " a " for n in range(1, 300)),
    "open-entities": "WORD\n\n" + "&#x" * 30_000,
    # Front matter
    "matter-alone": "---\ntitle: WORD\n---\n",
    "matter-unclosed": "---\ntitle: WORD\n" + "a: b\n" * 2_000,
    "matter-broken": "---\ntitle: [WORD\n\t- {a: b: c\n---\n# WORD\n\nBroken.\n",
    "matter-bomb": f"---\n{_BOMB}\n---\n# WORD\n\nA billion laughs.\n",
    "matter-object": "---\nx: !!python/object/apply:os.system [ls]\n---\n# WORD\n\nNo object.\n",
    "matter-deep": "---\na: " + "[" * 5_000 + "\n---\n# WORD\n\nDeep.\n",
    "matter-huge": "---\n" + "".join(f"k{n}: v\n" for n in range(40_000)) + "---\nWORD\n",
    "matter-dates": "---\ntitle: 2024-99-99\nreview_by: soon\nowner: [a]\n---\n# WORD\n\nx\n",
    "matter-list": "---\n- a\n- b\n---\n# WORD\n\nA list.\n",
    "matter-numbers": "---\ntitle: 1e999999\nn: 0x" + "f" * 5_000 + "\n---\n# WORD\n\nNumbers.\n",
    "matter-surrogate": '---\ntitle: "a\\ud800b"\n---\n# WORD\n\nHalf a character.\n',
    # Deep or many
    "deep-list": "WORD\n\n" + "- " * 50_000,
    "deep-list-lines": "WORD\n\n" + "".join("  " * n + "- a\n" for n in range(400)),
    "deep-quote": "WORD\n\n" + "> " * 50_000,
    "deep-quote-lines": "WORD\n\n" + "".join(">" * n + " a\n" for n in range(400)),
    "deep-both": "WORD\n\n" + "> - " * 20_000,
    "deep-html": "WORD\n\n" + "<ul><li>" * 20_000,
    "links": "WORD\n\n" + "[a](http://b) " * 5_000,
    "links-nested": "WORD\n\n" + "[a " * 5_000 + "](b)" * 5_000,
    "emphasis": "WORD\n\n" + "*a* **b** " * 5_000,
    "stars": "WORD\n\n" + "*" * 50_000,
    "strikes": "WORD\n\n" + "~~a " * 5_000,
    "definitions": "WORD\n\n" + "".join(f"[d{n}]: /u\n" for n in range(1_500)) + "[d1] " * 2_000,
    "headings": "WORD\n\n" + "# a\n" * 5_000,
    "rules": "WORD\n\n" + "---\n" * 10_000,
    "table": "# WORD\n\n| a | b |\n|---|---|\n" + "| some words | other words |\n" * 36_000,
    "table-wide": "# WORD\n\n" + "|a" * 3_000 + "|\n" + "|-" * 3_000 + "|\n" + "|b" * 3_000 + "|\n",
    "table-ragged": "# WORD\n\n" + "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|b\n" * 700,
    "lines": "WORD\n\n" + "- a\n" * 100_000,
    # What would run
    "script": "# WORD\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n",
    "script-links": "# WORD\n\n[a](javascript:alert(1)) [b](data:text/html,x)\n",
    "liquid": "# WORD\n\n" + "{{ a {% b %} " * 3_000,
    "null-byte-escaped": "# WORD\n\n\\0 &#0; &#x0; %00\n",
    "terminal": "# WORD\n\n\x1b]0;title\x07\x1b[2J\x1b[31mred\n",
}  # fmt: skip

NOT_TEXT = {
    "nasty/bad-utf8.md": (b"# caf\xe9\n", "not UTF-8"),
    "nasty/utf16.md": ("# UTF-16\n".encode("utf-16"), "not UTF-8"),
    "nasty/overlong.md": (b"/\xc0\xaf\n", "not UTF-8"),
    "nasty/half-character.md": (b"a\xed\xa0\x80b", "not UTF-8"),
    "nasty/cut-off.md": (("é" * 100).encode()[:-1], "not UTF-8"),
    "nasty/nul.md": (b"a\0b", "NUL"),
    "nasty/nul-late.md": (b"a\n" * 100_000 + b"\0", "NUL"),
    "nasty/picture.md": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not UTF-8"),
}

_ODD_NAMES = [
    "with spaces in it.md", " leading and trailing .md", "quotes'and\"more`.md", "emoji 🚒🧯.md",
    "عربي \u202emd.exe.md", "%2e%2e%2fetc.md", "a..%2f.md", "con.md", "nul.md", "-rf.md",
    "*.md", "?a=b&c=d#e.md", "$(reboot);`id`.md", "back\\slash.md", "a:b|c<d>e.md",
    "<img src=x onerror=alert(1)>.md", "{{ 7 * 7 }}.md", "Case.md", "case.md", "dots...md",
    "x" * 252 + ".md", "é" * 126 + ".md", "zero\u200bwidth.md", "semi;colon,comma.md",
    "folder.md/inner.md", "deep/" * 60 + "down.md", "new/README.md", "100%.md", "+plus+.md",
]  # fmt: skip
NAMES = {
    unicodedata.normalize("NFC", f"names/{name}"): f"# Name {number}\n\nIts name is odd.\n".encode()
    for number, name in enumerate(_ODD_NAMES)
}

TWIN = "names/jumel\u00e9.md"  # two files, one name: in either Unicode form
_IN_EITHER = b"# Twin\n\nThe same text, for no one knows which is found first.\n"
# bytes, as they are shown, and why they are no path
BAD_NAMES = [
    (b"names/new\nline.md", "names/new\nline.md", "control character"),
    (b"names/bell\x07.md", "names/bell\x07.md", "control character"),
    (b"names/latin-\xe9.md", "names/latin-\\xe9.md", "not UTF-8"),
    (b"names/\xed\xa0\x80.md", "names/\\xed\\xa0\\x80.md", "not UTF-8"),
    (b"names/esc\x1b[2J/a.md", "names/esc\x1b[2J", "control character"),
    ((b"names/" + b"y" * 200 + b"/" + b"y" * 200 + b"/" + b"y" * 200 + b"/" + b"y" * 200
      + b"/" + b"y" * 200 + b".md"), "names" + ("/" + "y" * 200) * 5 + ".md", "longer than 1000"),
]  # fmt: skip
