"""Fine-tune a pretrained encoder on a train split, choosing the checkpoint by the validation split."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from transformers import TrainingArguments
from transformers.integrations import TensorBoardCallback

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.history import Epoch, History
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.training.activations import FrozenBottom
from datakit.training.checkpoints import BestWeights, Checkpoints, DueCheckpoints
from datakit.training.criterion import criterion_of
from datakit.training.data import Data
from datakit.training.devices import bf16_pays, device
from datakit.training.first_token import narrow
from datakit.training.judging import judged
from datakit.training.learning_rate import batches_of, peak_rate
from datakit.training.memory import memory_kept
from datakit.training.optimisation import callbacks_of
from datakit.training.outset import Outset
from datakit.training.processes import of_first, together
from datakit.training.recorder import DivergedError, Listeners, NotFiniteError, Progress, Recorder
from datakit.training.sampling import Share, sampler_of
from datakit.training.settings import Settings
from datakit.training.signals import Signals
from datakit.training.task import Task
from datakit.training.tracking import trackers
from datakit.training.trainer import LengthGroupedTrainer
from datakit.training.vocabulary import narrow_vocabulary


def finetune(
    pretrained: Path,
    train: Corpus,
    validation: Corpus,
    folder: Path,
    *,
    settings: Settings,
    seed: int,
    events: Path,
    progress: Progress,
    checkpoints: Path | None = None,
    watch: Callable[[Epoch], None] = lambda _: None,
    early: Callable[[History], None] = lambda _: None,
    report_to: Sequence[str] = (),
) -> History:
    """Fine-tune the model in the folder `pretrained` and save the best epoch's model to `folder`.

    Best is the highest macro-F1 on `validation`, of equals the best ranking; rows with labels that `train` lacks
    are left out there.
    Where the accelerator's memory does not suffice, it begins again with half the batch and twice the
    accumulation. The global random state is as before afterwards.

    Args:
        pretrained: safetensors weights with config and tokenizer.
        train: rows to learn from; its labels become the model's.
        validation: rows to choose the epoch by.
        folder: receives model, config (with the label names), tokenizer, and how texts are read.
        settings: see there.
        seed: of the new head, the batches and dropout.
        events: folder for TensorBoard's event files.
        progress: told after every step.
        checkpoints: folder for what a killed training goes on from, to the byte on a CPU; by default it starts
            again. The caller removes it when the training is done.
        watch: told after every epoch; may end the training by raising.
        early: told what was recorded when a quarter of the steps is made; may end the training by raising.
        report_to: experiment trackers that are told too; see `tracking.trackers`.

    Raises:
        DivergedError: a loss or a gradient is no finite number.
        GateError: no row of validation has a label that train has.
        TransientError: one of several processes was killed.
        UsageError: settings that the model, the data or the machine cannot follow.
    """
    task = Task.of(train)
    known = task.learnable(validation)
    with TemporaryDirectory() as temporary:
        while True:
            place = (checkpoints or Path(temporary)) / f"batch-{settings.batch_size}"
            attempt = _Training(pretrained, task, settings, seed, Checkpoints(place), tuple(report_to))
            work = partial(
                attempt.take_part, train, known, folder, events=events, resumable=checkpoints is not None
            )
            try:
                return together(work, settings.processes, Listeners(progress, watch, early))
            except torch.OutOfMemoryError as error:
                settings = _halved(settings, error)


@dataclass(frozen=True)
class _Training:
    """One attempt at it."""

    pretrained: Path
    task: Task
    settings: Settings
    seed: int
    checkpoints: Checkpoints
    report_to: tuple[str, ...]

    def take_part(
        self,
        train: Corpus,
        validation: Corpus,
        folder: Path,
        *,
        events: Path,
        resumable: bool,
        rank: int,
        listeners: Listeners,
    ) -> History:
        """Train as the process of this rank. The global random state is as before afterwards."""
        with (
            quiet_transformers(),
            memory_kept(),
            global_state_lent(_drawn_by(self.seed, rank)),
            torch.random.fork_rng(),
        ):
            return self._run(
                train,
                validation,
                folder,
                events=events,
                resumable=resumable,
                rank=rank,
                listeners=listeners,
            )

    def _run(
        self,
        train: Corpus,
        validation: Corpus,
        folder: Path,
        *,
        events: Path,
        resumable: bool,
        rank: int,
        listeners: Listeners,
    ) -> History:
        """Train, save the best epoch's model, and return the history."""
        told = trackers(self.report_to) if rank == 0 else []  # before anything is loaded
        settings, criterion = self.settings, criterion_of(self.settings, self.task)
        outset = Outset.of(self.pretrained, self.task, settings, self.seed)
        model = outset.model
        data = Data.of(self.task, train, validation, outset.reading, outset.tokenizer)
        sampler = sampler_of(settings, self.task, data.shown, data.lengths, self.seed)
        batches = batches_of(data.train, sampler, data.collator, settings)
        rate, trials = of_first(peak_rate(model, batches, criterion, settings))
        if bottom := FrozenBottom.of(model) if settings.cache else None:
            data = data.above(bottom, self.checkpoints.folder.parent / f"process-{rank}")
        narrow(model)  # only now: the states of all tokens are kept where the last block is frozen too
        restore_vocabulary = narrow_vocabulary(model, data.occurring)
        found = {
            "learning_rate": rate,
            "learning_rate_trials": [asdict(trial) for trial in trials],
            "cached_blocks": len(bottom.blocks) if bottom else 0,
            **data.figures,
        }
        begun = outset.history(validation, found)
        recorder = Recorder(begun, listeners)
        best = BestWeights(recorder)
        targets = torch.tensor(self.task.targets(data.shown))[list(sampler)]
        signals = Signals(criterion, model, self.task, targets, rate, adapters=settings.lora_rank > 0)
        trainer = LengthGroupedTrainer(
            share=Share(sampler, settings, rank),
            settings=settings,
            rate=rate,
            checkpoints=self.checkpoints,
            best=best,
            model=model,
            args=_arguments(
                self.checkpoints.scratch,
                settings,
                epochs=begun.settings["epochs"],
                rows=len(sampler),
                seed=_drawn_by(self.seed, rank),
            ),
            train_dataset=data.train,
            eval_dataset=data.validation,
            processing_class=outset.tokenizer,
            data_collator=data.collator,
            compute_metrics=partial(judged, task=self.task, documents=data.documents),
            compute_loss_func=signals,
            callbacks=[
                criterion,
                signals,
                recorder,
                best,
                *([DueCheckpoints()] if resumable else []),
                *callbacks_of(model, settings),
                *([TensorBoardCallback(_writer(events))] if rank == 0 else []),
                *told,
            ],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        try:
            self._go_on(trainer, best)
        except NotFiniteError as error:
            raise DivergedError(*error.problems, history=recorder.history) from error
        if rank == 0:
            model.load_state_dict(best.weights)
            restore_vocabulary()
            outset.merge()
            trainer.save_model(str(folder))
            outset.reading.save(folder)
            (folder / "training_args.bin").unlink()  # a pickle, with the paths and the host of this run
        return recorder.history

    def _go_on(self, trainer: LengthGroupedTrainer, best: BestWeights) -> None:
        """Train to the end, from the newest checkpoint if there is one."""
        former = self.checkpoints.newest()
        if former is not None:
            best.read(former)
        trainer.train(resume_from_checkpoint=str(former) if former else None)


def _drawn_by(seed: int, rank: int) -> int:
    """Return the seed that a process draws dropout by: each has masks of its own."""
    return seed_for(seed, "finetune", *([rank] if rank else []))


def _halved(settings: Settings, error: torch.OutOfMemoryError) -> Settings:
    """Return settings that need half the memory for activations, and make the same steps."""
    torch.cuda.empty_cache()
    if settings.batch_size == 1:
        raise UsageError(
            Problem(
                where="finetune.batch_size",
                got=f"not even a single row fits into the accelerator's memory: {error}",
                fix="lower finetune.max_length, freeze lower layers, train adapters (lora_rank: 8), or choose a "
                "smaller model",
            )
        ) from error
    return settings.model_copy(
        update={"batch_size": settings.batch_size // 2, "accumulation": settings.accumulation * 2}
    )


def _arguments(scratch: Path, settings: Settings, *, epochs: int, rows: int, seed: int) -> TrainingArguments:
    steps_per_epoch = -(-rows // (settings.batch_size * settings.processes * settings.accumulation))
    arguments = TrainingArguments(
        output_dir=str(scratch),
        num_train_epochs=epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=64,
        gradient_accumulation_steps=settings.accumulation,
        max_grad_norm=settings.max_grad_norm,
        use_cpu=device().type == "cpu",
        bf16=bf16_pays(device()),
        eval_strategy="epoch",
        save_strategy="no",  # but when `DueCheckpoints` asks for it
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_strategy="steps",
        logging_steps=max(1, steps_per_epoch // 25),
        logging_nan_inf_filter=False,  # a NaN must be seen
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=device().type == "cuda",
        seed=seed % 2**32,
    )
    # Else transformers would spread each batch over all GPUs that this process sees, by nn.DataParallel.
    arguments._n_gpu = min(arguments.n_gpu, 1)  # noqa: SLF001
    return arguments


def _writer(events: Path) -> Any:  # noqa: ANN401
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(log_dir=str(events))
