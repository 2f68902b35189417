"""transformers' Trainer with our batches, optimizer and schedule."""

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import Trainer

from datakit.training.checkpoints import BestWeights, Checkpoints
from datakit.training.optimisation import optimizer_of, schedule_of
from datakit.training.sampling import LengthGrouped
from datakit.training.settings import Settings


class LengthGroupedTrainer(Trainer):  # type: ignore[misc]  # transformers is not typed
    """transformers' Trainer with batches of rows of like length: random ones pad IMDB to six times the time.

    Args:
        sampler: gives the order of the rows.
        checkpoints: where a checkpoint goes that is asked for; the Trainer's `output_dir` is their scratch folder.
        best: the best weights until now, which go with it.
        settings: optimizer and schedule.
        rate: peak learning rate.
        arguments: the Trainer's own.
    """

    def __init__(
        self,
        *,
        sampler: LengthGrouped,
        settings: Settings,
        rate: float,
        checkpoints: Checkpoints,
        best: BestWeights,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**arguments)
        self._checkpoints = checkpoints
        self._best = best
        self._sampler = sampler
        self._settings = settings
        self._rate = rate

    def create_optimizer(self, model: Any = None) -> Optimizer:  # noqa: ANN401
        """Return our optimizer over the model."""
        self.optimizer: Optimizer = optimizer_of(model or self.model, self._settings, self._rate)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> LRScheduler:
        """Return our schedule over all steps."""
        self.lr_scheduler: LRScheduler = schedule_of(
            optimizer or self.optimizer, self._settings, num_training_steps
        )
        return self.lr_scheduler

    def floating_point_ops(self, inputs: Any) -> int:  # noqa: ANN401, ARG002
        """Return nothing: nobody reads it, and counting the parameters anew took 2 ms a step."""
        return 0

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGrouped:  # noqa: ANN401, ARG002
        return self._sampler

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            written = self._checkpoints.scratch / f"checkpoint-{self.state.global_step}"
            self._checkpoints.keep(written, self._best.weights)
