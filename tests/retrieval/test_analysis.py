"""What is asked and what is written meet in the same terms."""

import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.analysis import LONGEST_TERM, terms


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("restarting", "restarted"),
        ("certificates", "certificate"),
        ("données", "donnee"),
        ("RÉSEAU", "reseaux"),
        ("redémarrer", "redemarre"),
        ("publiées", "publier"),
        ("l’adresse", "adresses"),
        ("cœur", "coeur"),
        ("STRASSE", "Straße"),
        ("re\u0301seau", "réseau"),
        ("ｆｕｌｌ", "full"),
    ],
)
def test_forms_of_a_word_meet(asked, written):
    assert terms(asked) == terms(written) != []


def test_accents_and_case_change_nothing():
    assert terms("Où est le Schéma de Données publié ?") == terms(
        "ou est le schema de donnees publie"
    )


@pytest.mark.parametrize(
    "name", ["KubePodCrashLooping", "kube_pod_crash_looping", "kube-pod-crash-looping",
             "kube.pod.crash.looping", "kubePodCrashLooping"]
)  # fmt: skip
def test_an_identifier_is_found_whole_and_in_parts(name):
    assert terms(name) == terms("kubepodcrashlooping kube pod crash looping")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("HTTPServerError", "server"),
        ("index.max_result_window", "window"),
        ("node_cpu_seconds_total", "cpu"),
        ("/etc/kubernetes/admin.conf", "kubernetes"),
        ("namespace:pod:rate5m", "rate5m"),
        ("--dry-run", "dry"),
        ("user@example.org", "example"),
        ("CVE-2024-3094", "2024"),
    ],
)
def test_a_part_finds_an_identifier(name, part):
    assert set(terms(part)) <= set(terms(name))


def test_a_version_number_is_not_another_number():
    assert "1.24.3" in terms("1.24.3")
    assert "1243" not in terms("1.24.3")


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("1.24.3", "v1.24.3"),
        ("v1.24.3", "1.24.3"),
        ("V1.24.3", "release-1.24.3"),
        ("1.24", "v1.24.3"),
        ("1.24.3", "v1.24.3-rc.1"),
        ("ERR42", "ERR_42"),
        ("err-42", "ERR_42"),
        ("42", "ERR_42"),
    ],
)
def test_a_number_finds_what_it_names(asked, written):
    assert set(terms(asked)) & set(terms(written))


def test_a_version_is_not_found_by_a_later_one_alone():
    assert "1.24.3" not in terms("1.24.31")
    assert "1.24" not in terms("1.240.3")


def test_languages_whose_name_is_a_letter_and_a_mark_are_words():
    assert terms("C++") == ["c++"]
    assert terms("in C#, as in C++.") == ["c#", "c++"]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("v1.24.3-rc1", {"v1243rc1", "v1", "24", "rc1"}),
        ("10.0.0.1", {"10.0.0.1", "10"}),
        ("KubePodCrashLooping", {"kubepodcrashloop", "kub", "pod", "crash", "loop"}),
        ("ERR_42", {"err42", "err", "42"}),
        ("utf-8", {"utf8", "utf"}),
    ],
)
def test_what_the_first_analyser_told_is_still_asked(word, told):
    """Versions of the index that it made are searched by the terms of today."""
    assert told <= set(terms(word))


@pytest.mark.parametrize(
    "question",
    [
        "How do I restart the ingester?",
        "Comment est-ce que je peux faire un restart de l'ingester ?",
    ],
)
def test_stop_words_are_dropped(question):
    assert terms(question) == terms("restart ingester")


@pytest.mark.parametrize("question", ["to be or not to be", "Qui est-ce ?", "Comment ?"])
def test_a_question_of_stop_words_alone_keeps_them(question):
    assert terms(question)


@pytest.mark.parametrize("text", ["", " \n", "?!…", "\0", "___", "\ud800"])
def test_no_word_is_no_term(text):
    assert terms(text) == []


def test_a_word_that_is_data_is_one_short_term():
    assert terms("QUJD" * 500_000) == [("qujd" * 16)[:LONGEST_TERM]]


@given(st.text())
def test_it_takes_any_text_and_gives_the_same_twice(text):
    found = terms(text)
    assert found == terms(text)
    assert all(found)


def test_threads_get_the_same_terms():
    """The stemmer is not thread-safe; new words each time, so that each is stemmed."""
    words = [f"{stem}{number}ations" for number in range(300) for stem in ("organis", "centralis")]
    results = []
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: results.append([terms(word) for word in words]))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert len(results) == 4
    assert all(result == results[0] for result in results)


def test_a_megabyte_takes_less_than_two_seconds():
    text = " ".join(
        f"The runbook{n % 900} describes KubePod{n % 700}Failed états." for n in range(20_000)
    )
    started = time.process_time()
    terms(text)
    assert time.process_time() - started < 2
