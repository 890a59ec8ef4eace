"""Builds real segments and versions from a small knowledge base, for the tests of the index."""

import hashlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from retrieval import manifest
from retrieval.analysis import ANALYSER
from retrieval.chunking import CHUNKER, split
from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint, SegmentRef
from retrieval.segments import (
    IndexedDocument,
    embedded_texts,
    reference,
    write_rows,
    write_vectors,
)
from retrieval.versions import compose, without

DIMENSIONS = 64
FINGERPRINT = Fingerprint(f"words:{DIMENSIONS}", CHUNKER, ANALYSER)

TWICE = "# Restart the collector\n\nStop the collector, wait ten seconds, start it again.\n"
DOCUMENTS = {
    "alerts/cpu.md": "# CPUThrottlingHigh\n\nThe container is throttled. Raise its limit.\n\n"
    "## Impact\n\nSlow answers.\n\n## Mitigation\n\nRaise `resources.limits.cpu`, then watch it.\n",
    "alerts/disk.md": "# NodeFilesystemAlmostFull\n\nThe disk of a node fills.\n\n## Diagnosis\n\n"
    "Run `df -h` and `du -sh /var/log/*`.\n\n## Mitigation\n\nDelete old logs or grow the disk.\n",
    "alerts/etcd.md": "# etcdNoLeader\n\nThe cluster has no leader: nothing can be written.\n\n"
    "## Mitigation\n\nRestart the members one after the other.\n",
    "alerts/kubelet.md": "# KubeletDown\n\nThe kubelet does not answer. Look at the node.\n",
    "alerts/memory.md": "# KubeMemoryOvercommit\n\nThe pods ask for more memory than there is.\n",
    "alerts/pods.md": "# KubePodCrashLooping\n\nA pod restarts again and again.\n\n"
    "## Diagnosis\n\nRun `kubectl logs --previous`.\n\n## Mitigation\n\nRoll the release back.\n",
    "copies/one.md": TWICE,
    "copies/two.md": TWICE,
    "copies/three.md": TWICE,
    "guides/empty.md": "",
    "guides/front.md": "---\ntitle: Front matter alone\n---\n",
    "guides/oncall.md": "# Being on call\n\nAcknowledge within five minutes.\n\n## Handover\n\n"
    "Write down what is open. Call your colleague.\n\n## Escalation\n\nCall the second line.\n",
    "guides/postmortem.md": "# Postmortem\n\nNo blame. What happened, when, and why?\n\n"
    "## Template\n\n| Time | Event |\n|---|---|\n| 10:02 | The alert fires |\n",
    "guides/severity.md": "# Severity\n\nSEV-1: nobody can work. SEV-2: some can't. SEV-3: slow.\n",
    "fr/accents.md": "# Élévation des privilèges\n\nL'accès est élevé pour une durée limitée.\n",
    "fr/astreinte.md": "# Astreinte\n\nPrenez l'appel en moins de cinq minutes. 🚒 Puis "
    "prévenez l'équipe.\n\n## Relève\n\nNotez ce qui reste ouvert.\n",
    "fr/sauvegarde.md": "# Sauvegardes\n\nLa base est sauvegardée chaque nuit.\n\n"
    "## Restauration\n\nArrêtez le service, restaurez la sauvegarde, relancez le service.\n",
    "ops/backup.md": "# Backups\n\nThe database is saved every night.\n\n## Restore\n\n"
    "Stop the service, restore the backup, start the service.\n",
    "ops/deploy.md": "# Deploy\n\nMerge, wait for the checks, press deploy, watch the graphs.\n",
    "ops/windows.md": "# Line ends\r\n\r\nThis text has others.\r\n\r\n## Why\r\n\r\nWindows.\r\n",
}
QUESTIONS = [
    "restart the collector",
    "What do I do when a pod is crash looping?",
    "KubePodCrashLooping",
    "how do I restore the database from a backup",
    "comment restaurer la sauvegarde de la base",
    "qui prévenir pendant l'astreinte",
    "the",
    "the disk of a node is full, delete logs",
    "SEV-2",
    "accès élevé privilèges",
    "kubectl logs --previous",
    "collector collector collector seconds",
    "nothing of this zzyzx",
    "??",
    " ".join(DOCUMENTS["guides/oncall.md"].split() * 3),
]


def indexed(path: str, body: str, revision: int = 1) -> IndexedDocument:
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    title = body.partition("\n")[0].strip("# \r") or path
    return IndexedDocument(path, revision, sha256, title, body, tuple(split(body)))


def embed(texts: Sequence[str]) -> np.ndarray:
    """A vector of the words of each text: deterministic, and nearer for more words in common."""
    vectors = np.zeros((len(texts), DIMENSIONS), "f4")
    for vector, text in zip(vectors, texts, strict=True):
        for word in re.findall(r"\w+", text.casefold()) or ["-"]:
            vector[hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1.0
        vector /= np.linalg.norm(vector)
    return vectors


def segment(
    layout: Layout, documents: Sequence[IndexedDocument], *, vectors: bool = True
) -> SegmentRef:
    rows = write_rows(layout, documents)
    texts = embedded_texts(documents)
    return reference(
        layout, rows, write_vectors(layout, rows, embed(texts)) if vectors and texts else None
    )


def publish(
    layout: Layout,
    number: int,
    written: Mapping[str, str] = {},
    *,
    base: Index | None = None,
    removed: Sequence[str] = (),
    revision: int = 1,
    vectors: bool = True,
) -> Index:
    """Write a version, the base with one segment more, and open it."""
    documents = [indexed(path, body, revision) for path, body in written.items()]
    kept = without(base, {*removed, *written}) if base else []
    new = [segment(layout, documents, vectors=vectors)] if documents else []
    made = compose(
        layout,
        [*kept, *new],
        number=number,
        digest=f"digest of {number}",
        fingerprint=FINGERPRINT,
        parent=base.manifest.number if base else None,
    )
    manifest.write(layout, made)
    return Index.open(layout, number)


def live(index: Index) -> tuple[int, int, int]:
    """How many documents, chunks and tokens."""
    return index.view.documents, index.view.chunks, index.view.tokens
