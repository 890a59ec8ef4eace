"""The control API: what was built, what was served, and the calls that switch it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from routing import activation, policy, slots, versions
from routing.errors import NoSuchVersion, NotActivatable
from routing.models import Activation, DeploymentVersion
from routing.permissions import OVERRIDE, MayActivate, MayChangePolicy, MayView
from routing.serializers import (
    ActivationSerializer,
    EpochSerializer,
    ListedVersionSerializer,
    OverridableWishSerializer,
    PolicySerializer,
    PolicyWishSerializer,
    ReasonSerializer,
    ResumedSerializer,
    SwitchedSerializer,
    VersionSerializer,
    WishSerializer,
)

DOOR = "api"


class VersionList(ListAPIView[DeploymentVersion]):
    """Every version, newest first."""

    permission_classes = [MayView]
    serializer_class = ListedVersionSerializer

    def get_queryset(self) -> QuerySet[DeploymentVersion]:
        return DeploymentVersion.objects.order_by("-number").defer("comparison")


class VersionDetail(APIView):
    permission_classes = [MayView]

    @extend_schema(responses=VersionSerializer)
    def get(self, request: Request, number: int) -> Response:
        """One version: what it holds, what changed, what its checks said."""
        return Response(VersionSerializer(versions.get(number)).data)


class ActivationList(ListAPIView[Activation]):
    """Every switch, newest first."""

    permission_classes = [MayView]
    serializer_class = ActivationSerializer

    def get_queryset(self) -> QuerySet[Activation]:
        return Activation.objects.order_by("-epoch")


class ActivateSlot(APIView):
    permission_classes = [MayActivate]

    @extend_schema(
        operation_id="activate",
        request=WishSerializer,
        responses=SwitchedSerializer,
        parameters=[
            OpenApiParameter("version", OpenApiTypes.STR, enum=["v1", "v2"], required=True),
            OpenApiParameter("epoch", OpenApiTypes.INT),
            OpenApiParameter("reason", OpenApiTypes.STR),
        ],
    )
    def post(self, request: Request) -> Response:
        """Send the traffic to a slot."""
        wish = _wish(request, request.query_params)
        slot = request.query_params.get("version", "")
        number = slots.version_in(slot)
        if number is None:
            raise NotActivatable(f"Slot {slot} holds no version.")
        try:
            return _switched(activation.activate(number, slot=slot, **wish))
        except NoSuchVersion as error:
            raise NotActivatable(f"Slot {slot} holds #{number}, which is not known.") from error


class ActivateVersion(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=OverridableWishSerializer, responses=SwitchedSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Send the traffic to a version; an older one than the active is a rollback, and holds."""
        wish = _wish(request, kind=OverridableWishSerializer)
        if wish["override"] and not request.user.has_perm(OVERRIDE):
            raise PermissionDenied("This needs the right to activate what was rejected.")
        return _switched(activation.activate(number, **wish))


class RejectVersion(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Say no to a version that waits; the same is not built again until something changes."""
        activation.reject(number, **_told(request))
        return Response(VersionSerializer(versions.get(number)).data)


class PinVersion(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Keep a version, however old it gets."""
        return Response(VersionSerializer(versions.pin(number, **_told(request))).data)


class UnpinVersion(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Let collection take a version as any other."""
        return Response(VersionSerializer(versions.unpin(number, **_told(request))).data)


class Rollback(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=WishSerializer, responses=SwitchedSerializer)
    def post(self, request: Request) -> Response:
        """Back to the version that was served before; holds until resume."""
        return _switched(activation.rollback(**_wish(request)))


class PolicyView(APIView):
    permission_classes = [MayChangePolicy]

    @extend_schema(operation_id="policy", responses=PolicySerializer)
    def get(self, request: Request) -> Response:
        """Whether proved versions go live by themselves, or a person decides."""
        latest = policy.latest()
        told = {"policy": policy.current()} | dict.fromkeys(
            ("changed_by", "door", "changed_at", "reason")
        )
        return Response(PolicySerializer(latest or told).data)

    @extend_schema(
        operation_id="policy_change", request=PolicyWishSerializer, responses=PolicySerializer
    )
    def put(self, request: Request) -> Response:
        """Decide otherwise, with a reason; what is so already stays, with who said it."""
        wish = PolicyWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wanted, reason = wish.validated_data["policy"], wish.validated_data["reason"]
        if policy.current() != wanted:
            policy.change(wanted, actor=request.user.get_username(), reason=reason, door=DOOR)
        return self.get(request)

    @extend_schema(
        operation_id="policy_decide", request=PolicyWishSerializer, responses=PolicySerializer
    )
    def post(self, request: Request) -> Response:
        """The same as PUT, for those who call it as all else that decides."""
        return self.put(request)


class Resume(APIView):
    permission_classes = [MayActivate]

    @extend_schema(request=EpochSerializer, responses=ResumedSerializer)
    def post(self, request: Request) -> Response:
        """Lift the hold: versions go live by themselves again."""
        wish = EpochSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        activation.resume(
            actor=request.user.get_username(), door=DOOR, epoch=wish.validated_data["epoch"]
        )
        return Response({"held": None})


def _told(request: Request) -> dict[str, str]:
    """Who decides, and why."""
    told = ReasonSerializer(data=request.data)
    told.is_valid(raise_exception=True)
    return {
        "reason": told.validated_data["reason"], "actor": request.user.get_username(),
        "door": DOOR,
    }  # fmt: skip


def _wish(
    request: Request, query: Any = None, kind: type[WishSerializer] = WishSerializer
) -> dict[str, Any]:
    """Who asks, why, and for which epoch; what the query says wins over the body."""
    wish = kind(data=request.data)
    wish.is_valid(raise_exception=True)
    given = dict(wish.validated_data)
    if query:
        in_query = WishSerializer(data={name: query[name] for name in given if name in query})
        in_query.is_valid(raise_exception=True)
        given |= {name: in_query.validated_data[name] for name in given if name in query}
    return {**given, "actor": request.user.get_username(), "door": DOOR}


def _switched(switched: Activation) -> Response:
    return Response(SwitchedSerializer(switched).data)
