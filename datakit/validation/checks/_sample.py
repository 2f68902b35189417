"""A still smaller sample of texts, for checks that take long over each."""

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.validation.survey import Digest


def thinned(digest: Digest, most: int) -> tuple[Corpus, npt.NDArray[np.int64]]:
    """Return at most `most` texts of a digest's sample and their places in the split, ascending.

    Those with the smallest text keys, as the sample itself: a random choice that no order of rows changes.
    """
    if len(digest.sample) <= most:
        return digest.sample, digest.sample_rows
    keys = digest.text_keys[digest.sample_rows]
    chosen = np.sort(np.argsort(keys, kind="stable")[:most])
    return digest.sample.take(chosen.tolist()), digest.sample_rows[chosen]
