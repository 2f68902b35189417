"""What a run has to tell is gathered from its folder, and from what was tried with the same rows."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from datakit.augmentation import augment
from datakit.core.corpus import Corpus, Splits
from datakit.core.files import to_json
from datakit.evaluation.truth import Truth, one_hot
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.telling import SAMPLES_PER_LABEL, story_of
from datakit.pipeline.tuning import FILE, data_of
from datakit.pipeline.verdict import Comparison
from datakit.pipeline.workspace import Workspace
from datakit.training.search import Finalist, Found, Trial


@pytest.fixture
def runs(project):
    """Return a workspace, its run as far as `augment`, another run with the same rows, and one with others."""
    workspace = Workspace(project)
    first = bring_up_to(
        workspace, parse({"source": "raw.jsonl"}, where="test"), "augment", command="test"
    ).manifest
    other_rows = tuple(
        replace(standing, outputs={**standing.outputs, "more": {"": "0" * 64}}) for standing in first.stages
    )
    again, other = replace(first, run="r2"), replace(first, run="r3", stages=other_rows)
    for run in (again, other):
        workspace.write(run)
        for standing in run.stages:
            report = (workspace.folder_of(first.run) / f"{standing.stage}.json").read_bytes()
            (workspace.folder_of(run.run) / f"{standing.stage}.json").write_bytes(report)
    return workspace, first, again, other


def test_what_was_tried_is_told_with_every_run_on_the_same_rows(runs):
    """A range test, a comparison and a search stand with a later run too, but not with one on other rows."""
    workspace, first, again, other = runs
    folder = workspace.folder_of(first.run)
    (folder / "lr_range.json").write_bytes(to_json({"model": "minilm"}))
    truth = Truth.of(("ham", "spam"), ["ham", "spam"] * 50)
    right = truth.carried.argmax(axis=1)
    wrong = np.where(np.arange(100) % 3 == 0, 1 - right, right)
    answers = {name: np.stack([one_hot(given, 2)] * 2) for name, given in (("plain", wrong), ("weights", right))}
    compared = Comparison.of(truth, answers, "spam")
    (folder / "comparison.json").write_bytes(to_json(compared))
    start = Finalist(options={}, macro_f1=(0.5, 0.6))
    best = Finalist(options={"epochs": 3}, macro_f1=(0.7, 0.9))
    trial = Trial(number=0, options={}, macro_f1=0.5, epochs=(0.5,), state="complete")
    found = Found(finalists=(best, start), start=start, trials=(trial,), importance={})
    searched = workspace.root / "tune" / "abc" / FILE
    searched.parent.mkdir(parents=True)
    told = {"data": data_of(first.stages), "gain": found.gain, "validation_rows": 12, **asdict(found)}
    searched.write_bytes(to_json(told))
    for run in (first, again):
        story = story_of(workspace, run)
        assert story.range_test == {"model": "minilm"}
        assert story.comparison["tables"][0]["differences"][0]["outcome"] == "better"
        assert tuple(story.comparison["verdict"]) == compared.verdict
        assert [one["is_start"] for one in story.tuning["finalists"]] == [False, True]
        assert story.tuning["finalists"][0]["mean"] == pytest.approx(0.8)
    story = story_of(workspace, other)
    assert (story.range_test, story.comparison, story.tuning) == (None, None, None)


def test_a_run_of_its_own_comes_first(runs):
    """Where two runs on the same rows have a range test each, each tells its own."""
    workspace, first, again, _ = runs
    for run in (first, again):
        (workspace.folder_of(run.run) / "lr_range.json").write_bytes(to_json({"model": run.run}))
    assert story_of(workspace, first).range_test == {"model": first.run}
    assert story_of(workspace, again).range_test == {"model": again.run}


def test_new_rows_with_several_labels_are_samples_too(runs):
    """They are told by all their labels, a few of each set, no two of one parent."""
    workspace, first, *_ = runs
    texts = [f"please cook some dinner at home for all of us tonight {i}" for i in range(40)]
    labels = [["food", "home"] if i < 8 else ["talk"] for i in range(40)]
    train = Corpus.from_columns(texts, None, labels=labels)
    empty = Corpus.from_columns([], None, labels=[])
    operators = [{"name": "insert-punctuation"}]
    made = augment(Splits({"train": train, "validation": empty, "test": empty}), operators=operators)
    path = workspace.folder_of(first.run) / "augmented.parquet"
    path.unlink()
    made.train.save(path)
    samples = story_of(workspace, first).samples
    assert {sample.label for sample in samples} == {"food, home"}
    assert len({sample.parent for sample in samples}) == len(samples) == SAMPLES_PER_LABEL
    assert all(sample.parent in texts and sample.text not in texts for sample in samples)
