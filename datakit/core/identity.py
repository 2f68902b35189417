"""By what a row is known: the hash of its content, so that its identity survives another order of the rows."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from xxhash import xxh3_64_intdigest

from datakit.core.growing import GrowingArray
from datakit.core.hashing import GOLDEN, scattered

Label = str | Sequence[str] | None


class Seen:
    """Which 64-bit keys have occurred, at 8 to 10 bytes a key: a `set` of integers takes ten times as much."""

    def __init__(self) -> None:
        self._old = GrowingArray(np.uint64)  # sorted
        self._recent = np.empty(0, np.uint64)  # sorted, and never more than a fraction of the old ones for long

    def add(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Note `keys` and return for each whether it occurred before: in earlier calls or earlier in this one."""
        distinct, first, place = np.unique(keys, return_index=True, return_inverse=True)
        known = _among(distinct, self._old.view()) | _among(distinct, self._recent)
        self._recent = np.sort(np.concatenate([self._recent, distinct[~known]]))
        if len(self._recent) * 4 > len(self._old):  # so that the whole stays linear
            self._old.append(self._recent)
            self._old.view().sort()
            self._recent = np.empty(0, np.uint64)
        repeated = known[place]
        repeated[np.arange(len(keys)) != first[place]] = True
        return repeated


class ContentIds:
    """Gives ids to rows as they come: 16 hex digits of a hash of text and label; `-2`, `-3`, … follow repeats."""

    def __init__(self) -> None:
        self._seen = Seen()
        self._repeats: Counter[str] = Counter()

    def of(self, text_hashes: npt.NDArray[np.uint64], labels: Sequence[Label]) -> pa.Array:
        """Return the ids of the next rows, given a hash of each text and the labels."""
        keys = scattered(text_hashes + _label_hashes(labels) * GOLDEN)
        digits = keys.astype(">u8").tobytes().hex()
        lengths = np.full(len(keys), 16, np.int32)
        pieces, written = [], 0
        for i in np.flatnonzero(self._seen.add(keys)).tolist():
            pieces.append(digits[written : 16 * (i + 1)])
            written = 16 * (i + 1)
            self._repeats[pieces[-1][-16:]] += 1
            pieces.append(f"-{self._repeats[pieces[-1][-16:]] + 1}")
            lengths[i] += len(pieces[-1])
        data = "".join([*pieces, digits[written:]]).encode()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.StringArray.from_buffers(len(keys), pa.py_buffer(offsets), pa.py_buffer(data))


def _label_hashes(labels: Sequence[Label]) -> npt.NDArray[np.uint64]:
    names: Sequence[Any] = labels
    if any(kind is list for kind in set(map(type, labels))):
        names = [tuple(label) if isinstance(label, list) else label for label in labels]
    hash_of = {name: _label_hash(name) for name in set(names)}
    return np.fromiter(map(hash_of.__getitem__, names), np.uint64, len(names))


def _label_hash(label: str | tuple[str, ...] | None) -> int:
    """Return the hash of a label, of several, or of none; 0xff is in no UTF-8."""
    if isinstance(label, tuple):
        return xxh3_64_intdigest(b"\xff".join([b"", *(name.encode() for name in label)]))
    return xxh3_64_intdigest(b"\xff\xff" if label is None else label.encode())


def _among(keys: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(keys), bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys)
