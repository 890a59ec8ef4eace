"""Reads the environment (and `.env`) once, through typed readers; every variable is documented.

`.env.example` and the README's table are tested against `VARIABLES`, so a variable that is not
described there in the same words fails the suite.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Variable:
    default: Any
    meaning: str


VARIABLES: dict[str, Variable] = {
    "DATA_DIR": Variable("./data", "everything the system writes lives under it"),
    "KNOWLEDGE_DIR": Variable("", "the watched folder; $DATA_DIR/knowledge when empty"),
    "INDICES_DIR": Variable("", "versions and slots of the index; $DATA_DIR/indices when empty"),
    "INDEX_PATH": Variable("", "what a backend serves; set for each by `up` and by compose"),
    "ROUTER_HOST": Variable("127.0.0.1", "the address that the public port is bound to"),
    "ROUTER_PORT": Variable(8000, "the only public port"),
    "BACKEND_PORT_V1": Variable(8101, "backend v1, on loopback"),
    "BACKEND_PORT_V2": Variable(8102, "backend v2, on loopback"),
    "BACKEND_URL_V1": Variable("", "where the router finds backend v1; loopback when empty"),
    "BACKEND_URL_V2": Variable("", "where the router finds backend v2; loopback when empty"),
    "BACKEND_WORKERS": Variable(1, "processes of each backend, of some 150 MB"),
    "GEMINI_API_KEY": Variable("", "when set, Gemini embeds and answers"),
    "GEMINI_EMBED_URL": Variable(
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:embedContent",
        "full URL, ending in :embedContent",
    ),
    "GEMINI_CHAT_URL": Variable(
        "https://generativelanguage.googleapis.com/v1beta/models/"
        "gemini-3.5-flash-lite:generateContent",
        "full URL, ending in :generateContent",
    ),
    "GEMINI_EMBED_DIMENSIONS": Variable(768, "dimensions asked of Gemini: 768, 1536 or 3072"),
    "GEMINI_EMBED_REQUESTS_PER_MINUTE": Variable(
        0, "calls a minute that embed documents; 0: no limit"
    ),
    "GEMINI_EMBED_TEXTS_PER_MINUTE": Variable(
        3000, "texts a minute sent in them; Gemini counts each as a request; 0: no limit"
    ),
    "GEMINI_EMBED_TOKENS_PER_MINUTE": Variable(
        1_000_000, "tokens a minute sent in them, as we estimate them; 0: no limit"
    ),
    "GEMINI_TIMEOUT": Variable(30, "seconds that Gemini may take for an answer"),
    "OPENAI_BASE_URL": Variable(
        "",
        "an OpenAI-compatible server, such as http://localhost:11434/v1; Gemini's key goes first",
    ),
    "OPENAI_API_KEY": Variable("", "its key, where it wants one"),
    "OPENAI_CHAT_MODEL": Variable("", "the model of it that words answers; none when empty"),
    "OPENAI_EMBED_MODEL": Variable("", "the model of it that embeds; the local one when empty"),
    "OPENAI_EMBED_DIMENSIONS": Variable(0, "how many numbers a vector of that model has"),
    "OPENAI_TIMEOUT": Variable(30, "seconds that it may take for an answer"),
    "LEXICAL_FIRST_SECONDS": Variable(
        3, "when embedding takes longer, a version is served by words first, and vectors follow"
    ),
    "EMBEDDINGS_PER_DAY": Variable(
        0, "texts that a provider may embed in a day (UTC), as a budget; 0: no limit"
    ),
    "DATABASE_URL": Variable("", "PostgreSQL when set; SQLite under DATA_DIR when empty"),
    "REDIS_URL": Variable("", "Celery's broker; the embedded Valkey when empty"),
    "CHAT_REQUIRES_LOGIN": Variable(False, "1: the chat page and the public API want a login"),
    "CHAT_PASS_HOURS": Variable(
        12, "how long a login lets ask while the database is away; renewed while it is there"
    ),
    "ADMIN_USERNAME": Variable("admin", "the first admin user"),
    "ADMIN_PASSWORD": Variable("", "generated and printed once when empty"),
    "CONTROL_TOKEN": Variable("", "bearer token of the control API; generated when empty"),
    "SECRET_KEY": Variable("", "Django's key; generated when empty"),
    "ALLOWED_HOSTS": Variable("*", "comma-separated names under which the site is reached"),
    "CSRF_TRUSTED_ORIGINS": Variable("", "comma-separated origins, when behind a TLS proxy"),
    "RATE_LIMIT_ASK": Variable("6000/minute", "per client, on /api/ask and feedback; 0: none"),
    "RATE_LIMIT_SEARCH": Variable(
        "60000/minute", "per client, on /api/search and sources; 0: none"
    ),
    "QUESTION_LOG": Variable(True, "0: questions and feedback are not kept"),
    "QUESTION_RETENTION_DAYS": Variable(90, "how long questions and feedback are kept"),
    "PUBLISH_POLICY": Variable(
        "auto", "auto: proved versions go live by themselves; manual: a person decides in admin"
    ),
    "KEEP_VERSIONS": Variable(20, "how many of the newest versions stay on disk"),
    "COLLECT_GRACE_SECONDS": Variable(600, "what is younger than this is never collected"),
    "COMPARED_QUESTIONS": Variable(
        20, "people's last questions that a version is compared by; 0: none"
    ),
    "SCRUB_MINUTES": Variable(60, "how often every byte of the kept versions is read; 0: never"),
    "MAX_DOCUMENT_BYTES": Variable(5_000_000, "a larger file or body is refused, with its reason"),
    "IMPORT_MAX_BYTES": Variable(200_000_000, "what one upload in admin may bring, unpacked too"),
    "IMPORT_MAX_FILES": Variable(20_000, "how many files one upload in admin may bring"),
    "WATCH_POLLING": Variable(False, "1: poll the folder (bind mounts and NFS give no events)"),
    "WATCH_POLLING_SECONDS": Variable(1, "how often the folder is polled, where it is"),
    "IGNORED_FILES": Variable(
        ".git/,node_modules/,~$*,*.sync-conflict-*",
        "comma-separated patterns as in .gitignore; more in the folder's own .ragignore",
    ),
    "LOG_LEVEL": Variable("INFO", "of all processes"),
    "DEBUG": Variable(False, "Django's debug pages; never in production"),
}


def reader() -> environ.Env:
    """The environment with `.env` read beneath it (a variable that is set wins over the file)."""
    env = environ.Env()
    file = env.str("DOTENV", default=str(BASE_DIR / ".env"))
    try:
        environ.Env.read_env(file)
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(
            f"{file} is not a text in UTF-8 (byte {error.start})."
        ) from error
    return env


class Environment:
    """Typed access, as `env.text("DATA_DIR")`; a name that is not in VARIABLES is a bug."""

    def __init__(self) -> None:
        self._env = reader()

    def text(self, name: str) -> str:
        # As it is: `env.str` takes a value that begins with $ for another variable's name.
        return str(self._env.ENVIRON.get(name, VARIABLES[name].default)).strip()

    def number(self, name: str, *, least: int | None = None) -> int:
        text = self.text(name)
        try:
            number = int(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}={text!r} is not a whole number.") from error
        if least is not None and number < least:
            raise ImproperlyConfigured(f"{name}={number} is less than {least}.")
        return number

    def flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("", "0", "false", "no", "off"):
            return False
        raise ImproperlyConfigured(f"{name}={text!r} is neither 1 nor 0.")

    def choice(self, name: str, *choices: str) -> str:
        text = self.text(name).lower()
        if text not in choices:
            raise ImproperlyConfigured(f"{name}={text!r} is neither {' nor '.join(choices)}.")
        return text

    def level(self, name: str) -> str:
        text = self.text(name).upper() or str(VARIABLES[name].default)
        if text not in LEVELS:
            raise ImproperlyConfigured(f"{name}={text!r} is none of {', '.join(LEVELS)}.")
        return text

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def path(self, name: str, default: Path) -> Path:
        text = self.text(name)
        return Path(text).expanduser().absolute() if text else default

    def port(self, name: str) -> int:
        number = self.number(name)
        if not 1 <= number <= 65535:
            raise ImproperlyConfigured(f"{name}={number} is not a port (1 to 65535).")
        return number

    def url(
        self, name: str, default: str = "", schemes: tuple[str, ...] = ("http", "https")
    ) -> str:
        text = self.text(name) or default
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and (parts.hostname or parts.path) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ImproperlyConfigured(
                f"{name}={text!r} is not a URL of the form {schemes[0]}://host[:port]/…"
            )
        return text

    def database(self, default: Path) -> dict[str, Any]:
        url = self.url("DATABASE_URL", schemes=("postgres", "postgresql", "sqlite"))
        return dict(environ.Env.db_url_config(url or f"sqlite:///{default}"))
