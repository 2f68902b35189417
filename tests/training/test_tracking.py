"""Experiment trackers."""

import pytest

from datakit.core.errors import UsageError
from datakit.training.tracking import trackers


def test_trackers_are_those_of_transformers():
    """Each name once; by default none."""
    assert trackers(()) == []
    assert [type(one).__name__ for one in trackers(["tensorboard", "tensorboard"])] == ["TensorBoardCallback"]


def test_all_that_cannot_be_told_are_named_at_once():
    """A name nobody knows, and one whose package is not installed."""
    with pytest.raises(UsageError) as refused:
        trackers(["mlfow", "clearml", "tensorboard"])
    unknown, missing = refused.value.problems
    assert "'mlfow'" in unknown.got
    assert "mlflow" in unknown.got  # among those that it could be
    assert "requires 'clearml' to be installed" in missing.got
    assert missing.fix == "pip install clearml, or leave it out"
