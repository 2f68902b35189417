"""Back-translation with the same weights by CTranslate2, transformers and nlpaug's way; Apertium's round trip.

    python benchmarks/backtranslate_speed.py --data FOLDER [--texts N] [--engine apertium|models]

Texts are tweets and reviews from the folder of data sets. The model has OPUS-MT's size (6+6 layers, d 512,
vocabulary 58,101) and random weights, so every text is told to a fixed length of 32 tokens: the figures are of
speed only, and leave out what ends early. CPU seconds are user and system, of one thread. `nlpaug's way` is
batches of 32 texts padded to the longest of all, beam 4 (its BackTranslationAug). Apertium's CPU seconds include
those of its programs.
"""

import argparse
import gzip
import json
import os
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

from datakit.augmentation.filters.negation_flipped import NegationFlipped
from datakit.augmentation.lexicon.tokens import NEGATIONS, protected_tokens
from datakit.augmentation.translators.apertium import Apertium

VOCABULARY = 58_101
LENGTH = 32
SOURCES = ("sst2.train.jsonl.gz", "hate_offensive.all.jsonl.gz", "goemotions.train.jsonl.gz")


def texts_from(folder: Path, n: int) -> list[str]:
    """Return n texts, a third of each source."""
    each = -(-n // len(SOURCES))
    texts = []
    for name in SOURCES:
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            texts += [json.loads(line)["text"] for line, _ in zip(file, range(each), strict=False)]
    return texts[:n]


def cpu(who: int = resource.RUSAGE_SELF) -> float:
    """Return the CPU seconds used by this process, or by its children that have ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], Any], runs: int = 2) -> float:
    """Return the CPU seconds of the quickest run."""
    seconds = []
    for _ in range(runs):
        start = cpu()
        work()
        seconds.append(cpu() - start)
    return min(seconds)


def apertium(texts: Sequence[str]) -> None:
    """Measure the round trip through Spanish, what it keeps, and what the filter leaves."""
    from datakit.augmentation.translators.apertium import _pipeline

    engine = Apertium()
    start = cpu()
    back = engine.translate(engine.translate(texts, "en", "es"), "es", "en")
    for way in (("en", "es"), ("es", "en")):
        _pipeline(engine._mode(*way), os.getpid()).close()  # noqa: SLF001  (ended programs can be charged)
    seconds = cpu() - start + cpu(resource.RUSAGE_CHILDREN)
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"apertium en-es-en, {words:.1f} words a text, start included: {len(texts) / seconds:.0f} texts/CPU-s")
    wanted = lost = 0
    for text, child in zip(texts, back, strict=True):
        of, left = (Counter(t for t in protected_tokens(x) if t.lower() not in NEGATIONS) for x in (text, child))
        wanted += of.total()
        lost += (of - left).total()
    print(f"protected tokens intact: {1 - lost / wanted:.2%} of {wanted:,}")
    judge = NegationFlipped()
    negated = [pair for pair in zip(texts, back, strict=True) if _negates(pair[0])]
    passed = [pair for pair in negated if judge.keep(*pair) is None]
    for name, pairs in (("as they come", negated), ("after the filter", passed)):
        kept = sum(_negates(child) for _, child in pairs)
        print(f"negation kept {name}: {kept / len(pairs):.1%} of {len(pairs):,} texts")


def _negates(text: str) -> bool:
    # Spelt in any way, which the list of tokens alone would miss ("wo n't").
    return any(token.lower() in NEGATIONS for token in protected_tokens(text)) or "n't" in text.lower()


def models(texts: Sequence[str]) -> None:
    """Measure the same weights in three ways."""
    import ctranslate2
    import torch
    from ctranslate2.converters import TransformersConverter
    from transformers import AutoTokenizer, MarianMTModel

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "marian"
        save(folder, texts)
        tokenizer, model = AutoTokenizer.from_pretrained(folder), MarianMTModel.from_pretrained(folder).eval()
        TransformersConverter(str(folder)).convert(f"{scratch}/int8", quantization="int8")
        engine = ctranslate2.Translator(f"{scratch}/int8", device="cpu", inter_threads=1, intra_threads=1)

    def told(batch: Sequence[str], beams: int, pad: int | None = None) -> None:
        padding: dict[str, Any] = (
            {"padding": True} if pad is None else {"padding": "max_length", "max_length": pad}
        )
        inputs = tokenizer(list(batch), return_tensors="pt", **padding)
        with torch.inference_mode():
            model.generate(**inputs, num_beams=beams, do_sample=False, max_length=LENGTH, min_length=LENGTH)

    def batches(rows: Sequence[str], beams: int, pad: int | None = None) -> float:
        return len(rows) / timed(lambda: [told(rows[i : i + 32], beams, pad) for i in range(0, len(rows), 32)], 1)

    few = texts[:64]
    longest = max(len(ids) for ids in tokenizer(few)["input_ids"])
    ordered = sorted(few, key=lambda text: len(tokenizer(text)["input_ids"]))
    tokens = [tokenizer.convert_ids_to_tokens(ids) for ids in tokenizer(list(texts))["input_ids"]]

    def quick(**how: Any) -> float:  # noqa: ANN401  (the library's own options)
        # As the translator does: 2,048 tokens, all beams counted. Larger batches fall out of the CPU's caches.
        most = 2048 // how["beam_size"]
        fixed = {"max_decoding_length": LENGTH, "min_decoding_length": LENGTH, "max_batch_size": most}
        return len(tokens) / timed(lambda: engine.translate_batch(tokens, batch_type="tokens", **fixed, **how))

    rates = {
        "nlpaug's way, beam 4": batches(few, 4, longest),
        "transformers sorted, beam 4": batches(ordered, 4),
        "transformers sorted, beam 1": batches(ordered, 1),
        "CTranslate2 int8, beam 4": quick(beam_size=4),
        "CTranslate2 int8, beam 1": quick(beam_size=1),
        "CTranslate2 int8, sampling": quick(beam_size=1, sampling_topk=10, sampling_temperature=0.9),
    }
    slowest = rates["nlpaug's way, beam 4"]
    for name, rate in rates.items():
        print(f"{name:30} {rate:7.1f} texts/CPU-s  {rate / slowest:5.1f} x")
    for beam in (4, 1):
        ratio = rates[f"CTranslate2 int8, beam {beam}"] / rates[f"transformers sorted, beam {beam}"]
        print(f"CTranslate2 int8 over transformers at beam {beam}: {ratio:.1f} x")


def save(folder: Path, texts: Sequence[str]) -> None:
    """Save a Marian of OPUS-MT's size with random weights, and a tokenizer trained on the texts."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(folder / "source"),
        vocab_size=8000,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    lines = (folder / "source.vocab").read_text(encoding="utf-8").split("\n")
    pieces = [line.split("\t")[0] for line in lines if line]
    words = list(
        dict.fromkeys(["</s>", "<unk>", *(piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>"))])
    )
    words += [*(f"\u2581filler{i}" for i in range(VOCABULARY - 1 - len(words))), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}), encoding="utf-8")
    settings = {"source_lang": "en", "target_lang": "es", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**settings, "model_max_length": 512}), encoding="utf-8"
    )
    pad = VOCABULARY - 1
    ends = {"pad_token_id": pad, "eos_token_id": 0, "bos_token_id": 0, "decoder_start_token_id": pad}
    torch.manual_seed(0)
    model = MarianMTModel(
        MarianConfig(
            vocab_size=VOCABULARY,
            decoder_vocab_size=VOCABULARY,
            d_model=512,
            encoder_layers=6,
            decoder_layers=6,
            encoder_attention_heads=8,
            decoder_attention_heads=8,
            encoder_ffn_dim=2048,
            decoder_ffn_dim=2048,
            activation_function="swish",
            max_position_embeddings=512,
            scale_embedding=True,
            forced_eos_token_id=0,
            **ends,
        )
    )
    model.generation_config.update(**ends, num_beams=4, max_length=512, forced_eos_token_id=0)
    model.save_pretrained(folder)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("DATAKIT_DATA"), required=False)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--engine", choices=("apertium", "models", "all"), default="all")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data: the folder of data sets, or DATAKIT_DATA")
    texts = texts_from(Path(options.data), options.texts)
    if options.engine != "models":
        apertium(texts)
    if options.engine != "apertium":
        models(texts[:: max(1, len(texts) // 192)][:192])


if __name__ == "__main__":
    main()
