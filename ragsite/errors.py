"""Every error of the API is `{"code", "detail"}` with the fitting status: no page, no trace."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ragsite.languages import is_for_programs

logger = logging.getLogger(__name__)

# Our own errors carry a `code`; this table alone says which status that is.
STATUS = {
    "invalid": 400, "invalid_path": 400, "no_such_slot": 400, "reason_needed": 400,
    "not_text": 400,
    "document_not_found": 404, "revision_not_found": 404, "no_such_version": 404,
    "gap_not_found": 404,
    "stale_revision": 409, "epoch_conflict": 409, "not_activatable": 409,
    "not_changed": 400, "cannot_quarantine": 409, "lexical_only": 409,
    "overtaken": 409, "damaged": 409, "pause_changed": 409, "cannot_confirm": 409,
    "nothing_to_roll_back_to": 409, "load_failed": 409, "conflict": 409, "path_taken": 409,
    "not_quarantined": 409, "gap_decided": 409, "gap_unanswered": 409,
    "version_collected": 410,
    "precondition_failed": 412,
    "too_large": 413,
    "trial_failed": 502,
    "no_version": 503, "backend_unavailable": 503,
}  # fmt: skip


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as `{"code", "detail"}`; refused control calls are logged."""
    code = getattr(error, "code", None)
    if isinstance(code, str) and code in STATUS:
        return Response({"code": code, "detail": str(error)}, STATUS[code])
    response = exception_handler(error, context)
    if response is None:
        return None
    if response.status_code in (status.HTTP_401_UNAUTHORIZED, status.HTTP_403_FORBIDDEN):
        request = context["request"]
        logger.warning("Refused %s %s from %s: %s", request.method, request.path,
                       request.META.get("REMOTE_ADDR"), error)  # fmt: skip
    response.data = {"code": _code(error, response.status_code), "detail": _detail(response.data)}
    return response


def _code(error: Exception, status_code: int) -> str:
    if isinstance(error, exceptions.ValidationError | exceptions.ParseError):
        return "invalid"
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        if isinstance(codes, str):
            return codes
    return {404: "not_found", 403: "permission_denied"}.get(status_code, "error")


def _detail(data: Any) -> str:
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    if isinstance(data, dict):
        return " ".join(f"{field}: {_detail(value)}" for field, value in data.items())
    if isinstance(data, list):
        return " ".join(_detail(value) for value in data)
    return str(data)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_for_programs(request.path):
        return defaults.page_not_found(request, exception or Http404())
    return _told(404, "not_found", f"There is nothing at {request.path}.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_for_programs(request.path):
        return defaults.bad_request(request, exception or Http404())
    return _told(400, "invalid", "The request could not be understood.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_for_programs(request.path):
        return defaults.permission_denied(request, exception or PermissionDenied())
    return _told(403, "permission_denied", "You do not have the right to do this.")


def server_error(request: HttpRequest) -> HttpResponse:
    if not is_for_programs(request.path):
        return defaults.server_error(request)
    return _told(500, "error", "The request failed here. The log of the web process has it.")


def _told(status_code: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status_code)
