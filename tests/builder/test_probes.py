"""Probes against real candidates: what they refuse, what they tell, and when it is tried again."""

import threading

import pytest

from builder import patience, probes, wanted
from builder.errors import CannotProve, NothingServed
from builder.models import Probe
from builder.questioning import Questioning
from builder.reconcile import reconcile
from routing import pointer
from tests.builder.place import check

NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
DRAIN = "# Node not ready\n\nReboot the node at once.\n"
QUESTION = "What to do when a node is not ready?"


@pytest.fixture
def guarded(place):
    """A served document, and a blocking probe that it passes."""
    place.publish({"ops/node.md": NODE})
    probe = Probe.objects.create(question=QUESTION, must_contain="cordon", must_cite="ops/*")
    return place, probe


def test_a_version_that_passes_its_probes_is_served_with_their_answers(guarded):
    place, probe = guarded
    place.write("ops/node.md", NODE + "\nThen tell the team.\n")
    report = check(place.publish(), "probes")
    assert (report["passed"], report["measured"], report["threshold"]) == (True, 1, 1)
    case = report["cases"][0]
    assert (case["probe"], case["question"], case["severity"]) == (probe.pk, QUESTION, "blocking")
    assert case["failures"] == []
    assert "Cordon" in case["answer"]["answer"]
    assert case["answer"]["citations"][0]["document"] == "ops/node.md"


def test_a_version_that_fails_a_blocking_probe_is_not_served(guarded):
    place, _ = guarded
    served = place.active()
    place.publish({"ops/node.md": DRAIN})
    rejected = place.newest()
    assert rejected.state == "rejected"
    assert place.active() == served
    assert QUESTION in rejected.reason
    assert "it does not say cordon" in rejected.reason
    assert "Reboot" in check(rejected, "probes")["cases"][0]["answer"]["answer"]


def test_a_warning_is_told_and_served_all_the_same(guarded):
    place, _ = guarded
    Probe.objects.update(severity="warning")
    place.publish({"ops/node.md": DRAIN})
    report = check(place.active(), "probes")
    assert place.active() == place.newest()
    assert report["passed"]
    assert "only warning: 1" in report["detail"]
    assert not report["cases"][0]["passed"]


def test_a_probe_that_is_off_is_not_asked(guarded):
    place, _ = guarded
    Probe.objects.update(enabled=False)
    assert check(place.publish({"ops/node.md": DRAIN}), "probes")["cases"] == []


@pytest.mark.parametrize("mend", ["change", "delete", "disable", "add"])
def test_what_a_probe_refused_is_tried_again_when_probes_change(guarded, mend):
    """Reconcile leaves it alone as long as the probes are the same, and only so long."""
    place, probe = guarded
    place.publish({"ops/node.md": DRAIN})
    reconcile()
    rejected = place.newest()
    assert rejected.state == "rejected"
    if mend == "change":
        probe.must_contain = "reboot"
        probe.save()
    elif mend == "delete":
        probe.delete()
    elif mend == "disable":
        Probe.objects.update(enabled=False)
    else:
        Probe.objects.create(question="And else?", must_not_contain="never")
    reconcile()
    again = place.newest()
    assert again.number == rejected.number + 1
    assert (again.state == "rejected") == (mend == "add")
    assert (place.active() == again) == (mend != "add")
    assert patience.must_wait(wanted.now()) == (mend == "add")


def test_a_blocking_probe_without_an_answer_proves_nothing_and_says_which(guarded, settings):
    _, probe = guarded
    served = pointer.read(settings.DATA_DIR)
    settings.BACKEND_URLS = {"v1": "http://127.0.0.1:9", "v2": "http://127.0.0.1:9"}
    asked = Questioning(served.slot, served.version)
    asked.ask = lambda question, seconds: Questioning.ask(asked, question, 0.2)
    with pytest.raises(CannotProve, match="What to do when"):
        probes.check(asked, [probe], lambda done, total: None)
    probe.severity = "warning"
    told = probes.check(asked, [probe], lambda done, total: None)
    assert told.passed
    assert "no answer" in told.cases[0]["failures"][0]


def test_it_can_be_tried_on_what_is_served(guarded):
    place, probe = guarded
    probe.must_not_contain = "kubelet"
    case, number = probes.try_now(probe)
    assert number == place.active().number
    assert case["failures"] == ["it says kubelet"]


def test_a_trial_follows_a_switch_that_came_between(guarded, monkeypatch):
    """The pointer is read, the switch goes to the end, and only then is the question asked."""
    place, probe = guarded
    real = Questioning.ask
    switches = iter([lambda: place.publish({"ops/node.md": NODE + "\nTwice.\n"}),
                     lambda: place.publish({"ops/node.md": NODE + "\nThrice.\n"})])  # fmt: skip

    def after_a_switch(asked, question, seconds):
        if threading.current_thread() is threading.main_thread():
            for switch in switches:  # both slots are given other versions
                switch()
        return real(asked, question, seconds)

    monkeypatch.setattr(Questioning, "ask", after_a_switch)
    case, number = probes.try_now(probe)
    assert case["passed"]
    assert number == place.active().number


def test_a_trial_without_a_version_says_so(place):
    with pytest.raises(NothingServed):
        probes.try_now(Probe(question="Where?", must_cite="*"))
