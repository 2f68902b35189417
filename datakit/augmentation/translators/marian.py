"""The translator `marian`: OPUS-MT and NLLB models in transformers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Marian(NeuralEngine):
    """Translate by a Marian or NLLB model in transformers.

    What:
        Loads the model of each direction from a folder or the hub (safetensors only), in bf16 on a GPU, in fp32
        on a CPU, and translates sentence by sentence in batches of like length. When a GPU runs out of memory,
        the batch is halved. With seeds each text is sampled by a generator of its own.

    Why:
        It runs wherever fine-tuning runs, with any model that transformers can load.

    Example:
        `model: facebook/nllb-200-distilled-600M` translates every pivot with one model.

    Fix:
        `pip install 'datakit[translate]'`. On a CPU prefer `ctranslate2`: the same models, several times
        quicker.

    Source:
        Tiedemann & Thottingal 2020 (OPUS-MT); NLLB Team 2022; the ten likeliest tokens: Fan et al. 2018.
    """

    def pivots(self, language: str) -> tuple[str, ...]:
        """Return the languages with models in folders or in the hub's cache."""
        return pivots_here(self.model, language)

    def identity(self, source: str, target: str) -> str:
        """Return the library's version, the model's commit or digest, and the options of decoding."""
        model = Direction.of(self.model, source, target).identity
        return f"marian:{version('transformers')}:{model}:{self.decoding}"

    def translate(
        self, texts: Sequence[str], source: str, target: str, seeds: Sequence[int] | None = None
    ) -> list[str]:
        """Return the translations; padding can tip the balance between two tokens of all but equal weight."""
        way = Direction.of(self.model, source, target)

        def decode(sentences: Sequence[str], own: Sequence[int] | None) -> list[str]:
            tokenizer = tokenizer_of(way)
            tokens = tokenizer(list(sentences), truncation=True, max_length=MOST_TOKENS)["input_ids"]
            drawn: Sequence[int | None] = own or [None] * len(tokens)
            items = list(zip(tokens, drawn, strict=True))
            budget = self.budget(draw=own is not None)
            return in_batches(items, list(map(len, tokens)), budget, lambda batch: self._run(way, batch))

        return by_sentence(texts, seeds, decode)

    def _run(self, way: Direction, batch: Sequence[tuple[list[int], int | None]]) -> list[str]:
        import torch

        tokenizer, model = tokenizer_of(way), _model(way)
        inputs = tokenizer.pad({"input_ids": [tokens for tokens, _ in batch]}, return_tensors="pt").to(
            model.device
        )
        seeds = [seed for _, seed in batch if seed is not None]
        begin = {} if way.target is None else {"forced_bos_token_id": tokenizer.convert_tokens_to_ids(way.target)}
        with torch.inference_mode():
            told = model.generate(
                **inputs,
                **begin,
                do_sample=False,
                num_beams=1 if seeds else self.beams,
                logits_processor=[_Draw(seeds, self.top_k, self.temperature)] if seeds else [],
                max_length=most_tokens(inputs["input_ids"].shape[1]),
            )
        # Each row is cut at its own limit, where it would be forced to end, not at that of its longest neighbour.
        rows = [row[: most_tokens(len(tokens)) - 1] for row, (tokens, _) in zip(told, batch, strict=True)]
        spoken: list[str] = tokenizer.batch_decode(rows, skip_special_tokens=True)
        return spoken


class _Draw:
    """Draws each row's next token from the likeliest, by a generator of the row's own.

    Adding Gumbel noise to the logits and taking the largest is drawing from the softmax (Maddison et al.
    2014). transformers' own sampling has one generator for the batch, so that a text's translation would
    depend on its company.
    """

    def __init__(self, seeds: Sequence[int], top_k: int, temperature: float) -> None:
        import torch

        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._top_k = top_k
        self._temperature = temperature

    def __call__(self, input_ids: Any, scores: Any) -> Any:  # noqa: ANN401, ARG002  (torch's; transformers calls it)
        import torch

        values, tokens = scores.float().topk(min(self._top_k, scores.shape[-1]))
        uniform = torch.stack([torch.rand(values.shape[-1], generator=one) for one in self._generators])
        noise = -torch.log(-torch.log(uniform.clamp_min(1e-20))).to(values.device)
        drawn = tokens.gather(-1, (values / self._temperature + noise).argmax(-1, keepdim=True))
        return torch.full_like(scores, float("-inf")).scatter(-1, drawn, 0.0)


@cache
def _model(way: Direction) -> Any:  # noqa: ANN401  (transformers ships no types)
    import torch

    on_gpu = torch.cuda.is_available()
    model = model_of(way, dtype=torch.bfloat16 if on_gpu else torch.float32)
    return model.to("cuda" if on_gpu else "cpu").eval()
