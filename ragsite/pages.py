"""Lists are paged the same way everywhere: `{"count", "next", "results"}`."""

from typing import Any

from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response


class _Wanted(serializers.Serializer[Any]):
    page_size = serializers.IntegerField(required=False, min_value=1)


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_page_size(self, request: Request) -> int:
        """At most so many; what is no number is refused, where Django REST would pass over it."""
        wanted = _Wanted(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        size: int = wanted.validated_data.get("page_size", self.page_size)
        return min(size, self.max_page_size)

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None
        return Response(
            {"count": self.page.paginator.count, "next": self.get_next_link(), "results": data}
        )
