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


def test_a_low_macro_f1_of_a_rare_label_is_no_chance():
    """Measured: SST-2 with 100 rows of 600, baselines with macro-F1 .48 and .58 and areas of .72 and .69."""
    figures = metrics(macro_f1=0.45, baselines={"tfidf-logistic-regression": 0.48, "frozen-encoder-probe": 0.58})
    for name, area in (("tfidf-logistic-regression", [0.61, 0.81]), ("frozen-encoder-probe", [0.56, 0.79])):
        figures["baselines"][name]["roc_auc_interval"] = area
    assert judge("labels-shuffled", history=SICK["labels-shuffled"]["history"], metrics=figures) is None


def test_baselines_that_few_rows_judge_leave_it_open():
    """Rows known by heart tell it then, less surely."""
    figures = metrics(macro_f1=0.45, baselines={"tfidf-logistic-regression": 0.48})
    figures["baselines"]["tfidf-logistic-regression"]["roc_auc_interval"] = [0.4, 0.75]
    assert judge("labels-shuffled", history=SICK["labels-shuffled"]["history"], metrics=figures).confidence == 0.6
