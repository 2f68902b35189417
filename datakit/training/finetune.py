"""Fine-tune a pretrained encoder on a train split, choosing the checkpoint by the validation split."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from transformers import (
    AutoTokenizer,
    TrainingArguments,
)
from transformers.integrations import TensorBoardCallback

from datakit.core.corpus import Corpus
from datakit.core.history import History
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.training.activations import FrozenBottom, padded
from datakit.training.adapters import adapt
from datakit.training.architecture import build
from datakit.training.batches import padding_of, rows_of
from datakit.training.checkpoints import BestWeights, Checkpoints, DueCheckpoints
from datakit.training.criterion import criterion_of
from datakit.training.devices import bf16_pays, device
from datakit.training.documents import Reading, require_positions
from datakit.training.first_token import narrow
from datakit.training.judging import judged
from datakit.training.layers import freeze
from datakit.training.learning_rate import batches_of, peak_rate
from datakit.training.memory import memory_kept
from datakit.training.optimisation import callbacks_of
from datakit.training.recorder import Progress, Recorder, Watch
from datakit.training.sampling import sampler_of
from datakit.training.settings import Settings
from datakit.training.task import Task
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
    watch: Watch = lambda _: None,
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
        watch: told after every epoch; may end the training by raising.
    """
    task = Task.of(train)
    criterion = criterion_of(settings, task)
    with (
        quiet_transformers(),
        memory_kept(),
        global_state_lent(seed_for(seed, "finetune")),
        torch.random.fork_rng(),
        TemporaryDirectory() as temporary,
    ):
        # The head is drawn when the model is loaded, before the Trainer sets its seed.
        torch.manual_seed(seed_for(seed, "head"))
        model = build(pretrained, task, settings)
        require_positions(model, settings.max_length)
        merge = adapt(model, settings)
        freeze(model, settings.freeze)
        narrow(model)
        tokenizer = AutoTokenizer.from_pretrained(pretrained)
        reading = Reading(max_length=settings.max_length, long_texts=settings.long_texts)
        read = reading.windows(tokenizer, train.texts)
        judged_on = reading.windows(tokenizer, validation.texts).longest_first()
        shown = train.take(read.documents)  # a row a window
        rows = rows_of(read.ids, task.targets(shown))
        validation_rows = rows_of(judged_on.ids, task.targets(validation.take(judged_on.documents)))
        recorder, best = Recorder(progress, settings.patience, watch), BestWeights()
        kept = Checkpoints(checkpoints or Path(temporary))
        sampler = sampler_of(settings, task, shown, rows["length"], seed)
        collator = padding_of(tokenizer)
        rate, trials = peak_rate(model, batches_of(rows, sampler, collator, settings), criterion, settings)
        if bottom := FrozenBottom.of(model) if settings.cache else None:
            spill = Path(temporary)
            rows, validation_rows = (
                bottom.states(of_split, collator, spill / name)
                for name, of_split in (("train", rows), ("validation", validation_rows))
            )
            bottom.skip()
            collator = padded
        occurring = {tokenizer.pad_token_id}.union(*read.ids, *judged_on.ids)
        restore_vocabulary = narrow_vocabulary(model, occurring)
        trainer = LengthGroupedTrainer(
            sampler=sampler,
            settings=settings,
            rate=rate,
            checkpoints=kept,
            best=best,
            model=model,
            args=_arguments(kept.scratch, settings, len(sampler), seed),
            train_dataset=rows,
            eval_dataset=validation_rows,
            processing_class=tokenizer,
            data_collator=collator,
            compute_metrics=partial(judged, task=task, documents=judged_on.documents),
            compute_loss_func=criterion,
            callbacks=[
                criterion,
                recorder,
                best,
                *([DueCheckpoints()] if checkpoints else []),
                *callbacks_of(model, settings),
                TensorBoardCallback(_writer(events)),
            ],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        if former := kept.newest():
            best.read(former)
        trainer.train(resume_from_checkpoint=str(former) if former else None)
        model.load_state_dict(best.weights)
        restore_vocabulary()
        merge()
        trainer.save_model(str(folder))
    reading.save(folder)
    (folder / "training_args.bin").unlink()  # a pickle, with the paths and the host of this run
    return History(
        labels=task.labels,
        train_counts=dict(zip(task.labels, task.counts, strict=True)),
        validation_counts=dict(validation.label_counts),
        settings={
            **settings.model_dump(),
            "class_weights": settings.class_weights_in_effect,
            "learning_rate": rate,
            "learning_rate_trials": [asdict(trial) for trial in trials],
            "bf16": bf16_pays(device()),
            "cached_blocks": len(bottom.blocks) if bottom else 0,
            "texts_truncated": round(read.truncated, 6),
            "tokens_lost": round(read.tokens_lost, 6),
        },
        steps=tuple(recorder.steps),
        epochs=tuple(recorder.epochs),
        best_epoch=recorder.best.epoch,
        stopped_early=len(recorder.epochs) < settings.epochs,
    )


def _arguments(scratch: Path, settings: Settings, rows: int, seed: int) -> TrainingArguments:
    steps_per_epoch = -(-rows // (settings.batch_size * settings.accumulation))
    return TrainingArguments(
        output_dir=str(scratch),
        num_train_epochs=settings.epochs,
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
        seed=seed_for(seed, "finetune") % 2**32,
    )


def _writer(events: Path) -> Any:  # noqa: ANN401
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(log_dir=str(events))
