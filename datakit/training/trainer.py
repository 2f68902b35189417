"""transformers' Trainer with our batches, optimizer and schedule."""

from typing import Any

from accelerate.data_loader import prepare_data_loader  # type: ignore[import-untyped]
from datasets import Dataset
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader
from transformers import Trainer

from datakit.training.checkpoints import BestWeights, Checkpoints
from datakit.training.optimisation import optimizer_of, schedule_of
from datakit.training.sampling import Share
from datakit.training.settings import Settings


class LengthGroupedTrainer(Trainer):  # type: ignore[misc]  # transformers is not typed
    """transformers' Trainer with batches of rows of like length: random ones pad IMDB to six times the time.

    Args:
        share: the rows of each batch that this process learns.
        checkpoints: where a checkpoint goes that is asked for; the Trainer's `output_dir` is their scratch folder.
        best: the best weights until now, which go with it.
        settings: optimizer and schedule.
        rate: peak learning rate.
        arguments: the Trainer's own.
    """

    def __init__(
        self,
        *,
        share: Share,
        settings: Settings,
        rate: float,
        checkpoints: Checkpoints,
        best: BestWeights,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**arguments)
        self._checkpoints = checkpoints
        self._best = best
        self._share = share
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

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return our batches, which are dealt out to the processes already."""
        rows = self.train_dataset
        if isinstance(rows, Dataset):
            rows = self._remove_unused_columns(rows, description="training")
        loader = DataLoader(
            rows,
            batch_sampler=self._share,
            collate_fn=self.data_collator,
            pin_memory=self.args.dataloader_pin_memory,
        )
        prepared: DataLoader[Any] = prepare_data_loader(loader, num_processes=1, process_index=0)
        return prepared

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()  # each process has written its random state
        if self.args.should_save:
            written = self._checkpoints.scratch / f"checkpoint-{self.state.global_step}"
            self._checkpoints.keep(written, self._best.weights)
