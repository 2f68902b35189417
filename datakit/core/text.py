"""The one notion of "the same text" that duplicates, splits and leakage share."""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

# What `str.split` takes for white space in ASCII, and capitals, folded in one pass.
_FOLD = bytes.maketrans(
    b"\t\n\v\f\r\x1c\x1d\x1e\x1fABCDEFGHIJKLMNOPQRSTUVWXYZ", b"         abcdefghijklmnopqrstuvwxyz"
)
_GAPS = bytes(byte in b" \0" for byte in range(256))


#: Characters of a text at most that are looked at by what compares texts or learns from them: 2,700 English words,
#: seven times what a model of 512 tokens reads.
ENDS = 16_384


def ends_of(text: str) -> str:
    """Return a text as it is; of one longer than `ENDS` its first and last halves of so many.

    A line break parts them. So much is most often enough to compare texts and to learn from them, in a time that
    no text makes longer.
    """
    return text if len(text) <= ENDS else f"{text[: ENDS // 2]}\n{text[-ENDS // 2 :]}"


def normalise(text: str) -> str:
    """Fold away what does not make a text a different one: compatibility forms, case, runs of white space."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def normalised_bytes(texts: Sequence[bytes], not_ascii: Iterable[int]) -> list[bytes]:
    """Return what `normalise` makes of each text, all as UTF-8.

    All are folded at once as if they were ASCII, in a fifth of the time; those that are not, by far the fewest in
    most corpora, once more and thoroughly. Their indices are `not_ascii`.
    """
    whole = b"\0".join([b"", *texts, b""])
    if whole.count(b"\0") > len(texts) + 1:
        return [normalise(text.decode()).encode() for text in texts]
    folded = _folded(whole)
    for row in not_ascii:
        folded[row] = normalise(texts[row].decode()).encode()
    return folded


def non_ascii(texts: Sequence[bytes]) -> list[int]:
    """Return the indices of the texts that hold a character beyond ASCII."""
    whole = b"".join(texts)
    if whole.isascii():
        return []
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    beyond = np.flatnonzero(np.frombuffer(whole, np.int8) < 0)
    rows: list[int] = np.unique(np.searchsorted(ends, beyond, side="right")).tolist()
    return rows


def _folded(whole: bytes) -> list[bytes]:
    """Return texts, each between two NULs, with their ASCII in lower case and its white space squeezed."""
    whole = whole.translate(_FOLD)
    texts = whole.split(b"\0")[1:-1]
    ends = np.flatnonzero(np.frombuffer(whole, np.uint8) == 0)
    gaps = np.frombuffer(whole.translate(_GAPS), bool)
    for row in np.unique(np.searchsorted(ends, np.flatnonzero(gaps[1:] & gaps[:-1]), side="right") - 1):
        texts[row : row + 1] = [b" ".join(text.split()) for text in texts[row : row + 1]]
    return texts


def word_counts(normalised: Sequence[bytes]) -> npt.NDArray[np.int32]:
    """Return how many words, divided by white space, each normalised text has; one for an empty text."""
    whole = np.frombuffer(b"\0".join([*normalised, b""]), np.uint8)
    spaces, ends = np.flatnonzero(whole == ord(" ")), np.flatnonzero(whole == 0)
    return (np.diff(np.searchsorted(spaces, ends), prepend=0) + 1).astype(np.int32)


def keys_of(texts: Iterable[bytes]) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of each text, given as UTF-8; the same on every machine.

    Two of a million different texts share one with a probability of 3e-8.
    """
    return np.fromiter(map(xxh3_64_intdigest, texts), np.uint64)
