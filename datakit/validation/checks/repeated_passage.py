"""Texts that say the same thing again and again."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.findings import Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck

_LEAST_BYTES: Final = 60  # three times a passage of four short words
_PROBE: Final = 24  # bytes: longer than most words
_RUN: Final = 10  # tokens, the longest that Rae et al. count
_LEAST_DIFFERENT: Final = 4  # tokens of a run: `!!!!!!!!!!` and `ha ha ha` are emphasis
# Where no spaces part the words (Chinese, Japanese, Thai and its neighbours) a character is a token.
_SPACELESS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_TOKEN: Final = re.compile(rf"[{_SPACELESS}]|[^\s{_SPACELESS}]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatedPassage(RowCheck):
    """Texts made of the same passage again and again.

    What:
        Texts of which more than `max_share` of the characters stand in runs of ten words that occurred in the
        text before. Characters count as words where no spaces part them; runs of fewer than four different
        words, such as `ha ha ha`, do not count.
    Why:
        A crawler that looped or a field that was filled by mistake, not writing. The words are counted many
        times over, and the model reads nothing else until its length is used up.
    Example:
        `See you at five, I will wait. See you at five, I will wait. See you at five, I will wait. See you at …`
    Fix:
        Keep the passage once.
    Source:
        Rae et al. 2021 (arXiv 2112.11446), table A1: the share of characters in repeated 10-grams. Their limit
        of 0.10 is for web pages; half of the text, so that the passage stands there three times, is ours.
    """

    fix: ClassVar[str] = "keep the passage once"
    max_share: float = 0.5  # fraction of a text's characters, 0..1, that may repeat what was said before
    warn_share: float = 0.001  # fraction of a split's rows, 0..1, above which they are a warning, not a remark

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows that mostly repeat themselves."""
        texts = rows.normalised_bytes
        # Where most of a text was said before, so was what stands in its middle.
        suspects = [
            i
            for i, text in enumerate(texts)
            if len(text) >= _LEAST_BYTES
            and text.find(text[(middle := len(text) // 2) : middle + _PROBE], 0, middle + _PROBE - 1) >= 0
        ]
        return [i for i in suspects if _repeated_share(texts[i].decode()) > self.max_share]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text consists', 'texts consist')} of one passage again and again"

    def severity(self, part: float) -> Severity:
        """Tell a chorus or a joke from a fault."""
        return Severity.WARNING if part > self.warn_share else Severity.INFO


def _repeated_share(text: str) -> float:
    """Return the share of the characters that stand in a run of tokens which occurred before."""
    tokens = _TOKEN.findall(text)
    seen: set[tuple[str, ...]] = set()
    repeated = 0
    counted_to = 0  # the tokens before it are counted
    for start in range(len(tokens) - _RUN + 1):
        run = tuple(tokens[start : start + _RUN])
        if run not in seen:
            seen.add(run)
        elif len(set(run)) >= _LEAST_DIFFERENT:
            repeated += sum(map(len, tokens[max(start, counted_to) : start + _RUN]))
            counted_to = start + _RUN
    return repeated / sum(map(len, tokens))
