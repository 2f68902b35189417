"""A model that goes on learning what does not carry over."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class Overfitting(Rule):
    """The validation loss rises while the training loss falls on.

    What:
        The last epoch's validation loss is more than `rise` times the lowest, and macro-F1 did not gain.
    Why:
        The model learns the training rows by heart. The best epoch is kept, so the damage is lost time; but fewer
        epochs, more data or more regularisation would give a better one.
    Example:
        validation loss .31, .24, .29, .41; training loss .35, .12, .05, .02
    Fix:
        Fewer epochs, a lower learning rate, more weight decay, more or more varied rows.
    Source:
        Prechelt 1998, Early stopping - but when?: the generalisation loss of 5% and more.
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("validation_loss", "validation_score")
    explains: ClassVar[frozenset[str]] = frozenset({"worse-than-baseline"})
    rise: float = 1.25  # last validation loss / lowest

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the epochs."""
        losses = [epoch.validation_loss for epoch in history.epochs if epoch.validation_loss is not None]
        best = history.best
        if best is None or not losses or not all(map(isfinite, losses)):  # one that blew up is another fault
            return None
        last = history.epochs[-1]
        if (
            losses[-1] <= self.rise * min(losses)
            or (last.score or 0.0) > (best.score or 0.0)
            or history.best_epoch == last.epoch
        ):
            return None
        kept = history.settings.get("keeps_best", True)  # other trainers may not
        return self.found(
            f"validation loss rose from {min(losses):.3f} to {losses[-1]:.3f}; "
            f"epoch {history.best_epoch} of {len(losses)} was {'kept' if kept else 'the best'}",
            severity=Severity.INFO if kept else Severity.WARNING,
            symptom="the validation loss rises while the training loss falls",
            cause="the training rows are being learnt by heart",
            confidence=0.5,
            fix=f"nothing is lost: the best epoch was kept; finetune.epochs={history.best_epoch} saves time"
            if kept
            else f"keep the model of epoch {history.best_epoch}, or stop there: what came after it did harm",
            evidence={
                "validation_loss": losses,
                "best_epoch": history.best_epoch,
                **Signs.of(history).evidence("train_accuracy"),
            },
            split="validation",
            remedy={"finetune": {"epochs": history.best_epoch}},
        )
