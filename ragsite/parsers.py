"""JSON bodies, with a clear error also for what Python's parser gives up on."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class BoundedJSONParser(JSONParser):
    def parse(self, *args: Any, **keywords: Any) -> Any:
        try:
            return super().parse(*args, **keywords)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
