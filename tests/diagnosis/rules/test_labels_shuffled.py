from sick import SICK

from datakit.testing import history, judge, metrics


def test_rows_known_by_heart_and_probes_at_chance_tell_it():
    """No option mends a file."""
    diagnosis = judge("labels-shuffled", **SICK["labels-shuffled"])
    assert "no baseline does better than chance" in diagnosis.finding.message
    assert (diagnosis.remedy, diagnosis.confidence) == ({}, 0.9)


def test_without_figures_of_the_test_split_it_is_less_sure():
    """As measured: TREC-6 with shuffled labels, information .021, accuracy .51 on train and .22 on validation."""
    run = history(epochs=[{"information": 0.021, "train_accuracy": 0.95, "accuracy": 0.5}])
    assert judge("labels-shuffled", history=run, metrics={}).confidence == 0.6
    forgotten = history(epochs=[{"information": 0.021, "train_accuracy": 0.6, "accuracy": 0.5}])
    assert judge("labels-shuffled", history=forgotten, metrics={}) is None


def test_where_a_baseline_learns_the_labels_they_are_right():
    """The default baseline of `metrics` has a macro-F1 of .82."""
    sick = SICK["labels-shuffled"]["history"]
    assert judge("labels-shuffled", history=sick, metrics=metrics()) is None
