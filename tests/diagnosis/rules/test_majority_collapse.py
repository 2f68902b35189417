from datakit.core.findings import Severity
from datakit.testing import history, judge

ALL_HAM = {"predicted": {"ham": 100, "spam": 0}, "macro_f1": 0.43}


def test_one_answer_to_all_rows_is_a_collapse():
    """It is named with its figures; the remedy is a patch of the recipe."""
    run = history(epochs=[ALL_HAM], settings={"epochs": 3, "class_weights": "none"})
    diagnosis = judge("majority-collapse", history=run)
    assert diagnosis.finding.message == ("the model answers 'ham' to 100 of 100 validation rows; 75 of them are")
    shown = {name: diagnosis.finding.evidence[name] for name in ("label", "answers", "rows", "macro_f1", "update")}
    assert shown == {"label": "ham", "answers": 100, "rows": 100, "macro_f1": 0.43, "update": 1e-3}
    assert diagnosis.finding.evidence["recall"] == {"ham": 0.95, "spam": 0.8}
    assert (diagnosis.finding.severity, diagnosis.finding.split) == (Severity.ERROR, "validation")
    assert diagnosis.remedy == {"finetune": {"class_weights": "balanced", "epochs": 6}}
    assert diagnosis.finding.fix == "train with finetune.class_weights=balanced, finetune.epochs=6"


def test_where_the_weights_hardly_moved_the_rate_is_raised_first():
    """Class weights at too low a rate did not help; the update ratio tells which rate would."""
    slow = history(
        epochs=[ALL_HAM],
        every_step={"body_update": 4e-5},
        settings={"learning_rate": 1e-5, "class_weights": "none"},
    )
    assert judge("majority-collapse", history=slow).remedy == {"finetune": {"learning_rate": 2.5e-4}}


def test_where_the_classes_are_weighed_already_it_is_trained_longer():
    """The record of an older run does not tell whether the rate is sound: it is raised, to 2e-4 at most."""
    assert judge("majority-collapse", history=history(epochs=[ALL_HAM])).remedy == {"finetune": {"epochs": 2}}
    for rate, raised in ((1e-5, 5e-5), (1e-4, 2e-4)):
        older = history(epochs=[ALL_HAM], every_step={"body_update": None}, settings={"learning_rate": rate})
        assert judge("majority-collapse", history=older).remedy["finetune"]["learning_rate"] == raised


def test_where_something_else_is_done_about_rare_labels_no_weights_are_put_over_it():
    """The recipe would refuse them."""
    for other in ({"loss": "logit-adjustment"}, {"sampling": "balanced"}):
        run = history(epochs=[ALL_HAM], settings={"class_weights": "none", **other})
        assert judge("majority-collapse", history=run).remedy["finetune"] == {"epochs": 2}


def test_weights_by_hand_that_did_not_help_give_way_to_balanced_ones():
    """They may be the wrong way round."""
    run = history(epochs=[ALL_HAM], settings={"class_weights": {"ham": 5, "spam": 1}})
    assert judge("majority-collapse", history=run).remedy["finetune"]["class_weights"] == "balanced"


def test_the_threshold_itself_is_a_collapse():
    """98 answers of 100 are, 97 are not; `share` moves it."""
    at, below = (history(epochs=[{"predicted": {"ham": n, "spam": 100 - n}}]) for n in (98, 97))
    assert judge("majority-collapse", history=at) is not None
    assert judge("majority-collapse", history=below) is None
    assert judge("majority-collapse", history=below, options={"share": 0.97}) is not None


def test_any_class_can_swallow_the_others():
    """A learning rate that is too high may leave the rarest one."""
    run = history(epochs=[{"predicted": {"ham": 0, "spam": 100}}])
    assert judge("majority-collapse", history=run).finding.evidence["label"] == "spam"


def test_a_rare_class_that_is_answered_as_often_as_it_occurs_is_no_collapse():
    """99 of 100 rows are `ham`, and so are 99 of the answers."""
    run = history(epochs=[{"predicted": {"ham": 99, "spam": 1}}], validation_counts={"ham": 99, "spam": 1})
    assert judge("majority-collapse", history=run) is None


def test_only_the_kept_epoch_counts():
    """A model that came out of the collapse is well."""
    out = history(epochs=[ALL_HAM, {"predicted": {"ham": 70, "spam": 30}, "macro_f1": 0.9}])
    assert judge("majority-collapse", history=out) is None
    assert judge("majority-collapse") is None
