"""`/api/gaps`: what the documents do not answer, and what a person decided about it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from questions import gaps
from questions.models import Gap
from questions.permissions import GapRights


class GapSerializer(serializers.ModelSerializer[Gap]):
    class Meta:
        model = Gap
        fields = [
            "id", "question", "language", "asked", "reported", "first_asked", "last_asked",
            "nearest", "state", "decided_by", "decided_at", "reason", "document", "answered_in",
            "probe",
        ]  # fmt: skip


class DismissalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=gaps.LONGEST_REASON)


class GapList(ListAPIView[Gap]):
    """What nobody could answer, the most asked first."""

    permission_classes = [GapRights]
    serializer_class = GapSerializer

    def get_queryset(self) -> QuerySet[Gap]:
        found = Gap.objects.all()
        state = self.request.query_params.get("state", "")
        if state:
            if state not in Gap.State.values:
                raise ValidationError(f'"state" is none of {", ".join(Gap.State.values)}.')
            found = found.filter(state=state)
        return gaps.matching(found, self.request.query_params.get("q", ""))

    @extend_schema(
        operation_id="gaps",
        parameters=[
            OpenApiParameter("state", str, enum=Gap.State.values),
            OpenApiParameter("q", str, description="Words of the question."),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class GapDetail(APIView):
    permission_classes = [GapRights]

    @extend_schema(operation_id="gap", responses=GapSerializer)
    def get(self, request: Request, gap: int) -> Response:
        return Response(GapSerializer(gaps.get(gap)).data)


class DismissGap(APIView):
    permission_classes = [GapRights]

    @extend_schema(operation_id="dismiss_gap", request=DismissalSerializer, responses=GapSerializer)
    def post(self, request: Request, gap: int) -> Response:
        """Nothing shall be written for it; the reason is kept with who and when."""
        wish = DismissalSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        actor = request.user.get_username()
        dismissed = gaps.dismiss(gap, actor=actor, reason=wish.validated_data["reason"])
        return Response(GapSerializer(dismissed).data)


class ReopenGap(APIView):
    permission_classes = [GapRights]

    @extend_schema(operation_id="reopen_gap", request=None, responses=GapSerializer)
    def post(self, request: Request, gap: int) -> Response:
        """To do again, whatever was decided."""
        return Response(GapSerializer(gaps.reopen(gap, actor=request.user.get_username())).data)
