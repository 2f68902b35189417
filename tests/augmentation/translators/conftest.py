"""A tiny translation model with random weights, built here."""

import json
from pathlib import Path

import pytest

SENTENCES = [f"We tried to contact customer {i} about your answer to the offer of a handset." for i in range(300)]


@pytest.fixture(scope="session")
def tiny_marian(tmp_path_factory) -> str:
    """Give the name of two saved models, with `{source}` and `{target}`; skip without sentencepiece."""
    pytest.importorskip("sentencepiece")
    folder = tmp_path_factory.mktemp("marian")
    for direction in ("en-de", "de-en"):
        save_marian(folder / direction)
    return f"{folder}/{{source}}-{{target}}"


def save_marian(folder: Path) -> None:
    """Save a Marian of one small layer a side, and its tokenizer."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES),
        model_prefix=str(folder / "source"),
        vocab_size=90,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    pieces = [line.split("\t")[0] for line in (folder / "source.vocab").read_text().splitlines()]
    words = ["</s>", "<unk>", *(piece for piece in pieces if not piece.startswith("<")), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    settings = {"source_lang": "en", "target_lang": "de", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "model_max_length": 512}))
    pad = len(words) - 1
    ends = {"pad_token_id": pad, "eos_token_id": 0, "bos_token_id": 0, "decoder_start_token_id": pad}
    config = MarianConfig(
        vocab_size=len(words),
        decoder_vocab_size=len(words),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        activation_function="swish",
        max_position_embeddings=512,
        scale_embedding=True,
        forced_eos_token_id=0,
        **ends,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = MarianMTModel(config)
    model.generation_config.update(**ends, num_beams=4, max_length=512, forced_eos_token_id=0)
    model.save_pretrained(folder)
