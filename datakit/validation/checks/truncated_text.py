"""Texts longer than the model reads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from datakit.core.corpus import Corpus
from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, sampled, share
from datakit.validation.checks._tokens import encodings, most_tokens, tokenizer_of
from datakit.validation.survey import Integers, Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class TruncatedText(Check):
    """Texts of which the model does not see the end.

    What:
        Texts with more tokens than the model's maximum length, by the tokenizer of the model that will be
        fine-tuned, and the share of their tokens that is cut off. The tokens of texts of more than 16,384
        characters are estimated from those of their ends.
    Why:
        What is cut off cannot be learnt from. If the verdict stands at the end of a review, the model is
        trained on the wrong half.
    Example:
        a review of 900 tokens read by a model with 256
    Fix:
        Raise `finetune.max_length` if the model allows it, set `finetune.long_texts` to `head-tail` or
        `chunks`, or choose a model with a longer context.
    Source:
        Sun et al. 2019 (arXiv 1905.05583), on where the information of long documents stands. The threshold
        is a convention: 1 row in 20.
    """

    ends: ClassVar[bool] = True
    tokenizer: str | None = None  # a `tokenizer.json`, or a folder that holds one; None: the embedded encoder's
    max_length: int = 256  # tokens, the special ones included
    long_texts: Literal["head", "head-tail", "chunks"] = "head"  # what is read of them: of `chunks` everything
    warn_share: float = 0.05  # fraction of a split's rows, 0..1, above which truncation is a warning

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts; of a large split a sample is read."""
        for digest in survey.values() if self.long_texts != "chunks" else ():
            corpus = digest.sample
            lost = self._tokens_lost(corpus, digest.chars[digest.sample_rows])
            if not lost:
                continue
            part, tokens = share(len(lost), len(corpus)), sum(lost.values())
            of_class = Counter(label for i in lost for label in corpus.label_sets[i])
            yield Finding(
                code="truncated-text",
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(lost), 'text is', 'texts are')} longer than {self.max_length} tokens "
                f"({percent(part)}{sampled(digest)}); cut off: "
                f"{share(tokens, tokens + self.max_length * len(lost)):.0%} of them",
                fix="raise finetune.max_length, or set finetune.long_texts to head-tail or chunks",
                evidence={
                    "rows": len(lost),
                    "share": part,
                    "tokens_lost": tokens,
                    "max_length": self.max_length,
                    "looked_at": len(corpus),
                    "share_by_label": {
                        label: share(of_class[label], n) for label, n in corpus.label_counts.items()
                    },
                },
                **digest.located(digest.sample_rows[list(lost)]),
            )

    def _tokens_lost(self, corpus: Corpus, chars: Integers) -> dict[int, int]:
        """Map the index of each truncated row, whose whole text has `chars`, to the number of tokens it loses."""
        tokenizer = tokenizer_of(self.tokenizer)
        whole = chars / np.maximum(
            [*map(len, corpus.texts)], 1
        )  # 1, but for texts of which the sample has the ends
        long = [
            i for i, text in enumerate(corpus.texts) if whole[i] * most_tokens(tokenizer, text) > self.max_length
        ]
        read = encodings(tokenizer, [corpus.texts[i] for i in long], special=True)
        surplus = {
            i: round(whole[i] * len(encoding)) - self.max_length for i, encoding in zip(long, read, strict=True)
        }
        return {i: tokens for i, tokens in surplus.items() if tokens > 0}
