"""Small HTML tables, as Jupyter shows them (`_repr_html_`). Whatever comes from the data is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

SHOWN = 12  # labels before the rest is summed up


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str) -> str:
    """Return a table; numbers stand on the right, all else is text."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"
    )


def counts(corpora: Mapping[str, Mapping[str, int]]) -> str:
    """Return rows by label, a column a corpus, the most frequent labels first.

    Args:
        corpora: rows per label, by the name of the corpus.
    """
    in_all: dict[str, int] = {}
    for of_one in corpora.values():
        for label, n in of_one.items():
            in_all[label] = in_all.get(label, 0) + n
    labels = sorted(in_all, key=lambda label: (-in_all[label], label))
    rows = [[label, *(of_one.get(label, 0) for of_one in corpora.values())] for label in labels[:SHOWN]]
    if rest := labels[SHOWN:]:
        sums = (sum(of_one.get(label, 0) for label in rest) for of_one in corpora.values())
        rows.append([f"{len(rest)} further labels", *sums])
    return table(["label", *corpora], rows, caption="rows per label")


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<td style="text-align:right">{value:,}</td>'
    return f'<td style="text-align:left">{escape(str(value))}</td>'
