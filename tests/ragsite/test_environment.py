"""A variable that is not documented, or documented wrongly, fails here."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from ragsite.environment import BASE_DIR, VARIABLES, Environment


def documented() -> list[tuple[str, str, str]]:
    """Name, default and meaning of each variable, in their order."""
    flags = {True: "1", False: "0"}
    return [
        (name, flags[v.default] if isinstance(v.default, bool) else str(v.default), v.meaning)
        for name, v in VARIABLES.items()
    ]


def test_env_example_lists_every_variable_with_its_default_and_meaning():
    text = (BASE_DIR / ".env.example").read_text()
    listed = re.findall(r"^# (.+)\n#([A-Z][A-Z0-9_]+)=(.*)$", text, re.M)
    *rows, for_compose = [(name, default, meaning) for meaning, name, default in listed]
    assert rows == documented()
    assert for_compose[:2] == ("POSTGRES_PASSWORD", "")


def test_so_does_the_readme():
    readme = (BASE_DIR / "README.md").read_text()
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| (?:empty|`(.+)`) \| (.+) \|$", readme, re.M)
    assert rows == documented()


@pytest.mark.parametrize(
    ("read", "name", "value", "sentence"),
    [
        ("port", "ROUTER_PORT", "eighty", "ROUTER_PORT='eighty' is not a whole number."),
        ("port", "ROUTER_PORT", "70000", "ROUTER_PORT=70000 is not a port"),
        ("url", "GEMINI_CHAT_URL", "gemini", "GEMINI_CHAT_URL='gemini' is not a URL"),
        ("url", "BACKEND_URL_V1", "http://[::1", "BACKEND_URL_V1='http://[::1' is not a URL"),
        ("flag", "QUESTION_LOG", "perhaps", "QUESTION_LOG='perhaps' is neither 1 nor 0."),
        ("level", "LOG_LEVEL", "loud", "LOG_LEVEL='LOUD' is none of DEBUG, INFO, WARNING,"),
    ],
)
def test_a_wrong_value_is_told_by_name_and_value(monkeypatch, read, name, value, sentence):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(sentence)):
        getattr(Environment(), read)(name)


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("ROUTER_PORT=9001\nADMIN_USERNAME=alice\n")
    monkeypatch.setenv("DOTENV", str(file))
    monkeypatch.setenv("ROUTER_PORT", "9002")
    monkeypatch.setattr(os, "environ", os.environ.copy())  # reading the file writes to it
    os.environ.pop("ADMIN_USERNAME", None)
    assert Environment().port("ROUTER_PORT") == 9002
    assert Environment().text("ADMIN_USERNAME") == "alice"


def test_a_value_that_begins_with_a_dollar_is_read_as_it_is(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("ADMIN_PASSWORD=$ecret\n")
    monkeypatch.setenv("DOTENV", str(file))
    monkeypatch.setenv("ADMIN_PASSWORD", "")
    monkeypatch.delenv("ADMIN_PASSWORD")  # what reading the file sets is taken back at the end
    assert Environment().text("ADMIN_PASSWORD") == "$ecret"
    monkeypatch.setenv("CONTROL_TOKEN", "$ADMIN_PASSWORD")
    assert Environment().text("CONTROL_TOKEN") == "$ADMIN_PASSWORD"


def test_a_level_is_known_in_any_case(monkeypatch):
    for told, meant in (("debug", "DEBUG"), ("Warning", "WARNING"), ("", "INFO")):
        monkeypatch.setenv("LOG_LEVEL", told)
        assert Environment().level("LOG_LEVEL") == meant


def test_a_file_that_is_no_text_is_told_by_its_name(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setenv("DOTENV", str(file))
    with pytest.raises(ImproperlyConfigured, match=re.escape(f"{file} is not a text in UTF-8")):
        Environment()


def test_a_number_below_what_makes_sense_stops_the_start(tmp_path):
    """Such as -1 for "no limit", which refused every document."""
    for name in ("MAX_DOCUMENT_BYTES", "KEEP_VERSIONS", "IMPORT_MAX_FILES", "SCRUB_MINUTES"):
        environment = {**os.environ, "DATA_DIR": str(tmp_path), "DOTENV": os.devnull, name: "-1"}
        told = subprocess.run(
            [sys.executable, "manage.py", "check"], env=environment, cwd=BASE_DIR,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.returncode == 1
        assert told.stderr.startswith(f"Cannot start: {name}=-1 is less than ")
