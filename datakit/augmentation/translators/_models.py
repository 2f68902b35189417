"""What the engines with neural models share: finding a model, taking texts apart, making batches."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar

from msgspec import Meta

from datakit.core.errors import Problem, UsageError
from datakit.core.extras import needs
from datakit.core.files import digest_of_tree
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import seed_for

A = TypeVar("A")
B = TypeVar("B")

#: One model a direction, by the University of Helsinki (Tiedemann & Thottingal 2020).
OPUS_MT = "Helsinki-NLP/opus-mt-{source}-{target}"

#: Languages tried as pivots, best resourced first, and what NLLB calls them.
NLLB_CODES = {
    "de": "deu_Latn",
    "fr": "fra_Latn",
    "es": "spa_Latn",
    "en": "eng_Latn",
    "it": "ita_Latn",
    "nl": "nld_Latn",
    "pt": "por_Latn",
    "sv": "swe_Latn",
    "da": "dan_Latn",
    "pl": "pol_Latn",
    "cs": "ces_Latn",
    "ro": "ron_Latn",
    "ca": "cat_Latn",
    "ru": "rus_Cyrl",
    "uk": "ukr_Cyrl",
    "ar": "arb_Arab",
    "zh": "zho_Hans",
    "ja": "jpn_Jpan",
    "ko": "kor_Hang",
    "hi": "hin_Deva",
    "tr": "tur_Latn",
}

#: Most tokens of one piece of text, the end mark included: OPUS-MT has positions for no more.
MOST_TOKENS = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuralEngine:
    """The options of an engine with neural models: which models, how they decode, how much at once."""

    samples: ClassVar[bool] = True
    neural: ClassVar[bool] = True

    model: str = OPUS_MT  #: folder or hub id, with `{source}` and `{target}` unless one model knows all languages
    beams: Annotated[int, Meta(ge=1)] = 1  #: beam size where nothing is sampled
    top_k: Annotated[int, Meta(ge=1)] = 10  #: likeliest tokens that are sampled from
    temperature: Annotated[float, Meta(gt=0)] = 0.9  #: above 1 more varied, below 1 safer
    batch_tokens: Annotated[int, Meta(ge=1)] = 2048  #: tokens of a batch, padding and beams included

    @property
    def decoding(self) -> str:
        """The options that a translation depends on; the batches play no part."""
        return f"{self.beams}:{self.top_k}:{self.temperature}"

    def budget(self, *, draw: bool) -> int:
        """Return the tokens of a batch: a beam keeps each text several times."""
        return self.batch_tokens // (1 if draw else self.beams)


def most_tokens(tokens: int) -> int:
    """Return the tokens after which the translation of a text of `tokens` is cut off: a model may never end."""
    return min(MOST_TOKENS, 2 * tokens + 16)


class Direction(NamedTuple):
    """A model for one direction: a folder, or a repository of the hub and its commit."""

    model: str
    commit: str | None
    source: str | None  # the multilingual model's code for the language; None for a model of one direction
    target: str | None

    @classmethod
    def of(cls, model: str, source: str, target: str) -> "Direction":
        """Find the model, given as a folder or repository with or without `{source}` and `{target}`.

        Raises:
            UsageError: it is neither here nor on the hub, or the hub cannot be reached.
        """
        name = model.format(source=source, target=target)
        codes = (None, None) if name != model else (NLLB_CODES.get(source, source), NLLB_CODES.get(target, target))
        return cls(name, None if Path(name).is_dir() else _commit(name), *codes)

    @property
    def identity(self) -> str:
        """The commit of a repository, or a digest of the files in a folder."""
        return self.commit or _digest(Path(self.model))


def pivots_here(model: str, language: str) -> tuple[str, ...]:
    """Return the languages that there are models to and from, in folders or in the hub's cache."""
    if any(find_spec(package) is None for package in ("sentencepiece", "sacremoses")):
        return ()
    ways = {other: ((language, other), (other, language)) for other in NLLB_CODES if other != language}
    return tuple(
        other
        for other, both in ways.items()
        if all(_is_here(model.format(source=source, target=target)) for source, target in both)
    )


@cache
def tokenizer_of(way: Direction) -> Any:  # noqa: ANN401  (transformers ships no types)
    """Return the tokenizer of a model."""
    needs("sentencepiece", extra="translate")
    needs("sacremoses", extra="translate")  # folds punctuation as in training; transformers only warns
    from transformers import AutoTokenizer

    codes = {} if way.source is None else {"src_lang": way.source, "tgt_lang": way.target}
    with _loading(way.model):
        return AutoTokenizer.from_pretrained(way.model, revision=way.commit, trust_remote_code=False, **codes)


def model_of(way: Direction, **options: Any) -> Any:  # noqa: ANN401  (transformers ships no types)
    """Return a model, from safetensors only."""
    from transformers import AutoModelForSeq2SeqLM

    with _loading(way.model):
        return AutoModelForSeq2SeqLM.from_pretrained(
            way.model, revision=way.commit, use_safetensors=True, trust_remote_code=False, **options
        )


#: Between two sentences or lines; the models are trained on single sentences.
_BREAK = re.compile(r"((?<=[.!?\u2026])\s+|\s*\n\s*)")


def by_sentence(
    texts: Sequence[str],
    seeds: Sequence[int] | None,
    translate: Callable[[Sequence[str], Sequence[int] | None], Sequence[str]],
) -> list[str]:
    """Translate texts sentence by sentence, what stands between the sentences as it is."""
    rows = [_BREAK.split(text) for text in texts]  # sentences at even places
    places = [(i, j) for i, row in enumerate(rows) for j in range(0, len(row), 2) if row[j].strip()]
    if not places:
        return list(texts)
    told = translate(
        [rows[i][j] for i, j in places],
        None if seeds is None else [seed_for(seeds[i], j) for i, j in places],
    )
    for (i, j), sentence in zip(places, told, strict=True):
        rows[i][j] = sentence
    return ["".join(row) for row in rows]


def in_batches(
    items: Sequence[A], lengths: Sequence[int], budget: int, work: Callable[[Sequence[A]], Sequence[B]]
) -> list[B]:
    """Work on items of like length together, the longest first.

    A batch holds at most `budget` tokens, padding included. When the device's memory does not suffice, the
    batch and all later ones are halved.

    Args:
        items: to work on.
        lengths: tokens of each.
        budget: tokens of a batch.
        work: returns one result an item.
    """
    waiting = sorted(range(len(items)), key=lambda i: (-lengths[i], i))
    results: dict[int, B] = {}
    while waiting:
        longest = max(1, lengths[waiting[0]])
        batch = waiting[: max(1, budget // longest)]
        try:
            told = work([items[i] for i in batch])
        except RuntimeError as error:
            # torch and CTranslate2 each have a class, or none, for this; the words are the same.
            if "out of memory" not in str(error) or len(batch) == 1:
                raise
            budget = longest * (len(batch) // 2)
            continue
        results.update(zip(batch, told, strict=True))
        waiting = waiting[len(batch) :]
    return [results[i] for i in range(len(items))]


@contextmanager
def _loading(model: str) -> Iterator[None]:
    """Turn the loaders' errors into one that says what to do, and keep their bars off the terminal."""
    try:
        with quiet_transformers():
            yield
    except (OSError, ValueError) as error:
        raise UsageError(_missing(model, error)) from error


def _missing(model: str, error: Exception) -> Problem:
    first = str(error).strip().partition("\n")[0]
    return Problem(
        where=model,
        got=f"no translation model with safetensors can be loaded: {first}",
        fix="give the engine's option model: a folder written by save_pretrained, or a hub id; "
        "or use the engine apertium",
    )


def _is_here(name: str) -> bool:
    if (Path(name) / "config.json").is_file():
        return True
    return _cached_config(name) is not None


def _cached_config(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json")
    except HFValidationError:  # the name of a folder that is not there
        return None
    return Path(found) if isinstance(found, str) else None


@cache
def _commit(name: str) -> str:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        config = _cached_config(name) or Path(hf_hub_download(name, "config.json"))
    except (OSError, HFValidationError, HfHubHTTPError) as error:
        raise UsageError(_missing(name, error)) from error
    return config.parent.name  # .../snapshots/<commit>/config.json


@cache
def _digest(folder: Path) -> str:
    return digest_of_tree(folder)
