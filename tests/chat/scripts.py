"""What the stand-in API answers, by question: events as the router would send them."""

from datetime import UTC, datetime, timedelta
from typing import Any

SUGGESTIONS = [
    "How do I restart the database?",
    "What is the limit of the replication lag?",
    "Que faire en cas de coupure du réseau ?",
]

RESTART = """Run this on the primary, as the user `postgres`:

```console
$ pg_ctl restart \\
    --mode fast
waiting for server to shut down.... done
$ pg_isready
/run/postgresql:5432 - accepting connections
```"""
LAG = "Then wait until the lag is back under five seconds, and close the incident."
BEFORE = "The primary holds every order. Restart it only when a failover did **not** help."
FRENCH = (
    "Si les deux liens sont coupés, appelez l'astreinte du réseau avant de toucher aux routeurs."
)
HOSTILE = 'The passage says <b onmouseover="window.hacked = 5">this</b> & that.'


def citation(document: str, title: str, section: str, quote: str) -> dict[str, Any]:
    return {"document": document, "revision": 3, "title": title, "section": section,
            "quote": quote, "score": 0.83}  # fmt: skip


DATABASE = "Restarting the database"
CITED = [
    citation("ops/database.md", DATABASE, f"{DATABASE} > Restart", RESTART),
    citation("ops/database.md", DATABASE, f"{DATABASE} > Restart", LAG),
    citation("ops/database.md", DATABASE, DATABASE, BEFORE),
]
NEAR = [
    citation("ops/database.md", DATABASE, f"{DATABASE} > Before you restart",
             "Look at the replication lag:\n  it must be under *five* seconds."),
    {**citation("ops/reseau.md", "Coupure du réseau", "Coupure du réseau", FRENCH),
     "review_by": "2099-12-31", "owner": "Storage team"},
]  # fmt: skip
DUE = datetime.now(UTC).date() - timedelta(days=12)
OVERDUE = {"review_by": DUE.isoformat(), "overdue": True}
ANSWER = f"{BEFORE} [1]\n\n{RESTART}\n\n[2]\n\n{LAG} [3][2]"
LONG = "\n\n".join(f"Paragraph {n}: look at the lag, then at the connections." for n in range(40))
UNSAID = "Then remove the data by hand:\n\n```sh\nrm -rf /var/lib/postgresql\n```\n\nDone. [1] [9]"
XSS = (
    '<img src=x onerror="window.hacked = 6"> <script>window.hacked = 7</script> '
    "[link](javascript:window.hacked=8) [1]\n\n```html\n<script>window.hacked = 9</script>\n```"
)

DOUBTFUL = "Every **restart** takes ten seconds. [1]"
RESERVED: dict[str, dict[str, Any]] = {
    "fallback": {"fallback": {"generator": "gemini:some-model", "reason": "HTTP 503"}},
    "unsupported": {"generator": "gemini:some-model", "unsupported": [DOUBTFUL]},
    "doubtful": {"confidence": 0.42},
    "misspelt": {"read_as": [{"asked": "kubernets", "read": "kubernetes"}]},
}

PAYLOADS = [
    "<script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 1">',
    "<svg onload=window.hacked=1><script>window.hacked=1</script></svg>",
    "[click](javascript:window.hacked=1) <javascript:window.hacked=1> [d](data:text/html,x)",
    '"><b onmouseover="window.hacked = 1" style="position:fixed">x</b>',
    "</textarea></script><script>window.hacked = 1</script>",
    "<details open ontoggle=window.hacked=1><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "```html\n<script>window.hacked = 1</script>\n``` `<img src=x onerror=window.hacked=1>`",
    "<form action=javascript:window.hacked=1><button>x</button></form><base href=//x.invalid>",
    "\ufdd0<script>window.hacked=1</script>\ufdd1 {{constructor.constructor('hacked=1')()}}",
]


def inert(question: str, version: int) -> list[tuple[str, Any]]:
    """`inert <where> <number>`: the payload wherever an answer has words."""
    _, where, number = question.partition(":")[0].split()
    payload = PAYLOADS[int(number)]
    cited = [citation(f"inert-{number}.md", payload, f"{payload} > {payload}", payload)]
    if where == "abstained":
        return answered(payload, [], version, answered=False, nearest=cited)
    if where == "answered":
        return answered(f"{payload} [1]\n\n```\n{payload}\n```\n", cited, version)
    more = {"generator": payload, "unsupported": [payload], "confidence": 0.1,
            "fallback": {"generator": payload, "reason": payload}}  # fmt: skip
    return answered(f"{payload} [1]", cited, version, **more)


REFUSALS: dict[str, tuple[int, dict[str, str], dict[str, str]]] = {
    "refuse": (502, {"code": "generator_failed", "detail": "The generator gave no answer."}, {}),
    "stranger": (401, {"code": "login_required", "detail": "This needs a login."}, {}),
    "limit": (429, {"code": "rate_limited", "detail": "Too many requests."}, {"Retry-After": "2"}),
}


def health(version: int, documents: int = 153) -> dict[str, Any]:
    active = {"slot": "v2", "version": version, "documents": documents, "chunks": 2210,
              "since": "2025-01-02T03:04:05Z"}  # fmt: skip
    slots = {"v1": {"state": "standby", "version": version - 1},
             "v2": {"state": "active", "version": version}}  # fmt: skip
    sync = {"in_sync": True, "edits": 0, "mode": "auto"}
    return {"status": "ok", "active": active, "slots": slots, "sync": sync}


NO_VERSION: dict[str, Any] = {
    "status": "down", "active": None, "code": "no_version", "detail": "Nothing is served.",
    "slots": {slot: {"state": "empty", "version": None} for slot in ("v1", "v2")},
}  # fmt: skip


def events(question: str, version: int, remembered: int) -> list[tuple[str, Any]]:
    """The events of the answer to `question`, in order."""
    what = question.removeprefix("step ").split(":")[0]
    if what.startswith("inert "):
        return inert(question, version)
    if what in ("unknown", "nothing near"):
        near = NEAR if what == "unknown" else []
        return answered("", [], version, answered=False, nearest=near)
    if what in RESERVED:
        return answered(f"{BEFORE} [1]\n\n{DOUBTFUL}", [CITED[2]], version, **RESERVED[what])
    if what == "cut":
        return answered(ANSWER, CITED, version)[:-4]
    if what == "fail":
        lost = {"code": "backend_lost", "detail": "The backend went away."}
        return [*answered(ANSWER, CITED, version)[:4], ("error", lost)]
    text, cited = {
        "long": (LONG, CITED[:1]),
        "unsaid": (UNSAID, CITED[:1]),
        "french": (FRENCH + " [1]", NEAR[1:]),
        "hostile": (XSS, [citation("hostile.md", "<b>Hostile</b>", "<i>A</i> > B", HOSTILE)]),
        "history": (f"I was told {remembered} texts.", CITED[:1]),
        "overdue": (BEFORE + " [1]", [{**CITED[2], "owner": "Storage team", **OVERDUE}]),
        "gone": (BEFORE + " [1]", [citation("gone.md", "Gone", "", BEFORE)]),
    }.get(what, (ANSWER, [CITED[2], CITED[0], CITED[1]]))
    return answered(text, cited, version)


def answered(
    text: str, cited: list[dict[str, Any]], version: int, *, answered: bool = True, **more: Any
) -> list[tuple[str, Any]]:
    said = text or "The documents do not answer this."
    words = said.split(" ")
    tokens = [("token", {"text": word if i == 0 else f" {word}"}) for i, word in enumerate(words)]
    whole = {"answer": said, "answered": answered, "citations": cited, "version": version,
             "slot": "v2", "generator": "extractive", "retrieval": "hybrid"} | more  # fmt: skip
    return [("citations", cited), *tokens, ("done", whole)]
