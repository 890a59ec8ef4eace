import pytest

from retrieval.layout import Layout, other
from tests.retrieval.building import publish


def test_the_other_slot():
    assert (other("v1"), other("v2")) == ("v2", "v1")
    with pytest.raises(ValueError, match="'v3' is not a slot"):
        other("v3")


def test_making_one_touches_nothing(tmp_path):
    layout = Layout(tmp_path / "indices")

    assert layout.numbers() == []
    assert layout.slot_version("v1") is None
    assert not layout.indices.exists()


def test_a_slot_is_a_relative_link_to_its_version(tmp_path):
    layout = Layout(tmp_path)
    layout.assign("v2", 41)
    layout.assign("v2", 42)

    assert layout.slot_version("v2") == 42
    assert str(layout.slot("v2").readlink()) == "versions/000042"


def test_a_slot_that_is_no_link_to_a_version_names_nothing(tmp_path):
    layout = Layout(tmp_path)
    layout.slot("v1").mkdir()
    layout.slot("v2").symlink_to("elsewhere/000042")

    assert layout.slot_version("v1") is None
    assert layout.slot_version("v2") is None


def test_there_is_no_third_slot(tmp_path):
    with pytest.raises(ValueError, match="'v3' is not a slot"):
        Layout(tmp_path).assign("v3", 1)


def test_a_version_without_its_manifest_does_not_count(tmp_path):
    layout = Layout(tmp_path)
    for number in (10, 2, 1_000_000):
        publish(layout, number)
    layout.version(3).mkdir()
    (layout.versions / "notes").mkdir()

    assert layout.numbers() == [2, 10, 1_000_000]
