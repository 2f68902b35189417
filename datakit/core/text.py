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


def normalise(text: str) -> str:
    """Fold away what does not make a text a different one: compatibility forms, case, runs of white space."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def normalised_bytes(texts: Sequence[bytes]) -> list[bytes]:
    """Return what `normalise` makes of each text, all as UTF-8.

    Texts in ASCII, by far the commonest, are folded all at once, in a third of the time.
    """
    other = {i for i, text in enumerate(texts) if not text.isascii() or b"\0" in text}
    ascii_texts = texts if not other else [text for i, text in enumerate(texts) if i not in other]
    folded = iter(_folded(ascii_texts))
    if not other:
        return list(folded) if texts else []
    return [normalise(text.decode()).encode() if i in other else next(folded) for i, text in enumerate(texts)]


def _folded(texts: Sequence[bytes]) -> list[bytes]:
    """Return ASCII texts without NUL in lower case, white space squeezed."""
    whole = b"\0".join(texts).translate(_FOLD)
    while b"  " in whole:
        whole = whole.replace(b"  ", b" ")
    return whole.replace(b" \0", b"\0").replace(b"\0 ", b"\0").strip(b" ").split(b"\0")


def keys_of(texts: Iterable[bytes]) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of each text, given as UTF-8; the same on every machine.

    Two of a million different texts share one with a probability of 3e-8.
    """
    return np.fromiter(map(xxh3_64_intdigest, texts), np.uint64)
