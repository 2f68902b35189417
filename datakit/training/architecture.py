"""The model to train: a pretrained encoder under a new head."""

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, PreTrainedConfig, PreTrainedModel

from datakit.core.errors import Problem, UsageError
from datakit.training.settings import Settings
from datakit.training.task import Task

#: What the families call their dropout rates, by our option.
_DROPOUTS = {
    "dropout": ("hidden_dropout_prob", "dropout", "embedding_dropout", "mlp_dropout", "embd_pdrop", "resid_pdrop"),
    "attention_dropout": ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop"),
    "head_dropout": ("classifier_dropout", "classifier_dropout_prob", "seq_classif_dropout", "pooler_dropout"),
}


def build(pretrained: Path, task: Task, settings: Settings) -> PreTrainedModel:
    """Load the encoder in the folder `pretrained` and put a head for the task on it; see `load`."""
    return load(pretrained, task, settings)[0]


def load(pretrained: Path, task: Task, settings: Settings) -> tuple[PreTrainedModel, frozenset[str]]:
    """Return the encoder in the folder `pretrained` under a head for the task, and what its files do not hold.

    That is the names of the weights that were drawn anew: those of the head, as a rule.

    Master weights are fp32 whatever the checkpoint's type: bf16 weights swallow the small updates of a usual
    learning rate (macro-F1 .146 against .435 at 2e-5). The head is drawn from torch's global generator.

    Raises:
        UsageError: a dropout rate that the model does not have.
    """
    config = AutoConfig.from_pretrained(
        pretrained,
        num_labels=len(task.labels),
        id2label=dict(enumerate(task.labels)),
        label2id={label: i for i, label in enumerate(task.labels)},
        problem_type=task.problem_type,
        trust_remote_code=False,
    )
    _set_dropout(config, settings)
    model, told = AutoModelForSequenceClassification.from_pretrained(
        pretrained,
        config=config,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        ignore_mismatched_sizes=True,  # a checkpoint may carry a head for other labels
        output_loading_info=True,
    )
    return model, frozenset({*told["missing_keys"], *(name for name, *_ in told["mismatched_keys"])})


def _set_dropout(config: PreTrainedConfig, settings: Settings) -> None:
    """Set the rates that are given, in the fields that the family has."""
    problems = []
    for option, names in _DROPOUTS.items():
        rate = getattr(settings, option)
        fields = [name for name in names if hasattr(config, name)]
        if rate is None:
            continue
        if not fields:
            problems.append(
                Problem(
                    where=f"finetune.{option}", got=f"{config.model_type} has no such rate", fix="leave it out"
                )
            )
        if "pooler_dropout" in fields:
            fields.append("cls_dropout")  # DeBERTa reads it, but its config does not list it
        for field in fields:
            setattr(config, field, rate)
    if problems:
        raise UsageError(*problems)
