"""docker-compose.yml against the Compose specification's own schema, and against what `up` runs."""

import copy
import re
import subprocess
import sys

import pytest
import yaml

from ragsite.environment import BASE_DIR, VARIABLES
from ragsite.programs import SERVED_BY_UVICORN, WORKER_THREADS

FILE = BASE_DIR / "docker-compose.yml"
# Paths and addresses within the containers, and the databases beside them.
OWN = {
    "DATA_DIR", "KNOWLEDGE_DIR", "INDICES_DIR", "INDEX_PATH", "ROUTER_HOST", "ROUTER_PORT",
    "BACKEND_URL_V1", "BACKEND_URL_V2", "DATABASE_URL", "REDIS_URL",
}  # fmt: skip


def validate(path):
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


def test_it_is_valid_compose():
    result = validate(FILE)
    assert result.returncode == 0, result.stdout


def test_the_schema_would_notice_a_mistake(compose, tmp_path):
    broken = copy.deepcopy(compose)
    broken["services"]["web"]["restarts"] = "always"
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(yaml.safe_dump(broken))
    assert validate(wrong).returncode != 0


def test_it_runs_the_services_that_the_design_names(compose):
    assert set(compose["services"]) == {
        "prepare", "web", "backend-v1", "backend-v2", "worker", "watcher", "redis", "postgres",
    }  # fmt: skip


def test_only_the_router_is_published(compose):
    assert [name for name, it in compose["services"].items() if "ports" in it] == ["web"]


def test_ours_do_not_run_as_root_and_the_long_lived_are_watched(compose):
    assert all(service["user"] == "10001" for service in ours(compose).values())
    watched = {n for n, s in compose["services"].items() if "healthcheck" in s}
    assert watched == set(compose["services"]) - {"prepare", "watcher"}


def ours(compose):
    return {name: it for name, it in compose["services"].items() if it.get("build")}


def environment(service, file):
    """What a container is told: its own `environment`, with `file` put in, wins over `file`."""
    assert service["env_file"] == [{"path": ".env", "required": False}]

    def filled(value):
        return re.sub(r"\$\{(\w+):[-?][^}]*\}", lambda found: file[found[1]], value)

    return file | {name: filled(value) for name, value in service["environment"].items()}


def test_each_setting_of_the_file_reaches_the_services_unless_it_is_the_containers_own(compose):
    file = {name: f"<{name}>" for name in [*VARIABLES, "POSTGRES_PASSWORD"]}
    for name, service in ours(compose).items():
        told = environment(service, file)
        assert {it for it in VARIABLES if told[it] != file[it]} == OWN, name
        assert told["KNOWLEDGE_DIR"] == told["INDICES_DIR"] == ""
        assert "<POSTGRES_PASSWORD>" in told["DATABASE_URL"]


def test_what_gunicorn_serves_has_the_options_that_up_gives(compose):
    words = iter(SERVED_BY_UVICORN[2:])
    options = {f"{it}={next(words)}" if it != "--no-control-socket" else it for it in words}
    served = [it["command"] for it in ours(compose).values() if it["command"][0] == "gunicorn"]
    assert len(served) == 3
    assert all(options <= set(command) for command in served)


def test_each_backend_serves_its_own_slot(compose):
    for slot in ("v1", "v2"):
        environment = compose["services"][f"backend-{slot}"]["environment"]
        assert environment["INDEX_PATH"] == f"/data/indices/{slot}"


def test_the_worker_has_a_thread_for_edits_beside_all_that_takes_long(compose):
    """compaction, write_ahead, embed, go_on, collect and scrub may each be under way at once."""
    assert int(WORKER_THREADS) > 6
    assert f"--concurrency={WORKER_THREADS}" in compose["services"]["worker"]["command"]
