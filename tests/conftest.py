import pytest


@pytest.fixture(autouse=True, scope="session")
def kept_connections():
    """What the process would keep for as long as it lives ends with the tests."""
    yield
    from routing import backends

    backends.close()
