import pytest

from datakit.core.findings import Severity
from datakit.testing import history, judge, metrics

POOR = metrics(macro_f1=0.55, macro_f1_interval=[0.51, 0.59], baselines={"tfidf-logistic-regression": 0.77})


def test_a_linear_model_above_the_interval_is_a_warning():
    """While the last epoch is still the best, training longer is the remedy."""
    rising = history(epochs=[{"macro_f1": 0.4}, {"macro_f1": 0.5}])
    diagnosis = judge("worse-than-baseline", history=rising, metrics=POOR)
    assert diagnosis.finding.message == ("macro-F1 0.550 (at best 0.590); tfidf-logistic-regression has 0.770")
    assert diagnosis.finding.evidence == {
        "model": 0.55,
        "baselines": {"tfidf-logistic-regression": 0.77},
        "upper": 0.59,
    }
    assert (diagnosis.finding.severity, diagnosis.finding.split) == (Severity.WARNING, "test")
    assert diagnosis.cause == "training ended before the model had learnt"
    assert diagnosis.remedy == {"finetune": {"epochs": 4}}


def test_where_the_best_epoch_has_passed_the_rate_is_halved():
    """More of the same would not help."""
    past = history(epochs=[{"macro_f1": 0.5}, {"macro_f1": 0.4}], settings={"learning_rate": 1e-4})
    diagnosis = judge("worse-than-baseline", history=past, metrics=POOR)
    assert diagnosis.cause == "the learning rate is too high"
    assert diagnosis.remedy == {"finetune": {"learning_rate": 5e-5}}


def test_where_steps_were_short_the_rate_is_raised():
    """Half of too low a rate would be lower still."""
    past = history(
        epochs=[{"macro_f1": 0.5}, {"macro_f1": 0.4}],
        every_step={"body_update": 1.5e-4},
        settings={"learning_rate": 1e-5},
    )
    diagnosis = judge("worse-than-baseline", history=past, metrics=POOR)
    assert diagnosis.cause == "the learning rate is low"
    assert diagnosis.remedy == {"finetune": {"learning_rate": 6.7e-5}}


@pytest.mark.parametrize(("baseline", "fires"), [(0.58, False), (0.59, False), (0.591, True)])
def test_a_difference_within_the_interval_is_none(baseline, fires):
    """The upper end itself could be chance."""
    figures = metrics(
        macro_f1=0.55, macro_f1_interval=[0.51, 0.59], baselines={"tfidf-logistic-regression": baseline}
    )
    assert (judge("worse-than-baseline", metrics=figures) is not None) is fires


def test_the_best_of_the_plain_models_counts():
    """The probe too; that of the most frequent label is none. Others can be asked for."""
    beaten = metrics(
        macro_f1=0.3, baselines={"majority": 0.45, "tfidf-logistic-regression": 0.2, "frozen-encoder-probe": 0.6}
    )
    assert "frozen-encoder-probe has 0.600" in judge("worse-than-baseline", metrics=beaten).finding.message
    only = {"baselines": ("tfidf-logistic-regression",)}
    assert judge("worse-than-baseline", metrics=beaten, options=only) is None
    assert judge("worse-than-baseline") is None
