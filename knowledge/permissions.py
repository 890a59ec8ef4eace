"""Who may do what with documents: staff with Django's model permissions, or a token's holder."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

VIEW = "knowledge.view_document"
NEEDED = {
    "PUT": "knowledge.change_document",
    "PATCH": "knowledge.change_document",
    "DELETE": "knowledge.delete_document",
}


class DocumentRights(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return may(request, NEEDED.get(request.method or "", VIEW))


def Needs(permission: str) -> type[BasePermission]:
    """One right for all methods."""

    class Needed(BasePermission):
        def has_permission(self, request: Request, view: Any) -> bool:
            return may(request, permission)

    return Needed


def may(request: Request, permission: str) -> bool:
    return bool(request.user and request.user.is_staff and request.user.has_perm(permission))
