"""docker-compose.yml against the Compose specification's own schema, and against what `up` runs."""

import copy
import subprocess
import sys

import pytest
import yaml

from ragsite.environment import BASE_DIR

FILE = BASE_DIR / "docker-compose.yml"


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
    ours = {n: s for n, s in compose["services"].items() if s.get("build")}
    assert all(service["user"] == "10001" for service in ours.values())
    watched = {n for n, s in compose["services"].items() if "healthcheck" in s}
    assert watched == set(compose["services"]) - {"prepare"}


def test_each_backend_serves_its_own_slot(compose):
    for slot in ("v1", "v2"):
        environment = compose["services"][f"backend-{slot}"]["environment"]
        assert environment["INDEX_PATH"] == f"/data/indices/{slot}"
