"""Any server that speaks OpenAI's embeddings as an embedder: OpenAI, Ollama, vLLM, llama.cpp."""

from collections.abc import Sequence
from typing import Any

from retrieval.embedders.remote import Call, RemoteEmbedder


class OpenAIEmbedder(RemoteEmbedder):
    """`base` is what its clients call the base URL; `dimensions` what the model gives."""

    provider = "The embedding server"
    key_variable, url_variable = "OPENAI_API_KEY", "OPENAI_BASE_URL and OPENAI_EMBED_MODEL"

    def __init__(
        self, key: str, base: str, *, model: str, dimensions: int, **keywords: Any
    ) -> None:
        headers = {b"authorization": b"Bearer " + key.encode()} if key else {}
        super().__init__(f"openai:{model}:{dimensions}", dimensions, key, headers, **keywords)
        self._url, self._model = f"{base.rstrip('/')}/embeddings", model

    def _query_call(self, text: str) -> Call:
        return self._documents_call([text])

    def _documents_call(self, texts: Sequence[str]) -> Call:
        return self._url, {"model": self._model, "input": list(texts), "encoding_format": "float"}

    def _query_values(self, answer: dict[str, Any]) -> list[float]:
        (values,) = self._documents_values(answer)
        return values

    def _documents_values(self, answer: dict[str, Any]) -> list[list[float]]:
        ordered = sorted(answer["data"], key=lambda each: int(each["index"]))
        return [each["embedding"] for each in ordered]
