"""The operator's status strip on the editor's pages: who writes sees what is served, and a hold."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from routing import strip


def head(request: HttpRequest, **_kwargs: Any) -> SafeString:
    """Receives `opening_page`."""
    return render_to_string("builder/editor_head.html", strip.context(request), request=request)
