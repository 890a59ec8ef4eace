"""Any server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, llama.cpp and others."""

from dataclasses import dataclass, field
from typing import Any

from backend.prompt import Prompt
from backend.providers.calls import Trouble

GOOD_ENDS = {"stop": "", None: None}


@dataclass(frozen=True, slots=True)
class OpenAI:
    """`base` is what its clients call the base URL, such as http://localhost:11434/v1."""

    base: str
    model: str
    key: str = field(repr=False)
    timeout: float

    provider = "The chat model"

    @property
    def headers(self) -> dict[bytes, bytes]:
        return {b"Authorization": b"Bearer " + self.key.encode()} if self.key else {}

    def url(self, *, stream: bool) -> str:
        return f"{self.base.rstrip('/')}/chat/completions"

    def payload(self, prompt: Prompt, *, stream: bool) -> dict[str, Any]:
        turns = [{"role": turn.role, "content": turn.text} for turn in prompt.turns]
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": prompt.rules}, *turns],
            "temperature": 0,
            "max_tokens": prompt.longest,
            "stream": stream,
        }

    def read_whole(self, record: Any) -> tuple[str, str | None]:
        return _read(record, "message")

    def read_piece(self, record: Any) -> tuple[str, str | None]:
        """A record without choices tells of usage alone."""
        return _read(record, "delta") if record.get("choices") else ("", None)


def _read(record: Any, where: str) -> tuple[str, str | None]:
    if error := record.get("error"):  # in the middle of a stream, with status 200
        raise Trouble(error.get("message", error) if isinstance(error, dict) else error)
    choice = record["choices"][0]
    said, reason = choice.get(where) or {}, choice.get("finish_reason")
    if said.get("refusal"):
        return "", f"it refused the question ({said['refusal']})"
    return said.get("content") or "", GOOD_ENDS.get(reason, f"it broke off ({reason})")
