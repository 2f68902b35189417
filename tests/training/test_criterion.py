"""What the model is punished for."""

from types import SimpleNamespace

import pytest
import torch
from datasets import Dataset
from torch import nn
from torch.nn import functional
from transformers import Trainer, TrainingArguments

from datakit.core.errors import UsageError
from datakit.training.criterion import Criterion, criterion_of
from datakit.training.losses.cross_entropy import CrossEntropy
from datakit.training.registries import losses
from datakit.training.settings import Settings
from datakit.training.task import Task

ONE = Task(labels=("a", "b", "c"), counts=(12, 6, 2), rows=20, multi_label=False)
SEVERAL = Task(labels=("a", "b", "c"), counts=(12, 6, 2), rows=20, multi_label=True)
CASES = [
    pytest.param(losses.build(name), task, id=f"{name}-{'several' if task.multi_label else 'one'}")
    for name in losses.names()
    for task in (ONE, SEVERAL)
    if not (task.multi_label and losses.build(name).one_label_only)
]

every_case = pytest.mark.parametrize(("loss", "task"), CASES)


def batch(task, n=20):
    """Return logits and targets of n rows."""
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(n, 3, generator=draw)
    if task.multi_label:
        return logits, torch.randint(0, 2, (n, 3), generator=draw).float()
    return logits, torch.randint(0, 3, (n,), generator=draw)


class Linear(nn.Module):
    """A model that has a loss of its own, as those of transformers, and no dropout."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.linspace(-1, 1, 12).reshape(4, 3))

    def forward(self, features, **kwargs):  # noqa: ARG002
        """Return logits."""
        return {"logits": features @ self.weight}


@every_case
def test_accumulated_batches_teach_what_one_large_batch_does(loss, task, tmp_path):
    """Under the real Trainer, which counts the targets of a step: 20 rows as 5 batches of 4, one step an epoch."""
    _, targets = batch(task)
    features = batch(ONE)[0].repeat(1, 2)[:, :4]
    rows = Dataset.from_dict({"features": features.tolist(), "labels": targets.tolist()})
    learnt = []
    for size, accumulated in ((20, 1), (4, 5), (8, 3)):  # 8, 8 and 4 rows
        model = Linear()
        Trainer(
            model=model,
            args=TrainingArguments(
                str(tmp_path),
                per_device_train_batch_size=size,
                gradient_accumulation_steps=accumulated,
                num_train_epochs=2,
                optim="sgd",
                learning_rate=0.5,
                max_grad_norm=0,
                lr_scheduler_type="constant",
                use_cpu=True,
                report_to="none",
                save_strategy="no",
                disable_tqdm=True,
                remove_unused_columns=False,
                dataloader_pin_memory=False,
            ),
            train_dataset=rows,
            compute_loss_func=Criterion(loss, task, (0.5, 1.0, 4.0)),
        ).train()
        learnt.append(model.weight.detach())
    assert not torch.allclose(learnt[0], Linear().weight, atol=1e-2)
    assert torch.allclose(learnt[0], learnt[1], atol=1e-6)
    assert torch.allclose(learnt[0], learnt[2], atol=1e-6)


@every_case
def test_half_precision_logits_are_summed_in_full(loss, task):
    """The loss of bf16 logits is an fp32 number, and a finite one."""
    logits, targets = batch(task)
    value = Criterion(loss, task)({"logits": 50 * logits.bfloat16()}, targets)
    assert value.dtype == torch.float32
    assert torch.isfinite(value)


@every_case
def test_two_thousand_labels_are_no_trouble(loss, task):
    """The gradient is finite with a label of one row among many."""
    k = 2000
    many = Task(labels=tuple(map(str, range(k))), counts=(1,) * k, rows=k, multi_label=task.multi_label)
    logits = torch.randn(4, k, generator=torch.Generator().manual_seed(0), requires_grad=True)
    targets = torch.eye(k)[:4] if task.multi_label else torch.arange(4)
    Criterion(loss, many)({"logits": logits}, targets).backward()
    assert torch.isfinite(logits.grad).all()
    assert logits.grad.abs().sum() > 0


def test_a_batch_of_rare_rows_pulls_harder():
    """The sum is divided by the rows, so the weights do not cancel out in a batch of one label."""
    logits, labels = torch.zeros(4, 3), torch.full((4,), 2)
    plain = functional.cross_entropy(logits, labels)
    assert torch.isclose(Criterion(CrossEntropy(), ONE, (0.5, 1.0, 5.0))({"logits": logits}, labels), 5 * plain)


def test_with_several_labels_a_weight_is_that_of_the_rows_that_carry_the_label():
    """It is what torch calls pos_weight."""
    logits, targets = batch(SEVERAL)
    weights = torch.tensor([0.5, 1.0, 5.0])
    expected = functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weights)
    assert torch.isclose(
        Criterion(CrossEntropy(), SEVERAL, weights.tolist())({"logits": logits}, targets), expected
    )


def test_deferred_weights_come_into_effect_late():
    """After the given fraction of all steps."""
    logits, labels = torch.zeros(1, 3), torch.tensor([2])
    criterion = Criterion(CrossEntropy(), ONE, (0.5, 1.0, 5.0), after=0.8)
    told = []
    for step in (0, 7, 8, 9):
        criterion.on_step_begin(None, SimpleNamespace(global_step=step, max_steps=10), None)
        told.append(criterion({"logits": logits}, labels).item() / torch.tensor(3.0).log().item())
    assert told == pytest.approx([1, 1, 5, 5])


def test_a_loss_that_cannot_learn_rows_with_several_labels_says_why():
    """And which can."""
    with pytest.raises(UsageError, match=r"exclude one another.*\n.*focal"):
        criterion_of(Settings(loss="ldam"), SEVERAL)


def test_the_criterion_is_what_the_settings_ask_for():
    """Loss, options and weights."""
    logits, targets = batch(ONE)
    asked = criterion_of(Settings(loss="focal", loss_options={"gamma": 3}, class_weights="balanced"), ONE)
    made = Criterion(losses.build("focal", {"gamma": 3.0}), ONE, [20 / (3 * count) for count in ONE.counts])
    assert torch.isclose(asked({"logits": logits}, targets), made({"logits": logits}, targets))
