"""What a training writes down."""

import pytest
from transformers import TrainerControl, TrainerState

from datakit import testing
from datakit.training.recorder import Listeners, Recorder


def epoch(number, macro_f1, roc_auc=None):
    """Return the log entry of an evaluation."""
    figures = {"eval_loss": 0.5, "eval_accuracy": 0.9, "eval_macro_f1": macro_f1, "step": 10 * number}
    return figures | ({} if roc_auc is None else {"eval_roc_auc": roc_auc})


@pytest.mark.parametrize(
    ("epochs", "best"),
    [
        ([(0.5, 0.9), (0.6, 0.5), (0.55, 0.9)], 2),
        ([(0.48, 0.5), (0.48, 0.7), (0.48, 0.6)], 2),  # one answer to all, but it begins to rank
        ([(1.0, 1.0), (1.0, 1.0)], 1),
        ([(0.48, None), (0.48, None)], 1),  # a label is not there to be ranked
    ],
)
def test_the_best_epoch_has_the_highest_macro_f1_and_of_equals_ranks_best(epochs, best):
    """And of these it is the first."""
    recorder = Recorder(None, None)
    history = [epoch(i, *scores) for i, scores in enumerate(epochs, start=1)]
    recorder.on_train_begin(None, TrainerState(log_history=history), TrainerControl())
    assert recorder.best.epoch == best
    assert recorder.best.roc_auc == epochs[best - 1][1]


def test_once_a_quarter_of_the_steps_is_made_what_was_recorded_is_told():
    """Once; of a training that goes on from behind it, not again."""
    told = []
    listeners = Listeners(lambda *_: None, lambda _: None, told.append)
    entries = [{"step": step, "loss": 1.0, "learning_rate": 1e-4, "grad_norm": 1.0} for step in range(2, 42, 2)]
    for behind in (0, 10):
        recorder = Recorder(testing.history(), listeners)
        recorder.on_train_begin(None, TrainerState(log_history=entries[:behind]), TrainerControl())
        for n, entry in enumerate(entries[behind:], start=behind + 1):
            state = TrainerState(log_history=entries[:n], global_step=entry["step"], max_steps=40)
            recorder.on_log(None, state, TrainerControl(), dict(entry))
    assert [[step.step for step in history.steps] for history in told] == [[2, 4, 6, 8, 10]]
