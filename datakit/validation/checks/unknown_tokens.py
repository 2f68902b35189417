"""Texts that the model's tokenizer cannot spell."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, percent, share, shortened
from datakit.validation.checks._sample import thinned
from datakit.validation.checks._tokens import encodings, tokenizer_of, unknown_id
from datakit.validation.checks._words import TOKEN
from datakit.validation.survey import Digest, Survey

_READ = 5_000  #: texts of a split that are read
_CHARACTERS = 1_000  #: of each


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownTokens(Check):
    """Text that the model's tokenizer does not know, or only in crumbs.

    What:
        The share of unknown tokens (`[UNK]`) among those that the tokenizer of the model that will be
        fine-tuned makes of the texts, and its fertility: tokens a word, where a run of letters and digits, a
        sign, or a Chinese character is a word. Read are the first 1,000 characters of at most 5,000 texts.
    Why:
        All that is unknown is one and the same to a model, and what it reads in crumbs it hardly knows.
    Example:
        `太难吃了` is `太 [UNK] [UNK] [UNK]` to an English BERT, and every emoji is `[UNK]`
    Fix:
        Choose a model that was trained on this language and kind of text.
    Source:
        Rust et al. 2021 (arXiv 2012.15613), on fertility and what it costs. The thresholds are conventions:
        the embedded English encoder makes 1.03 to 1.37 tokens a word of English sets and 1.93 of a German
        one; of its tokens 0.1% are unknown on Reddit, 0.4% on German Twitter, 66% on Chinese reviews.
    """

    tokenizer: str | None = None  # a `tokenizer.json`, or a folder that holds one; None: the embedded encoder's
    min_share: float = 0.001  # fraction of the tokens, 0..1, that are unknown, from which it is told
    warn_share: float = 0.02  # the same, from which it is a warning
    max_fertility: float = 1.75  # tokens a word, above which it is told

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts."""
        tokenizer = tokenizer_of(self.tokenizer)
        for digest in survey.values():
            if len(digest):
                yield from self._found(digest, tokenizer)

    def _found(self, digest: Digest, tokenizer: Any) -> Iterator[Finding]:  # noqa: ANN401  (tokenizers ships no types)
        corpus, places = thinned(digest, _READ)
        texts = [text[:_CHARACTERS] for text in corpus.texts]
        unknown = unknown_id(tokenizer)
        ids = [encoding.ids for encoding in encodings(tokenizer, texts, special=False)]
        tokens = sum(map(len, ids))
        unread = np.array([of_text.count(unknown) for of_text in ids])
        part = share(int(unread.sum()), tokens)
        fertility = tokens / max(sum(len(TOKEN.findall(text)) for text in texts), 1)
        if part < self.min_share and fertility <= self.max_fertility:
            return
        rows = np.flatnonzero(unread)
        looked_at = "" if len(corpus) == len(digest) else f" of a sample of {len(corpus):,}"
        yield Finding(
            code=self.code,
            severity=Severity.WARNING if part >= self.warn_share else Severity.INFO,
            message=f"{percent(part)} of the tokens, in {percent(share(len(rows), len(corpus)))} of the "
            f"texts{looked_at}, are unknown to the model's tokenizer; it makes {fertility:.1f} tokens a word",
            fix="choose a model that was trained on this language and kind of text",
            evidence={
                "rows": len(rows),
                "share": share(len(rows), len(corpus)),
                "token_share": part,
                "fertility": round(fertility, 2),
                "looked_at": len(corpus),
                "characters": _unknown_characters([texts[i] for i in rows], tokenizer, unknown),
                "examples": [shortened(texts[i]) for i in rows[:3]],
            },
            **digest.located(places[rows]),
        )


def _unknown_characters(texts: Sequence[str], tokenizer: Any, unknown: int | None) -> dict[str, int]:  # noqa: ANN401  (as above)
    """Return up to ten characters that are unknown on their own, and how many of the texts have each."""
    counts = Counter(char for text in texts for char in set(text))
    characters = sorted(counts, key=lambda char: (-counts[char], char))
    told = zip(characters, encodings(tokenizer, characters, special=False), strict=True)
    return {char: counts[char] for char in [char for char, encoding in told if unknown in encoding.ids][:10]}
