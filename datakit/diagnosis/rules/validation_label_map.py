"""Validation labels that mean something else than training labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationLabelMap(Rule):
    """Training rows are answered rightly, validation rows worse than by chance.

    What:
        Accuracy on training rows above `learnt`, on validation below half of chance.
    Why:
        To be wrong so often takes knowledge: the answers are right, and the labels are numbered in another order.
    Example:
        label2id shifted by one: validation accuracy .03, training .98
    Fix:
        Name the labels in the files instead of numbering them; make both splits from one file.
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("train_accuracy", "validation_accuracy", "labels")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"labels-shuffled"}
    learnt: float = 0.9  # accuracy on training rows, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare both accuracies with chance."""
        signs = Signs.of(history)
        if signs.accuracy is None or (signs.train_accuracy or 0.0) <= self.learnt:
            return None
        if signs.accuracy >= signs.chance / 2:
            return None
        return self.found(
            f"accuracy is {signs.train_accuracy:.2f} on training rows and {signs.accuracy:.2f} on validation; "
            f"guessing has {signs.chance:.2f}",
            symptom="validation is worse than by chance",
            cause="the labels of validation are numbered or named in another way than those of train",
            confidence=0.95,
            fix="make both splits from one file, with names for labels",
            evidence=signs.evidence("train_accuracy", "accuracy", "chance", "information"),
            split="validation",
            remedy={},
        )
