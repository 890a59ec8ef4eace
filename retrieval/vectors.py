"""The vectors part of a segment: vector i belongs to row i of its rows part; flat, exact, fp16.

FAISS chooses the candidates, but does not score them: it adds up a row's products in another order
when the row falls at the end of its segment, and the last bits of a score would tell how a version
was built. `scores` adds them up the same way wherever a row is.
"""

import threading
from collections import OrderedDict
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from retrieval import parts
from retrieval.layout import Layout
from retrieval.parts import SHELF, Meta

KIND, FILE = "vectors", "vectors.faiss"
Vector = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Of a large part, what was nearest the last queries: the part never changes, so the next versions
# that share it need not look through it again for the questions of the gate and of people.
REMEMBERED = 64  # queries of each part, of 5 KB each
LARGE = 2_000  # vectors; to look through fewer takes less than a millisecond


def write_vectors(layout: Layout, rows_id: str, vectors: Vector) -> str:
    """Write the vectors part of a rows part, one L2-normalised vector a row; return its id."""
    count, dimensions = vectors.shape
    expected = parts.read_meta(layout, rows_id).facts["chunks"]
    if count != expected:
        raise ValueError(f"{count} vectors for the {expected} rows of {rows_id}.")
    if not np.isfinite(vectors).all():
        raise ValueError("A vector holds a value that is not a number.")
    index = faiss.IndexScalarQuantizer(
        dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.add(np.ascontiguousarray(vectors, "f4"))
    facts = {"rows": rows_id, "vectors": count, "dimensions": dimensions}

    def fill(folder: Path) -> dict[str, object]:
        faiss.write_index(index, str(folder / FILE))
        return facts

    return parts.write(layout, KIND, fill)


class Vectors:
    """A vectors part, opened: immutable, for any number of threads and versions at once."""

    def __init__(self, folder: Path, meta: Meta) -> None:
        self.meta = meta
        self.rows_id = str(meta.facts["rows"])
        self.count, self.dimensions = int(meta.facts["vectors"]), int(meta.facts["dimensions"])
        self._index = faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC)
        self._halves = self._mapped()
        self._is_warm = False
        self._remembered: OrderedDict[tuple[int, bytes], tuple[Vector, Numbers]] = OrderedDict()
        self._lock = threading.Lock()

    def warm(self, vector: Vector) -> None:
        """Touch all of it, once: what versions share need not be read again for each of them."""
        if not self._is_warm:
            self._search(vector, 1, None)
            self._is_warm = True

    def nearest(
        self, vector: Vector, n: int, margin: float, bitmap: npt.NDArray[np.uint8] | None
    ) -> tuple[Numbers, Vector]:
        """(rows, approximate scores), best first: n, and all within `margin` of the n-th.

        Copies of one text have one vector, so any number of rows may share a score: it asks for
        more until the scores have fallen clear of the n-th, or no row is left.
        """
        if self.count >= LARGE:
            scores, rows = self._living(vector, n + n // 4 + 8, bitmap)
            if len(rows) > n and scores[-1] < scores[n - 1] - margin:
                return rows, scores
        wanted = n
        while True:
            wanted = min(wanted + n, self.count)
            scores, rows = self._search(vector, wanted, bitmap)
            if len(rows) < wanted or wanted == self.count or scores[-1] < scores[n - 1] - margin:
                return rows, scores
            wanted *= 2

    def _living(
        self, vector: Vector, n: int, bitmap: npt.NDArray[np.uint8] | None
    ) -> tuple[Vector, Numbers]:
        """Those of the n nearest that are marked."""
        scores, rows = self._nearest(vector, n)
        if bitmap is None:
            return scores, rows
        marked = (bitmap[rows >> 3] >> (rows & 7) & 1).astype(bool)
        return scores[marked], rows[marked]

    def _nearest(self, vector: Vector, n: int) -> tuple[Vector, Numbers]:
        """The n nearest of all rows, remembered."""
        key = n, vector.tobytes()
        with self._lock:
            if (known := self._remembered.get(key)) is not None:
                self._remembered.move_to_end(key)
                return known
        found = self._search(vector, n, None)
        with self._lock:
            self._remembered[key] = found
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return found

    def _search(
        self, vector: Vector, n: int, bitmap: npt.NDArray[np.uint8] | None
    ) -> tuple[Vector, Numbers]:
        faiss.omp_set_num_threads(1)  # a property of the calling thread, so each call sets it
        parameters = None if bitmap is None else _only(bitmap)
        scores, rows = self._index.search(vector[None, :], n, params=parameters)
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]

    def read(self, rows: Numbers) -> Vector:
        """The vectors of these rows, as they are kept."""
        return self._halves[rows].astype("f4")

    def scores(self, vector: Vector, rows: Numbers) -> npt.NDArray[np.float64]:
        """The inner products, the same bits for the same vectors in whatever segment they are."""
        products = self._halves[rows].astype("f8")
        products *= vector.astype("f8")
        total: npt.NDArray[np.float64] = products.sum(axis=1)
        return total

    def _mapped(self) -> npt.NDArray[np.float16]:
        """The vectors where FAISS has them mapped: numpy widens them in half of FAISS's time."""
        codes = self._index.codes  # type: ignore[attr-defined]
        flat: npt.NDArray[np.uint8] = faiss.rev_swig_ptr(codes.data(), codes.size())
        return flat.view("<f2").reshape(self.count, self.dimensions)


def _only(bitmap: npt.NDArray[np.uint8]) -> faiss.SearchParameters:
    """Search the marked rows alone. FAISS's wrapper keeps the array alive, and hides from mypy."""
    selector = faiss.IDSelectorBitmap(bitmap)  # type: ignore[call-arg,arg-type]
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]


def open_vectors(layout: Layout, id: str) -> Vectors:
    """The vectors part, from those that are open or from its file; IndexDamaged when it differs."""
    return SHELF.get(layout, id, Vectors)
