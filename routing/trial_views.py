"""Calls on /api/ask and /api/search that name a version: control calls, by the usual rights."""

from typing import Any

import httpx
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from routing import trials
from routing.data_plane import time_travel
from routing.negotiation import AnyType
from routing.permissions import MayActivate

HANDED_ON = ("Content-Type", "X-Index-Version", "X-Slot", "Retry-After")
EVENT_STREAM = "text/event-stream"


class TrialView(APIView):
    permission_classes = [MayActivate]
    content_negotiation_class = AnyType

    def asked(self, request: Request, value: Any, url: str, **content: Any) -> HttpResponseBase:
        headers = {
            name: request.headers[name]
            for name in ("Content-Type", "Accept", "Accept-Language")
            if name in request.headers
        }
        number = trials.number_of(value)
        return _relayed(
            trials.opened(number, request.method or "GET", url, headers=headers, **content)
        )


class AskVersion(TrialView):
    def post(self, request: Request) -> HttpResponseBase:
        body = request._request.body
        return self.asked(request, time_travel.asked_of(body), "/ask", content=body)


class SearchVersion(TrialView):
    def get(self, request: Request) -> HttpResponseBase:
        query = request._request.META["QUERY_STRING"]
        value = time_travel.searched_in(query.encode("latin-1"))
        return self.asked(request, value, f"/search?{query}")


def _relayed(answer: httpx.Response) -> HttpResponseBase:
    headers = {name: answer.headers[name] for name in HANDED_ON if name in answer.headers}
    headers["Cache-Control"] = "no-store"
    if answer.headers.get("Content-Type", "").startswith(EVENT_STREAM):
        return StreamingHttpResponse(
            trials.Events(answer), status=answer.status_code, headers=headers
        )
    try:
        return HttpResponse(answer.read(), status=answer.status_code, headers=headers)
    finally:
        answer.close()
