"""What a killed training goes on from, to the byte; and the best epoch's weights."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.files import digest_of, from_json, to_json
from datakit.training.processes import of_first
from datakit.training.recorder import Recorder

# Rather more than what saving costs: all weights and the optimizer's two moments, 270 MB for MiniLM.
_SECONDS = 120.0

_BEST = "best.safetensors"

_COMPLETE = "complete.json"  # what the checkpoint holds, with digests; written last


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one training, in a folder of its own; the newest is the only one.

    One is written aside and moved into place, so there is always a whole one, whenever the process is killed. One
    that a failing disk or a loss of power has cut short is known by its list of digests, and passed over.

    Args:
        folder: theirs.
    """

    folder: Path

    @property
    def scratch(self) -> Path:
        """Where the Trainer writes one."""
        return self.folder / "scratch"

    def newest(self) -> Path | None:
        """Return the folder of the newest that is whole, if there is one."""
        return next((path for path in (self._place, self._former) if _whole(path)), None)

    def keep(self, written: Path, best: Mapping[str, torch.Tensor] | None) -> None:
        """Move one into place, with the best weights until now."""
        if best is not None:
            save_file(dict(best), written / _BEST)
        (written / _COMPLETE).write_bytes(to_json(_digests(written)))
        if self._place.exists():
            shutil.rmtree(self._former, ignore_errors=True)
            self._place.replace(self._former)
        written.replace(self._place)
        shutil.rmtree(self._former, ignore_errors=True)

    @property
    def _place(self) -> Path:
        return self.folder / "checkpoint"

    @property
    def _former(self) -> Path:
        return self.folder / "former"


def _whole(folder: Path) -> bool:
    """Tell whether a checkpoint holds what was written, to the byte."""
    try:
        return from_json((folder / _COMPLETE).read_bytes(), dict[str, str]) == _digests(folder)
    except (OSError, ValueError):  # there is none, or its list was cut short
        return False


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _COMPLETE)
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in files}


class BestWeights(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Keeps the weights of the best epoch until now in memory.

    Saving and loading them by way of the disk took a tenth of the time of a training on short texts.

    Args:
        recorder: which epoch is the best; it stands before this one among the callbacks.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.weights: dict[str, torch.Tensor] | None = None
        self._recorder = recorder

    def on_evaluate(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,  # noqa: ARG002
        control: TrainerControl,  # noqa: ARG002
        model: torch.nn.Module,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Keep a copy of the weights if they are the best."""
        if self._recorder.epochs[-1] is self._recorder.best:
            # A copy that shares no memory, on the CPU, so that a large model does not take the accelerator twice.
            self.weights = {
                name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()
            }

    def read(self, checkpoint: Path) -> None:
        """Take up the weights that were kept with a checkpoint."""
        if (checkpoint / _BEST).exists():
            self.weights = load_file(checkpoint / _BEST)


class DueCheckpoints(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Asks the Trainer for a checkpoint every so many seconds, where training can go on from exactly.

    That is after a step whose loss was logged, so that no step's loss is lost; at the end of an epoch after its
    evaluation; and never when training ends.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._last = time.monotonic()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Ask for one inside an epoch."""
        ends_epoch = state.epoch is not None and float(state.epoch).is_integer()
        self._ask(args, state, control, possible=not ends_epoch)

    def on_epoch_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Ask for one between two epochs."""
        self._ask(args, state, control, possible=state.global_step < state.max_steps)

    def _ask(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, *, possible: bool
    ) -> None:
        logged = state.global_step % args.logging_steps == 0
        # The first process's clock is that of all: they write a checkpoint together, or none does.
        if possible and logged and of_first(time.monotonic() - self._last >= self._seconds):
            control.should_save = True
            self._last = time.monotonic()
