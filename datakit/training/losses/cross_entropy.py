"""The loss `cross-entropy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from datakit.training.losses._base import Loss
from datakit.training.task import Task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class CrossEntropy(Loss):
    """The negative logarithm of the probability that the model gives to the right label.

    What:
        -log p of the right label; with several labels a row, the binary cross-entropy of each label.
        `label_smoothing` gives that share of each target to all labels alike: the model is no longer rewarded for
        ever larger logits, and a wrong label costs less.

    Why:
        The likelihood of the labels: the one loss whose probabilities are right where the data are.

    Example:
        `spam` at p = .9 costs .105, at p = .1 it costs 2.30

    Fix:
        Begin here, with class weights. `label_smoothing` of 0.1 helps where labels are noisy.

    Source:
        label smoothing: Szegedy et al. 2016; Müller, Kornblith & Hinton 2019
    """

    label_smoothing: Annotated[float, Meta(ge=0, lt=1)] = 0.0

    def of_label(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":  # noqa: ARG002
        """Return the cross-entropy of each row."""
        from torch.nn import functional

        return functional.cross_entropy(logits, targets, reduction="none", label_smoothing=self.label_smoothing)

    def of_labels(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":  # noqa: ARG002
        """Return the binary cross-entropy of each label; smoothing is among the two answers to each."""
        from torch.nn import functional

        smooth = targets * (1 - self.label_smoothing) + self.label_smoothing / 2
        return functional.binary_cross_entropy_with_logits(logits, smooth, reduction="none")
