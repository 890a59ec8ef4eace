"""Who may do what with documents: staff with Django's model permissions, or the control token."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

NEEDED = {"PUT": "knowledge.change_document", "DELETE": "knowledge.delete_document"}


class DocumentRights(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        needed = NEEDED.get(request.method or "", "knowledge.view_document")
        return bool(request.user and request.user.is_staff and request.user.has_perm(needed))
