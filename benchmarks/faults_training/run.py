"""Train with faults planted, and keep what was recorded. README.md tells what for, `score.py` judges.

    python benchmarks/faults_training/run.py LINES [--encoder FOLDER] [--only PATTERN] [--seconds N]

LINES is a file of JSON Lines: one training a line, known by its set, fault, seed, encoder and remedy. What it
holds already is not trained again, so a run may be killed at any time.

    python benchmarks/faults_training/run.py LINES --repair

trains again each repairable fault with the first remedy that the rules, as they are now, give for its line.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from faults import FAULTS, HEALTHY, options_of
from lines import read
from sets import SETS
from transformers import AutoConfig, PreTrainedModel, TrainerCallback

from datakit.core.corpus import Corpus, Splits
from datakit.core.embeddings import embeddings
from datakit.core.files import to_json
from datakit.core.history import History
from datakit.core.hushed import quiet_transformers
from datakit.evaluation.baselines import baselines
from datakit.evaluation.metrics import measure
from datakit.evaluation.probe import Embedded, Vectors
from datakit.evaluation.truth import right_labels
from datakit.training import finetune as training
from datakit.training import layers
from datakit.training.finetune import finetune
from datakit.training.models import resolve
from datakit.training.predict import Classifier
from datakit.training.recorder import DivergedError
from datakit.training.settings import Settings

FIRST_SEED, SEEDS = 13, (13, 14, 15)
SANE_SEEDS = range(13, 26)  #: of the healthy trainings: none alarmed of 104 bounds the share by 3.5%


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One training."""

    set: str
    fault: str  #: or the name of a healthy training
    seed: int
    remedy: Mapping[str, Any] = field(default_factory=dict)  #: options of the section `finetune`

    def key(self, encoder: str) -> str:
        """Return what a line is known by."""
        return json.dumps([encoder, self.set, self.fault, self.seed, self.remedy], sort_keys=True)


# ---------------------------------------------------------------------------------------------- which trainings


HELD_OUT = ("sst2", "hate_offensive")
RARE = ("sst2-1:10", "hate_offensive", "sst2-1:50")


def jobs() -> Iterator[Job]:
    """Yield the trainings, what matters most first; the faults of the first seed on the held-out sets in turn."""
    faults = [one for one in FAULTS.values() if not one.decoy]
    decoys = [one for one in FAULTS.values() if one.decoy]
    yield from _healthy("trec6", FIRST_SEED)
    yield from (Job(set="trec6", fault=one.name, seed=FIRST_SEED) for one in faults)
    sane = [Job(set=name, fault=rate, seed=seed) for seed in SANE_SEEDS for rate in HEALTHY for name in HELD_OUT]
    for turn in (0, 1):
        for i, one in enumerate(faults):
            sets = RARE if one.rare else HELD_OUT
            yield Job(set=sets[(i + turn) % len(sets)], fault=one.name, seed=FIRST_SEED)
            if i % 3 == 0 and sane:
                yield sane.pop(0)
        for i, one in enumerate(decoys):
            yield Job(set=HELD_OUT[(i + turn) % len(HELD_OUT)], fault=one.name, seed=FIRST_SEED)
    yield from (Job(set="trec6", fault=one.name, seed=FIRST_SEED) for one in decoys)
    yield from sane
    for name in ("trec6-1:10", "sst2-1:10"):
        yield from _healthy(name, FIRST_SEED)
        yield from (Job(set=name, fault=one.name, seed=FIRST_SEED) for one in faults)
    for seed in SEEDS[1:]:
        yield from _healthy("trec6", seed)
        for name in ("trec6", *HELD_OUT):
            yield from (
                Job(set=name, fault=one.name, seed=seed) for one in faults if not (one.rare and name == "sst2")
            )


def _healthy(name: str, seed: int) -> Iterator[Job]:
    yield from (Job(set=name, fault=healthy, seed=seed) for healthy in HEALTHY)


def repairs(lines: Iterable[Mapping[str, Any]]) -> Iterator[Job]:
    """Yield what the first remedies ask for, by the rules as they are now."""
    from judging import first_remedy

    for line in lines:
        if not line["remedy"] and line["fault"] in FAULTS and FAULTS[line["fault"]].repairable:
            remedy = first_remedy(line)
            if remedy:
                yield Job(set=line["set"], fault=line["fault"], seed=line["seed"], remedy=remedy)


# ---------------------------------------------------------------------------------------------- one training


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """The pretrained model."""

    name: str
    folder: Path

    @property
    def blocks(self) -> int:
        """How many it has."""
        return int(AutoConfig.from_pretrained(self.folder).num_hidden_layers)


class Gradients(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Notes what the peers' rules need: the first and last matrix's gradients, each as root mean square."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []

    def on_pre_optimizer_step(self, *_: Any, model: PreTrainedModel, **__: Any) -> None:  # noqa: ANN401
        """Note those of this step."""
        parts = layers.parts_of(model)
        matrices = [weights for part in parts.values() for weights in part if weights.ndim > 1]
        known = [weights.grad for weights in matrices if weights.grad is not None]
        first, last = (float(known[i].float().square().mean().sqrt()) if known else 0.0 for i in (0, -1))
        zeros = float((known[-1] == 0).float().mean()) if known else 1.0
        self.steps.append({"first": _short(first), "last": _short(last), "zeros": _short(zeros)})


def trained(job: Job, encoder: Encoder) -> dict[str, Any]:
    """Train, and return the line."""
    began = time.process_time()
    genuine = SETS[job.set].splits(job.seed)
    fault = FAULTS.get(job.fault)
    splits = fault.rows(genuine, job.seed) if fault and fault.rows else genuine
    options = options_of(job.fault, genuine, encoder.blocks) | dict(job.remedy)
    gradients = Gradients()
    with tempfile.TemporaryDirectory() as scratch:
        folder = encoder.folder
        if fault and fault.model:
            folder = Path(scratch) / "pretrained"
            with quiet_transformers():
                fault.model(encoder.folder, folder)
        with fault.code() if fault and fault.code else nullcontext():
            history, metrics = _learnt(
                folder, splits, Settings(**options), seed=job.seed, scratch=Path(scratch), gradients=gradients
            )
    return {
        "encoder": encoder.name,
        "set": job.set,
        "fault": job.fault,
        "seed": job.seed,
        "remedy": dict(job.remedy),
        "history": json.loads(to_json(asdict(history))),
        "metrics": metrics,
        "reference": _references(job.set, job.seed, job.fault if fault and fault.rows else "")["validation"],
        "gradients": gradients.steps,
        "cpu": round(time.process_time() - began, 1),
    }


def _learnt(
    pretrained: Path, splits: Splits, settings: Settings, *, seed: int, scratch: Path, gradients: Gradients
) -> tuple[History, dict[str, Any]]:
    """Return the history, and the figures of the test split beside the baselines; none where it diverged."""
    callbacks_of = training.callbacks_of
    training.callbacks_of = lambda *args: [*callbacks_of(*args), gradients]  # type: ignore[assignment]
    try:
        history = finetune(
            pretrained,
            splits.train,
            splits.validation,
            scratch / "model",
            settings=settings,
            seed=seed,
            events=scratch / "events",
            progress=lambda *_: None,
        )
    except DivergedError as error:
        return error.history, {}
    finally:
        training.callbacks_of = callbacks_of
    model = Classifier(scratch / "model")
    measured = measure(model.labels, right_labels(splits.test), model.probabilities(splits.test.texts), seed=seed)
    beside = baselines(splits.train, splits.test, embedded=_embedded(splits.train, splits.test), seed=seed)
    return history, json.loads(to_json({"model": measured, "baselines": beside}))


@cache
def _references(name: str, seed: int, fault: str) -> dict[str, Any]:
    """Return what the plain baselines reach on validation."""
    splits = SETS[name].splits(seed)
    if fault:
        splits = FAULTS[fault].rows(splits, seed)  # type: ignore[misc]
    known = [i for i, label in enumerate(splits.validation.labels) if label in splits.train.label_counts]
    asked = splits.validation.take(known)
    found = baselines(splits.train, asked, embedded=_embedded(splits.train, asked), seed=seed)
    return {"validation": json.loads(to_json(found))}


def _embedded(train: Corpus, test: Corpus) -> Embedded:
    return Embedded(train=train, train_vectors=_vectors(train), test_vectors=_vectors(test))


_KNOWN: dict[str, Vectors] = {}


def _vectors(corpus: Corpus) -> Vectors:
    fresh = [text for text in dict.fromkeys(corpus.texts) if text not in _KNOWN]
    if fresh:
        _KNOWN.update(zip(fresh, embeddings(fresh), strict=True))
    return np.stack([_KNOWN[text] for text in corpus.texts])


def _short(value: float) -> float:
    return float(f"{value:.3g}")


# ---------------------------------------------------------------------------------------------- the loop


def main() -> int:
    """Train what is not there yet; return 1 where a training could not be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--encoder", help="folder of another one than the embedded MiniLM")
    parser.add_argument("--repair", action="store_true", help="train what the first remedies ask for")
    parser.add_argument("--only", default="", metavar="PATTERN", help="of set:fault:seed, a regular expression")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which none is begun")
    given = parser.parse_args()
    torch.set_num_threads(1)
    pretrained = resolve(given.encoder or "minilm")
    encoder = Encoder(name=Path(pretrained.name).name, folder=pretrained.folder)
    began, failed = time.monotonic(), 0
    known = [line for line in read(given.lines) if line["encoder"] == encoder.name]
    done = {
        Job(**{name: line[name] for name in ("set", "fault", "seed", "remedy")}).key(encoder.name)
        for line in known
    }
    for job in repairs(known) if given.repair else jobs():
        named = f"{job.set}:{job.fault}:{job.seed}"
        if job.key(encoder.name) in done or not re.search(given.only, named):
            continue
        if time.monotonic() - began > given.seconds:
            break
        done.add(job.key(encoder.name))
        try:
            line = trained(job, encoder)
        except Exception:  # noqa: BLE001  one that cannot be made must not keep the others from it
            print(f"failed: {named}\n{traceback.format_exc()}", flush=True)
            failed = 1
            continue
        with given.lines.open("a") as file:
            file.write(json.dumps(line) + "\n")
        reached = line["metrics"]["model"]["macro_f1"] if line["metrics"] else "diverged"
        print(
            f"{time.monotonic() - began:6.0f} s  {named} {dict(job.remedy) or ''} {reached} ({line['cpu']} CPU s)",
            flush=True,
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
