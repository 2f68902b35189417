"""The filter `semantic-similarity`."""

import numpy as np
import pytest

from datakit.augmentation.filters._base import Pair
from datakit.augmentation.filters.semantic_similarity import SemanticSimilarity
from datakit.core.embeddings import embeddings

SOURCE = "The film is a delight from start to end."


def judged(candidate, **options):
    """Return the verdict on one new text."""
    (reason,) = SemanticSimilarity(**options).keep_many([Pair("x", SOURCE, candidate)])
    return reason


def test_another_subject_rejects():
    """The reason gives the cosine."""
    assert judged("The government promised more aid for farmers.").endswith(", below 0.50")


def test_a_paraphrase_is_kept():
    """In other words."""
    assert judged("The movie is a joy from beginning to finish.") is None


def test_a_text_above_the_band_rejects():
    """Where one is set."""
    assert judged("The film is a delight, from start to end.", high=0.95).endswith(", above 0.95")


def test_vectors_do_not_depend_on_company():
    """Order and batch change no more than rounding does; every vector has length 1."""
    texts = ["short", SOURCE, "a much longer text " * 40, "", "short"]
    vectors = embeddings(texts)
    assert vectors.shape == (5, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert embeddings([text])[0] == pytest.approx(vector, abs=1e-5)


def test_no_bars_are_shown(capfd):
    """Only the commands print; and no texts have no vectors."""
    embeddings([SOURCE])
    assert embeddings([]).shape == (0, 384)
    assert capfd.readouterr() == ("", "")
