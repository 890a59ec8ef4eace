"""Who reads which language: pages are in the reader's, what is for programs is in English."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class PageLanguage(LocaleMiddleware):
    """What a program is told must not depend on the language of who reads its output."""

    def process_request(self, request: HttpRequest) -> None:
        if is_for_programs(request.path):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        else:
            super().process_request(request)


def is_for_programs(path: str) -> bool:
    return path.startswith("/api/") or path == "/activate"
