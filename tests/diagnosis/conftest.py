"""Real histories, of a tiny encoder."""

from types import SimpleNamespace

import pytest

from datakit.core.corpus import Corpus
from datakit.pipeline.recipe import parse
from datakit.pipeline.stages.preflight import Preflight
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


@pytest.fixture
def preflight(tiny_encoder, tmp_path):
    """Return what asks the stage about splits: the stage, and its report; its outputs lie in `out`."""

    def run(splits):
        splits.save(tmp_path / "splits")
        splits.train.save(tmp_path / "augmented.parquet")
        (tmp_path / "out").mkdir()
        options = {"model": str(tiny_encoder), "max_length": 32}
        stage = Preflight.of(parse({"source": "x.jsonl", "finetune": options}, where="test"), tmp_path)
        inputs = {name: tmp_path / name for name in stage.needs}
        return stage, stage.run(SimpleNamespace(inputs=inputs, outputs=tmp_path / "out", seed=13))

    return run
