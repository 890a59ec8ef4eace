"""Django's settings: each value comes from `ragsite.environment`, which documents them all."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ragsite.broker import socket_path
from ragsite.environment import BASE_DIR as BASE_DIR
from ragsite.environment import Environment
from ragsite.navigation import navigation
from ragsite.secrets import read_or_make

env = Environment()

DATA_DIR: Path = env.path("DATA_DIR", BASE_DIR / "data")
KNOWLEDGE_DIR: Path = env.path("KNOWLEDGE_DIR", DATA_DIR / "knowledge")
INDICES_DIR: Path = env.path("INDICES_DIR", DATA_DIR / "indices")
IMPORTS_DIR: Path = DATA_DIR / "imports"
QUESTIONS_DIR: Path = DATA_DIR / "questions"
RUN_DIR: Path = DATA_DIR / "run"
SECRETS_DIR: Path = DATA_DIR / "secrets"

ROUTER_HOST = env.text("ROUTER_HOST")
ROUTER_PORT = env.port("ROUTER_PORT")
BACKEND_PORTS = {"v1": env.port("BACKEND_PORT_V1"), "v2": env.port("BACKEND_PORT_V2")}
BACKEND_URLS = {
    slot: env.url(f"BACKEND_URL_{slot.upper()}", f"http://127.0.0.1:{port}").rstrip("/")
    for slot, port in BACKEND_PORTS.items()
}

GEMINI_API_KEY = env.text("GEMINI_API_KEY")
GEMINI_EMBED_URL = env.url("GEMINI_EMBED_URL")
GEMINI_CHAT_URL = env.url("GEMINI_CHAT_URL")
GEMINI_EMBED_DIMENSIONS = env.number("GEMINI_EMBED_DIMENSIONS", least=1)
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL")
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_CHAT_MODEL = env.text("OPENAI_CHAT_MODEL")
OPENAI_EMBED_MODEL = env.text("OPENAI_EMBED_MODEL")
OPENAI_EMBED_DIMENSIONS = env.number("OPENAI_EMBED_DIMENSIONS", least=0)
if OPENAI_EMBED_MODEL and OPENAI_EMBED_DIMENSIONS < 1:
    raise ImproperlyConfigured(
        "OPENAI_EMBED_MODEL needs OPENAI_EMBED_DIMENSIONS: its vectors' size."
    )

LEXICAL_FIRST_SECONDS = env.number("LEXICAL_FIRST_SECONDS", least=0)
GEMINI_EMBED_REQUESTS_PER_MINUTE = env.number("GEMINI_EMBED_REQUESTS_PER_MINUTE", least=0)
GEMINI_EMBED_TEXTS_PER_MINUTE = env.number("GEMINI_EMBED_TEXTS_PER_MINUTE", least=0)
GEMINI_EMBED_TOKENS_PER_MINUTE = env.number("GEMINI_EMBED_TOKENS_PER_MINUTE", least=0)
EMBEDDINGS_PER_DAY = env.number("EMBEDDINGS_PER_DAY", least=0)

CHAT_REQUIRES_LOGIN = env.flag("CHAT_REQUIRES_LOGIN")
CHAT_PASS_HOURS = env.number("CHAT_PASS_HOURS", least=1)
ROUTER_GUARD = "access.guard.admits"  # what the router asks then
RATE_LIMIT_ASK = env.text("RATE_LIMIT_ASK")
RATE_LIMIT_SEARCH = env.text("RATE_LIMIT_SEARCH")
QUESTION_LOG = env.flag("QUESTION_LOG")
QUESTION_RETENTION_DAYS = env.number("QUESTION_RETENTION_DAYS", least=0)
PUBLISH_POLICY = env.choice("PUBLISH_POLICY", "auto", "manual")
BACKEND_WORKERS = env.number("BACKEND_WORKERS", least=1)
KEEP_VERSIONS = env.number("KEEP_VERSIONS", least=0)
COLLECT_GRACE_SECONDS = env.number("COLLECT_GRACE_SECONDS", least=0)
COMPARED_QUESTIONS = env.number("COMPARED_QUESTIONS", least=0)
SCRUB_MINUTES = env.number("SCRUB_MINUTES", least=0)
MAX_DOCUMENT_BYTES = env.number("MAX_DOCUMENT_BYTES", least=1)
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", least=1)
IMPORT_MAX_FILES = env.number("IMPORT_MAX_FILES", least=1)
WATCH_POLLING = env.flag("WATCH_POLLING")
WATCH_POLLING_SECONDS = env.number("WATCH_POLLING_SECONDS", least=1)
IGNORED_FILES = env.names("IGNORED_FILES")

SECRET_KEY = env.text("SECRET_KEY") or read_or_make(SECRETS_DIR / "secret_key", nbytes=48)
CONTROL_TOKEN = env.text("CONTROL_TOKEN") or read_or_make(SECRETS_DIR / "control_token")
ADMIN_USERNAME = env.text("ADMIN_USERNAME")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "ragsite",
    "knowledge",
    "questions",
    "routing",
    "builder",
    "chat",
    "access",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ragsite.languages.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "access.middleware.PassFollowsSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ragsite.csp.ContentSecurityPolicy",
]
ROOT_URLCONF = "ragsite.urls"
ASGI_APPLICATION = "ragsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.database(DATA_DIR / "db.sqlite3")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at the start of a
    # transaction, where SQLite waits, rather than half-way, where it says "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file as in service: threads of one process do not wait for each other's locks in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
SERVESTATIC_USE_FINDERS = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "chat.login.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * MAX_DOCUMENT_BYTES
DATA_UPLOAD_MAX_NUMBER_FILES = IMPORT_MAX_FILES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ragsite.authentication.BearerAuthentication",
        "ragsite.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ragsite.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "ragsite.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ragsite.errors.error_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Knowledge base API",
    "DESCRIPTION": "Ask, search, and control what is served.",
    "VERSION": "1",
    "ENUM_NAME_OVERRIDES": {
        "ActivationKind": "routing.models.Activation.Kind",
        "DecisionKind": "routing.models.Decision.Kind",
        "GapState": "questions.models.Gap.State",
        "VersionState": "routing.models.DeploymentVersion.State",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s", "datefmt": "%H:%M:%S"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.level("LOG_LEVEL")},
    "loggers": {
        name: {"level": "WARNING"} for name in ("celery", "faiss", "httpx", "httpcore", "kombu")
    },
}

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "redis+socket"))
EMBEDDED_BROKER = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{socket_path(RUN_DIR)}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # A save must not hang on a dead broker: the schedule recovers what a lost nudge said.
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "schedule")
CELERY_BEAT_SCHEDULE = {
    # The recovery path for every lost event, killed worker and missed nudge.
    "reconcile": {
        "task": "builder.tasks.reconcile",
        "schedule": 5.0,
        "kwargs": {"routine": True},
        "options": {"expires": 5.0},
    },
    # Vectors that a version lacks; what is embedded already makes it leave at once.
    "embed": {"task": "builder.tasks.embed", "schedule": 5.0, "options": {"expires": 5.0}},
    "compact": {"task": "builder.tasks.compact", "schedule": 60.0, "options": {"expires": 60.0}},
    "collect": {"task": "builder.tasks.collect", "schedule": 60.0, "options": {"expires": 60.0}},
    "go-on-with-work": {
        "task": "knowledge.tasks.go_on",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "tidy-work": {
        "task": "knowledge.tasks.tidy",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "import-questions": {
        "task": "questions.tasks.import_questions",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
}
CELERY_BEAT_SCHEDULE["check-gaps"] = {
    "task": "builder.tasks.check_gaps",
    "schedule": 10.0,
    "options": {"expires": 10.0},
}
if CHAT_REQUIRES_LOGIN:
    CELERY_BEAT_SCHEDULE["admitted"] = {
        "task": "access.tasks.write_admitted",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    }
if SCRUB_MINUTES:
    CELERY_BEAT_SCHEDULE["scrub"] = {
        "task": "builder.tasks.scrub",
        "schedule": 60.0 * SCRUB_MINUTES,
        "options": {"expires": 60.0 * SCRUB_MINUTES},
    }

UNFOLD = {
    "SITE_TITLE": _("Knowledge base"),
    "SITE_HEADER": _("Knowledge base"),
    "SITE_SYMBOL": "menu_book",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _: f"{STATIC_URL}chat/icon.svg"}
    ],
    "STYLES": [lambda _request: f"{STATIC_URL}ragsite/admin.css"],
    "LOGIN": {"form": "access.login_forms.AdminLogin"},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    # The chat page's teal, as Tailwind's scale: one product, one accent.
    "COLORS": {
        "primary": {
            "50": "240 253 250", "100": "204 251 241", "200": "153 246 228", "300": "94 234 212",
            "400": "45 212 191", "500": "20 184 166", "600": "13 110 104", "700": "15 95 90",
            "800": "17 94 89", "900": "19 78 74", "950": "4 47 46",
        }
    },
    "SIDEBAR": {"show_search": False, "navigation": navigation},
    "DASHBOARD_CALLBACK": "ragsite.home.context",
}  # fmt: skip
