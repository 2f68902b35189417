"""A model that answers with one class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from datakit.core.findings import Finding, Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class MajorityCollapse(Rule):
    """The kept model gives (almost) every validation row the same label.

    What:
        One label takes at least `share` of all answers on the validation split, and more than it has rows.
    Why:
        Answering with the most frequent class is the first thing that lowers the loss. A learning rate that is
        too low, too few epochs or a strong imbalance leave the model there; one that is too high throws it back.
    Example:
        900 `ham`, 100 `spam`: accuracy .90, recall of `spam` 0
    Fix:
        Weigh the classes, train longer, raise the learning rate if the loss still falls; balance the rows.
    Source:
        90/10 SST-2 with MiniLM: macro-F1 .34 collapsed, .66 with class weights, .47 with twice the epochs.
    """

    phase: ClassVar[Literal["before", "during", "after"]] = "after"
    share: float = 0.98  # fraction of the answers, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the answers of the kept epoch with the labels."""
        best = history.epochs[history.best_epoch - 1]
        label, answers = max(best.predicted.items(), key=lambda item: item[1])
        rows = sum(best.predicted.values())
        truth = history.validation_counts.get(label, 0)
        if answers < self.share * rows or answers <= truth:
            return None
        settings = history.settings
        remedy = {"epochs": 2 * settings["epochs"]}
        if _is_unremedied(settings):
            remedy = {"class_weights": "balanced", **remedy}
        else:
            remedy["learning_rate"] = min(2e-4, 5 * settings["learning_rate"])
        return Diagnosis(
            finding=Finding(
                code="majority-collapse",
                severity=Severity.ERROR,
                message=f"the model answers {label!r} to {answers:,} of {rows:,} validation rows; "
                f"{truth:,} of them are",
                fix="train with " + ", ".join(f"finetune.{name}={value}" for name, value in remedy.items()),
                evidence={"label": label, "answers": answers, "rows": rows, "macro_f1": best.macro_f1},
                split="validation",
            ),
            symptom="every text gets the same label",
            cause="the loss has not left the class frequencies behind",
            remedy={"finetune": remedy},
        )


def _is_unremedied(settings: Mapping[str, Any]) -> bool:
    """Tell whether nothing but weights by hand, which did not help, is done about rare labels.

    The record of an older run has no loss and no sampling.
    """
    return (
        settings["class_weights"] not in ("balanced", "effective")
        and settings.get("loss", "cross-entropy") in ("cross-entropy", "focal")
        and settings.get("sampling", "shuffled") == "shuffled"
    )
