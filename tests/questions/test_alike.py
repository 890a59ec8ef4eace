"""Which questions are one gap, in English and in French."""

import pytest

from questions.alike import ALIKE, folded, key_of, likeness, words_of

SAME = [
    ("How do I reset the badge printer?", "reset badge printer"),
    ("How do I reset the badge printer?", "Hello, please tell me how to RESET the badge printers"),
    ("Comment réinitialiser l'imprimante à badges ?", "reinitialiser imprimante badges"),
    ("Comment réinitialiser l'imprimante à badges ?",
     "Bonjour, je voudrais savoir comment RÉINITIALISER les imprimantes à badge, merci"),
    ("What is KubePodCrashLooping?", "kube-pod-crash-looping"),
    ("Who approves travel expenses above the limit for contractors?",
     "Who approves travel expenses above the yearly limit for contractors?"),
    ("Qui valide les notes de frais des prestataires étrangers ?",
     "Qui valide les notes de frais des prestataires étrangers à Lyon ?"),
    ("???", "???"),
]  # fmt: skip
APART = [
    ("How do I reset my password?", "How do I reset my VPN password?"),
    ("What does error 404 of the payment gateway mean for our merchants abroad?",
     "What does error 500 of the payment gateway mean for our merchants abroad?"),
    ("How many vacation days do employees get?", "How many sick days do employees get?"),
    ("Combien de jours de congé ont-ils ?", "Combien de jours d'absence ont-ils ?"),
    ("Runbook for KubePodCrashLooping", "Runbook for KubePodNotReady"),
    ("Where is the office in Lyon?", "Où est le bureau de Lyon ?"),
    ("???", "!?"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_are_alike(one, other):
    assert likeness(words_of(one), words_of(other)) >= ALIKE


@pytest.mark.parametrize(("one", "other"), APART)
def test_these_are_not(one, other):
    assert likeness(words_of(one), words_of(other)) < ALIKE


def test_the_order_of_words_makes_no_difference():
    assert key_of(words_of("printer badge reset")) == key_of(words_of("Reset the badge printer!"))


def test_politeness_alone_is_a_question_too():
    assert words_of("Bonjour !")
    assert words_of(" ") == {""}


def test_folding():
    assert folded("  Où  est l'ŒUVRE ?") == "ou est l'oeuvre ?"
