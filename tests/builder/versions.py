"""Builds without a gate and without backends: rows and files as a build and a switch leave them."""

from builder import kept, wanted
from builder.build import Built, build
from builder.progress import Progress
from retrieval.index import Index
from routing import versions
from routing.models import DeploymentVersion

State = DeploymentVersion.State


def built(state: str = State.RETIRED) -> tuple[Index, Built]:
    """The next version of what is saved, upon what a build takes for its base, left in `state`."""
    goal = wanted.now()
    row = versions.create(
        versions.next_number(), digest=goal.digest, fingerprint=goal.fingerprint.as_dict()
    )
    progress = Progress(row.number)
    made = build(row.number, goal, kept.base_for(goal.fingerprint), progress)
    progress.close()
    DeploymentVersion.objects.filter(pk=row.pk).update(state=state)
    return Index.open(wanted.layout(), row.number), made


def serve(number: int) -> None:
    """Make it the active one, as far as the database tells."""
    DeploymentVersion.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
    DeploymentVersion.objects.filter(number=number).update(state=State.ACTIVE)


def answers(index: Index, queries) -> list[list[tuple[object, ...]]]:
    """Everything that a search says but for the version and the revision numbers, by all halves."""
    embedder = wanted.now().embedder
    found = []
    for query in queries:
        for vector in (embedder.embed_query(query), None):
            hits = index.search(query, vector, 50)
            found.append(
                [(h.document, h.section, h.text, h.start, h.score, h.lexical, h.dense, h.chunk_id)
                 for h in hits]
            )  # fmt: skip
    return found
