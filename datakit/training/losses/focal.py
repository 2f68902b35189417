"""The loss `focal`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from datakit.training.losses._base import Loss
from datakit.training.task import Task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Focal(Loss):
    """Cross-entropy that counts what the model has learnt already for little.

    What:
        (1 - p)^gamma times the cross-entropy, p being the probability of the right answer. gamma = 0 is
        cross-entropy; class weights may be put over it (the paper's alpha).

    Why:
        The many easy rows of a frequent label add up to more than the few hard rows of a rare one.

    Example:
        gamma = 2: a row at p = .9 costs a hundredth of its cross-entropy, one at p = .5 a quarter

    Fix:
        Try gamma between 1 and 3; by itself it does little for rare labels, so class weights stay on.
        Avoid it where labels are noisy: wrong labels are hard rows for ever. It has no label smoothing: both keep
        the model from being too sure.

    Source:
        Lin et al. 2017, Focal loss for dense object detection; Mukhoti et al. 2020, Calibrating deep neural
        networks using focal loss
    """

    gamma: Annotated[float, Meta(ge=0)] = 2.0

    def of_label(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":  # noqa: ARG002
        """Return the focal loss of each row."""
        from torch.nn import functional

        return self._of(functional.cross_entropy(logits, targets, reduction="none"))

    def of_labels(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":  # noqa: ARG002
        """Return the focal loss of each label's yes or no."""
        from torch.nn import functional

        return self._of(functional.binary_cross_entropy_with_logits(logits, targets, reduction="none"))

    def _of(self, entropy: "Tensor") -> "Tensor":
        # 1 - p from -log p, exact where p is close to 1; away from 0, where the slope of the power is infinite.
        wrong = (-(-entropy).expm1()).clamp_min(1e-7)
        return wrong**self.gamma * entropy
