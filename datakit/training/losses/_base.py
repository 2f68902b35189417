"""What a loss is, and what it goes together with."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from datakit.training.task import Task

if TYPE_CHECKING:  # the recipe checks a loss's options, and must not load torch for it
    from torch import Tensor


class Loss(ABC):
    """How wrong the model's answers are, row by row; `datakit.training.criterion` weighs and averages them.

    Logits are fp32 and what the saved model will answer with: what a loss adds to them, it adds for training only.
    """

    #: What it does itself against imbalance; where it does anything, classes are not weighed unasked.
    remedy: ClassVar[str] = ""
    #: Whether class weights may be put over it: always, only in the last part of training, or never.
    class_weights: ClassVar[Literal["always", "deferred", "never"]] = "always"
    #: Whether rows of rare labels may be drawn more often.
    resampling: ClassVar[bool] = True
    #: Why it cannot learn rows with several labels; empty where it can.
    one_label_only: ClassVar[str] = ""

    @abstractmethod
    def of_label(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":
        """Return one loss a row, in nats, (rows,).

        Args:
            logits: (rows, k).
            targets: the place of each row's label, (rows,).
            task: labels and how often each occurs among the rows to learn from.
        """

    def of_labels(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":
        """Return one loss a row and label, in nats, (rows, k), for rows with several labels.

        Args:
            logits: (rows, k).
            targets: 1.0 for each label that a row carries, else 0.0, (rows, k).
            task: see above.
        """
        raise NotImplementedError(self.one_label_only)
