"""Optimizers, schedules, and what is done to the weights beside the gradient."""

from types import SimpleNamespace

import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModelForSequenceClassification

from datakit.training.optimisation import WarmUp, optimizer_of, schedule_of
from datakit.training.settings import Settings


@pytest.fixture
def model(tiny_encoder):
    """Give a tiny BERT with a gradient on every parameter."""
    model = AutoModelForSequenceClassification.from_pretrained(tiny_encoder, num_labels=2)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 0.01)
    return model


def course(steps=100, **settings):
    """Return the rate at each step, relative to the peak."""
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule = schedule_of(optimizer, Settings(**settings), steps)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.parametrize("name", ["adamw", "sgd", "adafactor"])
def test_every_optimizer_moves_the_weights_that_learn(model, name):
    """A frozen parameter stays, though it has a gradient."""
    frozen = model.base_model.embeddings.word_embeddings.weight.requires_grad_(False)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimizer_of(model, Settings(optimizer=name, learning_rate=0.01), 0.01).step()
    moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {n for n, p in model.named_parameters() if p is not frozen}


def test_biases_and_norms_do_not_decay(model):
    """Vectors have no decay, matrices have the one that is set."""
    groups = optimizer_of(model, Settings(weight_decay=0.3), 1e-3).param_groups
    decay = {id(p): group["weight_decay"] for group in groups for p in group["params"]}
    assert {decay[id(p)] for n, p in model.named_parameters() if "LayerNorm" in n or n.endswith("bias")} == {0.0}
    assert {decay[id(p)] for p in model.parameters() if p.ndim > 1} == {0.3}


def test_lower_layers_learn_more_slowly(model):
    """The head has the peak, each part below half of the part above; the peak is the one that is logged."""
    groups = optimizer_of(model, Settings(layer_decay=0.5), 1e-3).param_groups
    rate = {id(p): group["lr"] for group in groups for p in group["params"]}
    layers = model.bert.encoder.layer
    parameters = [model.classifier.weight, layers[1].output.dense.bias, layers[0].output.dense.weight]
    parameters.append(model.bert.embeddings.word_embeddings.weight)
    assert [rate[id(p)] for p in parameters] == [1e-3, 5e-4, 2.5e-4, 1.25e-4]
    assert groups[0]["lr"] == 1e-3


def test_l1_takes_small_weights_to_exactly_zero(model):
    """Rate times strength off every decaying weight, never past 0; biases are left alone."""
    for parameter in model.parameters():
        parameter.grad.zero_()
        parameter.data.fill_(1.0)
    small, large = model.classifier.weight, model.bert.pooler.dense.weight
    small.data.fill_(-0.0005)
    optimizer_of(model, Settings(l1=1.0, weight_decay=0.0), 1e-3).step()
    assert torch.equal(small, torch.zeros_like(small))
    assert torch.allclose(large, torch.full_like(large, 0.999))
    assert torch.equal(model.classifier.bias, torch.ones(2))


def test_schedules_rise_to_the_peak_and_take_their_course():
    """Linear and cosine end at 0, constant stays, restarts come back to the peak, cycles to a quarter of it."""
    for name in ("linear", "cosine", "constant", "cosine-restarts"):
        rates = course(schedule=name)
        assert rates[0] == 0.0
        assert max(rates) == rates[10] == 1.0
    assert course(schedule="linear")[-1] == pytest.approx(1 / 90)
    assert course(schedule="cosine")[55] == pytest.approx(0.5)
    assert course(schedule="constant")[10:] == [1.0] * 90
    restarts = course(schedule="cosine-restarts", cycles=3)
    assert [i for i in range(11, 100) if restarts[i] > 0.99 > restarts[i - 1]] == [40, 70]
    cycles = course(schedule="cyclical", cycles=2, warmup=0.2)
    assert [cycles[i] for i in (0, 20, 40, 60, 80)] == pytest.approx([0.0, 0.25, 1.0, 0.25, 1.0])


def test_a_plateau_halves_the_rate_when_the_score_gets_no_better():
    """It is stepped with macro-F1: the larger, the better."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = schedule_of(optimizer, Settings(schedule="plateau"), 100)
    rates = []
    for score in (0.5, 0.6, 0.6, 0.55, 0.7):
        schedule.step(score)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [1.0, 1.0, 0.5, 0.25, 0.25]


def test_a_plateau_is_warmed_up_to_step_by_step(model):
    """From 0 to the peak of each group; afterwards the rate is the schedule's."""
    optimizer = optimizer_of(model, Settings(layer_decay=0.5), 1.0)
    warmup, rates = WarmUp(0.1), []
    for step in (0, 5, 10, 11):
        state = SimpleNamespace(global_step=step, max_steps=100)
        warmup.on_step_begin(None, state, None, optimizer=optimizer)
        rates.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[-1]["lr"]))
        if step == 10:
            optimizer.param_groups[0]["lr"] = 0.3
    assert rates == [(0.0, 0.0), (0.5, 0.0625), (1.0, 0.125), (0.3, 0.125)]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"optimizer": "sgd"}, "set learning_rate to suggest"),
        ({"schedule": "plateau", "patience": 1}, "set patience to 2"),
        ({"lora_rank": 4, "freeze": "0"}, "leave out freeze"),
        ({"lora_rank": 4, "learning_rate": "suggest"}, "set learning_rate to auto"),
        ({"freeze": "the bottom"}, "freeze"),
    ],
)
def test_what_could_not_work_is_refused_with_the_remedy(settings, told):
    """Before anything runs."""
    with pytest.raises(ValidationError, match=told):
        Settings(**settings)


def test_a_single_block_may_be_given_as_a_number():
    """As a command line gives it: `--set finetune.freeze=3`."""
    assert Settings(freeze=3).freeze == "3"
