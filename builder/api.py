"""`GET /api/status`: knowledge and versions side by side."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builder.serializers import StatusSerializer
from builder.status import status
from routing.permissions import MayView


class StatusView(APIView):
    permission_classes = [MayView]

    @extend_schema(operation_id="status", responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """What is served, and whether it is what the folder and the database hold now."""
        return Response(status())
