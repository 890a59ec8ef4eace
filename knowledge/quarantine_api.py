"""Quarantine by the API: what is kept back, and its release."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from knowledge import paths, quarantine
from knowledge.models import Door, Quarantine
from knowledge.permissions import Needs
from knowledge.serializers import ErrorSerializer
from knowledge.shown import RELEASE


class QuarantineSerializer(serializers.ModelSerializer[Quarantine]):
    path = serializers.CharField(source="document.path")
    served = serializers.IntegerField(
        source="revision.number", allow_null=True, default=None, help_text="Null: not served."
    )
    live = serializers.IntegerField(
        source="document.revision.number", allow_null=True, default=None
    )

    class Meta:
        model = Quarantine
        fields = ["path", "served", "live", "placed_by", "placed_at", "reason"]


class ReleasedSerializer(QuarantineSerializer):
    class Meta(QuarantineSerializer.Meta):
        fields = [*QuarantineSerializer.Meta.fields, "released_by", "released_at", "released_door"]


class QuarantineList(ListAPIView[Quarantine]):
    """The documents in quarantine: served as they were at an earlier revision."""

    permission_classes = [Needs("knowledge.view_quarantine")]
    serializer_class = QuarantineSerializer

    def get_queryset(self) -> Any:
        return quarantine.open_ones()


class ReleaseView(APIView):
    permission_classes = [Needs(RELEASE)]

    @extend_schema(
        operation_id="quarantine_release",
        request=None,
        responses={
            200: ReleasedSerializer,
            **dict.fromkeys((400, 401, 403, 409), ErrorSerializer),
        },
    )
    def post(self, request: Request, path: str) -> Response:
        """Serve the live revision of the document again."""
        who = request.user.get_username()
        released = quarantine.release(paths.clean(path), actor=who, door=Door.API)
        return Response(ReleasedSerializer(released).data)
