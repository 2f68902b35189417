"""What the fixes of labels share."""

from collections.abc import Iterator, Mapping

from datakit.core.corpus import Corpus
from datakit.validation.checks._labels import Spellings
from datakit.validation.fixes._base import Action, Change, shown


def respelt(rows: Corpus, spellings: Spellings, because: str) -> Iterator[Change]:
    """Yield the rows with another spelling of a label than the usual one, in row order."""
    usual: Mapping[str, str] = {other: most for most, others in spellings.items() for other in others}
    for row, labels in enumerate(rows.label_sets if usual else []):
        other = [label for label in labels if label in usual]
        if other:
            after = tuple(sorted({usual.get(label, label) for label in labels}))
            yield Change(
                row=row,
                action=Action.LABEL,
                after=after if rows.multi_label else after[0],
                because=f"{because} {', '.join(map(shown, other))}",
            )
