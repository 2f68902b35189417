"""One label in several spellings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check
from datakit.validation.checks._labels import counts_of, folded, spelt_otherwise
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelVariants(Check):
    """Labels that differ only in how they are written.

    What:
        Labels that are equal after Unicode NFKC, case folding, removal of invisible characters and of outer
        spaces, with spaces, `_` and `-` between words taken for the same, and `1.0` for `1`; in all splits
        together. The rows are those with any but the most frequent spelling. Singular and plural stay two.
    Why:
        To a model every spelling is a class of its own: it is punished for telling them apart and for not
        doing so, and the figures of both are wrong.
    Example:
        `Spam` 740 times, `spam` 12 times, `spam ` once
    Fix:
        Write them the same way.
    Source:
        OpenRefine's key-collision clustering (its fingerprint, without the sorting of words).
    """

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with rarer spellings."""
        for rows, shown, told in spelt_otherwise(survey, spellings(counts_of(survey))):
            yield Finding(
                code=self.code,
                severity=Severity.ERROR,
                message=f"{counted(rows, 'row has', 'rows have')} a label in another spelling: {shown}",
                fix="datakit clean --fix label-variants, or write them the same way",
                **told,
            )


def spellings(counts: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Map the most frequent spelling of each label that has several to the others."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        groups[folded(label)].append(label)
    return {usual: frozenset(others) for usual, *others in groups.values() if others}
