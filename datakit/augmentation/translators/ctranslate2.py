"""The translator `ctranslate2`: OPUS-MT and NLLB models in CTranslate2."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from datakit.augmentation.lexicon.wordnet import cache_folder
from datakit.augmentation.translators._models import (
    MOST_TOKENS,
    Direction,
    NeuralEngine,
    by_sentence,
    in_batches,
    model_of,
    most_tokens,
    pivots_here,
    tokenizer_of,
)
from datakit.core.extras import needs
from datakit.core.seeding import seed_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Ctranslate2(NeuralEngine):
    """Translate by a Marian or NLLB model in CTranslate2.

    What:
        Converts the model of each direction once, from a folder or the hub (safetensors only), and keeps it in
        the user's cache: int8 for a CPU, bf16 or fp16 for a GPU. Translates sentence by sentence in batches of
        like length. When a GPU runs out of memory, the batch is halved.

    Why:
        The same models as `marian`, several times quicker.

    Example:
        `model: /models/opus-mt-{source}-{target}` takes the models from local folders.

    Fix:
        `pip install 'datakit[translate]'`. What is drawn depends on the texts drawn together, since the library
        has one generator a thread: where rows must replay on another machine to the letter, use `marian`.

    Source:
        opennmt.net/CTranslate2; published speed-up over transformers for OPUS-MT: 4.7 on a CPU with int8 (BLEU
        27.90 to 27.65), 9.1 on a GPU.
    """

    def pivots(self, language: str) -> tuple[str, ...]:
        """Return the languages with models in folders or in the hub's cache."""
        return pivots_here(self.model, language) if find_spec("ctranslate2") else ()

    def identity(self, source: str, target: str) -> str:
        """Return the library's version, the model's commit or digest, and the options of decoding."""
        needs("ctranslate2", extra="translate")
        model = Direction.of(self.model, source, target).identity
        return f"ctranslate2:{version('ctranslate2')}:{model}:{self.decoding}"

    def translate(
        self, texts: Sequence[str], source: str, target: str, seeds: Sequence[int] | None = None
    ) -> list[str]:
        """Return the translations; those drawn are the same for the same texts and seeds together."""
        way = Direction.of(self.model, source, target)

        def decode(sentences: Sequence[str], own: Sequence[int] | None) -> list[str]:
            tokenizer = tokenizer_of(way)
            ids = tokenizer(list(sentences), truncation=True, max_length=MOST_TOKENS)["input_ids"]
            items = [tokenizer.convert_ids_to_tokens(row) for row in ids]
            engine = _likeliest(way) if own is None else _drawing(way, seed_for(0, *own))
            return in_batches(
                items,
                list(map(len, items)),
                self.budget(draw=own is not None),
                lambda batch: self._run(engine, way, batch, draw=own is not None),
            )

        return by_sentence(texts, seeds, decode)

    def _run(self, engine: Any, way: Direction, batch: Sequence[list[str]], *, draw: bool) -> list[str]:  # noqa: ANN401  (optional package)
        how = (
            {"beam_size": 1, "sampling_topk": self.top_k, "sampling_temperature": self.temperature}
            if draw
            else {"beam_size": self.beams}
        )
        prefix = None if way.target is None else [[way.target]] * len(batch)
        longest = max(map(len, batch))
        results = engine.translate_batch(
            list(batch), target_prefix=prefix, max_decoding_length=most_tokens(longest), **how
        )
        tokenizer = tokenizer_of(way)
        told = [
            result.hypotheses[0][: most_tokens(len(tokens))] for result, tokens in zip(results, batch, strict=True)
        ]
        ids = [tokenizer.convert_tokens_to_ids(tokens) for tokens in told]
        spoken: list[str] = tokenizer.batch_decode(ids, skip_special_tokens=True)
        return spoken


@cache
def _likeliest(way: Direction) -> Any:  # noqa: ANN401  (optional package)
    return _open(way)


def _drawing(way: Direction, seed: int) -> Any:  # noqa: ANN401  (optional package)
    """Return an engine whose generator starts from `seed`: the library seeds a thread once, at its start."""
    needs("ctranslate2", extra="translate").set_random_seed(seed % 2**32)
    return _open(way)


def _open(way: Direction) -> Any:  # noqa: ANN401  (optional package)
    library = needs("ctranslate2", extra="translate")
    device = "cuda" if library.get_cuda_device_count() else "cpu"
    fast = {"bfloat16", "float16"} & library.get_supported_compute_types(device)
    kind = min(fast) if device == "cuda" and fast else "int8"
    return library.Translator(str(_converted(way, kind)), device=device, inter_threads=1, compute_type=kind)


def _converted(way: Direction, kind: str) -> Path:
    """Return the folder of the converted model, converting it where no one has."""
    needs("ctranslate2", extra="translate")
    name = sha256(f"{way.model} {way.identity} {version('ctranslate2')}".encode()).hexdigest()[:16]
    folder = cache_folder() / f"ctranslate2-{name}-{kind}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as scratch:
            _convert(way, Path(scratch) / "saved", Path(scratch) / "converted", kind)
            try:
                os.replace(Path(scratch) / "converted", folder)  # noqa: PTH105  (a folder that others may make too)
            except OSError:
                if not folder.is_dir():
                    raise
    return folder


def _convert(way: Direction, saved: Path, to: Path, kind: str) -> None:
    # Saved first: the converter would load pickled weights too.
    model_of(way).save_pretrained(saved)
    tokenizer_of(way).save_pretrained(saved)
    needs("ctranslate2.converters", extra="translate").TransformersConverter(str(saved)).convert(
        str(to), quantization=kind
    )
