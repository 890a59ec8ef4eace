"""The public endpoints as Django knows them: documented here, answered by the router.

Under `ragsite.asgi` the router is mounted before Django, and what comes here are the calls that
name a version; `runserver` and the test client have no such mount.
"""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from routing import public_schema as schema
from routing.data_plane import time_travel
from routing.negotiation import JSON, AnyType
from routing.router_view import answered_by_router
from routing.trial_views import EVENT_STREAM, AskVersion, SearchVersion

LATER = {
    401: schema.ErrorAnswer,
    429: schema.ErrorAnswer,
    503: schema.ErrorAnswer,
    504: schema.ErrorAnswer,
}
REFUSED = {400: schema.ErrorAnswer, **LATER}
# What a call that names a version may meet; 401 also any, where CHAT_REQUIRES_LOGIN is on.
NOT_YOURS = dict.fromkeys((401, 403, 404, 410), schema.ErrorAnswer)


class RoutedView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = AnyType

    def routed(self, request: Request) -> HttpResponseBase:
        return answered_by_router(request._request)


class Ask(RoutedView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if time_travel.asked_of(request.body) is not None:
            return AskVersion.as_view()(request)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="ask",
        summary="Answer a question from the served version, with citations.",
        description="With `Accept: text/event-stream`: events `citations`, `token` (many), then "
        "`done` with the whole answer, or `error`.\n\nWith `version`, any kept version answers, "
        "beside what is served: a control call, which needs the right to activate versions.",
        request=schema.Question,
        responses={
            (200, JSON): schema.AnswerToQuestion,
            (200, EVENT_STREAM): OpenApiTypes.STR,
            **NOT_YOURS,
            413: schema.ErrorAnswer,
            415: schema.ErrorAnswer,
            502: schema.ErrorAnswer,
            **REFUSED,
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class Search(RoutedView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if time_travel.searched_in(request.META["QUERY_STRING"].encode("latin-1")) is not None:
            return SearchVersion.as_view()(request)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="search",
        summary="Retrieval without generation, best first.",
        parameters=[
            OpenApiParameter("q", str, required=True, description="Up to 4,000 characters."),
            OpenApiParameter("k", int, description="1 to 50; 10 by default."),
            OpenApiParameter("retrieval", str, enum=["lexical"], description="One half alone."),
            OpenApiParameter(
                "version", int, description="Any kept one; needs the right to activate versions."
            ),
        ],
        responses={200: schema.Results, **NOT_YOURS, **REFUSED},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.routed(request)


class Feedback(RoutedView):
    @extend_schema(
        operation_id="feedback",
        summary="Say of an answer whether it helped, or of a question that nothing answers it.",
        description="Kept as questions are (QUESTION_RETENTION_DAYS), without a name; what nobody "
        "could answer and what did not help comes to the editors' list of gaps.",
        request=schema.GivenFeedback,
        responses={
            202: schema.NotedFeedback,
            400: schema.ErrorAnswer,
            401: schema.ErrorAnswer,
            413: schema.ErrorAnswer,
            415: schema.ErrorAnswer,
            429: schema.ErrorAnswer,
            503: schema.ErrorAnswer,
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
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
            OpenApiParameter("quote", str, description="Words that the HTML is to mark."),
            OpenApiParameter("until", str, description="Its last words, where it is long."),
            OpenApiParameter("section", str, description="Where it stands: A > B."),
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
