"""The filter `near-held-out`: a text that is nearly one of the validation or test split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from datakit.augmentation.filters._base import Pair
from datakit.core.corpus import Splits
from datakit.core.near import near_pairs
from datakit.core.text import normalise


@dataclass(frozen=True, kw_only=True)
class NearHeldOut:
    """Reject a text that is nearly the same as a row of another split than train.

    What:
        Compares the new texts with all rows of validation and test, by the measure and the threshold of
        `near-split-leakage` and of the splitter.

    Why:
        Rows that are alike stay on one side of a split; an edit must not carry one across. A model that has
        seen such a text is measured by what it remembers.

    Example:
        `please call me before noon today` is rejected where test holds `please call me before noon today, Bob`.

    Fix:
        Keep it on. Where it rejects much, the splits were near each other before: let `datakit split` make
        them.

    Source:
        The measure is explained in `core/near.py`; Elangovan et al. 2021 (arXiv 2102.01818) on what such
        leakage does to figures.
    """

    threshold: Annotated[float, Meta(gt=0, le=1)] = 0.65  #: least similarity, as `core.near.near_pairs` has it

    def fit(self, splits: Splits) -> "_HeldOut":
        """Keep the texts of all splits but train."""
        texts = {text: name for name, rows in splits.items() if name != "train" for text in rows.normalised}
        return _HeldOut(dict(sorted(texts.items())), self.threshold)


@dataclass(frozen=True)
class _HeldOut:
    split_of: Mapping[str, str]  # by normalised text
    threshold: float

    def keep_many(self, pairs: Sequence[Pair]) -> list[str | None]:
        if not self.split_of:
            return [None] * len(pairs)
        candidates = [normalise(pair.candidate) for pair in pairs]
        texts = list({**self.split_of, **dict.fromkeys(candidates)})
        near = near_pairs(texts, threshold=self.threshold, between=len(self.split_of))
        found = dict(self.split_of)
        found |= {texts[b]: self.split_of[texts[a]] for a, b in zip(near.a.tolist(), near.b.tolist(), strict=True)}
        return [f"nearly a row of {found[text]}" if text in found else None for text in candidates]
