"""Who may see versions, and who may switch them: Django's model permissions, staff alone."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

VIEW = "routing.view_deploymentversion"
ACTIVATE = "routing.activate_deploymentversion"
OVERRIDE = "routing.override_deploymentversion"
CHANGE_POLICY = "routing.change_policy"


class MayView(BasePermission):
    message = "This needs the right to view versions."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_staff and request.user.has_perm(VIEW)


class MayChangePolicy(BasePermission):
    message = "This needs the right to change the policy."

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = VIEW if request.method in SAFE_METHODS else CHANGE_POLICY
        return request.user.is_staff and request.user.has_perm(needed)


class MayActivate(BasePermission):
    message = "This needs the right to activate versions."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_staff and request.user.has_perm(ACTIVATE)
