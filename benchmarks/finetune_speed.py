"""What an epoch of fine-tuning costs: datakit beside padding to 512 tokens and beside transformers' Trainer.

The encoder is MiniLM, the rows are 2,000 of TREC-6 (13 tokens on average) and 2,000 of IMDB (277), in
`../shared/data`. CPU seconds of this process, one thread. The ways:

- pad to 512: `padding="max_length"`, else as Trainer;
- Trainer: transformers' Trainer as it comes: dynamic padding, random batches, fp32, rate 5e-5;
- datakit: as `datakit finetune` comes, but to 512 tokens;
- datakit, 256 tokens: as it comes;
- datakit, frozen: with `freeze: embeddings,0-3`, and the states above computed once.

An epoch is extrapolated from a few steps (of TREC-6 40, padded 2; of IMDB 16, Trainer 4, padded 2): the steps
alone, without evaluation, saving, and what is done once. The states of the frozen layers are: `once` is all that
comes before the first step.

Macro-F1 is that of the 500 official test rows of TREC-6, over the seeds; there all ways take as many epochs.

    python benchmarks/finetune_speed.py [--seeds 3] [--epochs 3] [--only times|quality]
"""

import argparse
import gzip
import json
import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from datakit.core.corpus import Corpus
from datakit.core.hushed import quiet_transformers
from datakit.evaluation import macro_f1
from datakit.training.finetune import finetune
from datakit.training.models import resolve
from datakit.training.predict import Classifier
from datakit.training.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BATCH = 16
LONGEST = 512
WAYS = {"datakit": {}, "datakit, frozen": {"freeze": "embeddings,0-3"}}
SHORTER = {"datakit, 256 tokens": {"max_length": 256}}  # for texts that are longer


class Run(NamedTuple):
    """A training that was measured, in CPU seconds."""

    once: float  # before the first step has ended: loading, tokenising, the states of frozen layers
    steps: float  # of the steps of an epoch
    total: float  # of everything, evaluation and saving included
    macro_f1: float  # on the test rows


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--only", choices=["times", "quality"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    with quiet_transformers():
        short = corpus("trec6.train.jsonl.gz").take(np.random.default_rng(0).permutation(5452))
        if options.only != "quality":
            long = corpus("imdb_3k.train.jsonl.gz").take(np.random.default_rng(0).permutation(2000))
            stock_epoch(short, "longest", 2)  # a warm-up: imports, allocation
            times("TREC-6", short.take(range(2000)), part=640, steps=40, ways=WAYS)
            times("IMDB", long, part=256, steps=4, ways=WAYS | SHORTER)
        if options.only != "times":
            quality(short, options.epochs, range(1, options.seeds + 1))


def times(name: str, rows: Corpus, part: int, steps: int, ways: Mapping[str, Mapping[str, str | int]]) -> None:
    """Print what an epoch over rows costs, ours from a part of them, the others from a few steps."""
    few, scale = rows.take(range(part)), len(rows) / part
    runs = {
        way: ours(few, few.take(range(16)), few.take(range(16)), 1, 1, **options) for way, options in ways.items()
    }
    seconds = {
        "pad to 512": stock_epoch(rows, "max_length", 2),
        "Trainer": stock_epoch(rows, "longest", steps),
        **{way: run.steps * scale for way, run in runs.items()},
    }
    print(f"\n{name}, {len(rows):,} rows\n")
    print("| way | CPU-s an epoch | once | Trainer / it | pad to 512 / it |\n|---|---|---|---|---|")
    for way, epoch in seconds.items():
        once = f"{runs[way].once:.1f} for {part} rows" if way in runs else ""
        ratios = (seconds["Trainer"] / epoch, seconds["pad to 512"] / epoch)
        print(f"| {way} | {epoch:.1f} | {once} | {ratios[0]:.1f} | {ratios[1]:.1f} |")
    print(flush=True)


def quality(rows: Corpus, epochs: int, seeds: Sequence[int]) -> None:
    """Train on 2,000 rows of TREC-6, and print macro-F1 on its test rows."""
    train, validation = rows.take(range(2000)), rows.take(range(2000, 2200))
    test = corpus("trec6.test.jsonl")
    runs: dict[str, list[Run]] = {way: [] for way in ("Trainer", *WAYS)}
    for seed in seeds:  # one after the other, so that a crowded machine treats all alike
        for way, options in reversed(WAYS.items()):
            runs[way].append(ours(train, validation, test, seed, epochs, **options))
        runs["Trainer"].append(stock(train, test, seed, epochs))
    print(f"\nTREC-6, 2,000 rows, {epochs} epochs, seeds {seeds[0]} to {seeds[-1]}\n")
    print("| way | CPU-s, everything | macro-F1 of each seed | mean |\n|---|---|---|---|")
    for way, measured in runs.items():
        scores = [run.macro_f1 for run in measured]
        each = ", ".join(f"{score:.3f}" for score in scores)
        print(f"| {way} | {mean(run.total for run in measured):.1f} | {each} | {mean(scores):.3f} |")


def corpus(name: str) -> Corpus:
    """Read a data set."""
    opened = gzip.open if name.endswith(".gz") else open
    with opened(DATA / name, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return Corpus.from_columns([row["text"] for row in rows], [row["label"] for row in rows])


def ours(train: Corpus, validation: Corpus, test: Corpus, seed: int, epochs: int, **settings: str | int) -> Run:
    """Train as `datakit finetune` does."""
    marks = [time.process_time()]
    with tempfile.TemporaryDirectory() as folder:
        history = finetune(
            resolve("minilm").folder,
            train,
            validation,
            Path(folder) / "model",
            settings=Settings(**{"max_length": LONGEST, **settings}, epochs=epochs, batch_size=BATCH, patience=99),
            seed=seed,
            events=Path(folder) / "events",
            progress=lambda *_: marks.append(time.process_time()),
        )
        total = time.process_time() - marks[0]
        predicted = Classifier(Path(folder) / "model").probabilities(test.texts).argmax(axis=1)
    score = macro_f1(places(test, history.labels), predicted, len(history.labels))
    return told(f"{settings} seed {seed}", Run(marks[1] - marks[0], epoch_of(marks, train), total, score))


def stock(train: Corpus, test: Corpus, seed: int, epochs: int) -> Run:
    """Train by transformers' Trainer."""
    clock = Clock()
    trainer, labels = trainer_of(train, "longest", seed, clock, num_train_epochs=epochs)
    trainer.train()
    total = time.process_time() - clock.marks[0]
    logits = trainer.predict(encoded(trainer.processing_class, test, labels, "longest")).predictions
    score, marks = macro_f1(places(test, labels), logits.argmax(axis=1), len(labels)), clock.marks
    return told(f"Trainer seed {seed}", Run(marks[1] - marks[0], epoch_of(marks, train), total, score))


def stock_epoch(train: Corpus, padding: str, steps: int) -> float:
    """Return the CPU seconds of an epoch by transformers' Trainer, from a few steps after the first."""
    clock = Clock()
    trainer, _ = trainer_of(train, padding, 1, clock, max_steps=steps + 1)
    trainer.train()
    seconds = epoch_of(clock.marks, train)
    print(f"Trainer, {padding}: {seconds:.1f} CPU-s an epoch", flush=True)
    return seconds


class Clock(TrainerCallback):
    """Notes the CPU time at the start and after each step."""

    def __init__(self) -> None:
        self.marks = [time.process_time()]

    def on_step_end(self, *_: object, **__: object) -> None:
        """Note it."""
        self.marks.append(time.process_time())


def epoch_of(marks: Sequence[float], rows: Corpus) -> float:
    """Return the CPU seconds of the steps of an epoch; the first is left out, it comes after the preparations.

    Args:
        marks: CPU time at the start and after each step.
        rows: of an epoch.
    """
    # The median would drop long batches, the mean holds evaluation: the steps between two epochs are left out.
    seconds, steps = np.diff(marks)[1:], math.ceil(len(rows) / BATCH)
    between = np.arange(2, len(marks)) % steps == 1 if steps > 1 else np.zeros(len(seconds), bool)
    return float(seconds[~between].mean()) * steps


def told(what: str, run: Run) -> Run:
    """Print a training as soon as it is measured."""
    print(what, *(f"{name} {value:.3f}" for name, value in run._asdict().items()), flush=True)
    return run


def trainer_of(
    train: Corpus, padding: str, seed: int, clock: Clock, **arguments: int
) -> tuple[Trainer, tuple[str, ...]]:
    """Return transformers' Trainer with its defaults."""
    folder, labels = resolve("minilm").folder, tuple(sorted(set(train.labels)))
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Trainer(
        model=AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(labels)),
        args=TrainingArguments(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=BATCH,
            seed=seed,
            use_cpu=True,
            report_to="none",
            disable_tqdm=True,
            save_strategy="no",
            **arguments,
        ),
        train_dataset=encoded(tokenizer, train, labels, padding),
        processing_class=tokenizer,
        callbacks=[clock],
    ), labels


def encoded(tokenizer: AutoTokenizer, rows: Corpus, labels: tuple[str, ...], padding: str) -> Dataset:
    """Return rows as the Trainer's manual tokenises them."""
    texts = tokenizer(
        list(rows.texts),
        truncation=True,
        max_length=LONGEST,
        padding="max_length" if padding == "max_length" else False,
    )
    return Dataset.from_dict({**texts, "labels": places(rows, labels).tolist()})


def places(rows: Corpus, labels: tuple[str, ...]) -> np.ndarray:
    """Return the place of each row's label."""
    return np.array([labels.index(label) for label in rows.labels])


if __name__ == "__main__":
    main()
