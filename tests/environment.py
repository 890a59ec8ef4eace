"""Loaded by pytest before Django's settings (-p): every test run gets a DATA_DIR of its own.

The variables that point at the outside world are cleared first, so that neither a developer's
`.env` nor their shell changes what the suite tests.
"""

import os
import tempfile
from pathlib import Path

OUTSIDE = (
    "GEMINI_API_KEY",
    "GEMINI_EMBED_URL",
    "GEMINI_CHAT_URL",
    "OPENAI_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_CHAT_MODEL",
    "OPENAI_EMBED_MODEL",
    "DATABASE_URL",
    "REDIS_URL",
    "KNOWLEDGE_DIR",
    "INDICES_DIR",
    "INDEX_PATH",
    "CONTROL_TOKEN",
    "SECRET_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_API_KEY",
    "CHAT_REQUIRES_LOGIN",
    "BACKEND_URL_V1",
    "BACKEND_URL_V2",
    "ADMIN_USERNAME",
    "ADMIN_PASSWORD",
)

for name in OUTSIDE:
    os.environ.pop(name, None)
os.environ["DOTENV"] = os.devnull
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="rag-tests-")
# How quick this machine is must not decide how many versions a test sees.
os.environ["LEXICAL_FIRST_SECONDS"] = "600"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
Path(os.environ["DATA_DIR"], "knowledge").mkdir()
