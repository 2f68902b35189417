"""A model that a plain one beats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, mended_rate


@dataclass(frozen=True, kw_only=True, slots=True)
class WorseThanBaseline(Rule):
    """The fine-tuned model does worse on the test split than a plain model of the same rows.

    What:
        The macro-F1 of the best of `baselines` lies above the upper end of the model's 95% interval.
    Why:
        The data can be learnt, for a linear model on words, or on the vectors of an encoder that was not trained,
        has learnt them: so training is at fault, not the data.
    Example:
        TF-IDF + LR .77, fine-tuned model .55 (.51 to .59)
    Fix:
        Look at the learning curve: if the last epoch was the best, train longer; else raise the rate where steps
        were short, and lower it where they were not.
    Source:
        A cheap probe as the reference: "fine-tune below probe: training is at fault; probe at chance: data or
        labels" told 90/10 SST-2 (.34 against .675) from shuffled labels (.105).
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("baselines",)
    short: float = 3e-4  # |step| / |weights| of the body, below which steps are made longer; 1e-3 is right
    baselines: tuple[str, ...] = ("tfidf-logistic-regression", "frozen-encoder-probe")

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Compare the figures of the test split."""
        plain = {name: m for name, m in metrics.get("baselines", {}).items() if name in self.baselines}
        if not plain:
            return None
        name, best = max(plain.items(), key=lambda item: float(item[1]["macro_f1"]))
        model = metrics["model"]
        upper = model["macro_f1_interval"][1]
        if best["macro_f1"] <= upper:
            return None
        cause, fix, options = self._change(history)
        return self.found(
            f"macro-F1 {model['macro_f1']:.3f} (at best {upper:.3f}); {name} has {best['macro_f1']:.3f}",
            severity=Severity.WARNING,
            symptom="the model is worse than a plain one on the same rows",
            cause=cause,
            confidence=0.5,
            fix=fix,
            evidence={
                "model": model["macro_f1"],
                "baselines": {name: m["macro_f1"] for name, m in plain.items()},
                "upper": upper,
            },
            split="test",
            remedy={"finetune": options},
        )

    def _change(self, history: History) -> tuple[str, str, dict[str, Any]]:
        """Return the likeliest cause, what to do, and the options for it, by the curve and the steps."""
        signs, settings = Signs.of(history), history.settings
        if history.best_epoch == len(history.epochs):
            epochs = 2 * settings["epochs"]
            fix = f"train longer: finetune.epochs={epochs}"
            return "training ended before the model had learnt", fix, {"epochs": epochs}
        if signs.update is not None and 0 < signs.update < self.short:
            rate = mended_rate(history, signs.update)
            return "the learning rate is low", f"raise it: finetune.learning_rate={rate}", {"learning_rate": rate}
        rate = settings["learning_rate"] / 2
        fix = "the best epoch was not the last: try half the learning rate"
        return "the learning rate is too high", fix, {"learning_rate": rate}
