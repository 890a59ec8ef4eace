"""Who sees gaps, and who decides on them: Django's model permissions, staff alone."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

VIEW = "questions.view_gap"
CHANGE = "questions.change_gap"


class GapRights(BasePermission):
    message = "This needs the right to see the gaps, or to decide on them."

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = VIEW if request.method in SAFE_METHODS else CHANGE
        return bool(request.user.is_staff and request.user.has_perm(needed))
