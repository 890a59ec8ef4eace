"""K3: the two doors do not echo each other."""


def _counts(system, path):
    history = system.control("GET", f"/api/documents/{path}?history=1").json()
    return len(history["results"])


def test_no_echo(system):
    """K3. Writing to the folder makes no revision; an unchanged save neither that nor a build.

    That nothing happened is seen by the next real edit: it is the next revision, the next version.
    """
    body = "# Echo\n\nThe canyon of Ruse answers once.\n"
    assert system.control("PUT", "/api/documents/ops/echo.md", json={"body": body}).is_success
    before = system.in_sync()["active"]["version"]
    file = system.knowledge / "ops/echo.md"
    assert file.read_text() == body
    assert _counts(system, "ops/echo.md") == 1

    system.write("ops/echo.md", body)  # a save from an editor that changed nothing
    file.touch()
    unchanged = system.control("PUT", "/api/documents/ops/echo.md", json={"body": body})
    assert unchanged.status_code == 200
    assert unchanged.json()["revision"] == 1

    system.write("ops/echo.md", body.replace("once", "twice"))
    system.answers("How often does the canyon of Ruse answer?", "twice")
    assert system.in_sync()["active"]["version"] == before + 1
    assert _counts(system, "ops/echo.md") == 2
