"""What the editor shows beside the text while it is written: page, chunks and hints."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge import lint, paths, revisions, text
from knowledge.errors import NotText, TooLarge
from knowledge.shown import may_write
from retrieval import chunking, markdown
from retrieval.messages import told

LARGEST = 300_000  # bytes: a longer text is saved as well, and not drawn at each pause


@require_POST
def preview_view(request: HttpRequest) -> JsonResponse:
    """The body of the request is the text itself; `path` and `document` say whose it is."""
    if not may_write(request):
        raise PermissionDenied
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _refused(_("This text is too long for a preview. It can be saved."), 413)
    try:
        body = text.decode(request.body).replace("\r\n", "\n")
    except (NotText, TooLarge) as error:
        return _refused(_("This text can't be shown: %s.") % told(error, _), 400)
    document = request.GET.get("document", "")
    pk = int(document[:18]) if document.isdecimal() else None
    return JsonResponse(shown(body, request.GET.get("path", ""), pk))


def shown(body: str, path: str, pk: int | None) -> dict[str, Any]:
    chunks = chunking.split(body)
    return {
        "html": markdown.render(body),
        "chunks": [_chunk(chunk, body) for chunk in chunks],
        "cut": ngettext("%(n)d chunk", "%(n)d chunks", len(chunks)) % {"n": len(chunks)},
        "hints": [
            {"line": hint.line, "words": hint.words} for hint in lint.hints(body, path, pk=pk)
        ],
        "path": paths.suggested(revisions.title_of(body, "")),
    }


def _chunk(chunk: chunking.Chunk, body: str) -> dict[str, Any]:
    slice_ = body[chunk.start : chunk.end]
    size = ngettext("%(n)d character", "%(n)d characters", len(slice_)) % {"n": len(slice_)}
    return {
        "number": chunk.ordinal + 1,
        "section": chunk.section,
        "size": size,
        "html": markdown.render(slice_),
    }


def _refused(words: str, status: int) -> JsonResponse:
    return JsonResponse({"refused": words}, status=status)
