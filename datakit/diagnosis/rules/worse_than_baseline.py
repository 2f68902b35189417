"""A model that a linear one beats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from datakit.core.findings import Finding, Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class WorseThanBaseline(Rule):
    """The fine-tuned model does worse on the test split than TF-IDF with a logistic regression.

    What:
        The linear baseline's macro-F1 lies above the upper end of the model's 95% interval.
    Why:
        The data can be learnt, for the baseline did: so training is at fault, not the data.
    Example:
        TF-IDF + LR .77, fine-tuned model .55 (.51 to .59)
    Fix:
        Look at the learning curve: if the validation loss still falls, train longer or with a higher rate; if it
        rises, with a lower one.
    Source:
        A cheap probe as the reference: "fine-tune below probe: training is at fault; probe at chance: data or
        labels" told 90/10 SST-2 (.34 against .675) from shuffled labels (.105).
    """

    phase: ClassVar[Literal["before", "during", "after"]] = "after"
    baseline: str = "tfidf-logistic-regression"

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Compare the figures of the test split."""
        model, linear = metrics["model"], metrics["baselines"][self.baseline]
        upper = model["macro_f1_interval"][1]
        if linear["macro_f1"] <= upper:
            return None
        still_falling = history.best_epoch == len(history.epochs)
        epochs = 2 * history.settings["epochs"]
        return Diagnosis(
            finding=Finding(
                code="worse-than-baseline",
                severity=Severity.WARNING,
                message=f"macro-F1 {model['macro_f1']:.3f} (at best {upper:.3f}); "
                f"TF-IDF with a logistic regression has {linear['macro_f1']:.3f}",
                fix=f"train longer: finetune.epochs={epochs}"
                if still_falling
                else "the best epoch was not the last: try half the learning rate",
                evidence={"model": model["macro_f1"], "baseline": linear["macro_f1"], "upper": upper},
                split="test",
            ),
            symptom="the model is worse than a linear one on the same rows",
            cause="training ended before the model had learnt"
            if still_falling
            else "the learning rate is too high",
            remedy={"finetune": {"epochs": epochs}}
            if still_falling
            else {"finetune": {"learning_rate": history.settings["learning_rate"] / 2}},
        )
