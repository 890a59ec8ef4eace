import pytest

from backend.details import lacks_denial, lacks_number


@pytest.mark.parametrize(("question", "text", "lacks"), [
    ("Which port is not open?", "Port 22 is open.", True),
    ("Which port is not open?", "Port 23 isn't open.", False),
    ("Which port is open?", "Port 22 is open.", False),
    ("Why is the node not ready?", "KubeNodeNotReady: look at its kubelet.", False),
    ("What if the node is not reachable?", "The node is unreachable.", False),
    ("What cannot be undone?", "The United team works under the roof until noon.", True),
    ("Quel port n'est pas ouvert ?", "Le port 22 est ouvert.", True),
    ("Quel port n'est pas ouvert ?", "Aucun port n'est fermé.", False),
    ("Who can't come?", "Everybody comes.", True),
])  # fmt: skip
def test_a_denial_is_looked_for_in_the_text(question: str, text: str, lacks: bool) -> None:
    assert lacks_denial(question, text) is lacks


@pytest.mark.parametrize(("question", "text", "lacks"), [
    ("What happened in 1911?", "The ship sank in 1912.", True),
    ("What happened in 1911?", "In 1911, the ship sailed.", False),
    ("What is new in 2.5?", "2.5.1 is faster.", False),
    ("What is new in 2.5?", "2.51 is faster.", True),
    ("What is new?", "2.5 is.", False),
])  # fmt: skip
def test_a_number_is_looked_for_in_the_text(question: str, text: str, lacks: bool) -> None:
    assert lacks_number(question, text) is lacks
