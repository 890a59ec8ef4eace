"""The embedders as Django's settings name them."""

from django.conf import settings

from retrieval.embedders import EmbedderSettings


def embedder_settings() -> EmbedderSettings:
    return EmbedderSettings(
        gemini_api_key=settings.GEMINI_API_KEY,
        gemini_embed_url=settings.GEMINI_EMBED_URL,
        gemini_dimensions=settings.GEMINI_EMBED_DIMENSIONS,
        openai_base_url=settings.OPENAI_BASE_URL,
        openai_api_key=settings.OPENAI_API_KEY,
        openai_model=settings.OPENAI_EMBED_MODEL,
        openai_dimensions=settings.OPENAI_EMBED_DIMENSIONS,
    )
