"""Fine-tune a pretrained encoder on a train split, choosing the checkpoint by the validation split."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from transformers import (
    AutoTokenizer,
    DataCollatorWithPadding,
    TrainingArguments,
)
from transformers.integrations import TensorBoardCallback

from datakit.core.corpus import Corpus
from datakit.core.history import History
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.training.architecture import build, learning_rate
from datakit.training.batches import tokenised
from datakit.training.checkpoints import BestWeights, Checkpoints, DueCheckpoints
from datakit.training.devices import bf16_pays, device
from datakit.training.judging import judged
from datakit.training.losses import loss_of
from datakit.training.recorder import Progress, Recorder
from datakit.training.sampling import LengthGrouped
from datakit.training.settings import Settings
from datakit.training.task import Task
from datakit.training.trainer import LengthGroupedTrainer


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
) -> History:
    """Fine-tune the model in the folder `pretrained` and save the best epoch's model to `folder`.

    Best is the highest macro-F1 on `validation`. The global random state is as before afterwards.

    Args:
        pretrained: safetensors weights with config and tokenizer.
        train: rows to learn from; its labels become the model's.
        validation: rows to choose the epoch by.
        folder: receives model, config (with the label names) and tokenizer.
        settings: see there.
        seed: of the new head, the batches and dropout.
        events: folder for TensorBoard's event files.
        progress: told after every step.
        checkpoints: folder for what a killed training goes on from, to the byte on a CPU; by default it starts
            again. The caller removes it when the training is done.
    """
    task = Task.of(train)
    with (
        quiet_transformers(),
        global_state_lent(seed_for(seed, "finetune")),
        torch.random.fork_rng(),
        TemporaryDirectory() as temporary,
    ):
        # The head is drawn when the model is loaded, before the Trainer sets its seed.
        torch.manual_seed(seed_for(seed, "head"))
        model = build(pretrained, task)
        tokenizer = AutoTokenizer.from_pretrained(pretrained)
        rate = learning_rate(settings, model)
        rows = tokenised(tokenizer, train.texts, settings.max_length, task.targets(train))
        recorder, best = Recorder(progress, settings.patience), BestWeights()
        kept = Checkpoints(checkpoints or Path(temporary))
        trainer = LengthGroupedTrainer(
            sampler=LengthGrouped(rows["length"], settings.batch_size, seed),
            settings=settings,
            rate=rate,
            checkpoints=kept,
            best=best,
            model=model,
            args=_arguments(kept.scratch, settings, len(train), seed),
            train_dataset=rows,
            eval_dataset=tokenised(tokenizer, validation.texts, settings.max_length, task.targets(validation)),
            processing_class=tokenizer,
            data_collator=DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8),
            compute_metrics=partial(judged, task=task),
            compute_loss_func=loss_of(settings, task),
            callbacks=[
                recorder,
                best,
                *([DueCheckpoints()] if checkpoints else []),
                TensorBoardCallback(_writer(events)),
            ],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        if former := kept.newest():
            best.read(former)
        trainer.train(resume_from_checkpoint=str(former) if former else None)
        model.load_state_dict(best.weights)
        trainer.save_model(str(folder))
    (folder / "training_args.bin").unlink()  # a pickle, with the paths and the host of this run
    return History(
        labels=task.labels,
        train_counts=dict(zip(task.labels, task.counts, strict=True)),
        validation_counts=dict(validation.label_counts),
        settings={**settings.model_dump(), "learning_rate": rate, "bf16": bf16_pays(device())},
        steps=tuple(recorder.steps),
        epochs=tuple(recorder.epochs),
        best_epoch=recorder.best.epoch,
        stopped_early=len(recorder.epochs) < settings.epochs,
    )


def _arguments(scratch: Path, settings: Settings, rows: int, seed: int) -> TrainingArguments:
    steps_per_epoch = -(-rows // settings.batch_size)
    return TrainingArguments(
        output_dir=str(scratch),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=64,
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
        seed=seed_for(seed, "finetune") % 2**32,
    )


def _writer(events: Path) -> Any:  # noqa: ANN401
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(log_dir=str(events))
