"""Small data and tiny models for tests."""

import json
import os
import subprocess
import sys
from pathlib import Path


def sms(n: int = 120) -> list[dict[str, str]]:
    """Return n short messages, one in five of them spam, all different and easy to tell apart."""
    spam = "Claim your free prize of {} pounds now, call 0800 {} today"
    ham = "I will be home around {} tonight, shall we cook dinner for {}"
    return [
        {
            "id": f"row-{i:04}",
            "text": (ham if i % 5 else spam).format(i, i * 7),
            "label": "ham" if i % 5 else "spam",
        }
        for i in range(n)
    ]


def write_jsonl(path: Path, rows: list) -> None:
    """Write rows as JSON Lines; a string is written as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


FAMILIES = ("bert", "distilbert", "roberta", "deberta-v2", "modernbert")


def save_tiny(family: str, folder: Path) -> Path:
    """Save a model of two small layers with random weights, and a tokenizer, by `save_pretrained`."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [chr(c) for c in range(33, 127)]
    words = sorted({word for row in sms() for word in row["text"].lower().replace(",", "").split()})
    vocabulary = dict.fromkeys([*special, *letters, *(f"##{letter}" for letter in letters), *words])
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",  # noqa: S106
        unk_token="[UNK]",  # noqa: S106
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        mask_token="[MASK]",  # noqa: S106
    ).save_pretrained(folder)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    if family == "distilbert":
        size = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
    ends = {"pad_token_id": 0, "bos_token_id": 2, "cls_token_id": 2, "eos_token_id": 3, "sep_token_id": 3}
    config = AutoConfig.for_model(family, vocab_size=len(vocabulary), **ends, **size)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        AutoModel.from_config(config).save_pretrained(folder)
    return folder


def as_if_trained(encoder: Path, folder: Path) -> Path:
    """Copy a tiny model, its norms and biases a little off the 1 and 0 that every new model has."""
    import shutil

    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(encoder, folder)
    weights, drawn = load_file(folder / "model.safetensors"), torch.Generator().manual_seed(0)
    for weight in weights.values():
        if weight.ndim == 1:
            weight.add_(0.02 * torch.randn(weight.shape, generator=drawn))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def fine_tuned(encoder, folder, settings, *, n: int = 80, seed: int = 13, progress=lambda *_: None):
    """Fine-tune on a few messages into `folder / "model"`; return history and splits."""
    from datakit.core.corpus import Corpus
    from datakit.splitting import split
    from datakit.training.finetune import finetune

    rows = sms(n)
    splits = split(Corpus.from_columns([r["text"] for r in rows], [r["label"] for r in rows]))
    history = finetune(
        encoder,
        splits.train,
        splits.validation,
        folder / "model",
        settings=settings,
        seed=seed,
        events=folder / "events",
        progress=progress,
    )
    return history, splits


def fine_tuned_on_label_sets(encoder, folder, settings, *, n: int = 30):
    """Fine-tune on 4 n texts with the labels `offer`, `work`, both or none; return the history."""
    from datakit.core.corpus import Corpus
    from datakit.training.finetune import finetune

    kinds = [("cash prize", ["offer"]), ("meeting", ["work"]), ("cash meeting", ["offer", "work"]), ("well", [])]
    texts, sets = zip(*[(f"{text} {i % 7}", labels) for i in range(n) for text, labels in kinds], strict=True)
    rows = Corpus.from_columns([f"{text} {i}" for i, text in enumerate(texts)], None, labels=sets)
    return finetune(
        encoder,
        rows,
        rows,
        folder / "model",
        settings=settings,
        seed=13,
        events=folder / "events",
        progress=lambda *_: None,
    )


def printed_under_hash_seeds(code: str) -> set[bytes]:
    """Return what two fresh interpreters with different PYTHONHASHSEED print."""
    return {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }


def in_fp32(work, **part):
    """Do the work of a process of its own in fp32, whatever this machine computes fastest with."""
    from datakit.training import finetune

    finetune.bf16_pays = lambda _: False
    return work(**part)


def killed_in_part(*, rank: int, **_) -> None:
    """Stand for the work of processes of which the second one is killed, while the first waits for it."""
    import signal

    from torch import distributed

    if rank:
        os.kill(os.getpid(), signal.SIGKILL)
    distributed.barrier()


def with_checkpoints_everywhere(work, **part):
    """Do the work of a process of its own, with a checkpoint wherever there may be one."""
    from datakit.training import finetune
    from datakit.training.checkpoints import DueCheckpoints

    finetune.DueCheckpoints = lambda: DueCheckpoints(seconds=0)
    return work(**part)
