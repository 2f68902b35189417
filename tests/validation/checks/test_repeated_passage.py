# ruff: noqa: RUF001  (quotes, dashes and commas of other scripts are what is tested)
import pytest

from datakit.core.findings import Severity
from datakit.testing import find

PASSAGE = "See you at five in front of the old town hall."
OTHER = "Do not forget to bring the keys along with you, or we will stand there until somebody comes home."


@pytest.mark.parametrize(
    "text",
    [
        " ".join([PASSAGE] * 12),
        f"{OTHER} {' '.join([PASSAGE] * 12)} {OTHER}",
        "\n".join([PASSAGE.upper(), PASSAGE] * 3),
        "味道不错，下次还会再来的！" * 12,
    ],
)
def test_the_same_again_and_again_is_found(text):
    """Whatever stands around it, in any case and script."""
    (finding,) = find("repeated-passage", train=[(text, "x"), (PASSAGE, "x")])
    assert finding.lines == (1,)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "text",
    [
        f"{PASSAGE} {OTHER}",
        f"{PASSAGE} {OTHER} {PASSAGE}",  # said twice, with emphasis
        "ha " * 100,
        "no, no, never " * 20,
        "!" * 300,
        "速度快" + "." * 60,
        "wub" * 80,
    ],
)
def test_emphasis_is_no_fault(text):
    """Nor is a passage said twice in a longer text."""
    assert find("repeated-passage", train=[(text, "x")]) == []


def test_one_in_a_thousand_is_a_remark():
    """A chorus is no fault; `warn_share` and `max_share` move the limits."""
    train = [(" ".join([PASSAGE] * 3), "x"), *[(f"text {i}", "x") for i in range(999)]]
    (remark,) = find("repeated-passage", train=train)
    assert remark.severity is Severity.INFO
    (warning,) = find("repeated-passage", train=train, options={"warn_share": 0.0005})
    assert warning.severity is Severity.WARNING
    assert find("repeated-passage", train=train, options={"max_share": 0.7}) == []
