"""What `manage.py up` says, in one sentence, when it cannot start; nothing is left running."""

import os
import socket
import subprocess
import sys

import pytest
from django.contrib.auth.models import User

from ragsite import startup
from tests.system import PROJECT, free_ports


def up(folder, **environment):
    router, v1, v2 = free_ports(3)
    ports = {"ROUTER_PORT": router, "BACKEND_PORT_V1": v1, "BACKEND_PORT_V2": v2}
    values = {**os.environ, "DOTENV": os.devnull, "DATA_DIR": folder, **ports, **environment}
    return subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=PROJECT, text=True, capture_output=True,
        env={name: str(value) for name, value in values.items()}, timeout=60, check=False,
    )  # fmt: skip


def sentence(result):
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


def test_a_taken_port_is_named_with_its_variable(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = sentence(up(tmp_path, ROUTER_PORT=port))
    assert f"Port {port} on 127.0.0.1 cannot be had" in said
    assert "ROUTER_PORT" in said


def test_a_taken_backend_port_is_named_with_its_variable(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = sentence(up(tmp_path, BACKEND_PORT_V2=other.getsockname()[1]))
    assert "BACKEND_PORT_V2" in said


def test_a_data_dir_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    said = sentence(up(tmp_path / "file"))
    assert str(tmp_path / "file") in said
    assert "DATA_DIR" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BACKEND_URL_V1", "nonsense"),
        ("REDIS_URL", "http://localhost"),
        ("DATABASE_URL", "mysqlite//x"),
        ("RATE_LIMIT_ASK", "many"),
        ("ROUTER_PORT", "-1"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    assert name in sentence(up(tmp_path, **{name: value}))


def test_a_database_that_does_not_answer_is_named(tmp_path):
    (port,) = free_ports(1)
    said = sentence(up(tmp_path, DATABASE_URL=f"postgres://me:secret@127.0.0.1:{port}/rag"))
    assert "postgresql database cannot be used" in said
    assert "DATABASE_URL" in said
    assert "secret" not in said


@pytest.mark.django_db
def test_the_first_admin_s_password_is_in_its_file_before_there_is_an_admin(settings, tmp_path):
    settings.SECRETS_DIR = tmp_path
    in_the_way = tmp_path / "admin_password"
    in_the_way.mkdir()
    with pytest.raises(OSError, match="admin_password"):
        startup.first_admin()
    assert not User.objects.exists()
    in_the_way.rmdir()
    password = startup.first_admin()
    assert in_the_way.read_text().strip() == password
    assert User.objects.get().check_password(password)
    assert startup.first_admin() is None


def test_preparing_forgets_what_earlier_containers_counted(tmp_path):
    folder = tmp_path / "run" / "metrics"
    folder.mkdir(parents=True)
    (folder / "counter_earlier-8.db").touch()
    values = {"DOTENV": os.devnull, "DATA_DIR": str(tmp_path), "ADMIN_PASSWORD": "x",
              "PROMETHEUS_MULTIPROC_DIR": str(folder)}  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=PROJECT, check=True, timeout=60,
                   env=os.environ | values)  # fmt: skip
    assert not (folder / "counter_earlier-8.db").exists()
