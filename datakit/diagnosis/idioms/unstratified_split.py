"""A split that may lack rare labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import is_open_keyword, keyword_of, method_calls
from datakit.diagnosis.idioms._script import Script

_MESSAGE = "the split is not stratified: a rare label may be missing on one side"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnstratifiedSplit(Idiom):
    """A random split that may leave rare labels out.

    What:
        `train_test_split` of sklearn without `stratify`, or of `datasets` without `stratify_by_column`, in a
        script that fine-tunes a classifier.
    Why:
        A rare label may be missing from validation or test, or be there so seldom that its figures are chance.
    Example:
        `train_test_split(texts, labels, test_size=0.1)`
    Fix:
        `stratify=labels`; `datakit split` keeps shares, and copies of a text on one side.
    Source:
        scikit-learn: stratification of `train_test_split`; 5 rows of a label among 500, a
        tenth for testing: none of them there in 59 of 100 splits
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at splits by sklearn and by datasets."""
        classifies = any("SequenceClassification" in word for word in script.words)
        if not classifies or {"regression", "MSELoss"} & script.words:
            return
        for call in script.calls("train_test_split", of=("sklearn", "cuml")):
            if keyword_of(call, "stratify") is None and not is_open_keyword(call):
                yield Spot(node=call, message=_MESSAGE, fix="stratify=labels")
        for call in method_calls(script.tree, "train_test_split"):
            if keyword_of(call, "stratify_by_column") is None and not is_open_keyword(call):
                yield Spot(node=call, message=_MESSAGE, fix='stratify_by_column="label" (a ClassLabel column)')
