"""Training rows that even a sound training cannot learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, rows_a_step


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelNoise(Rule):
    """A good part of the labels seems to be wrong, or cannot be told from the texts.

    What:
        The weights moved as they should and far enough, there are rows enough, and yet more than a fifth of the
        training rows are answered wrongly in the last epoch; and validation loss stays above `loss` of a blind
        answer's, or validation, whose labels are better then, is answered more rightly by `gap`.
    Why:
        A model learns what most rows agree on first. Rows with wrong labels stay wrong until they are learnt by
        heart. A hard task looks the same: only a look at the rows can tell.
    Example:
        40% of TREC-6's labels drawn at random: training accuracy .76, validation .57; with a clean validation
        split .73 and .85
    Fix:
        Look at the rows that `datakit validate --deep` suspects (`suspect-labels`); smooth the labels.
    Source:
        Own measurements with MiniLM; Arpit et al. 2017, A closer look at memorization in deep networks
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = (
        "body_update",
        "drift",
        "train_accuracy",
        "validation_relative_loss",
        "batch_size",
    )
    learnt: float = 0.8  # accuracy on training rows, 0..1
    rows: int = 16  # training rows a label, and
    batch: int = 4  # rows a step, that could teach it
    loss: float = 0.6  # validation loss / loss of a blind answer
    gap: float = 0.1  # by which validation is answered better than the rows that were learnt
    drift: float = 0.012  # |weights - initial weights| / |initial weights| of a training that had time

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look whether a training that was sound left many of its own rows wrong."""
        signs = Signs.of(history)
        if signs.train_accuracy is None or signs.validation_loss is None or signs.drift is None:
            return None
        sound = signs.moved_well and signs.drift >= self.drift and not signs.blind
        fair = signs.rows_per_label >= self.rows and rows_a_step(history) >= self.batch
        if not (sound and fair) or signs.train_accuracy >= self.learnt:
            return None
        cleaner = signs.accuracy is not None and signs.accuracy > signs.train_accuracy + self.gap
        if signs.validation_loss <= self.loss and not cleaner:
            return None
        return self.found(
            f"{1 - signs.train_accuracy:.0%} of the training rows are still answered wrongly, but weights moved "
            "as they should",
            severity=Severity.INFO,
            symptom="training and validation accuracy both stay low",
            cause="many labels are wrong, or cannot be told from the texts",
            confidence=0.4,
            evidence=signs.evidence("train_accuracy", "accuracy", "validation_loss", "drift"),
            fix="look at the rows that `datakit validate --deep` suspects; label smoothing makes them cost less",
            remedy={"finetune": {"loss": "cross-entropy", "loss_options": {"label_smoothing": 0.1}}},
        )
