"""Google's Gemini as an embedder, over REST."""

import re
from collections.abc import Sequence
from typing import Any

from retrieval.embedders.remote import Call, RemoteEmbedder
from retrieval.errors import EmbeddingRefused

_URL = re.compile(r"(?P<before>https?://.*/)(?P<model>[^/:?#]+):embedContent(?P<query>\?.*)?")


def model_of(url: str) -> str:
    """The model that an embedding URL names; "" when it is no such URL."""
    match = _URL.fullmatch(url)
    return match["model"] if match else ""


class GeminiEmbedder(RemoteEmbedder):
    """`url` ends in models/<model>:embedContent."""

    provider = "Gemini"
    key_variable, url_variable = "GEMINI_API_KEY", "GEMINI_EMBED_URL"

    def __init__(self, key: str, url: str, *, model: str, dimensions: int, **keywords: Any) -> None:
        # As bytes: the provider then refuses a key with a letter outside ASCII, not the client.
        headers = {b"x-goog-api-key": key.encode()}
        super().__init__(f"gemini:{model}:{dimensions}", dimensions, key, headers, **keywords)
        self._url, self._model = url, model

    def _query_call(self, text: str) -> Call:
        return self._endpoint("embedContent"), self._request(text, "RETRIEVAL_QUERY")

    def _documents_call(self, texts: Sequence[str]) -> Call:
        requests = [self._request(text, "RETRIEVAL_DOCUMENT") for text in texts]
        return self._endpoint("batchEmbedContents"), {"requests": requests}

    def _query_values(self, answer: dict[str, Any]) -> list[float]:
        values: list[float] = answer["embedding"]["values"]
        return values

    def _documents_values(self, answer: dict[str, Any]) -> list[list[float]]:
        return [each["values"] for each in answer["embeddings"]]

    def _request(self, text: str, task: str) -> dict[str, Any]:
        return {
            "model": f"models/{self._model}",
            "content": {"parts": [{"text": text}]},
            "taskType": task,
            "outputDimensionality": self.dimensions,
        }

    def _endpoint(self, method: str) -> str:
        match = _URL.fullmatch(self._url)
        if match is None:
            raise EmbeddingRefused(
                "GEMINI_EMBED_URL is not a URL that ends in models/<model>:embedContent."
            )
        return f"{match['before']}{self._model}:{method}{match['query'] or ''}"
