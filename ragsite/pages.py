"""Lists are paged the same way everywhere: `{"count", "next", "results"}`."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None
        return Response(
            {"count": self.page.paginator.count, "next": self.get_next_link(), "results": data}
        )
