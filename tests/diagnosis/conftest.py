"""Real histories, of a tiny encoder."""

import pytest

from datakit.core.corpus import Corpus
from datakit.training.outset import foreseen
from datakit.training.settings import Settings


@pytest.fixture
def before(tiny_encoder):
    """Return a function that gives what is known before a training on texts and labels; by default on messages."""

    def look(texts=None, labels=None, *, encoder=tiny_encoder, **settings):
        texts = [f"cook dinner at {i}" for i in range(64)] if texts is None else texts
        labels = ["ham", "spam"] * (len(texts) // 2) if labels is None else labels
        rows = Corpus.from_columns(texts, labels)
        told = Settings(**{"max_length": 32, **settings})
        return foreseen(encoder, rows, rows.take(range(0, len(rows), 2)), settings=told, seed=13)

    return look
