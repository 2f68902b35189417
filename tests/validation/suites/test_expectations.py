"""Our expectations as a user of Great Expectations meets them: on a table of texts and labels."""

import re

import great_expectations as gx
import numpy as np
import pandas as pd
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig

from datakit.validation.suites import expectations as ours

TRAIN = [("a", "ham"), ("b", "ham"), ("A", "spam"), ("c", "ham"), ("c ", "ham"), ("d", "ham"), ("e", "ham")]
FRAME = pd.DataFrame([*TRAIN, (None, "spam"), (" ", "spam"), ("f", np.nan)], columns=["text", "label"])


@pytest.fixture(scope="module")
def batch_of():
    """Give a function that makes a data frame known to Great Expectations."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    definition = (
        context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    )
    return lambda frame: definition.get_batch(batch_parameters={"dataframe": frame})


@pytest.mark.parametrize(
    ("kind", "limit", "observed", "beyond"),
    [
        (ours.ExpectMinorityClassShareToBeAtLeast, "min_value", 0.1429, 0.143),
        (ours.ExpectImbalanceRatioToBeAtMost, "max_value", 6.0, 5.9),
        (ours.ExpectConflictingShareToBeAtMost, "max_value", 0.2857, 0.2856),
        (ours.ExpectDuplicateShareToBeAtMost, "max_value", 0.2857, 0.2856),
    ],
)
def test_the_limit_itself_is_met(batch_of, kind, limit, observed, beyond):
    """Rows that nobody can learn from do not count; texts are the same as everywhere in datakit."""
    met, unmet = (batch_of(FRAME).validate(kind(**{limit: value})) for value in (observed, beyond))
    assert (met.success, unmet.success) == (True, False)
    assert unmet.result["observed_value"] == observed
    assert not unmet.exception_info["raised_exception"]


def test_leaked_rows_are_found_by_the_column_that_tells_the_splits(batch_of):
    """A held-out row counts if its text stands in any split before its own."""
    frame = FRAME.assign(part=["train", "train", "validation", "train", "test", "test", "test", *["train"] * 3])
    met, unmet = (
        batch_of(frame).validate(ours.ExpectLeakedRowsToBeAtMost(max_value=rows, split_column="part"))
        for rows in (2, 1)
    )
    assert (met.success, unmet.success) == (True, False)
    assert unmet.result["observed_value"] == 2


def test_columns_may_have_other_names_and_labels_other_types(batch_of):
    """Numbers and categories are labels too."""
    frame = pd.DataFrame({"body": ["a", "b", "c"], "class": [1, 1, 2], "kind": pd.Categorical(["x", "x", "y"])})
    for column in ("class", "kind"):
        expectation = ours.ExpectImbalanceRatioToBeAtMost(max_value=1, text_column="body", label_column=column)
        assert batch_of(frame).validate(expectation).result["observed_value"] == 2.0


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (FRAME, "need a column 'split'"),
        (FRAME.rename(columns={"label": "class"}), r"for want of \['label'\]"),
        (FRAME.assign(split="dev"), "unknown splits"),
        (pd.DataFrame({"rows": [1, 2]}), r"for want of \['text', 'label'\]"),
        (pd.DataFrame({"rows": [1]}), "no figure 'leaked_rows'"),
    ],
)
def test_what_cannot_be_measured_is_an_exception_not_a_failure(batch_of, frame, why):
    """Great Expectations tells the two apart, if one looks."""
    result = batch_of(frame).validate(ours.ExpectLeakedRowsToBeAtMost(max_value=0))
    assert not result.success
    assert re.search(why, str(result.exception_info))


@pytest.mark.parametrize(
    "limit", [{}, {"max_value": -0.1}, {"max_value": 5}, {"max_value": "few"}, {"min_value": 0}]
)
def test_a_share_needs_a_limit_that_is_one(limit):
    """Percentages are refused; no limit is a default, which Great Expectations would not save."""
    with pytest.raises(ValueError, match="validation error"):
        ours.ExpectDuplicateShareToBeAtMost(**limit)


def test_a_suite_survives_saving_and_loading():
    """With its limits, all of them."""
    suite = gx.ExpectationSuite(
        name="labelled",
        expectations=[
            ours.ExpectMinorityClassShareToBeAtLeast(min_value=0.1),
            ours.ExpectLeakedRowsToBeAtMost(max_value=0, split_column="part"),
        ],
    )
    saved = suite.to_json_dict()
    assert [e["kwargs"] for e in saved["expectations"]] == [
        {"min_value": 0.1},
        {"max_value": 0.0, "split_column": "part"},
    ]
    assert gx.ExpectationSuite(**saved).to_json_dict()["expectations"] == saved["expectations"]
