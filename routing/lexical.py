"""A version whose embedder is gone can still return: by words alone, once someone agreed to it."""

from retrieval.embedders import named
from retrieval.errors import EmbeddingUnavailable
from retrieval.messages import worded
from routing.embedders import embedder_settings
from routing.errors import LexicalOnly
from routing.models import DeploymentVersion


def why_lexical(version: DeploymentVersion) -> str:
    """Why the version would answer by words alone; empty when its embedder is here."""
    embedder = version.fingerprint.get("embedder")
    if not embedder:
        return ""
    try:
        named(embedder, embedder_settings())
    except EmbeddingUnavailable as error:
        return str(error.args[0]) if error.args else ""
    return ""


def refuse_unless_agreed(version: DeploymentVersion, agreed: bool) -> None:
    """LexicalOnly, when its embedder is gone and nobody said that words alone will do."""
    if not agreed and (why := why_lexical(version)):
        raise LexicalOnly(
            worded(
                "#%(number)s would answer by words alone, without its embeddings. %(why)s "
                'Agree to that on its page in admin, or with "lexical": true.',
                number=version.number,
                why=why,
            )
        )
