"""The router's configuration, from Django's settings."""

from django.conf import settings
from django.utils.module_loading import import_string

from routing.data_plane.config import RouterConfig


def configured() -> RouterConfig:
    return RouterConfig(
        data_dir=settings.DATA_DIR,
        backend_urls=settings.BACKEND_URLS,
        rate_limit_ask=settings.RATE_LIMIT_ASK,
        rate_limit_search=settings.RATE_LIMIT_SEARCH,
        control_token=settings.CONTROL_TOKEN,
        feedback_dir=settings.QUESTIONS_DIR / "feedback" if settings.QUESTION_LOG else None,
        admits=import_string(settings.ROUTER_GUARD) if settings.CHAT_REQUIRES_LOGIN else None,
    )
