"""Many numpy arrays in one file, mapped into memory: one descriptor and one fsync for all of them.

Where each array begins, its type and shape stand in a table that the caller keeps.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Table = dict[str, dict[str, Any]]
ALIGNMENT = 64


def write(path: Path, arrays: Mapping[str, Array]) -> Table:
    """Write them one after the other, and return the table that `open_mapped` needs."""
    table: Table = {}
    with path.open("wb") as file:
        for name, array in arrays.items():
            file.write(bytes(-file.tell() % ALIGNMENT))
            table[name] = {
                "type": array.dtype.str,
                "shape": list(array.shape),
                "offset": file.tell(),
            }
            file.write(np.ascontiguousarray(array).data)
    return table


def open_mapped(path: Path, table: Table) -> dict[str, Array]:
    """The arrays, read-only; ValueError when the file is too short for the table."""
    mapped = np.memmap(path, mode="r")
    return {name: _view(mapped, entry) for name, entry in table.items()}


def _view(mapped: Array, entry: Mapping[str, Any]) -> Array:
    dtype, shape = np.dtype(entry["type"]), tuple(entry["shape"])
    return np.frombuffer(mapped, dtype, math.prod(shape), entry["offset"]).reshape(shape)


class Strings:
    """Texts kept as one UTF-8 blob and the offsets where each begins."""

    def __init__(self, blob: Array, offsets: Array) -> None:
        self._blob, self._offsets = blob, offsets

    @classmethod
    def pack(cls, texts: list[str]) -> "Strings":
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, "<u8")
        np.cumsum([len(data) for data in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), "u1"), offsets)

    @classmethod
    def of(cls, arrays: Mapping[str, Array], name: str) -> "Strings":
        return cls(arrays[f"{name}.text"], arrays[f"{name}.offsets"])

    def columns(self, name: str) -> dict[str, Array]:
        """As `of` finds them again."""
        return {f"{name}.text": self._blob, f"{name}.offsets": self._offsets}

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def raw(self, position: int, start: int = 0, end: int | None = None) -> bytes:
        """The bytes of one text, or of a part of it (byte offsets within the text)."""
        first, last = int(self._offsets[position]), int(self._offsets[position + 1])
        last = last if end is None else min(last, first + end)
        return self._blob[first + start : last].tobytes()

    def __getitem__(self, position: int) -> str:
        return self.raw(position).decode()
