import numpy as np

from datakit.core.embeddings import LONGEST, embeddings


def test_a_page_means_what_its_first_words_mean():
    """256 tokens are read of it, however long it is; texts keep their order."""
    page = "a film like no other " * 6_000
    beginning = page[: 5 * LONGEST]
    of_page, of_short, of_beginning = embeddings([page, "see you at noon", beginning])
    assert np.allclose(of_page, of_beginning, atol=1e-6)
    assert not np.allclose(of_page, of_short, atol=0.1)
    assert np.allclose(np.linalg.norm([of_page, of_short], axis=1), 1, atol=1e-5)
    assert embeddings([]).shape == (0, 384)
