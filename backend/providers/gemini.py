"""Google's Gemini: generateContent, and streamGenerateContent as server-sent events."""

from dataclasses import dataclass, field
from typing import Any

from backend.prompt import Prompt
from backend.providers.calls import Trouble
from backend.validation import Turn

CHAT_SUFFIX = ":generateContent"
GOOD_ENDS = {"STOP": "", "FINISH_REASON_UNSPECIFIED": None, None: None}


@dataclass(frozen=True, slots=True)
class Gemini:
    """`address` ends in `:generateContent`, and may have a query."""

    address: str
    key: str = field(repr=False)
    timeout: float

    provider = "Gemini"

    @property
    def model(self) -> str:
        return self.address.partition("?")[0].removesuffix(CHAT_SUFFIX).rpartition("/")[2]

    @property
    def headers(self) -> dict[bytes, bytes]:
        return {b"x-goog-api-key": self.key.encode()}

    def url(self, *, stream: bool) -> str:
        if not stream:
            return self.address
        base, _, query = self.address.partition("?")
        streaming = base.removesuffix(CHAT_SUFFIX) + ":streamGenerateContent?alt=sse"
        return f"{streaming}&{query}" if query else streaming

    def payload(self, prompt: Prompt, *, stream: bool) -> dict[str, Any]:
        return {
            "systemInstruction": {"parts": [{"text": prompt.rules}]},
            "contents": [_content(turn) for turn in prompt.turns],
            "generationConfig": {"temperature": 0, "maxOutputTokens": prompt.longest},
        }

    def read_whole(self, record: Any) -> tuple[str, str | None]:
        if error := record.get("error"):  # in the middle of a stream, with status 200
            raise Trouble(error.get("message", error))
        if blocked := record.get("promptFeedback", {}).get("blockReason"):
            return "", f"it refused the question ({blocked})"
        candidate = (record.get("candidates") or [{}])[0]
        parts = candidate.get("content", {}).get("parts", [])
        text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
        reason = candidate.get("finishReason")
        return text, GOOD_ENDS.get(reason, f"it broke off ({reason})")

    def read_piece(self, record: Any) -> tuple[str, str | None]:
        return self.read_whole(record)


def _content(turn: Turn) -> dict[str, Any]:
    role = "user" if turn.role == "user" else "model"
    return {"role": role, "parts": [{"text": turn.text}]}
