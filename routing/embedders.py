"""The embedders as Django's settings name them."""

from django.conf import settings

from retrieval.embedders import EmbedderSettings
from retrieval.embedders.pace import Quota
from retrieval.layout import Layout


def embedder_settings() -> EmbedderSettings:
    return EmbedderSettings(
        gemini_api_key=settings.GEMINI_API_KEY,
        gemini_embed_url=settings.GEMINI_EMBED_URL,
        gemini_dimensions=settings.GEMINI_EMBED_DIMENSIONS,
        openai_base_url=settings.OPENAI_BASE_URL,
        openai_api_key=settings.OPENAI_API_KEY,
        openai_model=settings.OPENAI_EMBED_MODEL,
        openai_dimensions=settings.OPENAI_EMBED_DIMENSIONS,
        pace_file=Layout(settings.INDICES_DIR).embedding_pace,
        quota=_quota(),
    )


def _quota() -> Quota:
    """Gemini's own a minute; any provider's budget a day."""
    if not settings.GEMINI_API_KEY:
        return Quota(texts_a_day=settings.EMBEDDINGS_PER_DAY)
    return Quota(
        requests=settings.GEMINI_EMBED_REQUESTS_PER_MINUTE,
        texts=settings.GEMINI_EMBED_TEXTS_PER_MINUTE,
        tokens=settings.GEMINI_EMBED_TOKENS_PER_MINUTE,
        texts_a_day=settings.EMBEDDINGS_PER_DAY,
    )
