"""Columns of strings, built from their bytes.

`pyarrow.array` looks for pandas whenever it is given a list, and importing that takes 0.4 s and 57 MB; it is also
slower, and the bytes are needed for hashing anyway.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def encoded(values: Sequence[str | None]) -> list[bytes]:
    """Return each string as UTF-8, a missing one as no bytes.

    Raises:
        UnicodeEncodeError: a string holds half of a surrogate pair.
    """
    try:
        return [value.encode() for value in values]  # type: ignore[union-attr]
    except AttributeError:
        return [b"" if value is None else value.encode() for value in values]


def string_array(values: Sequence[str | None], as_bytes: Sequence[bytes] | None = None) -> pa.Array:
    """Return an Arrow array of strings, given their UTF-8 too where it is at hand.

    Without it each value is encoded once, however often it occurs: labels are few.
    """
    if as_bytes is None:
        distinct = list(set(values))
        as_bytes = list(map(dict(zip(distinct, encoded(distinct), strict=True)).__getitem__, values))
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, as_bytes), np.int64, len(values)), out=offsets[1:])
    if offsets[-1] > np.iinfo(np.int32).max:  # more than one chunk can address
        return pa.array(values, pa.string())
    missing = np.fromiter((value is None for value in values), bool, len(values)) if None in values else None
    return pa.StringArray.from_buffers(
        len(values),
        pa.py_buffer(offsets.astype(np.int32)),
        pa.py_buffer(b"".join(as_bytes)),
        None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little")),
    )


def lengths_and_bytes(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return the length in bytes of each string, and the bytes of all, one after the other."""
    lengths, data = [np.empty(0, np.int32)], [np.empty(0, np.uint8)]
    for chunk in column.chunks:
        _, offsets, characters = chunk.buffers()
        ends = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        lengths.append(np.diff(ends))
        if characters is not None:  # as it is where all are empty
            data.append(np.frombuffer(characters, np.uint8)[ends[0] : ends[-1]])
    return np.concatenate(lengths), np.concatenate(data)


def integer_array(values: npt.NDArray[np.int64]) -> pa.Array:
    """Return an Arrow array of integers."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])
