"""The public endpoints as Django knows them: documented here, answered by the router.

Under `ragsite.asgi` the router is mounted before Django and no request comes here; `runserver` and
the test client have no such mount.
"""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from routing import public_schema as schema
from routing.router_view import answered_by_router

JSON = "application/json"
STREAM = "text/event-stream"
LATER = {429: schema.ErrorAnswer, 503: schema.ErrorAnswer, 504: schema.ErrorAnswer}
REFUSED = {400: schema.ErrorAnswer, **LATER}


class AnyType(BaseContentNegotiation):
    """The backend decides what it answers with."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], JSON


class RoutedView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = AnyType

    def routed(self, request: Request) -> HttpResponseBase:
        return answered_by_router(request._request)


class Ask(RoutedView):
    @extend_schema(
        operation_id="ask",
        summary="Answer a question from the served version, with citations.",
        description="With `Accept: text/event-stream`: events `citations`, `token` (many), then "
        "`done` with the whole answer, or `error`.",
        request=schema.Question,
        responses={
            (200, JSON): schema.AnswerToQuestion,
            (200, STREAM): OpenApiTypes.STR,
            413: schema.ErrorAnswer,
            415: schema.ErrorAnswer,
            502: schema.ErrorAnswer,
            **REFUSED,
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class Search(RoutedView):
    @extend_schema(
        operation_id="search",
        summary="Retrieval without generation, best first.",
        parameters=[
            OpenApiParameter("q", str, required=True, description="Up to 4,000 characters."),
            OpenApiParameter("k", int, description="1 to 50; 10 by default."),
            OpenApiParameter("retrieval", str, enum=["lexical"], description="One half alone."),
        ],
        responses={200: schema.Results, **REFUSED},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class SourceOfCitation(RoutedView):
    @extend_schema(
        operation_id="source",
        summary="The document as a version holds it.",
        parameters=[
            OpenApiParameter(
                "path", str, OpenApiParameter.PATH, description="The document's path."
            ),
            OpenApiParameter("version", int, description="The served one by default."),
        ],
        responses={
            200: schema.Source,
            404: schema.ErrorAnswer,
            410: schema.ErrorAnswer,
            **REFUSED,
        },
    )
    def get(self, request: Request, path: str) -> HttpResponseBase:
        return self.routed(request)


class SuggestedQuestions(RoutedView):
    @extend_schema(
        operation_id="suggestions",
        summary="Questions that this knowledge base can answer.",
        responses={200: schema.Suggestions, **LATER},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class HealthReport(RoutedView):
    @extend_schema(
        operation_id="health",
        summary="200 when the active backend answers from the version that the pointer names.",
        responses={200: schema.Health, 503: schema.Health},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class MetricsText(RoutedView):
    @extend_schema(
        operation_id="metrics",
        summary="Metrics of all processes, in Prometheus' text format.",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.routed(request)
