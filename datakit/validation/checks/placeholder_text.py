"""Texts that stand for no text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.text import keys_of, normalise
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.survey import Survey

_NO_VALUE: Final = (
    *("n/a", "n.a.", "#n/a", "nan", "null", "(null)", "<null>", "[null]", "nil", "undefined", "\\n"),
    *("#ref!", "#value!", "#name?", "(blank)", "(empty)", "not available", "not applicable"),
    *("no text", "no content", "no data", "-", "--", "---"),
)
_NOT_WRITTEN_YET: Final = (
    *("todo", "tbd", "tba", "fixme", "placeholder", "placeholder text", "dummy", "dummy text", "sample text"),
    *("example text", "your text here", "enter text here", "insert text here", "text goes here"),
    *("asdf", "asdfasdf", "foobar", "foo bar", "lorem ipsum", "lorem ipsum dolor", "lorem ipsum dolor sit amet"),
    *("lorem ipsum dolor sit amet.", "lorem ipsum dolor sit amet, consectetur adipiscing elit."),
)
_TAKEN_AWAY: Final = ("[deleted]", "[removed]", "[redacted]", "<deleted>", "<removed>", "[deleted by user]")
# Somebody may have written these. They count where one of them recurs, or where certain ones are there too.
_PERHAPS_WRITTEN: Final = (
    *("test", "testing", "test test", "this is a test", "test message", "none", "na", "missing", "deleted"),
    *("removed", "."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceholderText(Check):
    """Texts such as `N/A`, `null` or `lorem ipsum`, which stand for no text.

    What:
        Texts that are, as a whole and after Unicode NFKC, case folding and squeezing of white space, a known
        sign of a missing value, a stand-in or a deleted post. `test`, `none` and the like count only where one
        of them occurs `min_recurring` times or a certain one is there too.
    Why:
        Each class has its share of them, so a classifier learns class frequencies from them, and copies on both
        sides of a split make the test look better or worse than it is.
    Example:
        `{"text": "N/A", "label": "complaint"}`
    Fix:
        Drop the rows, or fetch their texts.
    Source:
        The values that pandas and Great Expectations users list as missing, lorem ipsum, and Reddit's marks of
        deleted posts. The lists and `min_recurring` are ours.
    """

    min_recurring: int = 3  # rows with the same word that somebody may have written

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that holds placeholders."""
        texts = _texts()
        for digest in survey.values():
            rows = np.flatnonzero(np.isin(digest.text_keys, np.array(list(texts), np.uint64)))
            counts = Counter(texts[key] for key in digest.text_keys[rows].tolist())
            certain = counts.keys() - set(_PERHAPS_WRITTEN)
            if not certain and max(counts.values(), default=0) < self.min_recurring:
                continue
            part = share(len(rows), len(digest))
            ranked = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
            yield Finding(
                code="placeholder-text",
                severity=Severity.WARNING,
                message=f"{counted(len(rows), 'text is a placeholder', 'texts are placeholders')} "
                f"({percent(part)}): {', '.join(list(ranked)[:5])}",
                fix="drop the rows, or fetch their texts",
                evidence={"rows": len(rows), "share": part, "texts": ranked},
                **digest.located(rows),
            )


@cache
def _texts() -> dict[int, str]:
    """Return the placeholders by their key in a survey."""
    texts = [*_NO_VALUE, *_NOT_WRITTEN_YET, *_TAKEN_AWAY, *_PERHAPS_WRITTEN]
    return dict(zip(keys_of(normalise(text).encode() for text in texts).tolist(), texts, strict=True))
