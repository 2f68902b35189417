"""The one notion of "the same text" that duplicates, splits and leakage share."""

import unicodedata


def normalise(text: str) -> str:
    """Fold away what does not make a text a different one: compatibility forms, case, runs of white space."""
    # Pure ASCII is by far the commonest case, and NFKC leaves it as it is.
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(folded.casefold().split())
