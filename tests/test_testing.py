import doctest

import pytest

import datakit.testing
from datakit.core.errors import UsageError
from datakit.diagnosis import diagnose
from datakit.testing import augment, corpus, find, history, judge, metrics


def test_the_examples_of_the_manual_work():
    """Every function has one."""
    results = doctest.testmod(datakit.testing)
    assert (results.failed, results.attempted >= 7) == (0, True)


def test_rows_are_tuples_or_mappings():
    """Lines count from 1 unless given; ids are those of the content unless given."""
    rows = corpus(
        [("a", "x"), {"id": "own", "text": "b", "line": 9}, {"text": "a", "label": "x", "parent": "own"}]
    )
    assert (rows.texts, rows.labels) == (["a", "b", "a"], ["x", None, "x"])
    assert (rows.lines, rows.parents) == ([1, 9, 3], [None, None, "own"])
    assert rows.ids == [rows.ids[0], "own", f"{rows.ids[0]}-2"]
    assert len(corpus([])) == 0


def test_a_column_that_no_corpus_has_is_refused():
    """A slip of the pen would read as a missing label."""
    with pytest.raises(UsageError, match=r"row 2: no column 'lable'\n  fix: did you mean 'label'\?"):
        find("missing-label", train=[("a", "x"), {"text": "b", "lable": "x"}])


def test_find_looks_into_the_splits_that_are_given():
    """Options and all; train may be left empty."""
    (finding,) = find("split-leakage", train=[("a", "x")], test=[("b", "x"), ("A", "x")])
    assert (finding.split, finding.lines) == ("test", (2,))
    assert find("rare-class", train=[("a", "x")], options={"min_rows": 1}) == []
    assert [f.split for f in find("empty-text", validation=[("", "x")])] == ["validation"]


def test_augment_gives_the_first_new_texts():
    """The same for the same seed, others for another, fewer where there are no more."""
    three = augment("insert-punctuation", "can you send it today", n=3)
    assert len(set(three)) == 3
    assert augment("insert-punctuation", "can you send it today", n=2) == three[:2]
    assert augment("insert-punctuation", "can you send it today", n=3, seed=14) != three
    assert augment("insert-punctuation", "today", n=3) == []
    assert augment("insert-punctuation", "a b", n=99, options={"share": 1.0}).count("a , b") == 1


def test_judge_takes_what_is_not_given_from_a_healthy_run():
    """So that a test says only what matters to it."""
    assert judge("overfitting") is None
    rising = history(epochs=[{"validation_loss": 0.2, "macro_f1": 0.9}, {"validation_loss": 0.4, "macro_f1": 0.8}])
    assert judge("overfitting", history=rising).finding.code == "overfitting"
    assert judge("overfitting", history=rising, options={"rise": 3.0}) is None
    poor = metrics(macro_f1=0.5, baselines={"tfidf-logistic-regression": 0.9})
    assert judge("worse-than-baseline", metrics=poor).finding.code == "worse-than-baseline"


@pytest.mark.parametrize(
    "call",
    [
        lambda: find("split-leakages"),
        lambda: augment("synonyms", "text"),
        lambda: judge("over-fitting"),
    ],
)
def test_unknown_components_list_the_nearest(call):
    """As everywhere."""
    with pytest.raises(UsageError, match="did you mean"):
        call()


def test_a_history_fits_together():
    """Epochs, steps, settings and the epoch that was kept."""
    run = history()
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert (run.best_epoch, run.settings["epochs"], run.steps[-1].step) == (3, 3, run.epochs[-1].step)
    assert sum(run.epochs[-1].predicted.values()) == sum(run.validation_counts.values())
    losses = [step.loss for step in run.steps]
    assert losses == sorted(losses, reverse=True)
    assert diagnose(run, metrics()) == ()


def test_a_history_takes_changes():
    """Of single epochs, of settings, and of whole fields; what it does not have is refused."""
    run = history(
        epochs=[{"macro_f1": 0.9}, {"macro_f1": 0.2}], settings={"learning_rate": 1.0}, stopped_early=True
    )
    assert (run.best_epoch, run.stopped_early, len(run.epochs)) == (1, True, 2)
    assert (run.settings["learning_rate"], run.settings["batch_size"]) == (1.0, 8)
    assert history(best_epoch=2).best_epoch == 2
    with pytest.raises(TypeError, match="epoc"):
        history(epoc=[])
    with pytest.raises(TypeError, match="macro_f2"):
        history(epochs=[{"macro_f2": 0.9}])


def test_metrics_have_the_shape_of_a_run():
    """The model beats both baselines; changes are those of `Metrics`."""
    figures = metrics()
    assert set(figures) == {"model", "baselines"}
    assert set(figures["baselines"]) == {"majority", "tfidf-logistic-regression"}
    low, high = figures["model"]["macro_f1_interval"]
    assert low < figures["model"]["macro_f1"] < high
    assert all(b["macro_f1"] < figures["model"]["macro_f1"] for b in figures["baselines"].values())
    assert metrics(macro_f1=0.95)["model"]["macro_f1_interval"] == [0.85, 1.0]
    assert metrics(macro_f1=0.5, macro_f1_interval=(0.4, 0.6))["model"]["macro_f1_interval"] == [0.4, 0.6]
    assert metrics(baselines={"mine": 0.9})["baselines"]["mine"]["macro_f1"] == 0.9
    with pytest.raises(TypeError, match="macro_f2"):
        metrics(macro_f2=0.5)
