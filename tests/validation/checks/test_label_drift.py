from dataclasses import replace

import pytest

from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import corpus, find
from datakit.validation import validate


def rows(**counts: int) -> list[tuple[str, str]]:
    """Return so many different texts a label."""
    return [(f"{label} {i}", label) for label, n in counts.items() for i in range(n)]


def test_other_class_shares_than_in_train_are_found():
    """With what moved most, and the distance that chance alone would reach."""
    (finding,) = find("label-drift", train=rows(a=1000, b=1000, c=1000), test=rows(a=60, b=250, c=250))
    assert finding.message.startswith("test has other class shares than train: 'a' 33.3% -> 10.7%, ")
    assert finding.evidence["against"] == "train"
    assert finding.evidence["shares"]["a"] == [0.3333, 0.1071]
    assert finding.evidence["by_chance"] < 0.1 < finding.evidence["distance"]
    assert (finding.severity, finding.split) == (Severity.WARNING, "test")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("held_out", [30, 300])
def test_random_splits_do_not_drift(seed, held_out):
    """Small ones with many classes differ by chance, and a lot."""
    all_rows = rows(**{f"class{i}": 5 + i for i in range(40)})
    rng_for(seed, "split").shuffle(all_rows)
    assert find("label-drift", train=all_rows[held_out:], test=all_rows[:held_out]) == []


def test_a_small_shift_of_many_rows_is_not_told():
    """Being sure of it does not make it matter; `min_distance` moves the limit, `warn_distance` the alarm's."""
    train, test = rows(a=5000, b=5000), rows(a=4500, b=5500)
    assert find("label-drift", train=train, test=test) == []
    (remark,) = find("label-drift", train=train, test=test, options={"min_distance": 0.01})
    assert remark.severity is Severity.INFO
    (warning,) = find("label-drift", train=train, test=test, options={"min_distance": 0.01, "warn_distance": 0.02})
    assert warning.severity is Severity.WARNING


def test_classes_of_one_side_only_count():
    """Nothing in common is the largest distance."""
    (finding,) = find("label-drift", train=rows(a=100), validation=rows(b=100))
    assert finding.evidence["distance"] == 1.0


def test_rows_with_several_labels_are_compared_by_label():
    """However they are combined."""
    train = [{"text": f"t{i}", "labels": ["joy", "love"] if i % 2 else ["joy"]} for i in range(200)]
    test = [{"text": f"s{i}", "labels": ["joy", "grief"] if i % 2 else ["joy"]} for i in range(100)]
    (finding,) = find("label-drift", train=train, test=test)
    assert set(finding.evidence["shares"]) == {"grief", "joy", "love"}
    assert find("label-drift", train=train, test=train[:100]) == []


def test_rows_of_old_are_compared_with_those_to_learn_from():
    """Only where such are given."""
    report = validate(corpus(rows(a=90, b=10)), reference=corpus(rows(a=50, b=50)))
    (finding,) = (f for f in report.findings if f.code == "label-drift")
    assert (finding.split, finding.evidence["against"]) == ("train", "reference")
    assert finding.evidence["shares"] == {"a": [0.5, 0.9], "b": [0.5, 0.1]}
    assert "label-drift" not in {f.code for f in validate(corpus(rows(a=90, b=10))).findings}


def test_the_same_rows_give_the_same_finding():
    """The random splits come from a fixed seed."""
    train, test = rows(a=50, b=50, c=50), rows(a=50, b=10, c=10)
    (once,), (twice,) = (find("label-drift", train=train, test=test) for _ in range(2))
    assert replace(once) == twice
