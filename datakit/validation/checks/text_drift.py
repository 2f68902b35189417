"""Texts that are written otherwise on one side than on the other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check
from datakit.validation.checks._drift import FIXES, compared
from datakit.validation.checks._words import words_in
from datakit.validation.survey import Digest, Survey

Floats = npt.NDArray[np.floating]

_SURE = 3.9  #: standard errors; by chance exceeded once in 10,000 times

_SHOWN = {
    "characters": ("characters", "{:.0f}"),
    "capitals": ("capitals among the letters", "{:.1%}"),
    "signs": ("punctuation", "{:.1%}"),
    "digits": ("digits", "{:.1%}"),
    "unknown_words": ("words that no other text has", "{:.1%}"),
}  #: what is measured of each text: its name in a message, and how a mean of it is written


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDrift(Check):
    """Texts of a split that are longer, written otherwise, or in other words than those to learn from.

    What:
        Five figures of each text: characters, the shares of capitals among its letters and of punctuation
        and digits among its characters, and the share of its words that no other text of `train` has. For
        each one Cliff's delta between a held-out split and `train`, and between `train` and the rows of old,
        if such are given: how much oftener a text of the one has the larger figure than a text of the other
        (-1..1). Copies count once; of a large split a sample is read.
    Why:
        What the model has not seen it cannot be expected to read, and what is measured on other texts does
        not tell how well it reads these.
    Example:
        test texts in small letters, without full stops, cut after 60 characters
    Fix:
        Draw both sides from the same rows, and prepare them by the same code.
    Source:
        Cliff 1993 (doi 10.1037/0033-2909.114.3.494); 0.147 is a small and 0.474 a large effect (Romano et
        al. 2006). On official splits that are random it stays below 0.11; TREC's short test questions reach
        0.45, the unknown words of GermEval 2018's test 0.38: remarks.
    """

    ends: ClassVar[bool] = True
    min_effect: float = 0.147  # Cliff's delta, 0..1 either way, from which drift is told
    warn_effect: float = 0.474  # the same, from which it is a warning
    min_rows: int = 30  # texts on each side below which nothing is compared

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that has drifted."""
        for digest, base, against in compared(survey):
            (texts, lengths), (base_texts, base_lengths) = _distinct(digest), _distinct(base)
            if min(len(texts), len(base_texts)) < self.min_rows:
                continue
            words, base_words = _vocabularies(texts), _vocabularies(base_texts)
            known = Counter(word for found in base_words for word in found)
            figures = {
                "characters": lengths,
                **_figures(texts),
                "unknown_words": _unknown(words, known, own=0),
            }
            base_figures = {
                "characters": base_lengths,
                **_figures(base_texts),
                "unknown_words": _unknown(base_words, known, own=1),
            }
            effects = {name: _effect(figures[name], base_figures[name]) for name in _SHOWN}
            drifted = sorted(
                (name for name, effect in effects.items() if abs(effect) >= self.min_effect),
                key=lambda name: -abs(effects[name]),
            )
            if not drifted:
                continue
            means = {name: [_mean(base_figures[name]), _mean(figures[name])] for name in drifted}
            told = ", ".join(
                f"{_SHOWN[name][0]} {' -> '.join(map(_SHOWN[name][1].format, means[name]))}" for name in drifted
            )
            yield Finding(
                code=self.code,
                severity=Severity.WARNING if abs(effects[drifted[0]]) >= self.warn_effect else Severity.INFO,
                message=f"the texts of {digest.split} differ from those of {against}: {told}",
                fix=FIXES[against].format(split=digest.split),
                evidence={
                    "against": against,
                    "effects": {name: round(effects[name], 3) for name in drifted},
                    "means": means,
                    "words": _moved(words, known, len(base_texts)),
                    "looked_at": [len(base_texts), len(texts)],
                },
                split=digest.split,
            )


def _distinct(digest: Digest) -> tuple[list[str], Floats]:
    """Return the sampled texts, each once, and their characters, in an order that is not that of the rows."""
    keys = digest.text_keys[digest.sample_rows].tolist()
    chars = digest.chars[digest.sample_rows].tolist()
    smallest = dict(sorted(zip(keys, zip(digest.sample.texts, chars, strict=True), strict=True), reverse=True))
    return [text for text, _ in smallest.values()], np.array([n for _, n in smallest.values()], float)


def _vocabularies(texts: Sequence[str]) -> list[set[str]]:
    return [set(words_in(text)) for text in texts]


def _figures(texts: Sequence[str]) -> dict[str, Floats]:
    """Measure what characters each text is made of, [texts] a figure."""
    pieces = [_characters(texts[i : i + 1_000]) for i in range(0, len(texts), 1_000)]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _characters(texts: Sequence[str]) -> dict[str, Floats]:
    joined = "".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), "<u4")
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.cumsum(lengths) - lengths
    alphabet = sorted(set(joined))

    def count(kinds: Sequence[bool]) -> Floats:
        table = np.zeros(ord(alphabet[-1]) + 1, np.int64)
        table[[ord(char) for char in alphabet]] = kinds
        return np.add.reduceat(table[codes], starts)

    letters = count([char.isalpha() for char in alphabet])
    signs = count([not char.isalnum() and not char.isspace() for char in alphabet])
    return {
        "capitals": count([char.isupper() for char in alphabet]) / np.maximum(letters, 1),
        "signs": signs / lengths,
        "digits": count([char.isdigit() for char in alphabet]) / lengths,
    }


def _unknown(texts: Sequence[set[str]], known: Mapping[str, int], *, own: int) -> Floats:
    """Return the share of each text's words that at most `own` of the known texts have."""
    return np.array([sum(known.get(word, 0) <= own for word in words) / max(len(words), 1) for words in texts])


def _effect(figures: Floats, base: Floats) -> float:
    """Return Cliff's delta, positive where `figures` are larger; 0 where chance alone explains it."""
    n, m = len(figures), len(base)
    ordered = np.sort(base)
    below, upto = (np.searchsorted(ordered, figures, side=side).sum() for side in ("left", "right"))
    delta = float(below + upto - n * m) / (n * m)
    # The standard error of the Mann-Whitney statistic without ties, which is the largest.
    return delta if abs(delta) > _SURE * np.sqrt((n + m + 1) / (3 * n * m)) else 0.0


def _mean(figures: Floats) -> float:
    return round(float(figures.mean()), 4)


def _moved(texts: Sequence[set[str]], known: Mapping[str, int], of: int) -> dict[str, list[float]]:
    """Return the five words whose share of the texts moved furthest: before, and now."""
    here = Counter(word for words in texts for word in words)
    shares = {word: (known.get(word, 0) / of, here[word] / len(texts)) for word in known.keys() | here.keys()}
    furthest = sorted(shares, key=lambda word: (-abs(shares[word][1] - shares[word][0]), word))[:5]
    return {word: [round(share, 4) for share in shares[word]] for word in furthest}
