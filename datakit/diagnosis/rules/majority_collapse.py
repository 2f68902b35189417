"""A model that answers with one class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import TOO_FAR, TOO_SHORT, History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, mended_rate, without_remedy


@dataclass(frozen=True, kw_only=True, slots=True)
class MajorityCollapse(Rule):
    """The kept model gives (almost) every validation row the same label.

    What:
        One label takes at least `share` of all answers on the validation split, and more than it has rows.
    Why:
        Answering with the most frequent class is the first thing that lowers the loss. A learning rate that is too
        low, too few epochs or a strong imbalance leave the model there; too high a rate throws it back.
    Example:
        900 `ham`, 100 `spam`: accuracy .90, recall of `spam` 0
    Fix:
        Where the weights hardly moved (an update ratio below 1e-4), raise the learning rate; else weigh the
        classes and train longer; balance the rows.
    Source:
        90/10 SST-2 with MiniLM: macro-F1 .34 collapsed, .66 with class weights, .47 with twice the epochs. At too
        low a rate class weights alone gave .40.
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("predicted", "class_weights")
    explains: ClassVar[frozenset[str]] = frozenset(
        {"misleading-accuracy", "overfitting", "under-trained", "worse-than-baseline"}
    )
    share: float = 0.98  # fraction of the answers, 0..1
    slow: float = TOO_SHORT  # update ratio, below which the rate is raised before anything else
    far: float = TOO_FAR  # update ratio, above which the rate is the surer cause

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the answers of the kept epoch with the labels."""
        best = history.best
        if best is None:
            return None
        label, answers = max(best.predicted.items(), key=lambda item: item[1])
        rows = sum(best.predicted.values())
        truth = history.validation_counts.get(label, 0)
        if answers < self.share * rows or answers <= truth:
            return None
        signs = Signs.of(history)
        return self.found(
            f"the model answers {label!r} to {answers:,} of {rows:,} validation rows; {truth:,} of them are",
            symptom="every text gets the same label",
            cause="the loss has not left the class frequencies behind",
            # Too long steps are a cause of it, and what mends them mends this.
            confidence=0.4 if signs.update and signs.update > self.far else 0.6,
            evidence={
                "label": label,
                "answers": answers,
                "rows": rows,
                "macro_f1": best.macro_f1,
                **({"recall": best.recall} if best.recall else {}),
                **signs.evidence("update", "information", "loss"),
            },
            split="validation",
            remedy={"finetune": self._remedy(history, signs)},
        )

    def _remedy(self, history: History, signs: Signs) -> dict[str, Any]:
        """Return what is to be tried next: longer steps where they were short; class weights; more of both."""
        settings = history.settings
        longer = {"epochs": 2 * settings["epochs"]}
        if signs.update and signs.update < self.slow:
            return {"learning_rate": mended_rate(history, signs.update)}
        if without_remedy(settings):
            return {"class_weights": "balanced", **longer}
        if signs.update is None:  # an older record
            return {**longer, "learning_rate": min(2e-4, 5 * settings["learning_rate"])}
        return longer
