"""Options that TrainingArguments no longer takes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import training_arguments
from datakit.diagnosis.idioms._script import Script

_LEAVE_OUT = "leave it out"
_HALF = "leave it out; fp16=True or bf16=True is all that is needed"
_FSDP = "put it into fsdp_config"

#: What to write instead, by the option that is gone.
REPLACED = {
    "adafactor": 'optim="adafactor"',
    "dispatch_batches": 'accelerator_config={"dispatch_batches": …}',
    "evaluation_strategy": "eval_strategy=…",
    "fp16_backend": _HALF,
    "fp16_opt_level": _HALF,
    "fsdp_min_num_params": _FSDP,
    "fsdp_transformer_layer_cls_to_wrap": _FSDP,
    "group_by_length": 'train_sampling_strategy="group_by_length"',
    "half_precision_backend": _HALF,
    "include_inputs_for_metrics": 'include_for_metrics=["inputs"]',
    "include_tokens_per_second": "include_num_input_tokens_seen=True",
    "jit_mode_eval": "torch_compile=True, or leave it out",
    "logging_dir": "the environment variable TENSORBOARD_LOGGING_DIR",
    "mp_parameters": _LEAVE_OUT,
    "no_cuda": "use_cpu=True",
    "overwrite_output_dir": "leave it out; resume with trainer.train(resume_from_checkpoint=…)",
    "past_index": _LEAVE_OUT,
    "per_gpu_eval_batch_size": "per_device_eval_batch_size=…",
    "per_gpu_train_batch_size": "per_device_train_batch_size=…",
    "push_to_hub_model_id": "hub_model_id=…",
    "push_to_hub_organization": 'hub_model_id="organization/name"',
    "push_to_hub_token": "hub_token=…",
    "ray_scope": "trainer.hyperparameter_search(backend='ray', scope=…)",
    "save_safetensors": "leave it out; safetensors is the only format",
    "sharded_ddp": "fsdp=True, with fsdp_config",
    "split_batches": 'accelerator_config={"split_batches": …}',
    "torchdynamo": "torch_compile_backend=…",
    "tpu_metrics_debug": 'debug="tpu_metrics_debug"',
    "tpu_num_cores": "leave it out; the launcher tells it",
    "use_ipex": _LEAVE_OUT,
    "use_legacy_prediction_loop": _LEAVE_OUT,
    "use_mps_device": "leave it out; mps is used where it is there",
    "warmup_ratio": "warmup_steps=…; a number below 1 is a ratio",
    "xpu_backend": "ddp_backend=…",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedTrainingArgument(Idiom):
    """An option that `TrainingArguments` of transformers 5 does not take.

    What:
        A keyword of `TrainingArguments` or `Seq2SeqTrainingArguments` that was there in version 4.
    Why:
        The call ends in a TypeError before anything is trained.
    Example:
        `TrainingArguments(output_dir="out", evaluation_strategy="epoch")`
    Fix:
        `eval_strategy="epoch"`; the message names what replaces the others.
    Source:
        fields of the class in transformers 4.20, 4.40 and 4.57 that 5.23 does not have
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Compare keywords with the table, unless a class of the script itself has such a field."""
        own = {
            node.target.id
            for made in script.classes("TrainingArguments", of=("transformers",))
            for node in made.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for call in training_arguments(script):
            for keyword in call.keywords:
                if keyword.arg in REPLACED and keyword.arg not in own:
                    yield Spot(
                        node=keyword,
                        message=f"TrainingArguments of transformers 5 does not take {keyword.arg}",
                        fix=REPLACED[keyword.arg],
                    )
