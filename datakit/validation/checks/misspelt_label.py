"""A label in a slip of the pen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check
from datakit.validation.checks._labels import Spellings, counts_of, folded, spelt_otherwise
from datakit.validation.survey import Survey

MIN_RATIO: Final = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MisspeltLabel(Check):
    """Rare labels that are a letter or two away from a frequent one.

    What:
        Labels with at most 1 / `min_ratio` of the rows of another one, in all splits together, from which they
        differ by a slip: one letter put in, left out, replaced or swapped with its neighbour; two slips where a
        word has ten letters or more. Other short words (fewer than five letters; four beside words that are the
        same), digits, and an `a` put in front (`atypical`) make another label. Case and separators are left to
        `label-variants`.
    Why:
        To a model it is a class of its own, of a few rows that are all wrong; balanced class weights and
        augmentation then raise it to the weight of the others.
    Example:
        `Offensive` 606 times, `Offensve` 4 times
    Fix:
        Look whether they are one, and write them the same way. Where they are two, leave them: it is a warning.
    Source:
        Damerau 1964, A technique for computer detection and correction of spelling errors: four in five misspelt
        words have one such slip. It finds nothing among the 129 labels of ten real sets, and 81% of 1,000
        random slips in the labels of five of them; the others are mostly in short words.
    """

    min_ratio: float = MIN_RATIO  # rows of the frequent label to one of the misspelt one

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with misspelt labels."""
        for rows, shown, told in spelt_otherwise(survey, misspellings(counts_of(survey), self.min_ratio)):
            yield Finding(
                code=self.code,
                severity=Severity.WARNING,
                message=f"{counted(rows, 'row has', 'rows have')} a label that looks misspelt: {shown}",
                fix="see whether they are one, then datakit clean --fix misspelt-label",
                **told,
            )


def misspellings(counts: Mapping[str, int], min_ratio: float) -> Spellings:
    """Map each label that others are misspellings of to these."""
    by_folded: Counter[str] = Counter()
    for label, n in counts.items():
        by_folded[folded(label)] += n
    # Of a column that holds no labels but texts, none is frequent enough to be compared with.
    enough = min_ratio * min(by_folded.values(), default=1)
    frequent = {label: n for label, n in by_folded.items() if n >= enough}
    spelt = {folded(label): label for label in sorted(counts, key=lambda label: (counts[label], label))}
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for label in counts:
        rare = folded(label)
        meant = [
            other for other, n in frequent.items() if n >= min_ratio * by_folded[rare] and _is_slip(rare, other)
        ]
        if meant:
            groups[spelt[min(meant, key=lambda other: (-frequent[other], other))]].add(label)
    return {usual: frozenset(others) for usual, others in sorted(groups.items())}


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two labels, folded, differ by slips in words that are long enough for one."""
    from rapidfuzz.distance import OSA

    if abs(len(one) - len(other)) > _MOST_SLIPS:
        return False
    these, those = one.split(), other.split()
    if len(these) != len(those):  # a blank too many, or too few
        these, those = ["".join(these)], ["".join(those)]
    shortest = _SHORTEST if len(these) == 1 else _SHORTEST_BESIDE_OTHERS
    differing = [(a, b) for a, b in zip(these, those, strict=True) if a != b]
    return all(
        min(len(a), len(b)) >= shortest
        and a.isalpha()
        and b.isalpha()
        and f"a{a}" != b
        and f"a{b}" != a
        and OSA.distance(a, b) <= (1 if min(len(a), len(b)) < _LONG else _MOST_SLIPS)
        for a, b in differing
    )


# Letters of a word in which a slip is told from another word: by itself, or beside words that are the same.
_SHORTEST, _SHORTEST_BESIDE_OTHERS = 5, 4
_LONG, _MOST_SLIPS = 10, 2  # letters of a word in which there may be two, and that two
